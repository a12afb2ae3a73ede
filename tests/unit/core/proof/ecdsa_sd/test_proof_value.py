"""Proof values of ecdsa-sd-2023: read back as written, and nothing else is read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.multiformats import encode_base64url
from app.core.problems import PROOF_VERIFICATION_ERROR, Refused
from app.core.proof.ecdsa_sd import cbor
from app.core.proof.ecdsa_sd.proof_value import (
    MAX_POINTERS,
    MAX_STATEMENTS,
    BaseProofValue,
    DerivedProofValue,
    read_base,
    read_derived,
    write_base,
    write_derived,
    write_proof_key,
)
from tests.disclosing import HMAC_KEY, PROOF_KEY

KEY = write_proof_key(PROOF_KEY.public)
SIGNATURE = bytes(range(64))
BASE = BaseProofValue(SIGNATURE, PROOF_KEY.public, HMAC_KEY, (SIGNATURE, SIGNATURE[::-1]), ("/issuer", ""))
DERIVED = DerivedProofValue(SIGNATURE, PROOF_KEY.public, (SIGNATURE,), {0: HMAC_KEY, 300: bytes(32)}, (0, 7, 3))
BASE_HEADER, DERIVED_HEADER = b"\xd9\x5d\x00", b"\xd9\x5d\x01"


def encoded(header: bytes, parts: Any) -> str:
    return encode_base64url(header + cbor.write(parts))


def test_a_base_proof_is_read_back() -> None:
    assert read_base(write_base(BASE)) == BASE


def test_a_derived_proof_is_read_back() -> None:
    assert read_derived(write_derived(DERIVED)) == DERIVED


def test_the_key_of_names_is_not_printed() -> None:
    assert HMAC_KEY.hex() not in repr(BASE)
    assert str(HMAC_KEY) not in repr(BASE)


def test_a_base_proof_is_told_from_a_derived_one() -> None:
    with pytest.raises(Refused, match="for the holder alone"):
        read_derived(write_base(BASE))
    with pytest.raises(Refused, match="only a base proof can be derived from"):
        read_base(write_derived(DERIVED))


@given(st.text(max_size=60) | st.binary(max_size=200).map(encode_base64url))
@pytest.mark.parametrize("reader", [read_base, read_derived])
def test_any_text_is_read_or_refused(reader: Callable[[str], object], text: str) -> None:
    with pytest.raises(Refused) as refused:
        reader(text)
    assert {(each.type, each.at) for each in refused.value.problems} == {(PROOF_VERIFICATION_ERROR, "/proofValue")}


@given(st.binary(max_size=200))
@pytest.mark.parametrize(("reader", "header"), [(read_base, BASE_HEADER), (read_derived, DERIVED_HEADER)])
def test_any_bytes_behind_the_header_are_read_or_refused(
    reader: Callable[[str], object], header: bytes, data: bytes
) -> None:
    with pytest.raises(Refused, match="PROOF_VERIFICATION_ERROR"):
        reader(encode_base64url(header + data))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param(0, SIGNATURE[1:], id="a base signature of 63 bytes"),
        pytest.param(0, "x" * 64, id="a base signature that is a text"),
        pytest.param(1, KEY + b"\0", id="a key of 36 bytes"),
        pytest.param(1, b"\x81\x24" + KEY[2:], id="a key of P-384"),
        pytest.param(1, KEY[2:], id="a key without its kind"),
        pytest.param(1, KEY[:2] + b"\x02" + b"\xff" * 32, id="a key that is no point"),
        pytest.param(1, 5, id="a key that is a number"),
        pytest.param(2, HMAC_KEY[:16], id="an HMAC key of 16 bytes"),
        pytest.param(2, 1, id="an HMAC key that is a number"),
        pytest.param(3, [SIGNATURE, SIGNATURE + b"\0"], id="a signature of 65 bytes"),
        pytest.param(3, [1], id="a signature that is a number"),
        pytest.param(3, {0: SIGNATURE}, id="signatures that are no array"),
        pytest.param(3, [SIGNATURE] * (MAX_STATEMENTS + 1), id="more signatures than are read"),
        pytest.param(4, [0], id="a pointer that is a number"),
        pytest.param(4, "/issuer", id="pointers that are no array"),
        pytest.param(4, ["/issuer"] * (MAX_POINTERS + 1), id="more pointers than are read"),
    ],
)
def test_a_base_proof_of_other_parts_is_refused(place: int, value: Any) -> None:
    parts: list[Any] = [SIGNATURE, KEY, HMAC_KEY, [SIGNATURE], ["/issuer"]]
    parts[place] = value
    with pytest.raises(Refused, match="PROOF_VERIFICATION_ERROR at /proofValue"):
        read_base(encoded(BASE_HEADER, parts))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param(0, SIGNATURE + b"\0", id="a base signature of 65 bytes"),
        pytest.param(1, KEY[:-1], id="a key of 34 bytes"),
        pytest.param(2, [SIGNATURE[:-1]], id="a signature of 63 bytes"),
        pytest.param(2, [SIGNATURE] * (MAX_STATEMENTS + 1), id="more signatures than are read"),
        pytest.param(3, {0: HMAC_KEY[:-1]}, id="a label of 31 bytes"),
        pytest.param(3, {0: "u"}, id="a label that is a text"),
        pytest.param(3, {0: HMAC_KEY, 1: HMAC_KEY}, id="two objects by one label"),
        pytest.param(3, [HMAC_KEY], id="labels without numbers"),
        pytest.param(4, [0, 0], id="an index twice"),
        pytest.param(4, ["0"], id="an index that is a text"),
        pytest.param(4, [[0]], id="an index that is an array"),
        pytest.param(4, {0: 0}, id="indexes that are no array"),
    ],
)
def test_a_derived_proof_of_other_parts_is_refused(place: int, value: Any) -> None:
    parts: list[Any] = [SIGNATURE, KEY, [SIGNATURE], {0: HMAC_KEY}, [0, 1]]
    parts[place] = value
    with pytest.raises(Refused, match="PROOF_VERIFICATION_ERROR at /proofValue"):
        read_derived(encoded(DERIVED_HEADER, parts))


@pytest.mark.parametrize("count", [0, 4, 6])
def test_a_proof_of_more_or_fewer_parts_is_refused(count: int) -> None:
    for reader, header in ((read_base, BASE_HEADER), (read_derived, DERIVED_HEADER)):
        with pytest.raises(Refused, match="five parts"):
            reader(encoded(header, [SIGNATURE, KEY, [SIGNATURE], {}, [], []][:count]))


def test_as_many_signatures_as_are_read_can_be_written() -> None:
    whole = replace(BASE, signatures=(SIGNATURE,) * MAX_STATEMENTS)
    assert read_base(write_base(whole)) == whole
