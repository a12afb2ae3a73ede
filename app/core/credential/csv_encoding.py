"""The encoding of a CSV file: what the file itself shows, or what a person says; where neither does, a question."""

import codecs
import re
from dataclasses import dataclass, field
from typing import NoReturn

from app.core.credential.readable_text import show
from app.core.problems import MALFORMED_VALUE_ERROR, PARSING_ERROR, UNCERTAIN_ENCODING, Problem, Refused, Said, said

UTF_8 = "utf-8"
UTF_16 = "utf-16"
ENCODINGS = (UTF_8, UTF_16, "windows-1250", "windows-1252")

# One byte a character, and nothing in the bytes that says which of them it is.
_BYTEWISE = ENCODINGS[2:]
_MARKS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_LE, UTF_16), (codecs.BOM_UTF16_BE, UTF_16))
_LINE_END = re.compile(r"\r\n|\r|\n")
_MOST_LINES_SHOWN = 3
_MOST_LINES_COMPARED = 20_000
_SHOWN_BEFORE = 20
_SHOWN = 60

_SAY_IT = "--encoding on the command line, the field `encoding` of the form"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text without its byte order mark, and how it was told: `mark`, `utf-8` (nothing else reads so) or `said`."""

    text: str = field(repr=False)
    encoding: str
    told_by: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How some lines of the file read under one of the encodings that it may be in."""

    encoding: str
    lines: tuple[tuple[int, str], ...] = field(repr=False)


def decode(data: bytes, *, as_named: str | None = None) -> Decoded:
    """The text of a file. `as_named` is the encoding that a person said.

    Raises Refused: UNCERTAIN_ENCODING where it has to be said, PARSING_ERROR where the file can't be read as it was.
    """
    named = None if as_named is None else _named(as_named)
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    if marked is not None:
        if named not in (None, marked):
            detail = f"the file begins with the mark of {marked}; {named} was said"
            _refuse(detail, f"leave {named} out", said("encoding.itself", encoding=marked))
        # The codecs `utf-8-sig` and `utf-16` take the mark off themselves.
        return Decoded(_strictly(data, "utf-8-sig" if marked == UTF_8 else UTF_16), marked, "mark")
    plain = _or_none(data, UTF_8)
    if plain is not None and (named in (None, UTF_8) or plain.isascii()):
        return Decoded(_printable(plain), UTF_8, UTF_8)
    if named is None:
        raise Refused(_question(data))
    if plain is not None:
        detail = f"the file is UTF-8, which text in {named} never is by chance"
        _refuse(detail, f"leave {named} out", said("encoding.itself", encoding=UTF_8))
    if named == UTF_16:
        _refuse("UTF-16 is read only with its byte order mark", "save the file as CSV UTF-8", said("encoding.none"))
    return Decoded(_strictly(data, named), named, "said")


def readings(data: bytes) -> tuple[Reading, ...]:
    """How the lines read that tell one encoding from another; empty where the file says itself what it is in."""
    if any(data.startswith(mark) for mark, _ in _MARKS) or _or_none(data, UTF_8) is not None:
        return ()
    texts = {encoding: text for encoding in _BYTEWISE if (text := _or_none(data, encoding)) is not None}
    lines = {encoding: _LINE_END.split(text, _MOST_LINES_COMPARED) for encoding, text in texts.items()}
    telling = _telling_lines(tuple(lines.values()))
    return tuple(
        Reading(encoding, tuple((number + 1, _around(found[number], at)) for number, at in telling))
        for encoding, found in lines.items()
    )


def _telling_lines(texts: tuple[list[str], ...]) -> list[tuple[int, int]]:
    """Lines (and where in them) that read differently; where all read alike, those with a letter beyond ASCII."""
    differing, foreign = [], []
    for number, versions in enumerate(zip(*texts, strict=False)):
        different = next((at for at, letters in enumerate(zip(*versions, strict=False)) if len(set(letters)) > 1), None)
        if different is not None:
            differing.append((number, different))
        elif versions and not versions[0].isascii():
            foreign.append((number, next(at for at, letter in enumerate(versions[0]) if letter > "\x7f")))
        if len(differing) == _MOST_LINES_SHOWN:
            break
    return differing or foreign[:_MOST_LINES_SHOWN]


def _around(line: str, at: int) -> str:
    start = max(0, at - _SHOWN_BEFORE)
    return ("…" if start else "") + line[start : start + _SHOWN] + ("…" if start + _SHOWN < len(line) else "")


def _question(data: bytes) -> Problem:
    if b"\0" in data:
        detail = "the file has no byte order mark, and is neither UTF-8 nor text of one byte a letter"
        return Problem(PARSING_ERROR, detail=detail, remedy="save it as CSV UTF-8", said=said("encoding.none"))
    found = readings(data)
    if not found:
        detail = f"the file is in none of {', '.join(ENCODINGS)}"
        return Problem(PARSING_ERROR, detail=detail, remedy="save it as CSV UTF-8", said=said("encoding.none"))
    samples = "; ".join(
        f"in {reading.encoding} " + ", ".join(f"line {number} reads {show(line)}" for number, line in reading.lines)
        for reading in found
    )
    names = " or ".join(reading.encoding for reading in found)
    return Problem(
        UNCERTAIN_ENCODING,
        detail=f"the file does not say in which encoding it is: {samples}",
        remedy=f"say {names}, whichever reads right ({_SAY_IT}), or save the file as CSV UTF-8",
    )


def _named(given: str) -> str:
    """An encoding by the name it has here, or one of its common others."""
    squeezed = re.sub(r"[^a-z0-9]", "", given.lower())
    for encoding in ENCODINGS:
        short = encoding.replace("-", "")
        if squeezed in (short, short.replace("windows", "cp"), short.replace("windows", "win"), f"{short}sig"):
            return encoding
    detail = f"{show(given)} is none of the encodings that are read"
    raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/encoding", detail=detail, remedy=f"say {' or '.join(ENCODINGS)}"))


def _or_none(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return _printable(data.decode(encoding))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        name = encoding.removesuffix("-sig")
        detail = f"the file is not {name}: byte {error.start + 1}, near line {line}, is no letter in it"
        which = said("encoding.damaged", encoding=name, line=str(line))
        raise Refused(Problem(PARSING_ERROR, detail=detail, remedy="save it as CSV UTF-8", said=which)) from None


def _printable(text: str) -> str:
    """No text of a person holds U+0000: it is what another encoding leaves."""
    if "\0" in text:
        _refuse(
            "the file holds the character U+0000, which no text does", "save it as CSV UTF-8", said("encoding.none")
        )
    return text


def _refuse(detail: str, remedy: str, which: Said) -> NoReturn:
    raise Refused(Problem(PARSING_ERROR, detail=detail, remedy=remedy, said=which))
