"""An RSA public key: its two numbers, the one form in bytes that has them, and the text that a directory keeps."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from app.core import key_text, rsa_public_key
from app.core.multiformats import KeyKind, decode_multikey, encode_base58btc, encode_base64url
from app.core.problems import INVALID_VERIFICATION_METHOD, Refused
from tests.signing import RSA_KEY
from tests.verifying import KEYS, CurveKey, Key

NUMBERS = RSA_KEY.private.public_key().public_numbers()
DER = RSA_KEY.private.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
MODULUS, EXPONENT = NUMBERS.n.to_bytes(256), b"\1\0\1"


def test_the_key_of_two_numbers_is_the_one_that_other_tools_write() -> None:
    key = rsa_public_key.public_key(modulus=MODULUS, exponent=EXPONENT)
    assert (key.kind, key.raw) == (KeyKind.RSA, DER)


def test_it_comes_back_from_its_bytes_and_from_its_text() -> None:
    key = rsa_public_key.from_der(DER)
    assert rsa_public_key.numbers(key) == (MODULUS, EXPONENT)
    assert key_text.read(key_text.write(key)) == key


@pytest.mark.parametrize("key", KEYS, ids=[key.kind for key in KEYS])
def test_any_other_key_is_its_multikey(key: Key | CurveKey) -> None:
    assert key_text.write(decode_multikey(key.multibase)) == key.multibase
    assert key_text.read(key.multibase) == decode_multikey(key.multibase)


@pytest.mark.parametrize(
    ("modulus", "exponent"),
    [
        (b"", EXPONENT),
        (MODULUS, b""),
        (b"\0" + MODULUS, EXPONENT),
        (MODULUS, b"\0" + EXPONENT),
        (MODULUS, b"\3"),
        (MODULUS, b"\1\0\2"),
        (MODULUS, b"\1\0\0\0\1"),
        (MODULUS[:-1] + b"\2", EXPONENT),
        (b"\x7f" + MODULUS[1:], EXPONENT),
        (MODULUS * 2 + b"\1", EXPONENT),
    ],
    ids=range(10),
)
def test_what_is_no_sound_key_is_refused(modulus: bytes, exponent: bytes) -> None:
    with pytest.raises(Refused, match="INVALID_VERIFICATION_METHOD"):
        rsa_public_key.public_key(modulus=modulus, exponent=exponent)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        DER + b"\0",
        DER[:-1],
        b"\x31" + DER[1:],
        DER[:5] + b"\0" + DER[5:],
        # The length in more bytes than it needs: BER, and not DER.
        b"\x30\x83\0" + DER[2:],
    ],
    ids=range(6),
)
def test_what_is_not_its_one_form_is_refused(der: bytes) -> None:
    with pytest.raises(Refused, match="INVALID_VERIFICATION_METHOD"):
        rsa_public_key.from_der(der)


def test_no_multikey_is_an_rsa_key() -> None:
    with pytest.raises(Refused) as refused:
        key_text.read(encode_base58btc(b"\x85\x24" + DER))
    assert refused.value.problems[0].type == INVALID_VERIFICATION_METHOD


@given(st.text(max_size=40) | st.binary(max_size=60).map(lambda data: encode_base64url(b"\x85\x24\x30" + data)))
def test_any_text_is_a_key_or_refused(text: str) -> None:
    with suppress(Refused):
        key_text.read(text)
