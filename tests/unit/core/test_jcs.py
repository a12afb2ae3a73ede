"""JCS: both ways to write a value give the same bytes, which mean the same value, or it is refused."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import jcs
from app.core.problems import MALFORMED_VALUE_ERROR, RANGE_ERROR, Refused

SAFE = 2**53 - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = TEXT | st.sampled_from(["\ue000", "\U00010000", "\ufb33", "\U0001f600", "a", "é", ""])
NUMBERS = st.integers(-SAFE, SAFE) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=30,
)


def general(value: object) -> bytes:
    return "".join(jcs._written(value)).encode()


@given(JSON)
def test_the_fast_way_gives_the_bytes_of_the_general_way(value: Any) -> None:
    assert jcs.canonicalize(value) == general(value)


@given(JSON)
def test_the_canonical_text_means_the_same_value(value: Any) -> None:
    assert _as_doubles(json.loads(jcs.canonicalize(value))) == _as_doubles(value)


@given(JSON)
def test_what_is_canonical_stays_as_it_is(value: Any) -> None:
    once = jcs.canonicalize(value)
    assert jcs.canonicalize(json.loads(once, parse_int=_number)) == once


@given(st.dictionaries(NAMES, st.none(), min_size=2))
def test_names_stand_in_the_order_of_their_utf_16_units(members: dict[str, None]) -> None:
    names = list(json.loads(jcs.canonicalize(members)))
    assert names == sorted(members, key=lambda name: list(_units(name)))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_back_as_the_same_double(value: float) -> None:
    assert float(jcs.canonicalize(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-6, max_value=9e20))
def test_a_number_of_common_size_is_written_without_an_exponent(value: float) -> None:
    assert b"e" not in jcs.canonicalize(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, SAFE + 1, -SAFE - 1, [1.5, {"a": math.nan}]])
def test_a_number_that_no_double_keeps_is_refused(value: object) -> None:
    assert _refused(value) == RANGE_ERROR


@pytest.mark.parametrize("value", ["\ud800", {"\udc00": 1}, [0.5, "\ud83d"], {1: "a"}, (1,), b"a", {"a": {1.5: 2}}])
def test_what_is_no_json_value_is_refused(value: object) -> None:
    assert _refused(value) == MALFORMED_VALUE_ERROR


def test_what_nests_too_deep_is_refused() -> None:
    value: Any = 0
    for _ in range(100_000):
        value = [value]
    assert _refused(value) == MALFORMED_VALUE_ERROR


def test_control_characters_are_escaped_and_no_others() -> None:
    assert jcs.canonicalize('\x00\x1f\b\t\n\f\r"\\/\x7f\u2028é') == (
        b'"\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\/\x7f' + "\u2028é".encode() + b'"'
    )


def _refused(value: object) -> str:
    with pytest.raises(Refused) as refused:
        jcs.canonicalize(value)
    return refused.value.problems[0].type


def _units(name: str) -> memoryview:
    return memoryview(name.encode("utf-16-le")).cast("H")


def _number(text: str) -> int | float:
    return int(text) if abs(int(text)) <= SAFE else float(text)


def _as_doubles(value: Any) -> Any:
    match value:
        case bool() | None | str():
            return value
        case int() | float():
            return float(value)
        case list():
            return [_as_doubles(item) for item in value]
        case _:
            return {name: _as_doubles(member) for name, member in value.items()}
