"""Authorities, and certificates by which they vouch for a key, for tests."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
AUTHORITY = x509.BasicConstraints(ca=True, path_length=None)
END_ENTITY = x509.BasicConstraints(ca=False, path_length=None)
NAMES = x509.SubjectAlternativeName(
    [x509.UniformResourceIdentifier("https://dunmore.example/awards"), x509.DNSName("dunmore.example")]
)


@dataclass(frozen=True)
class Certified:
    private: Any
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def certify(
    name: str,
    by: Certified | None,
    *extensions: tuple[x509.ExtensionType, bool],
    private: Any = None,
    digest: Any = hashes.SHA256(),  # noqa: B008 - a constant
    start: datetime = NOW - timedelta(days=1),
    end: datetime = NOW + timedelta(days=1),
) -> Certified:
    private = private or ec.generate_private_key(ec.SECP256R1())
    signer = by.private if by else private
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    for value, critical in extensions:
        builder = builder.add_extension(value, critical=critical)
    return Certified(private, builder.sign(signer, None if isinstance(signer, ed25519.Ed25519PrivateKey) else digest))


def usage(*, signs: bool, certifies: bool) -> x509.KeyUsage:
    others = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(digital_signature=signs, key_cert_sign=certifies, **others)


@cache
def root() -> Certified:
    return certify("Root", None, (AUTHORITY, True), (usage(signs=False, certifies=True), True))


@cache
def middle() -> Certified:
    return certify("Middle", root(), (x509.BasicConstraints(ca=True, path_length=0), True))


@cache
def leaf() -> Certified:
    return issued(middle())


def issued(by: Certified, **how: Any) -> Certified:
    return certify("Dunmore", by, (END_ENTITY, True), (NAMES, False), **how)
