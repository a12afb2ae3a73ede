"""Symmetric secrets in files of `keys/`: 32 random bytes for one purpose, sealed under the passphrase if there is one.

The file is one line, after comments: purpose, form, and what the form needs, in base64url.
`scrypt-aes256gcm` is RFC 7914 with N = 2^15, r = 8, p = 1, and AES-256-GCM with the purpose as associated data.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.adapters.keys.private_file import read_private, refused, write_private
from app.adapters.keys.purposes import demand_purpose
from app.ports import KeyPurpose

COST = 2**15

_BYTES = 32
_PLAIN = "plain"
_SEALED = "scrypt-aes256gcm"


@dataclass(frozen=True, slots=True)
class HmacSigner:
    """Signs with HMAC-SHA256 under a secret that was read from a file at start."""

    verification_method: str
    purposes: frozenset[KeyPurpose]
    _secret: bytes = field(repr=False)
    algorithm: str = "HS256"

    async def sign(self, data: bytes, *, purpose: KeyPurpose) -> bytes:
        demand_purpose(purpose, self.purposes, of=self.verification_method)
        return hmac.digest(self._secret, data, hashlib.sha256)


def make_secret(path: Path, *, purpose: KeyPurpose, passphrase: bytes | None) -> bool:
    """Makes a secret where none of that name stands, and says whether it did."""
    secret = secrets.token_bytes(_BYTES)
    fields: tuple[str, ...]
    if passphrase is None:
        line = f"# The {purpose} secret of a demonstration. It is not encrypted: never use it for a real institution.\n"
        fields = (purpose.value, _PLAIN, _encode(secret))
    else:
        line = f"# The {purpose} secret, sealed under the passphrase.\n"
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        sealed = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, secret, purpose.encode())
        fields = (purpose.value, _SEALED, _encode(salt), _encode(nonce), _encode(sealed))
    return write_private(path, f"{line}{' '.join(fields)}\n".encode())


def read_secret(path: Path, *, purpose: KeyPurpose, passphrase: bytes | None, may_be_unencrypted: bool) -> bytes:
    """The 32 bytes of a file that says that it is for `purpose`. Raises Refused (KEY_ERROR)."""
    return parse_secret(
        read_private(path), path=path, purpose=purpose, passphrase=passphrase, may_be_unencrypted=may_be_unencrypted
    )


def parse_secret(
    content: bytes, *, path: Path, purpose: KeyPurpose, passphrase: bytes | None, may_be_unencrypted: bool
) -> bytes:
    """The secret in a file's bytes; `path` is for the message alone."""
    lines = content.decode("ascii", "replace").splitlines()
    match [line.split(" ") for line in lines if line and not line.startswith("#")]:
        case [[stated, *_]] if stated != purpose:
            raise refused(path, f"is not for {purpose}", "Restore the file that `testamur setup` made.")
        case [[_, form, secret]] if form == _PLAIN:
            if not may_be_unencrypted:
                raise refused(path, "is not encrypted", "Only a demonstration's may be. Restore the encrypted one.")
            opened = _decode(path, secret)
        case [[_, form, salt, nonce, sealed]] if form == _SEALED:
            if passphrase is None:
                raise refused(path, "is encrypted", "Set KEY_PASSPHRASE or KEY_PASSPHRASE_FILE.")
            key = _stretched(passphrase, _decode(path, salt))
            opened = _unsealed(path, key, _decode(path, nonce), _decode(path, sealed), purpose)
        case _:
            raise refused(path, "is damaged", "Restore it from your backup.")
    if len(opened) != _BYTES:
        raise refused(path, "is damaged", "Restore it from your backup.")
    return opened


def _unsealed(path: Path, key: bytes, nonce: bytes, sealed: bytes, purpose: KeyPurpose) -> bytes:
    try:
        return AESGCM(key).decrypt(nonce, sealed, purpose.encode())
    except (InvalidTag, ValueError):
        what = "can't be opened: the passphrase is wrong, or the file is damaged"
        raise refused(path, what, "Correct KEY_PASSPHRASE, or restore the file from your backup.") from None


def _stretched(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _decode(path: Path, text: str) -> bytes:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise refused(path, "is damaged", "Restore it from your backup.") from None
