"""A status list, written and read; and what a list may not be."""

import gzip
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.json_ld import Contexts, canonicalize
from app.core.multiformats import encode_base64url
from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    RANGE_ERROR,
    STATUS_LIST_LENGTH_ERROR,
    STATUS_VERIFICATION_ERROR,
    JsonObject,
    Refused,
)
from app.core.status import bitstring_status_list
from app.core.status.bitstring_status_list import MAX_UNCOMPRESSED_BYTES, MINIMUM_LENGTH, Entry, encode, locate, read
from tests.verifying import CREATED, NOW, STATUS_LIST, UNIVERSITY, status_entry


def a_list(encoded_list: str, *, purpose: Any = "revocation") -> JsonObject:
    return bitstring_status_list.credential(
        url=STATUS_LIST,
        issuer=UNIVERSITY,
        purpose=purpose,
        encoded_list=encoded_list,
        valid_from=CREATED,
        valid_until=NOW,
        ttl_milliseconds=60_000,
    )


def at(index: int, *, purpose: str = "revocation", size: int = 1) -> Entry:
    return Entry(url=STATUS_LIST, index=index, purpose=purpose, size=size)


def packed(data: bytes) -> str:
    return encode_base64url(gzip.compress(data, mtime=0))


def refusal(status_list: JsonObject, entry: Entry) -> str:
    with pytest.raises(Refused) as refused:
        read(status_list, entry)
    return refused.value.problems[0].type


# ── the entry ──


def test_what_an_entry_says_is_where_it_is_looked_up() -> None:
    assert locate(status_entry(94_567)) == at(94_567)


@pytest.mark.parametrize(
    "index",
    [94_567, 23.0, "-1", "1e3", "+1", "01", "00", "", " 1", "1 ", "0x1", "1.0", "٣", "9" * 17, None, True, ["1"]],
)
def test_an_index_that_is_no_string_of_digits_is_refused(index: object) -> None:
    with pytest.raises(Refused, match="MALFORMED_VALUE_ERROR at /credentialStatus/statusListIndex"):
        locate(status_entry() | {"statusListIndex": index})


@pytest.mark.parametrize(
    "members",
    [
        {"statusPurpose": None},
        {"statusPurpose": ["revocation"]},
        {"statusPurpose": ""},
        {"statusListCredential": None},
        {"statusListCredential": "file:///etc/passwd"},
        {"statusListCredential": "https://user@uni.example/status-lists/3"},
        {"statusListCredential": "https://uni.example/status-lists/3#list"},
        {"statusListCredential": "status-lists/3"},
        {"statusSize": 0},
        {"statusSize": True},
        {"statusSize": "1"},
        {"statusSize": 1_000},
        {"id": STATUS_LIST},
        {"id": None},
    ],
)
def test_an_entry_that_breaks_the_specification_is_refused(members: JsonObject) -> None:
    with pytest.raises(Refused) as refused:
        locate(status_entry() | members)
    assert refused.value.problems[0].type == MALFORMED_VALUE_ERROR


@given(
    st.dictionaries(st.sampled_from(list(status_entry())), st.one_of(st.none(), st.text(), st.integers(), st.just("7")))
)
def test_any_entry_is_located_or_refused(members: JsonObject) -> None:
    with suppress(Refused):
        assert locate(status_entry() | members).index >= 0


# ── the list ──


@given(st.sets(st.integers(min_value=0, max_value=MINIMUM_LENGTH - 1), max_size=20), st.integers(0, MINIMUM_LENGTH - 1))
def test_exactly_the_indexes_that_were_set_are_set(indexes: set[int], other: int) -> None:
    status_list = a_list(encode(MINIMUM_LENGTH, indexes))
    assert {index for index in {*indexes, other} if read(status_list, at(index))} == indexes


@pytest.mark.parametrize("index", [-1, MINIMUM_LENGTH])
def test_an_index_outside_of_the_list_cannot_be_set(index: int) -> None:
    with pytest.raises(Refused, match="RANGE_ERROR"):
        encode(MINIMUM_LENGTH, [index])


def test_a_list_below_the_minimum_is_not_made() -> None:
    with pytest.raises(Refused, match="STATUS_LIST_LENGTH_ERROR"):
        encode(MINIMUM_LENGTH - 8, [])


def test_the_last_index_is_in_the_list() -> None:
    assert read(a_list(encode(MINIMUM_LENGTH, [MINIMUM_LENGTH - 1])), at(MINIMUM_LENGTH - 1)) is True


