"""Private keys in files of `keys/`: Ed25519, P-256, P-384 and RSA, PKCS#8 in PEM (RFC 8410, 5915, 8017, 7468).

The encryption is PKCS#8's own (`pkcs8`), so that other tools can read the file.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
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
from app.core import rsa_public_key
from app.core.multiformats import KeyKind, PublicKey
from app.core.problems import KEY_ERROR, Problem, Refused
from app.ports import KeyPurpose

SCHEME = "file"

_NOT_ENCRYPTED = b"# The private key of a demonstration. It is not encrypted: never use it for a real institution.\n"
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")

PrivateKey: TypeAlias = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Curve:
    """What ECDSA over one curve is: the curve, the digest, and its name in JOSE (RFC 7518 §3.4)."""

    curve: ec.EllipticCurve
    digest: hashes.HashAlgorithm
    algorithm: str


CURVES = {
    KeyKind.P256: Curve(ec.SECP256R1(), hashes.SHA256(), "ES256"),
    KeyKind.P384: Curve(ec.SECP384R1(), hashes.SHA384(), "ES384"),
}
ALGORITHMS = (
    {"EdDSA": KeyKind.ED25519} | {curve.algorithm: kind for kind, curve in CURVES.items()} | {"RS256": KeyKind.RSA}
)
# BSI TR-02102-1 wants 3,000 bits or more, and NIST SP 800-57 of what is to hold beyond 2030.
RSA_BITS = 3_072


@dataclass(frozen=True, slots=True)
class FileSigner:
    """Signs with a key that was read from a file at start."""

    verification_method: str
    purposes: frozenset[KeyPurpose]
    public_key: bytes
    _private_key: PrivateKey = field(repr=False)

    @property
    def algorithm(self) -> str:
        kind = kind_of(self._private_key)
        return next(algorithm for algorithm, of_kind in ALGORITHMS.items() if of_kind is kind)

    async def sign(self, data: bytes, *, purpose: KeyPurpose) -> bytes:
        """An Ed25519 signature; r ‖ s, each as long as a coordinate; of RSA, RSASSA-PKCS1-v1_5 with SHA-256."""
        demand_purpose(purpose, self.purposes, of=self.verification_method)
        if isinstance(self._private_key, Ed25519PrivateKey):
            return self._private_key.sign(data)
        if isinstance(self._private_key, rsa.RSAPrivateKey):
            return self._private_key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        curve = CURVES[kind_of(self._private_key)]
        r, s = decode_dss_signature(self._private_key.sign(data, ec.ECDSA(curve.digest)))
        half = curve.curve.key_size // 8
        return r.to_bytes(half, "big") + s.to_bytes(half, "big")


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
    return FileSigner(verification_method, purposes, _public(private_key).raw, private_key)


def make_key(path: Path, *, passphrase: bytes | None, kind: KeyKind = KeyKind.ED25519) -> bool:
    """Makes a key where none of that name stands, and says whether it did. What stands there is never written over."""
    key = _new_key(kind)
    if passphrase:
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return write_private(path, sealed_pem(der, passphrase))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return write_private(path, _NOT_ENCRYPTED + pem)


def _new_key(kind: KeyKind) -> PrivateKey:
    match kind:
        case KeyKind.ED25519:
            return Ed25519PrivateKey.generate()
        case KeyKind.P256 | KeyKind.P384:
            return ec.generate_private_key(CURVES[kind].curve)
        case KeyKind.RSA:
            return rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS)


def read_key(path: Path, *, passphrase: bytes | None, may_be_unencrypted: bool) -> PrivateKey:
    return parse_key(read_private(path), path=path, passphrase=passphrase, may_be_unencrypted=may_be_unencrypted)


def parse_key(pem: bytes, *, path: Path, passphrase: bytes | None, may_be_unencrypted: bool) -> PrivateKey:
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
    match key:
        case Ed25519PrivateKey():
            return key
        case ec.EllipticCurvePrivateKey() if key.curve.name in {known.curve.name for known in CURVES.values()}:
            return key
        case rsa.RSAPrivateKey():
            return key
    raise refused(path, "holds no key of Ed25519, P-256, P-384 or RSA", "Restore the key that `testamur` made.")


def public_key(path: Path, *, passphrase: bytes | None, may_be_unencrypted: bool) -> PublicKey:
    return _public(read_key(path, passphrase=passphrase, may_be_unencrypted=may_be_unencrypted))


def kind_of(private_key: PrivateKey) -> KeyKind:
    if isinstance(private_key, Ed25519PrivateKey):
        return KeyKind.ED25519
    if isinstance(private_key, rsa.RSAPrivateKey):
        return KeyKind.RSA
    return next(kind for kind, curve in CURVES.items() if curve.curve.name == private_key.curve.name)


def _public(private_key: PrivateKey) -> PublicKey:
    if isinstance(private_key, Ed25519PrivateKey):
        return PublicKey(KeyKind.ED25519, private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    if isinstance(private_key, rsa.RSAPrivateKey):
        return rsa_public_key.from_der(private_key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1))
    compressed = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return PublicKey(kind_of(private_key), compressed)


def _path(uri: str, keys_dir: Path) -> Path:
    scheme, _, name = uri.partition(":")
    if scheme != SCHEME or not _NAME.fullmatch(name):
        raise Refused(Problem(KEY_ERROR, detail=f"{uri!r} names no key file: it is `file:` and a name in KEYS_DIR."))
    return keys_dir / name
