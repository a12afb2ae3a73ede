"""A sealed copy: the key on the paper opens it, nothing else does, and the same credential has the same code."""

import base64

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.adapters.paper_seal import seal

SIGNED = b'{"id":"urn:uuid:1","proof":{"proofValue":"z3x"}}'


def _opened(content: bytes, *, key: str, copy_id: str) -> bytes:
    return AESGCM(base64.urlsafe_b64decode(key + "=")).decrypt(content[:12], content[12:], copy_id.encode())


def test_the_key_opens_the_copy() -> None:
    sealed = seal(SIGNED)
    assert _opened(sealed.content, key=sealed.key.open(), copy_id=sealed.id) == SIGNED


def test_the_same_credential_has_the_same_code() -> None:
    assert seal(SIGNED) == seal(SIGNED)


def test_another_credential_shares_neither_id_nor_key_nor_nonce() -> None:
    one, other = seal(SIGNED), seal(SIGNED + b" ")
    assert one.id != other.id
    assert one.key != other.key
    assert one.content[:12] != other.content[:12]


def test_the_code_is_short_and_fit_for_an_address() -> None:
    sealed = seal(SIGNED)
    assert (len(sealed.id), len(sealed.key.open())) == (16, 43)
    assert (sealed.id + sealed.key.open()).replace("-", "").replace("_", "").isalnum()


def test_a_copy_moved_under_another_id_does_not_open() -> None:
    sealed = seal(SIGNED)
    with pytest.raises(InvalidTag):
        _opened(sealed.content, key=sealed.key.open(), copy_id=seal(b"other").id)


def test_a_copy_with_a_byte_changed_does_not_open() -> None:
    sealed = seal(SIGNED)
    for at in range(len(sealed.content)):
        changed = bytearray(sealed.content)
        changed[at] ^= 1
        with pytest.raises(InvalidTag):
            _opened(bytes(changed), key=sealed.key.open(), copy_id=sealed.id)


def test_neither_id_nor_content_tells_the_key() -> None:
    sealed = seal(SIGNED)
    assert sealed.key.open() not in repr(sealed)
    assert base64.urlsafe_b64decode(sealed.key.open() + "=") not in sealed.content
