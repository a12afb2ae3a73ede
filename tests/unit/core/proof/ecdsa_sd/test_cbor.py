"""CBOR: what is written is read back, one way to write each value, and any bytes are read or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.problems import Refused
from app.core.proof.ecdsa_sd import cbor

INTEGERS = st.integers(min_value=0, max_value=2**64 - 1)
VALUES = st.recursive(
    INTEGERS | st.binary(max_size=300) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(INTEGERS, inner, max_size=30),
    max_leaves=40,
).filter(lambda value: _depth(value) <= cbor.MAX_DEPTH)


def _depth(value: object) -> int:
    match value:
        case list():
            return 1 + max(map(_depth, value), default=0)
        case dict():
            return 1 + max(map(_depth, value.values()), default=0)
        case _:
            return 0


@given(VALUES)
def test_what_is_written_is_read_back(value: cbor.Value) -> None:
    assert cbor.read(cbor.write(value)) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_the_one_way_to_write_a_value_or_refused(data: bytes) -> None:
    try:
        value = cbor.read(data)
    except Refused:
        return
    assert sorted(cbor.write(value)) == sorted(data) or b"\xd8\x40" in data


@given(VALUES, st.data())
def test_no_bytes_may_be_missing(value: cbor.Value, data: st.DataObject) -> None:
    written = cbor.write(value)
    with pytest.raises(Refused):
        cbor.read(written[: data.draw(st.integers(0, len(written) - 1))])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (255, "18ff"),
        (256, "190100"),
        (65_536, "1a00010000"),
        (2**32, "1b0000000100000000"),
        (2**64 - 1, "1bffffffffffffffff"),
        (b"", "40"),
        (b"\x01\x02\x03\x04", "4401020304"),
        ("ü", "62c3bc"),
        ([1, [2, 3]], "8201820203"),
        ({10: b"a", 2: b"b"}, "a20241620a4161"),
    ],
)
def test_a_value_has_the_form_of_rfc_8949(value: cbor.Value, written: str) -> None:
    assert cbor.write(value).hex() == written


def test_a_byte_string_may_be_tagged_as_an_array_of_bytes() -> None:
    assert cbor.read(bytes.fromhex("81d84042abcd")) == [b"\xab\xcd"]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        pytest.param("", "ends too early", id="nothing"),
        pytest.param("0000", "goes on", id="more than one value"),
        pytest.param("1817", "shortest", id="23 in two bytes"),
        pytest.param("190018", "shortest", id="24 in three bytes"),
        pytest.param("5801aa", "shortest", id="a length in two bytes"),
        pytest.param("5f41aaff", "without a length", id="a byte string in pieces"),
        pytest.param("9f01ff", "without a length", id="an array without its length"),
        pytest.param("1c", "without a length", id="a reserved length"),
        pytest.param("20", "of a kind", id="a negative integer"),
        pytest.param("f5", "of a kind", id="true"),
        pytest.param("f6", "of a kind", id="null"),
        pytest.param("fb3ff0000000000000", "of a kind", id="a float"),
        pytest.param("c11a00000000", "of a kind", id="a date"),
        pytest.param("d84060", "no byte string after", id="a text tagged as bytes"),
        pytest.param("d840d84040", "no byte string after", id="a tag twice"),
        pytest.param("a141aa01", "no number", id="a name that is no number"),
        pytest.param("a200010002", "twice", id="a name twice"),
        pytest.param("61ff", "not UTF-8", id="a text that is not UTF-8"),
        pytest.param("818181818100", "deeper", id="arrays in arrays"),
        pytest.param("9bffffffffffffffff", "ends too early", id="more items than there are bytes"),
        pytest.param("bbffffffffffffffff", "ends too early", id="more members than there are bytes"),
        pytest.param("5bffffffffffffffff", "ends too early", id="a byte string longer than all"),
    ],
)
def test_what_proofs_do_not_hold_is_refused(written: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        cbor.read(bytes.fromhex(written))
