"""CBOR, as much of it as proof values are written in, in its one shortest form.

Unsigned integers, byte strings, texts, arrays, and maps by integers. https://www.rfc-editor.org/rfc/rfc8949#section-4.2
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.core.problems import MALFORMED_VALUE_ERROR, Problem, Refused

Value: TypeAlias = int | bytes | str | Sequence["Value"] | Mapping[int, "Value"]

MAX_DEPTH = 4

_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = 0, 2, 3, 4, 5, 6
# RFC 8746 §2.1: an array of bytes, as which some write a byte string.
_BYTE_ARRAY = 64
# How many bytes an argument takes that does not fit in the first (RFC 8949 §3), and the least that needs so many.
_LONGER_ARGUMENTS = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}


def write(value: Value) -> bytes:
    match value:
        case int():
            return _head(_UNSIGNED, value)
        case bytes():
            return _head(_BYTES, len(value)) + value
        case str():
            text = value.encode()
            return _head(_TEXT, len(text)) + text
        case Mapping():
            members = (write(key) + write(value[key]) for key in sorted(value))
            return _head(_MAP, len(value)) + b"".join(members)
        case _:
            return _head(_ARRAY, len(value)) + b"".join(map(write, value))


def read(data: bytes) -> Value:
    """The one value that `data` is. Raises Refused (MALFORMED_VALUE_ERROR)."""
    reader = _Reader(data)
    value = reader.value(depth=0)
    if reader.at != len(data):
        raise _malformed(f"goes on for {len(data) - reader.at} bytes after its end")
    return value


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    for short, (length, _) in _LONGER_ARGUMENTS.items():
        if argument < 1 << 8 * length:
            return bytes([major << 5 | short]) + argument.to_bytes(length, "big")
    raise ValueError("an integer of more than 64 bits")


@dataclass(slots=True)
class _Reader:
    data: bytes
    at: int = 0

    def value(self, *, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise _malformed(f"nests deeper than {MAX_DEPTH} levels")
        major, argument = self.head()
        match major:
            case 0:
                return argument
            case 2:
                return self.take(argument)
            case 3:
                return self.text(argument)
            case 4:
                return [self.value(depth=depth + 1) for _ in range(self.possible(argument))]
            case 5:
                return self.members(argument, depth=depth + 1)
            case 6 if argument == _BYTE_ARRAY:
                return self.byte_array()
            case _:
                raise _malformed(f"has a value of a kind that proofs do not hold, at byte {self.at}")

    def head(self) -> tuple[int, int]:
        (first,) = self.take(1)
        major, short = first >> 5, first & 31
        if short < 24:
            return major, short
        if short not in _LONGER_ARGUMENTS:
            raise _malformed(f"has a value without a length, at byte {self.at}")
        length, least = _LONGER_ARGUMENTS[short]
        argument = int.from_bytes(self.take(length), "big")
        if argument < least:
            raise _malformed(f"has a number that is not in its shortest form, at byte {self.at}")
        return major, argument

    def take(self, length: int) -> bytes:
        if length > len(self.data) - self.at:
            raise _malformed("ends too early")
        taken = self.data[self.at : self.at + length]
        self.at += length
        return taken

    def possible(self, items: int) -> int:
        """Refused before anything is made of it: every item takes a byte at least."""
        if items > len(self.data) - self.at:
            raise _malformed("ends too early")
        return items

    def text(self, length: int) -> str:
        try:
            return self.take(length).decode()
        except UnicodeDecodeError as error:
            raise _malformed(f"has a text that is not UTF-8, before byte {self.at}") from error

    def byte_array(self) -> bytes:
        major, length = self.head()
        if major != _BYTES:
            raise _malformed(f"has no byte string after the tag {_BYTE_ARRAY}, at byte {self.at}")
        return self.take(length)

    def members(self, count: int, *, depth: int) -> Mapping[int, Value]:
        found: dict[int, Value] = {}
        for _ in range(self.possible(count)):
            major, key = self.head()
            if major != _UNSIGNED:
                raise _malformed(f"has a name that is no number, at byte {self.at}")
            if key in found:
                raise _malformed(f"has the name {key} twice")
            found[key] = self.value(depth=depth)
        return found


def _malformed(detail: str) -> Refused:
    return Refused(Problem(MALFORMED_VALUE_ERROR, detail=f"the CBOR {detail}"))
