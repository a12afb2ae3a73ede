"""A certificate chain and the key that it vouches for, judged against the authorities that policy trusts.

https://www.rfc-editor.org/rfc/rfc5280#section-6, of which this takes less than there is: whatever is critical and not
known here is refused. Whether a certificate was revoked is not asked.

1. `_parse` reads each certificate.
2. `_check_end_entity`: the first one is of a key that signs, and not an authority's.
3. `_why_not`: each was issued by the next, the last by an authority that is trusted; all are in force.
4. `_jwk` takes the key out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtensionOID

from app.core.problems import (
    INVALID_VERIFICATION_METHOD,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import base64url

_KNOWN_CRITICAL = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        # For whatever the key may be used beside, nothing here depends on it.
        ExtensionOID.EXTENDED_KEY_USAGE,
    }
)
# cryptography warns of what it is going to refuse.
_UNREADABLE = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
    CryptographyDeprecationWarning,
)
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384"}


@dataclass(frozen=True, slots=True)
class CertifiedKey:
    """A key (a JWK), and whom its certificate names: the subject, and its other names, URIs and DNS names."""

    key: JsonObject = field(repr=False)
    subject: str
    uris: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()

    def names(self, issuer: str) -> bool:
        """Whether it is that issuer's: the URI itself, or the host of an https URL."""
        host = issuer.removeprefix("https://").partition("/")[0]
        return issuer in self.uris or (issuer.startswith("https://") and host in self.dns_names)


@dataclass(frozen=True, slots=True)
class _Certificate:
    """All that is asked of one, read at once: cryptography reads each part when it is first asked for, or raises."""

    certificate: x509.Certificate
    name: str
    signed_itself: bool
    start: datetime
    end: datetime
    safe_hash: bool
    extensions: tuple[x509.Extension[x509.ExtensionType], ...]
    names: x509.SubjectAlternativeName

    @property
    def basic_constraints(self) -> x509.BasicConstraints | None:
        return next((each.value for each in self.extensions if isinstance(each.value, x509.BasicConstraints)), None)

    @property
    def key_usage(self) -> x509.KeyUsage | None:
        return next((each.value for each in self.extensions if isinstance(each.value, x509.KeyUsage)), None)

    @property
    def unknown_critical(self) -> str | None:
        unknown = (each.oid for each in self.extensions if each.critical and each.oid not in _KNOWN_CRITICAL)
        return next((oid.dotted_string for oid in unknown), None)


def certified_key(chain: Sequence[bytes], *, authorities: Sequence[bytes], now: datetime) -> CertifiedKey:
    """The key of the first certificate in `chain` (DER, each issued by the next). `authorities` are trusted; where
    there is none, nothing is.

    Raises Refused: UNSUPPORTED_MECHANISM where it leads to somebody else, INVALID_VERIFICATION_METHOD.
    """
    trusted = [_parse(der) for der in authorities]
    # An issuer should leave its authority out (OpenID4VC HAIP); one that is there adds nothing.
    certificates = [_parse(der) for der in chain if der not in authorities]
    if not certificates:
        raise _untrusted("the chain has no certificate but of an authority")
    first, last = certificates[0], certificates[-1]
    _check_end_entity(first)
    for below, (certificate, issuer) in enumerate(pairwise(certificates)):
        if why := _why_not(certificate, issuer, below=below, now=now):
            raise _untrusted(f"{issuer.name} did not vouch for {certificate.name}: {why}")
    if not any(last.certificate.issuer == authority.certificate.subject for authority in trusted):
        # Another may trust it: that nobody is known here who issued it says nothing against it.
        detail = f"no authority is trusted here that issued {last.name}"
        raise Refused(Problem(UNSUPPORTED_MECHANISM, at="/x5c", detail=detail))
    refused = [_why_not(last, authority, below=len(certificates) - 1, now=now) for authority in trusted]
    if all(refused):
        reason = next(why for why in refused if why)
        raise _untrusted(f"no authority that is trusted here issued {last.name}: {reason}")
    return CertifiedKey(
        key=_jwk(first),
        subject=first.name,
        uris=tuple(first.names.get_values_for_type(x509.UniformResourceIdentifier)),
        dns_names=tuple(first.names.get_values_for_type(x509.DNSName)),
    )


