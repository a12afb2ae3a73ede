"""Strict JSON: what two parsers could read differently is refused, with its place."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import strict_json
from app.core.problems import MALFORMED_VALUE_ERROR, PARSING_ERROR, RANGE_ERROR, Refused

REFUSED = [
    pytest.param(b'{"a":1,"a":2}', PARSING_ERROR, "", id="a repeated name"),
    pytest.param(b'{"x":[{"b":{"c":1,"c":2}}]}', PARSING_ERROR, "/x/0/b", id="a repeated name further in"),
    pytest.param(b'{"a":1,"\\u0061":2}', PARSING_ERROR, "", id="a repeated name, once escaped"),
    pytest.param(b'{"a":NaN}', PARSING_ERROR, "/a", id="NaN"),
    pytest.param(b"[-Infinity]", PARSING_ERROR, "/0", id="-Infinity"),
    pytest.param(b'{"a":1e999}', RANGE_ERROR, "/a", id="a number beyond a double"),
    pytest.param(b'{"a":9007199254740992}', RANGE_ERROR, "/a", id="2^53"),
    pytest.param(b'{"a":-9007199254740992}', RANGE_ERROR, "/a", id="-2^53"),
    pytest.param(b"[" + b"9" * 400 + b"]", RANGE_ERROR, "/0", id="400 digits"),
    pytest.param(b"[" + b"9" * 5000 + b"]", RANGE_ERROR, "/0", id="5,000 digits"),
    pytest.param(b'{"a":"\\ud800"}', PARSING_ERROR, "/a", id="a lone surrogate"),
    pytest.param(b'{"\\udc00":1}', PARSING_ERROR, "", id="a lone surrogate in a name"),
    pytest.param(b'{"a":"x\\u0000"}', MALFORMED_VALUE_ERROR, "/a", id="U+0000"),
    pytest.param(b"\xef\xbb\xbf{}", PARSING_ERROR, "", id="a byte order mark"),
    pytest.param("{}".encode("utf-16"), PARSING_ERROR, "", id="UTF-16 with a mark"),
    pytest.param("{}".encode("utf-16-le"), PARSING_ERROR, "", id="UTF-16 without one"),
    pytest.param(b'{"a":"\xff"}', PARSING_ERROR, "", id="no UTF-8"),
    pytest.param(b'{"a":"\xed\xa0\x80"}', PARSING_ERROR, "", id="a surrogate encoded as UTF-8"),
    pytest.param(b"", PARSING_ERROR, "", id="nothing"),
    pytest.param(b"{}{}", PARSING_ERROR, "", id="two values"),
    pytest.param(
        b'{"a":' * 33 + b"0" + b"}" * 33, MALFORMED_VALUE_ERROR, "/a" * 32, id="33 levels and a scalar inside"
    ),
    pytest.param(b"[" * 33 + b"]" * 33, MALFORMED_VALUE_ERROR, "/0" * 32, id="33 levels"),
    pytest.param(b"[" * 500 + b"]" * 500, MALFORMED_VALUE_ERROR, "/0" * 32, id="500 levels"),
    pytest.param(b"[" * 100_000, MALFORMED_VALUE_ERROR, "", id="100,000 levels"),
    pytest.param(b"[" + b"0," * 100_000 + b"0]", MALFORMED_VALUE_ERROR, "", id="100,002 values"),
    pytest.param(b'"' + b" " * 1_048_576 + b'"', MALFORMED_VALUE_ERROR, "", id="more than 1 MiB"),
]


@pytest.mark.parametrize(("data", "problem_type", "at"), REFUSED)
def test_it_is_refused_with_its_place(data: bytes, problem_type: str, at: str) -> None:
    with pytest.raises(Refused) as refused:
        strict_json.read(data)
    assert [(problem.type, problem.at) for problem in refused.value.problems] == [(problem_type, at)]


@pytest.mark.parametrize(
    "data",
    [
        b"9007199254740991",
        b"-9007199254740991",
        b"[" * 32 + b"]" * 32,
        b'{"a":' * 32 + b"0" + b"}" * 32,
        b'"\\ud83d\\ude00"',
    ],
)
def test_what_is_just_within_the_bounds_is_read(data: bytes) -> None:
    assert strict_json.read(data) == json.loads(data)


_MOST = 1_048_576
_TIRING = [
    pytest.param(b'{"a":[' + b"0," * 500_000 + b"0]}", id="500,000 numbers"),
    pytest.param(b"[" + b"[]," * 340_000 + b"0]", id="340,000 empty lists"),
    pytest.param(b"[" + b'"",' * 340_000 + b'""]', id="340,000 empty strings"),
    pytest.param(b"[" + b"{" * 1_000_000, id="a million brackets"),
    pytest.param(b"," * 1_000_000, id="a million commas"),
    pytest.param(b'"' + b'\\",' * 340_000, id="340,000 quotes in a string that does not close"),
    pytest.param(b"{" + b",".join(b'"%d":0' % (n // 2) for n in range(99_000)) + b"}", id="49,500 repeated names"),
    pytest.param(b'{"' + b"n" * 500_000 + b'":[' + b"0," * 90_000 + b"NaN]}", id="a fault far down a long name"),
    pytest.param(b'{"a":' * 31 + b"[" + b"0," * 99_900 + b"NaN]" + b"}" * 31, id="a fault after many, 32 levels down"),
    pytest.param(('"' + "é" * 500_000 + '\\ud800"').encode(), id="a fault after much text"),
    pytest.param(b"[" + b"9" * 1_000_000 + b"]", id="a million digits"),
    pytest.param(b"[" + b"9" * 1_000_000 + b".5]", id="a million digits and a fraction"),
]


@pytest.mark.parametrize("data", _TIRING)
def test_no_body_costs_seconds(data: bytes) -> None:
    assert len(data) <= _MOST
    began = time.process_time()
    with pytest.raises(Refused) as refused:
        strict_json.read(data)
    assert time.process_time() - began < 2
    assert sum(len(problem.at + problem.detail) for problem in refused.value.problems) < 10_000


@pytest.mark.parametrize(
    "data",
    [
        b"[" + b"0," * 99_998 + b"0]",
        b"[" + b"[ ]," * 99_998 + b"{ }]",
        b'["' + b",[{" * 200_000 + b'"]',
        b'["' + b'\\",[' * 200_000 + b'"]',
    ],
)
def test_values_are_counted_as_they_are(data: bytes) -> None:
    assert strict_json.read(data) == json.loads(data)


def test_every_problem_is_named() -> None:
    with pytest.raises(Refused) as refused:
        strict_json.read(b'{"a":NaN,"b":[1e999],"c":{"d":1,"d":2}}')
    assert {problem.at for problem in refused.value.problems} == {"/a", "/b/0", "/c"}


def test_a_number_bomb_is_not_quoted_in_full() -> None:
    with pytest.raises(Refused) as refused:
        strict_json.read(b"9" * 5000)
    assert len(refused.value.problems[0].detail) < 100


def test_the_refusal_of_many_faults_is_short() -> None:
    with pytest.raises(Refused) as refused:
        strict_json.read(b"[" + b",".join([b"NaN"] * 5_000) + b"]")
    assert len(refused.value.problems) == strict_json.MAX_PROBLEMS


def test_only_an_object_is_read_as_an_object() -> None:
    with pytest.raises(Refused):
        strict_json.read_object(b"[]")


def test_members_are_written_in_their_order() -> None:
    assert strict_json.write({"b": 1, "a": "é"}) == '{"b":1,"a":"é"}'.encode()


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_a_refusal(data: bytes) -> None:
    try:
        value = strict_json.read(data)
    except Refused:
        return
    assert value == json.loads(data)


_JSON_PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b",", b":", b'"a"', b'"\\u', b"d800", b'"', b"1", b"1e400", b"NaN", b"null", b" ", b"\\"]
)


@given(st.lists(_JSON_PIECES, max_size=30).map(b"".join))
def test_anything_like_json_gives_a_value_or_a_refusal(data: bytes) -> None:
    try:
        strict_json.read(data, max_depth=4, max_nodes=10)
    except Refused as refused:
        assert refused.problems  # noqa: PT017 - that it is a refusal, and not another exception, is what is tested


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab\u00e9\U0001f600", max_size=3), inner),
    max_leaves=20,
)


@given(_JSON)
def test_what_is_written_is_read_back(value: object) -> None:
    assert strict_json.read(strict_json.write(value)) == value
