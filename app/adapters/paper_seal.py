"""Seals a credential for print: a key that stands on the paper alone opens the copy that the service keeps.

AES-256-GCM; key, nonce and id come by HKDF (RFC 5869) out of the signed bytes, which nobody can guess who has not seen
them (a signature, a random id). So the same credential always has the same code, and one copy.
"""

import base64

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.personal import Personal
from app.ports import Sealed

_ID_BYTES, _KEY_BYTES, _NONCE_BYTES = 12, 32, 12


def seal(signed: bytes) -> Sealed:
    """The copy, its id, and its key. `content` is the nonce and what it seals, bound to the id."""
    copy_id = _text(_derived(signed, "id", _ID_BYTES))
    key, nonce = _derived(signed, "key", _KEY_BYTES), _derived(signed, "nonce", _NONCE_BYTES)
    # One key seals one content under one nonce: all three follow from it.
    content = nonce + AESGCM(key).encrypt(nonce, signed, copy_id.encode())
    return Sealed(id=copy_id, key=Personal(_text(key)), content=content)


def _derived(signed: bytes, purpose: str, length: int) -> bytes:
    info = f"testamur sealed copy: {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(signed)


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