def read_authorities(pem: bytes) -> tuple[bytes, ...]:
    """The certificates (DER) in a PEM file (RFC 7468 §5), each an authority's. Raises Refused."""
    try:
        found = tuple(each.public_bytes(Encoding.DER) for each in x509.load_pem_x509_certificates(pem))
    except _UNREADABLE as unreadable:
        raise _untrusted("there is no certificate, or one that can't be read") from unreadable
    for authority in map(_parse, found):
        constraints = authority.basic_constraints
        if constraints is None or not constraints.ca:
            raise _untrusted(f"{authority.name} is no authority, which vouches for others")
    return found


def _parse(der: bytes) -> _Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
        serial_number = certificate.serial_number
        extensions = tuple(certificate.extensions)
        names = (each.value for each in extensions if isinstance(each.value, x509.SubjectAlternativeName))
        read = _Certificate(
            certificate=certificate,
            name=certificate.subject.rfc4514_string()[:120] or "a certificate without a name",
            signed_itself=certificate.subject == certificate.issuer,
            start=certificate.not_valid_before_utc,
            end=certificate.not_valid_after_utc,
            safe_hash=isinstance(certificate.signature_hash_algorithm, (*_HASHES, type(None))),
            extensions=extensions,
            names=next(names, x509.SubjectAlternativeName([])),
        )
    except _UNREADABLE as unreadable:
        raise _untrusted("a certificate can't be read") from unreadable
    if serial_number <= 0:
        raise _untrusted("a certificate has no serial number that RFC 5280 allows")
    return read


def _check_end_entity(certificate: _Certificate) -> None:
    if certificate.signed_itself:
        raise _untrusted(f"{certificate.name} signed its own certificate")
    constraints, usage = certificate.basic_constraints, certificate.key_usage
    if constraints is not None and constraints.ca:
        raise _untrusted(f"{certificate.name} is an authority, which signs certificates and no credentials")
    if usage is not None and not usage.digital_signature:
        raise _untrusted(f"the key of {certificate.name} is not for signatures")


def _why_not(certificate: _Certificate, issuer: _Certificate, *, below: int, now: datetime) -> str | None:
    """Why `issuer` does not vouch for `certificate`, which has `below` certificates under it."""
    constraints, usage = issuer.basic_constraints, issuer.key_usage
    if constraints is None or not constraints.ca or (usage is not None and not usage.key_cert_sign):
        return "it is no authority"
    if constraints.path_length is not None and constraints.path_length < below:
        return "it may not vouch for other authorities, or not for so many"
    for each in (certificate, issuer):
        if not each.start <= now <= each.end:
            return f"the certificate of {each.name} is not in force"
        if each.unknown_critical is not None:
            return f"the certificate of {each.name} demands {each.unknown_critical}, which is not known here"
    if not certificate.safe_hash:
        return "it is signed with a hash that is not safe"
    try:
        certificate.certificate.verify_directly_issued_by(issuer.certificate)
    except (*_UNREADABLE, InvalidSignature):
        return "its signature does not hold"
    return None


def _jwk(certificate: _Certificate) -> JsonObject:
    match certificate.certificate.public_key():
        case ec.EllipticCurvePublicKey() as key if key.curve.name in _CURVES:
            numbers, length = key.public_numbers(), (key.curve.key_size + 7) // 8
            x, y = (base64url.write(number.to_bytes(length, "big")) for number in (numbers.x, numbers.y))
            return {"kty": "EC", "crv": _CURVES[key.curve.name], "x": x, "y": y}
        case ed25519.Ed25519PublicKey() as key:
            raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url.write(raw)}
        case _:
            detail = f"the key of {certificate.name} is of a kind that cannot be used here"
            raise Refused(Problem(UNSUPPORTED_MECHANISM, at="/x5c", detail=detail))


def _untrusted(detail: str) -> Refused:
    return Refused(Problem(INVALID_VERIFICATION_METHOD, at="/x5c", detail=detail))
