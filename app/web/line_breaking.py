"""Breaks a title into few, even lines that fit a box, in any script, without a font at hand.

Widths are estimates over what common serifs have; where to break follows the part of UAX #14 that titles need.
https://www.unicode.org/reports/tr14/ and, for what a reader takes as one character, https://www.unicode.org/reports/tr29/
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.normalized import normalized

LEADING = 1.18
_ELLIPSIS = "…"
_HYPHEN = "-"
_MAX_CHARACTERS = 1_000
_JOINERS = "\u200c\u200d"
_HYPHENS = "-\u2010\u2012\u2013\u2014/"
_OPENING = frozenset({"Ps", "Pi"})
_CLOSING = frozenset({"Pe", "Pf", "Po"})
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})

# In hundredths of an em. What stands in none of these lines is as wide as a letter of its case.
_NARROW = dict.fromkeys("iíìîïıjlłI|!.,:;'’‘`·()[] ftrJ", 36)
_WIDE = dict.fromkeys("mMwWŵŴ@%æœÆŒ—…ЖжШшЩщЮюЫы", 92)
_EM = 100


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of text, and the size of type at which all of them fit."""

    lines: tuple[str, ...]
    size: float
    is_right_to_left: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stays together on a line, measured once; `inked` is its width without the space at its end.

    `is_part` of a word that no line could hold: a line that ends in one keeps room for a hyphen.
    """

    text: str
    width: int
    inked: int
    is_part: bool = False


def fit(text: str, *, sizes: tuple[int, ...], width: float, height: float) -> Fitted:
    """`text` at the largest of `sizes` (falling) at which it fits; a word is broken, or the end left out, only last.

    A line is never made beyond the last that the box has room for, so that a long text costs no more than a full box.
    """
    shown = legible(text)[:_MAX_CHARACTERS]
    pieces = _measured(_pieces(shown))
    widest = max((piece.inked for piece in pieces), default=0)
    for size in sizes:
        room, most = _EM * width / size, int(height / (size * LEADING))
        if widest <= room and (lines := _balanced(pieces, room, most)):
            return Fitted(lines, size, is_right_to_left(shown))
    for size in sizes[1:] or sizes:
        room, most = _EM * width / size, int(height / (size * LEADING))
        if lines := _balanced(_broken(pieces, room), room, most):
            return Fitted(lines, size, is_right_to_left(shown))
    room, most = _EM * width / sizes[-1] - _width(_ELLIPSIS), max(1, int(height / (sizes[-1] * LEADING)))
    lines = _wrapped(_broken(pieces, room), room, most)
    return Fitted((*lines[:-1], lines[-1] + _ELLIPSIS), sizes[-1], is_right_to_left(shown))


def legible(text: str) -> str:
    """Without what has no look of its own (controls, bidi overrides, half a surrogate pair), on one line."""
    kept = (
        character
        for character in normalized(text, form="NFC")
        if character.isspace() or character in _JOINERS or unicodedata.category(character) not in _NOT_SHOWN
    )
    return " ".join("".join(kept).split())


def is_right_to_left(text: str) -> bool:
    """By the first letter that has a direction (UAX #9, P2)."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in strong if kind in {"L", "R", "AL"}), "L") != "L"


def width_of(text: str) -> float:
    """About how wide it will be, in em."""
    return sum(map(_width, text)) / _EM


def _width(character: str) -> int:
    if character in _JOINERS or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return _EM
    if (known := _NARROW.get(character, _WIDE.get(character))) is not None:
        return known
    return 72 if character.isupper() else 56


def _measured(texts: Iterable[str], *, is_part: bool = False) -> list[_Piece]:
    pieces = []
    for text in texts:
        width = sum(map(_width, text))
        inked = width - _width(" ") if text.endswith(" ") else width
        pieces.append(_Piece(text, width, inked, is_part))
    return pieces


def _broken(pieces: Iterable[_Piece], room: float) -> list[_Piece]:
    """The same, a word in its characters where no line could hold it."""
    found: list[_Piece] = []
    for piece in pieces:
        found.extend(_measured(clusters(piece.text), is_part=True) if piece.inked > room else [piece])
    return found


def _balanced(pieces: Sequence[_Piece], room: float, most: int) -> tuple[str, ...]:
    """In as few lines as will do, and those as even as may be; nothing where these are more than `most`."""
    lines = _wrapped(pieces, room, most + 1)
    if len(lines) > most:
        return ()
    narrow, wide = room / 2, room
    for _ in range(8):
        middle = (narrow + wide) / 2
        tried = _wrapped(pieces, middle, len(lines) + 1)
        if len(tried) == len(lines):
            lines, wide = tried, middle
        else:
            narrow = middle
    return lines


def _wrapped(pieces: Sequence[_Piece], room: float, most: int) -> tuple[str, ...]:
    """The first `most` lines, each filled as far as it goes."""
    lines: list[str] = []
    begun = width = 0
    for number, piece in enumerate(pieces):
        if number > begun and width + piece.inked > (room - _width(_HYPHEN) if piece.is_part else room):
            lines.append(_line(pieces[begun:number], before=piece))
            if len(lines) == most:
                return tuple(lines)
            begun, width = number, 0
        width += piece.width
    return (*lines, _line(pieces[begun:]))


def _line(pieces: Sequence[_Piece], *, before: _Piece | None = None) -> str:
    """`before` is what the next line begins with: inside of a word, this one ends in a hyphen."""
    line = "".join(piece.text for piece in pieces)
    return line.rstrip() + (_HYPHEN if before and _is_inside_a_word(line[-1], before.text[0]) else "")


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
