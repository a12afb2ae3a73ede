"""A JWT in a JWS's compact form: read strictly, and verified by a key that is given, never by one that it names.

https://www.rfc-editor.org/rfc/rfc7515, https://www.rfc-editor.org/rfc/rfc8725
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.core import strict_json
from app.core.problems import (
    INVALID_VERIFICATION_METHOD,
    PARSING_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import base64url, jwk


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
            pass
        case other:
            raise Refused(Problem(UNSUPPORTED_MECHANISM, detail=f"the algorithm {other!r:.40} is not accepted here"))
    sound = jwk.read(key)
    # RFC 8725 §3.1: a key is for one algorithm, whatever the header asks for.
    if ALGORITHMS[name] != sound.algorithm:
        raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail=f"the key is not one for {name}"))
    sound.verify(jwt.signing_input, jwt.signature)


# `none` and every MAC stand outside of it. EdDSA is RFC 8037's name, Ed25519 RFC 9864's.
ALGORITHMS: Mapping[str, str] = MappingProxyType(
    {"ES256": "ES256", "ES384": "ES384", "EdDSA": "EdDSA", "Ed25519": "EdDSA"}
)
