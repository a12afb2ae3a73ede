"""Unicode's normalization forms at a cost that is bounded: the only module that asks `unicodedata` for one.

https://www.unicode.org/reports/tr15/
"""

import unicodedata
from collections.abc import Iterator
from typing import Literal

# UAX #15 §13, Stream-Safe Text: no language sets more marks on one letter.
_MOST_MARKS = 30
_GRAPHEME_JOINER = "\u034f"


def normalized(text: str, *, form: Literal["NFC", "NFKC", "NFKD"]) -> str:
    """`text` in that form, made stream-safe first: to order a run of marks takes the square of its length."""
    if unicodedata.is_normalized(form, text):
        return text
    return unicodedata.normalize(form, "".join(_stream_safe(text)))


def is_composed(text: str) -> bool:
    """Whether it is in NFC. Marks out of order, the costly case, are found without ordering them."""
    return unicodedata.is_normalized("NFC", text)


def _stream_safe(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > _MOST_MARKS:
            yield _GRAPHEME_JOINER
            marks = 1
        yield character
