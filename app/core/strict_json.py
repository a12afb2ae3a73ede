"""Bytes to JSON, strictly: what two parsers could read differently, or what would tire the next one, is refused here.

I-JSON, https://www.rfc-editor.org/rfc/rfc7493, with bounds of our own on size, depth and number of values.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NoReturn

from app.core.problems import MALFORMED_VALUE_ERROR, PARSING_ERROR, RANGE_ERROR, JsonObject, Problem, Refused, pointer

MAX_BYTES = 1_048_576
MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_PROBLEMS = 20

# RFC 7493 §2.2: a receiver can't be expected to keep an integer beyond these.
_MAX_INTEGER = 2**53 - 1
_MAX_INTEGER_DIGITS = len(str(_MAX_INTEGER))

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# Possessive, and it may end without its quote: what never closes is scanned once, not once from each quote in it.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_EMPTY = re.compile(rb"\[[ \t\n\r]*+\]|\{[ \t\n\r]*+\}")

# Names are the sender's: a place is told as far as it can be named in so many characters.
_MAX_POINTER_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Stands in the tree where a value can't be taken, until the walk finds out where that is."""

    type: str
    detail: str


class _Repeating(dict[str, object]):
    """An object in which a name stands twice; `names` are those."""

    names: tuple[str, ...] = ()


def read(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES) -> object:
    """The one JSON value that `data` is. Raises Refused: PARSING_ERROR, RANGE_ERROR, MALFORMED_VALUE_ERROR."""
    if len(data) > max_bytes:
        _refuse(MALFORMED_VALUE_ERROR, f"has {len(data):,} bytes; at most {max_bytes:,} are read")
    text = _decode(data)
    if _has_more_values_than(max_nodes, data):
        _refuse(MALFORMED_VALUE_ERROR, f"has more than {max_nodes:,} values")
    value = _parse(text)
    # A lone surrogate and U+0000 can only be written as an escape: raw ones end in `_decode` and in the parser.
    if not _acceptable(value, max_depth=max_depth, escapes=b"\\u" in data):
        raise Refused(*islice(_problems(value, (), max_depth=max_depth), MAX_PROBLEMS))
    return value


def read_object(
    data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES
) -> JsonObject:
    """The one JSON object that `data` is. Raises Refused as `read` does, and for any other kind of value."""
    match read(data, max_bytes=max_bytes, max_depth=max_depth, max_nodes=max_nodes):
        case dict() as found:
            return found
        case _:
            raise Refused(Problem(PARSING_ERROR, detail="is JSON, but not a JSON object"))


# What is written was read, or composed of what was: nothing in it holds itself.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))


def write(value: object) -> bytes:
    """Compact UTF-8, members in the order they were put in."""
    return _ENCODER.encode(value).encode()


def _refuse(problem_type: str, detail: str) -> NoReturn:
    raise Refused(Problem(problem_type, detail=detail))


def _decode(data: bytes) -> str:
    # RFC 8259 §8.1: UTF-8, and no byte order mark.
    if data.startswith(_BYTE_ORDER_MARK):
        _refuse(PARSING_ERROR, "begins with a byte order mark; JSON is UTF-8 without one")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(Problem(PARSING_ERROR, detail=f"is not UTF-8 at byte {error.start}")) from error


def _has_more_values_than(most: int, data: bytes) -> bool:
    """Counted in the bytes, before anything is built of them.

    A value follows every comma, and every bracket that opens what is not empty; and there is the first.
    """
    # Each takes a byte at least.
    if len(data) <= most or 1 + _separators(data) <= most:
        return False
    bare = _STRING.sub(b'"', data)
    return 1 + _separators(bare) - len(_EMPTY.findall(bare)) > most


def _separators(data: bytes) -> int:
    return data.count(b",") + data.count(b"[") + data.count(b"{")


def _parse(text: str) -> object:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        detail = f"is not JSON: {error.msg}, line {error.lineno} column {error.colno}"
        raise Refused(Problem(PARSING_ERROR, detail=detail)) from error
    except RecursionError as error:
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail="nests too deep")) from error


def _object(members: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) == len(members):
        return found
    counted = Counter(name for name, _ in members)
    repeating = _Repeating(found)
    repeating.names = tuple(name for name, count in counted.items() if count > 1)
    return repeating


def _integer(text: str) -> int | _Unreadable:
    # Python takes quadratic time over the digits, and refuses more than 4,300 of them with an error of its own.
    if len(text) <= _MAX_INTEGER_DIGITS + 1:
        value = int(text)
        if -_MAX_INTEGER <= value <= _MAX_INTEGER:
            return value
    return _Unreadable(RANGE_ERROR, f"the integer {_shown(text)} is beyond ±(2^53−1)")


def _number(text: str) -> float | _Unreadable:
    value = float(text)
    if math.isfinite(value):
        return value
    return _Unreadable(RANGE_ERROR, "the number is too large for a double")


def _constant(text: str) -> _Unreadable:
    return _Unreadable(PARSING_ERROR, f"{text} is no JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant
)


def _acceptable(value: object, *, max_depth: int, escapes: bool) -> bool:
    """Whether the tree holds nothing to refuse. Level by level, so that depth can't exhaust the stack."""
    level: list[Any] = [value]
    for depth in range(max_depth + 1):
        deeper: list[Any] = []
        for node in level:
            kind = node.__class__
            if kind is str:
                if escapes and not _is_text(node):
                    return False
            elif kind is dict or kind is list:
                if depth == max_depth or (escapes and kind is dict and not all(map(_is_text, node))):
                    return False
                deeper.extend(node.values() if kind is dict else node)
            elif kind is _Unreadable or kind is _Repeating:
                return False
        if not deeper:
            break
        level = deeper
    return True


def _is_text(text: str) -> bool:
    """Unicode scalar values without U+0000, which databases do not store."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text))


def _problems(value: object, path: tuple[str | int, ...], *, max_depth: int) -> Iterator[Problem]:
    """Everything in the tree that is to be refused, each with its place."""
    match value:
        case _Unreadable(type=problem_type, detail=detail):
            yield Problem(problem_type, _place(path), detail)
        case str():
            yield from _text_problems(value, path)
        case dict() | list() if len(path) >= max_depth:
            yield Problem(MALFORMED_VALUE_ERROR, _place(path), f"nests deeper than {max_depth} levels")
        case dict():
            if isinstance(value, _Repeating):
                for name in value.names:
                    yield Problem(PARSING_ERROR, _place(path), f"{_shown(repr(name))} stands here more than once")
            for name, member in value.items():
                yield from _text_problems(name, path)
                yield from _problems(member, (*path, name), max_depth=max_depth)
        case list():
            for index, item in enumerate(value):
                yield from _problems(item, (*path, index), max_depth=max_depth)
        case _:
            pass


def _text_problems(text: str, path: tuple[str | int, ...]) -> Iterator[Problem]:
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield Problem(PARSING_ERROR, _place(path), "holds half of a surrogate pair, which is no character")
    if "\0" in text:
        yield Problem(MALFORMED_VALUE_ERROR, _place(path), "holds the character U+0000")


def _place(path: tuple[str | int, ...]) -> str:
    named = ""
    for part in path:
        further = named + pointer(part)
        if len(further) > _MAX_POINTER_CHARACTERS:
            break
        named = further
    return named


def _shown(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:40]}… ({len(text)} characters)"
