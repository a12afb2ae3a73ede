"""A Token Status List tells of an index what its issuer set there, or that it can't tell."""

import contextlib
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.problems import JsonObject, Refused
from app.core.proof import signed_jwt
from app.core.status import token_status_list
from app.core.status.token_status_list import Entry, Status, StatusList
from tests.jwt_keys import base64url, key

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
URI = "https://dunmore.example/lists/1"
ISSUER = key("ES256")
CLAIMS: JsonObject = {
    "sub": URI,
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 600,
    "ttl": 60,
    "status_list": token_status_list.encode(16, {0: 1, 9: 1}),
}


def verify(claims: Any, *, typ: object = "statuslist+jwt", uri: str = URI) -> StatusList:
    token = signed_jwt.read(ISSUER.token(claims, typ=typ))
    return token_status_list.verify(token, key=ISSUER.public, uri=uri, now=NOW, clock_skew=timedelta(seconds=60))


def test_what_is_published_is_read() -> None:
    data = token_status_list.signing_input(
        token_status_list.encode(131_072, {7: Status.INVALID, 9: Status.SUSPENDED}, bits=2),
        uri=URI,
        algorithm="ES256",
        key_parameters={"kid": "1"},
        issued_at=NOW,
        expires=NOW + timedelta(hours=1),
        ttl_seconds=60,
    )
    token = signed_jwt.read(signed_jwt.attach(data, ISSUER.sign(data)))
    read = token_status_list.verify(token, key=ISSUER.public, uri=URI, now=NOW, clock_skew=timedelta(0))
    assert [read.status(index) for index in (6, 7, 8, 9)] == [0, Status.INVALID, 0, Status.SUSPENDED]
    assert (len(read), read.ttl, read.expires) == (131_072, timedelta(seconds=60), NOW + timedelta(hours=1))


@given(st.sampled_from([1, 2, 4, 8]), st.data())
def test_every_status_is_read_as_it_was_set(bits: int, data: st.DataObject) -> None:
    statuses = data.draw(st.dictionaries(st.integers(0, 63), st.integers(0, 2**bits - 1)))
    read = verify({**CLAIMS, "status_list": token_status_list.encode(64, statuses, bits=bits)})
    assert [read.status(index) for index in range(64)] == [statuses.get(index, 0) for index in range(64)]


def test_index_0_is_the_least_significant_bit() -> None:
    assert verify(CLAIMS).packed == bytes([0b0000_0001, 0b0000_0010])


@pytest.mark.parametrize("index", [-1, 16, 2**40])
def test_an_index_outside_of_the_list_does_not_tell(index: int) -> None:
    with pytest.raises(Refused, match="RANGE_ERROR"):
        verify(CLAIMS).status(index)


def test_an_entry_is_located_as_it_was_written() -> None:
    assert token_status_list.locate(token_status_list.entry(uri=URI, index=7)) == Entry(URI, 7)


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"status_list": []},
        {"status_list": {"idx": 1}},
        {"status_list": {"uri": URI}},
        {"status_list": {"idx": -1, "uri": URI}},
        {"status_list": {"idx": "1", "uri": URI}},
        {"status_list": {"idx": True, "uri": URI}},
        {"status_list": {"idx": 1.0, "uri": URI}},
        {"status_list": {"idx": 2**40, "uri": URI}},
        {"status_list": {"idx": 1, "uri": "http://dunmore.example"}},
    ],
    ids=str,
)
def test_an_entry_that_names_no_list_is_refused(status: JsonObject) -> None:
    with pytest.raises(Refused, match="MALFORMED_VALUE_ERROR at /status/status_list"):
        token_status_list.locate(status)


CHANGES: dict[str, JsonObject] = {
    "of another URI": {"sub": URI + "0"},
    "of no URI": {"sub": None},
    "of no time": {"iat": None},
    "of the future": {"iat": int(NOW.timestamp()) + 61},
    "ended": {"exp": int(NOW.timestamp())},
    "with an end that is text": {"exp": "2030"},
    "with a ttl of nothing": {"ttl": 0},
    "with a ttl that is text": {"ttl": "60"},
    "with a ttl beyond all time": {"ttl": 2**53 - 1},
    "without a list": {"status_list": None},
    "of 3 bits": {"status_list": {"bits": 3, "lst": "eNrbuRgAAhcBXQ"}},
    "of true bits": {"status_list": {"bits": True, "lst": "eNrbuRgAAhcBXQ"}},
    "of no base64url": {"status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ=="}},
    "of no zlib": {"status_list": {"bits": 1, "lst": base64url(b"x" * 40)}},
    "of gzip": {"status_list": {"bits": 1, "lst": base64url(zlib.compress(b"x" * 40, wbits=31))}},
    "of raw deflate": {"status_list": {"bits": 1, "lst": base64url(zlib.compress(b"x" * 40, wbits=-15))}},
    "of half a stream": {"status_list": {"bits": 1, "lst": base64url(zlib.compress(b"x" * 40)[:-1])}},
    "of a stream and more": {"status_list": {"bits": 1, "lst": base64url(zlib.compress(b"x" * 40) + b"x")}},
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_list_does_not_tell(what: str) -> None:
    with pytest.raises(Refused, match="STATUS_VERIFICATION_ERROR"):
        verify({name: value for name, value in (CLAIMS | CHANGES[what]).items() if value is not None})


@pytest.mark.parametrize("typ", ["JWT", "dc+sd-jwt", None])
def test_a_token_of_another_type_is_no_list(typ: object) -> None:
    with pytest.raises(Refused, match="of the type"):
        verify(CLAIMS, typ=typ)


def test_a_strangers_list_does_not_tell() -> None:
    token = signed_jwt.read(key("ES256", 7).token(CLAIMS, typ="statuslist+jwt"))
    with pytest.raises(Refused, match="PROOF_VERIFICATION_ERROR"):
        token_status_list.verify(token, key=ISSUER.public, uri=URI, now=NOW, clock_skew=timedelta(0))


def test_a_list_that_unpacks_to_too_much_is_refused() -> None:
    bomb = base64url(zlib.compress(b"\0" * (token_status_list.MAX_UNCOMPRESSED_BYTES + 1), 9))
    with pytest.raises(Refused, match="STATUS_LIST_LENGTH_ERROR"):
        verify({**CLAIMS, "status_list": {"bits": 1, "lst": bomb}})


@pytest.mark.parametrize(("length", "bits"), [(0, 1), (-8, 1), (9, 1), (3, 2), (8, 3), (1, 4)])
def test_a_list_is_of_whole_bytes(length: int, bits: int) -> None:
    with pytest.raises(Refused, match="STATUS_LIST_LENGTH_ERROR"):
        token_status_list.encode(length, {}, bits=bits)


@pytest.mark.parametrize("statuses", [{16: 1}, {-1: 1}, {0: 2}, {0: -1}], ids=str)
def test_what_does_not_fit_the_list_is_not_published(statuses: dict[int, int]) -> None:
    with pytest.raises(Refused, match="RANGE_ERROR"):
        token_status_list.encode(16, statuses)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_list_or_refused(packed: bytes) -> None:
    for data in (packed, zlib.compress(packed)):
        with contextlib.suppress(Refused):
            verify({**CLAIMS, "status_list": {"bits": 1, "lst": base64url(data)}})
