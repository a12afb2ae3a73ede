"""A JWT in a JWS's compact form: read strictly, and verified by a key that is given, never by one that it names.

https://www.rfc-editor.org/rfc/rfc7515, https://www.rfc-editor.org/rfc/rfc8725
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from app.core import strict_json
from app.core.multiformats import KeyKind, public_key
from app.core.problems import (
    CRYPTOGRAPHIC_SECURITY_ERROR,
    INVALID_VERIFICATION_METHOD,
    PARSING_ERROR,
    PROOF_VERIFICATION_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import base64url
from app.core.proof.cryptosuites import verify_ed25519


@dataclass(frozen=True, slots=True)
class SignedJwt:
    """One JWT as it was read: well-formed, not verified. `text` is all of it, as received."""

    text: str
    header: JsonObject
    payload: JsonObject
    signature: bytes

    @property
    def signing_input(self) -> bytes:
        """RFC 7515 §5.1, step 8: as it came, never written again."""
        return self.text.rpartition(".")[0].encode()


@dataclass(frozen=True, slots=True)
class _Algorithm:
    """A row of the table: the one curve that an `alg` is for. `verify(key, data, signature)` raises Refused."""

    key_type: str
    curve: str
    verify: Callable[[JsonObject, bytes, bytes], None]


# ── reading and writing ──────────────────────────────────────────────────────────────────────────────────────────────


def read(text: str) -> SignedJwt:
    """Raises Refused (PARSING_ERROR, or what `strict_json` refuses) where it is no JWT that we could verify."""
    match text.split("."):
        case [header, payload, signature]:
            pass
        case parts:
            raise _unreadable(f"a signed JWT has three parts between dots; here are {len(parts)}")
    found = SignedJwt(text, _object(header, "header"), _object(payload, "payload"), _bytes(signature, "signature"))
    # RFC 7515 §4.1.11: what must be understood, and we understand no extension; `b64` would change what is signed.
    if "crit" in found.header or "b64" in found.header:
        raise _unreadable("its header demands an extension that is not known here")
    return found


def signing_input(header: JsonObject, payload: JsonObject) -> bytes:
    """The bytes to sign."""
    return ".".join(base64url.write(strict_json.write(part)) for part in (header, payload)).encode()


def attach(signing_input: bytes, signature: bytes) -> str:
    """The whole JWT."""
    return f"{signing_input.decode()}.{base64url.write(signature)}"


def _object(part: str, name: str) -> JsonObject:
    try:
        return strict_json.read_object(_bytes(part, name))
    except Refused as refused:
        problems = (Problem(each.type, detail=f"{name}: {each.detail}") for each in refused.problems)
        raise Refused(*problems) from refused


def _bytes(part: str, name: str) -> bytes:
    try:
        return base64url.read(part)
    except Refused as refused:
        raise _unreadable(f"its {name} {refused.problems[0].detail}") from refused


def _unreadable(detail: str) -> Refused:
    return Refused(Problem(PARSING_ERROR, detail=detail))


# ── verifying ────────────────────────────────────────────────────────────────────────────────────────────────────────


def verify(jwt: SignedJwt, key: JsonObject) -> None:
    """Raises Refused where `jwt` was not signed by `key`, a public JWK that somebody vouches for.

    UNSUPPORTED_MECHANISM for an `alg` that is not known, INVALID_VERIFICATION_METHOD for a key that is unfit for it,
    CRYPTOGRAPHIC_SECURITY_ERROR and PROOF_VERIFICATION_ERROR for the signature.
    """
    match jwt.header.get("alg"):
        case str(name) if name in ALGORITHMS:
            algorithm = ALGORITHMS[name]
        case other:
            raise Refused(Problem(UNSUPPORTED_MECHANISM, detail=f"the algorithm {other!r:.40} is not accepted here"))
    # RFC 8725 §3.1: a key is for one algorithm, whatever the header asks for.
    match key:
        case {"d": _}:
            raise _unfit("the key is a private one")
        case {"kty": algorithm.key_type, "crv": algorithm.curve}:
            pass
        case _:
            raise _unfit(f"the key is not one for {name}")
    if key.get("alg", name) != name or key.get("use", "sig") != "sig" or "verify" not in _operations(key):
        raise _unfit("the key is for something else")
    algorithm.verify(key, jwt.signing_input, jwt.signature)


def _operations(key: JsonObject) -> list[object]:
    match key.get("key_ops", ["verify"]):
        case list(operations):
            return operations
        case _:
            raise _unfit("its key_ops are not an array")


def _coordinate(key: JsonObject, name: str, length: int) -> bytes:
    match key.get(name):
        case str(text):
            pass
        case _:
            raise _unfit(f"its {name} is not a string")
    try:
        coordinate = base64url.read(text)
    except Refused as refused:
        raise _unfit(f"its {name} {refused.problems[0].detail}") from refused
    # RFC 7518 §6.2.1.2: the whole length, zeros in front too.
    if len(coordinate) != length:
        raise _unfit(f"its {name} has {len(coordinate)} bytes, not {length}")
    return coordinate


def _verify_ed25519(key: JsonObject, data: bytes, signature: bytes) -> None:
    verify_ed25519(public_key(KeyKind.ED25519, _coordinate(key, "x", 32)).raw, data, signature)


def _ecdsa(curve: ec.EllipticCurve, digest: hashes.HashAlgorithm) -> Callable[[JsonObject, bytes, bytes], None]:
    length = (curve.key_size + 7) // 8

    def verify_ecdsa(key: JsonObject, data: bytes, signature: bytes) -> None:
        x, y = (int.from_bytes(_coordinate(key, name, length), "big") for name in ("x", "y"))
        try:
            public = ec.EllipticCurvePublicNumbers(x, y, curve).public_key()
        except ValueError as no_point:
            raise _unfit(f"it is no point of {curve.name}") from no_point
        if len(signature) != 2 * length:
            detail = f"the signature has {len(signature)} bytes, not {2 * length}"
            raise Refused(Problem(CRYPTOGRAPHIC_SECURITY_ERROR, detail=detail))
        r, s = int.from_bytes(signature[:length], "big"), int.from_bytes(signature[length:], "big")
        try:
            public.verify(encode_dss_signature(r, s), data, ec.ECDSA(digest))
        except InvalidSignature as invalid:
            detail = "the signature does not fit: the token is not as it was signed"
            remedy = "ask for the original file"
            raise Refused(Problem(PROOF_VERIFICATION_ERROR, detail=detail, remedy=remedy)) from invalid

    return verify_ecdsa


def _unfit(detail: str) -> Refused:
    return Refused(Problem(INVALID_VERIFICATION_METHOD, detail=detail))


# `none` and every MAC stand outside of it. EdDSA is RFC 8037's name, Ed25519 RFC 9864's.
ALGORITHMS: Mapping[str, _Algorithm] = MappingProxyType(
    {
        "ES256": _Algorithm("EC", "P-256", _ecdsa(ec.SECP256R1(), hashes.SHA256())),
        "ES384": _Algorithm("EC", "P-384", _ecdsa(ec.SECP384R1(), hashes.SHA384())),
        "EdDSA": _Algorithm("OKP", "Ed25519", _verify_ed25519),
        "Ed25519": _Algorithm("OKP", "Ed25519", _verify_ed25519),
    }
)