@pytest.mark.parametrize("index", [MINIMUM_LENGTH, 2**53, 10**16 - 1])
def test_an_index_beyond_the_list_is_out_of_range(index: int) -> None:
    assert refusal(a_list(encode(MINIMUM_LENGTH, [])), at(index)) == RANGE_ERROR


@pytest.mark.parametrize("length", [0, 1, 16_383])
def test_a_short_list_is_refused(length: int) -> None:
    assert refusal(a_list(packed(bytes(length))), at(0)) == STATUS_LIST_LENGTH_ERROR


def test_a_list_is_too_short_where_each_entry_takes_two_bits() -> None:
    assert refusal(a_list(packed(bytes(16_384))), at(0, size=2)) == STATUS_LIST_LENGTH_ERROR


def test_an_entry_of_two_bits_is_set_where_either_is() -> None:
    bits = bytearray(32_768)
    bits[1] = 0b0001_0000
    status_list = a_list(packed(bytes(bits)))
    assert [read(status_list, at(index, size=2)) for index in range(4, 8)] == [False, True, False, False]


@pytest.mark.parametrize("purpose", ["suspension", ["suspension", "message"], []])
def test_a_list_of_another_purpose_is_refused(purpose: object) -> None:
    assert refusal(a_list(encode(MINIMUM_LENGTH, []), purpose=purpose), at(0)) == STATUS_VERIFICATION_ERROR


def test_a_list_may_have_several_purposes() -> None:
    assert read(a_list(encode(MINIMUM_LENGTH, []), purpose=["suspension", "revocation"]), at(0)) is False


def test_what_unpacks_to_more_than_a_list_may_have_is_stopped() -> None:
    assert refusal(a_list(packed(bytes(MAX_UNCOMPRESSED_BYTES + 1))), at(0)) == STATUS_LIST_LENGTH_ERROR


@pytest.mark.parametrize(
    "encoded_list",
    [
        "",
        "u",
        "u!",
        encode(MINIMUM_LENGTH, [])[1:],
        "z" + encode(MINIMUM_LENGTH, [])[1:],
        encode(MINIMUM_LENGTH, [])[:-4],
        encode_base64url(gzip.compress(bytes(16_384), mtime=0) + b"more"),
        encode_base64url(gzip.compress(bytes(16_384), mtime=0) + gzip.compress(b"\xff", mtime=0)),
        encode_base64url(bytes(16_384)),
    ],
)
def test_what_is_not_one_gzip_stream_is_refused(encoded_list: str) -> None:
    assert refusal(a_list(encoded_list), at(0)) == STATUS_VERIFICATION_ERROR


@pytest.mark.parametrize(
    "members",
    [
        {"type": ["VerifiableCredential"]},
        {"type": "BitstringStatusListCredential"},
        {"credentialSubject": None},
        {"credentialSubject": []},
        {"credentialSubject": {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": None}},
        {"credentialSubject": {"type": "Other", "statusPurpose": "revocation", "encodedList": "u"}},
    ],
)
def test_another_credential_is_no_list(members: JsonObject) -> None:
    assert refusal(a_list(encode(MINIMUM_LENGTH, [])) | members, at(0)) == STATUS_VERIFICATION_ERROR


@given(st.one_of(st.text(), st.text(alphabet="uH4sIA-_", max_size=60), st.binary().map(encode_base64url)))
def test_any_text_is_a_list_or_refused(encoded_list: str) -> None:
    with suppress(Refused):
        assert read(a_list(encoded_list), at(0)) in {True, False}


def test_a_list_credential_loses_nothing_in_json_ld(contexts: Contexts) -> None:
    assert b"encodedList" in canonicalize(contexts, a_list(encode(MINIMUM_LENGTH, [1])))


# ── how long it may be kept ──


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [(300_000, 300.0), (1_500.5, 1.5005), (0, 0.0), (-1, None), ("300000", None), (True, None), (None, None)],
)
def test_a_list_says_in_milliseconds_how_long_it_may_be_kept(ttl: Any, seconds: float | None) -> None:
    status_list = a_list(encode(MINIMUM_LENGTH, ()))
    status_list["credentialSubject"]["ttl"] = ttl
    assert bitstring_status_list.ttl_seconds(status_list) == seconds


def test_a_list_without_a_ttl_does_not_say() -> None:
    assert bitstring_status_list.ttl_seconds({"credentialSubject": [{"ttl": 1}]}) is None
