"""Breaks a title into few, even lines that fit a box, in any script, without a font at hand.

Widths are estimates over what common serifs have; where to break follows the part of UAX #14 that titles need.
https://www.unicode.org/reports/tr14/ and, for what a reader takes as one character, https://www.unicode.org/reports/tr29/
"""

import unicodedata
from dataclasses import dataclass

LEADING = 1.18
_ELLIPSIS = "…"
_HYPHEN = "-"
_MAX_CHARACTERS = 1_000
_JOINERS = "\u200c\u200d"
_HYPHENS = "-\u2010\u2012\u2013\u2014/"
_OPENING = frozenset({"Ps", "Pi"})
_CLOSING = frozenset({"Pe", "Pf", "Po"})
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})

# In em. What stands in none of these lines is as wide as a letter of its case.
_NARROW = dict.fromkeys("iíìîïıjlłI|!.,:;'’‘`·()[] ftrJ", 0.36)
_WIDE = dict.fromkeys("mMwWŵŴ@%æœÆŒ—…ЖжШшЩщЮюЫы", 0.92)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of text, and the size of type at which all of them fit."""

    lines: tuple[str, ...]
    size: float
    is_right_to_left: bool


def fit(text: str, *, sizes: tuple[int, ...], width: float, height: float) -> Fitted:
    """`text` at the largest of `sizes` (falling) at which it fits; a word is broken, or the end left out, only last."""
    shown = legible(text)[:_MAX_CHARACTERS]
    for size in sizes:
        lines = _balanced(shown, width / size)
        if len(lines) * size * LEADING <= height and _all_fit(lines, width / size):
            return Fitted(lines, size, is_right_to_left(shown))
    for size in sizes[1:] or sizes:
        lines = _balanced(shown, width / size, in_words=True)
        if len(lines) * size * LEADING <= height:
            return Fitted(lines, size, is_right_to_left(shown))
    most = max(1, int(height / (sizes[-1] * LEADING)))
    lines = _wrapped(shown, width / sizes[-1] - width_of(_ELLIPSIS), in_words=True)[:most]
    return Fitted((*lines[:-1], lines[-1].rstrip() + _ELLIPSIS), sizes[-1], is_right_to_left(shown))


def legible(text: str) -> str:
    """Without what has no look of its own (controls, bidi overrides, half a surrogate pair), on one line."""
    kept = (
        character
        for character in unicodedata.normalize("NFC", text)
        if character.isspace() or character in _JOINERS or unicodedata.category(character) not in _NOT_SHOWN
    )
    return " ".join("".join(kept).split())


def is_right_to_left(text: str) -> bool:
    """By the first letter that has a direction (UAX #9, P2)."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in strong if kind in {"L", "R", "AL"}), "L") != "L"


def width_of(text: str) -> float:
    """About how wide it will be, in em."""
    return sum(map(_width, text))


def _width(character: str) -> float:
    if character in _JOINERS or unicodedata.category(character) in {"Mn", "Me"}:
        return 0.0
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return 1.0
    if (known := _NARROW.get(character, _WIDE.get(character))) is not None:
        return known
    return 0.72 if character.isupper() else 0.56


def _all_fit(lines: tuple[str, ...], width: float) -> bool:
    return all(width_of(line) <= width for line in lines)


def _balanced(text: str, width: float, *, in_words: bool = False) -> tuple[str, ...]:
    """In as few lines as will do, and those as even as may be."""
    lines = _wrapped(text, width, in_words=in_words)
    narrow, wide = width / 2, width
    for _ in range(8):
        middle = (narrow + wide) / 2
        tried = _wrapped(text, middle, in_words=in_words)
        if len(tried) == len(lines) and _all_fit(tried, width):
            lines, wide = tried, middle
        else:
            narrow = middle
    return lines


def _wrapped(text: str, width: float, *, in_words: bool = False) -> tuple[str, ...]:
    """Each line filled as far as it goes. `in_words` breaks a word too, where no line could hold it."""
    room = width - width_of(_HYPHEN) if in_words else width
    lines, line = [], ""
    for piece in _pieces(text):
        is_broken = in_words and width_of(piece.rstrip()) > width
        for part in clusters(piece) if is_broken else [piece]:
            if line and width_of((line + part).rstrip()) > (room if is_broken else width):
                lines.append(line.rstrip() + (_HYPHEN if _is_inside_a_word(line[-1], part[0]) else ""))
                line = ""
            line += part
    return (*lines, line.rstrip())


def _is_inside_a_word(before: str, after: str) -> bool:
    """Of a script that hyphenates: one with capitals."""
    return all(each.isalpha() and (each.islower() or each.isupper()) for each in (before, after))


def _pieces(text: str) -> list[str]:
    """What stays together: between any two of them a line may end."""
    pieces: list[str] = []
    before = ""
    for cluster in clusters(text):
        if pieces and not _may_break(before, cluster):
            pieces[-1] += cluster
        else:
            pieces.append(cluster)
        before = cluster
    return pieces


def _may_break(before: str, after: str) -> bool:
    if after == " " or _ends_or_begins(before, after):
        return False
    ideographs = any(
        unicodedata.east_asian_width(each[0]) in {"W", "F"} and unicodedata.category(each[0]) != "Mn"
        for each in (before, after)
    )
    return before == " " or ideographs or (before[-1] in _HYPHENS and after.isalpha())


def _ends_or_begins(before: str, after: str) -> bool:
    """Whether a bracket or mark belongs to its neighbour: no line begins with `)` or `、`, none ends with `(`."""
    if before == " ":
        return False
    return unicodedata.category(before[-1]) in _OPENING or unicodedata.category(after[0]) in _CLOSING


def clusters(text: str) -> list[str]:
    """What a reader takes as one character: a letter with its marks, a conjunct, an emoji of several parts."""
    found: list[str] = []
    for character in text:
        if found and _continues(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _continues(cluster: str, character: str) -> bool:
    if unicodedata.category(character)[0] == "M" or character in _JOINERS or "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    # After a joiner, or a virama (combining class 9) that joins the next consonant.
    return cluster[-1] == "\u200d" or (unicodedata.combining(cluster[-1]) == 9 and character.isalpha())
