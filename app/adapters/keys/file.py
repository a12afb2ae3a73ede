"""Private keys in files of `keys/`: Ed25519, PKCS#8 in PEM (RFC 8410, RFC 7468).

The encryption is PKCS#8's own (`pkcs8`), so that other tools can read the file.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from app.adapters.keys.pkcs8 import sealed_pem
from app.adapters.keys.private_file import read_private, refused, write_private
from app.adapters.keys.purposes import demand_purpose
from app.core.problems import KEY_ERROR, Problem, Refused
from app.ports import KeyPurpose

SCHEME = "file"

_NOT_ENCRYPTED = b"# The private key of a demonstration. It is not encrypted: never use it for a real institution.\n"
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")


@dataclass(frozen=True, slots=True)
class FileSigner:
    """Signs with a key that was read from a file at start."""

    verification_method: str
    purposes: frozenset[KeyPurpose]
    public_key: bytes
    _private_key: Ed25519PrivateKey = field(repr=False)
    algorithm: str = "EdDSA"

    async def sign(self, data: bytes, *, purpose: KeyPurpose) -> bytes:
        demand_purpose(purpose, self.purposes, of=self.verification_method)
        return self._private_key.sign(data)


def open_signer(
    uri: str,
    *,
    keys_dir: Path,
    passphrase: bytes | None,
    verification_method: str,
    purposes: frozenset[KeyPurpose],
    may_be_unencrypted: bool = False,
) -> FileSigner:
    """The signer of `file:<name in keys_dir>`. Raises Refused (KEY_ERROR) for a file that is not what it should be."""
    path = _path(uri, keys_dir)
    private_key = read_key(path, passphrase=passphrase, may_be_unencrypted=may_be_unencrypted)
    return FileSigner(verification_method, purposes, _raw(private_key), private_key)


def make_ed25519(path: Path, *, passphrase: bytes | None) -> bool:
    """Makes a key where none of that name stands, and says whether it did. What stands there is never written over."""
    key = Ed25519PrivateKey.generate()
    if passphrase:
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return write_private(path, sealed_pem(der, passphrase))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return write_private(path, _NOT_ENCRYPTED + pem)


def read_key(path: Path, *, passphrase: bytes | None, may_be_unencrypted: bool) -> Ed25519PrivateKey:
    return parse_key(read_private(path), path=path, passphrase=passphrase, may_be_unencrypted=may_be_unencrypted)


def parse_key(pem: bytes, *, path: Path, passphrase: bytes | None, may_be_unencrypted: bool) -> Ed25519PrivateKey:
    """The key in a PEM file's bytes; `path` is for the message alone."""
    encrypted = b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in pem
    if encrypted and not passphrase:
        raise refused(path, "is encrypted", "Set KEY_PASSPHRASE or KEY_PASSPHRASE_FILE.")
    if not encrypted and b"-----BEGIN PRIVATE KEY-----" in pem and not may_be_unencrypted:
        raise refused(path, "is not encrypted", "Only a demonstration's may be. Encrypt it: openssl pkcs8 -topk8.")
    try:
        key = load_pem_private_key(pem, passphrase if encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        what = "can't be read: the passphrase is wrong, or the file is damaged" if encrypted else "is damaged"
        raise refused(path, what, "Restore it from your backup, or correct KEY_PASSPHRASE.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise refused(path, "holds no Ed25519 key", "Restore the key that `testamur setup` made.")
    return key


def public_key(path: Path, *, passphrase: bytes | None, may_be_unencrypted: bool) -> bytes:
    return _raw(read_key(path, passphrase=passphrase, may_be_unencrypted=may_be_unencrypted))


def _raw(private_key: Ed25519PrivateKey) -> bytes:
    return private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _path(uri: str, keys_dir: Path) -> Path:
    scheme, _, name = uri.partition(":")
    if scheme != SCHEME or not _NAME.fullmatch(name):
        raise Refused(Problem(KEY_ERROR, detail=f"{uri!r} names no key file: it is `file:` and a name in KEYS_DIR."))
    return keys_dir / name
