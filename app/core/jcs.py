"""RFC 8785, the JSON Canonicalization Scheme: one JSON value, one text, whoever writes it.

https://www.rfc-editor.org/rfc/rfc8785. Where the standard library's encoder gives the same bytes, it does the writing:
wherever it writes each number alike, and names sort alike by code points and by UTF-16. All else goes the general way.
"""

import json
import math
import re
from collections.abc import Iterator
from json.encoder import encode_basestring
from typing import Any

from app.core.problems import MALFORMED_VALUE_ERROR, RANGE_ERROR, Problem, Refused

# As deep as `strict_json` reads, and the object around it that signs.
MAX_DEPTH = 64

_MAX_INTEGER = 2**53 - 1
# Only what is beyond U+FFFF sorts elsewhere in UTF-16: before U+E000 to U+FFFF. In UTF-8 it begins with one of these.
_BEYOND_UTF16_UNIT = re.compile(rb"[\xf0-\xf4]")
_REPRESENTATION = re.compile(r"([0-9]+)(?:\.([0-9]+))?(?:e([+-][0-9]+))?")

_STRING = frozenset({str})
# What holds itself nests too deep before.
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), sort_keys=True)


def canonicalize(value: object) -> bytes:
    """The canonical text of a JSON value, in UTF-8.

    Raises Refused: RANGE_ERROR for a number that a double does not hold, MALFORMED_VALUE_ERROR for what is no JSON
    value, half a surrogate pair among it, or nests too deep.
    """
    if not _is_written_otherwise(value):
        text = _ENCODER.encode(value)
        if text.isascii():
            return text.encode()
        encoded = _utf8(text)
        if not _BEYOND_UTF16_UNIT.search(encoded):
            return encoded
    return _utf8("".join(_written(value)))


def _is_written_otherwise(value: object) -> bool:
    """Whether Python writes a number anywhere in `value` otherwise; on the way, whether it is JSON. Raises Refused."""
    found = False
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH + 1):
        if not level:
            break
        deeper: list[Any] = []
        for held in level:
            if held.__class__ is str:
                continue
            if isinstance(held, dict):
                if not _STRING.issuperset(map(type, held)):
                    raise Refused(Problem(MALFORMED_VALUE_ERROR, detail="has a member whose name is no string"))
                deeper += held.values()
            elif isinstance(held, list):
                deeper += held
            else:
                found |= _is_number_written_otherwise(held)
        level = deeper
    if any(held.__class__ is not str for held in level):
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=f"nests deeper than {MAX_DEPTH} levels"))
    return found


def _is_number_written_otherwise(value: object) -> bool:
    match value:
        case None | bool() | str():
            return False
        case int() if abs(value) <= _MAX_INTEGER:
            return False
        case float() if math.isfinite(value):
            return _number(value) != repr(value)
        case int() | float():
            raise Refused(Problem(RANGE_ERROR, detail="holds a number that a double does not keep"))
        case _:
            raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=f"a {type(value).__name__} is no JSON value"))


# ── the general way ──────────────────────────────────────────────────────────────────────────────────────────────────


def _written(value: object) -> Iterator[str]:
    match value:
        case dict():
            separator = "{"
            for name in sorted(value, key=_utf16):
                yield f"{separator}{encode_basestring(name)}:"
                yield from _written(value[name])
                separator = ","
            yield "}" if value else "{}"
        case list():
            separator = "["
            for item in value:
                yield separator
                yield from _written(item)
                separator = ","
            yield "]" if value else "[]"
        case float():
            yield _number(value)
        case str():
            yield encode_basestring(value)
        case _:
            yield json.dumps(value)


def _utf16(name: str) -> bytes:
    """§3.2.3: names are sorted by their UTF-16 code units."""
    return name.encode("utf-16-be", "surrogatepass")


def _number(value: float) -> str:
    """§3.2.2.3, ECMAScript's Number::toString: the fewest digits that are read back as the same double.

    Python finds the same digits, and sets them down another way.
    """
    if value == 0:
        return "0"
    found = _REPRESENTATION.fullmatch(repr(abs(value)))
    if found is None:
        raise AssertionError(f"{value!r} is no finite number")
    whole, fraction, exponent = found[1], found[2] or "", int(found[3] or 0)
    # The value is 0.DIGITS × 10^point.
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + exponent - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return sign + digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{sign}{mantissa}e{point - 1:+d}"


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        detail = "holds half of a surrogate pair, which is no character"
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=detail)) from error
