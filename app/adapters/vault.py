"""Personal data at rest: AES-256-GCM under a data key of its award, which a key of the deployment wraps.

https://csrc.nist.gov/pubs/sp/800/38/d/final; lookup digests are HMAC-SHA256 (RFC 2104) under a key of their own, by
HKDF (RFC 5869).
"""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.personal import Personal
from app.core.problems import CRYPTOGRAPHIC_SECURITY_ERROR, Problem, Refused

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
# The first byte of all that is sealed says how, so that another way can stand beside it one day.
_AES_256_GCM = b"\x01"
_DATA_KEY = "data key"


class AesGcmVault:
    """Implements `Vault`. Holds one secret, the wrapping key, from which nothing that is stored can be told."""

    __slots__ = ("_digest_key", "_wrapping_key")

    def __init__(self, wrapping_key: bytes) -> None:
        if len(wrapping_key) != KEY_BYTES:
            raise ValueError(f"a wrapping key is {KEY_BYTES} bytes, not {len(wrapping_key)}")
        self._wrapping_key = _derived(wrapping_key, "testamur vault: wrapping of data keys")
        self._digest_key = _derived(wrapping_key, "testamur vault: lookup digests")

    def new_data_key(self) -> bytes:
        return _seal(AESGCM.generate_key(KEY_BYTES * 8), key=self._wrapping_key, bound_to=_DATA_KEY)

    def seal(self, plaintext: bytes, *, data_key: bytes, bound_to: str) -> bytes:
        return _seal(plaintext, key=self._unwrapped(data_key), bound_to=bound_to)

    def open(self, sealed: bytes, *, data_key: bytes, bound_to: str) -> bytes:
        return _open(sealed, key=self._unwrapped(data_key), bound_to=bound_to)

    def digest(self, value: Personal[str], *, kind: str) -> bytes:
        # The kind's length comes first: no two pairs of kind and value are the same input.
        named = kind.encode()
        content = value.open().encode("utf-8", "surrogatepass")
        return hmac.digest(self._digest_key, len(named).to_bytes(4, "big") + named + content, "sha256")

    def _unwrapped(self, data_key: bytes) -> bytes:
        return _open(data_key, key=self._wrapping_key, bound_to=_DATA_KEY)


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)


def _seal(plaintext: bytes, *, key: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return _AES_256_GCM + nonce + AESGCM(key).encrypt(nonce, plaintext, bound_to.encode())


def _open(sealed: bytes, *, key: bytes, bound_to: str) -> bytes:
    body = sealed.removeprefix(_AES_256_GCM)
    if len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES or len(body) == len(sealed):
        raise _unopened(bound_to)
    try:
        return AESGCM(key).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], bound_to.encode())
    except InvalidTag:
        raise _unopened(bound_to) from None


def _unopened(bound_to: str) -> Refused:
    return Refused(
        Problem(
            CRYPTOGRAPHIC_SECURITY_ERROR,
            detail=f"what is kept as {bound_to} was altered or moved, or sealed under another key",
            remedy="Start the service with the data key that it was sealed under, or restore a backup.",
        )
    )
