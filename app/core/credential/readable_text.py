"""Text that people will read: what may stand in it, and how a foreign value is shown in a message."""

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

from app.core.normalized import is_composed, normalized
from app.core.problems import Said, said

MOST_CHARACTERS = 20_000
MOST_CHARACTERS_OF_A_NAME = 1_000
_SHOWN_CHARACTERS = 60

# UAX #9: marks that can make a text read otherwise than it is written.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\u200e\u200f")
# Needed inside words of Persian and of Indic scripts.
_JOINERS = frozenset("\u200c\u200d")
# Fillers of Hangul, and a cell of Braille without a dot.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def show(value: object) -> str:
    """A foreign value in a message: short, in quotes, and nothing in it that the terminal or page would obey."""
    match value:
        case str():
            text = value if len(value) <= 80 else value[:79] + "…"
            return '"' + "".join(c if c.isprintable() else escaped(c) for c in text) + '"'
        case dict():
            return "an object"
        case list():
            return "an array"
        case bool():
            return str(value).lower()
        case None:
            return "null"
        case int() if abs(value) >= 2**63:
            return "a very large number"
        case _:
            return str(value)[:80]


def escaped(text: str) -> str:
    """Every character that is not ASCII by its number."""
    return "".join(c if " " <= c <= "~" else f"\\u{ord(c):04x}" for c in text)


def _is_seen(character: str) -> bool:
    """A letter, number, sign: what stands on paper by itself."""
    return unicodedata.category(character)[0] in "LNPS" and character not in _BLANK_LETTERS


@dataclass(frozen=True, slots=True)
class WrongText:
    """What is wrong with a text."""

    detail: str
    said: Said


def wrong_in_text(text: str, *, prose: bool) -> WrongText | None:
    """What is wrong with a text that people will read; None where nothing is."""
    longest = MOST_CHARACTERS if prose else MOST_CHARACTERS_OF_A_NAME
    if len(text) > longest:
        return WrongText(f"has {len(text)} characters; {longest} are allowed", said("text.long", most=str(longest)))
    if not any(map(_is_seen, dict.fromkeys(text))):
        return WrongText("is blank", said("text.blank"))
    # Each once: a long text has few.
    for character in dict.fromkeys(text):
        if character in _BIDI_CONTROLS:
            detail = f"holds the direction control {escaped(character)}, which can make it read otherwise than it is"
            return WrongText(detail, said("text.unseen"))
        category = unicodedata.category(character)
        if category in ("Cc", "Cs", "Zl", "Zp") and not (prose and character in "\n\t"):
            return WrongText(f"holds the control character {escaped(character)}", said("text.unseen"))
        if category == "Cf" and character not in _JOINERS and not prose:
            return WrongText(f"holds the invisible character {escaped(character)}", said("text.unseen"))
    if not is_composed(text):
        # Around the first character that is not.
        end = bisect_left(range(len(text)), True, key=lambda last: not is_composed(text[: last + 1])) + 1
        given = text[max(0, end - _SHOWN_CHARACTERS) : max(end, _SHOWN_CHARACTERS)]
        shown = f'"{escaped(given)}" is given, "{escaped(normalized(given, form="NFC"))}" is the composed form'
        return WrongText(f"is not in Unicode's composed form (NFC): {shown}", said("text.decomposed"))
    return None
