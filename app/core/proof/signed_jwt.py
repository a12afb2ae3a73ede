"""A JWT: a JWS whose payload are claims, verified by a key that is given, never by one that it names.

https://www.rfc-editor.org/rfc/rfc7515, https://www.rfc-editor.org/rfc/rfc8725
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.core import strict_json
from app.core.problems import (
    INVALID_VERIFICATION_METHOD,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import compact_jws, jwk
from app.core.proof.compact_jws import CompactJws


@dataclass(frozen=True, slots=True)
class SignedJwt:
    """A JWS whose payload was read as claims: well-formed, not verified."""

    jws: CompactJws
    payload: JsonObject

    @property
    def header(self) -> JsonObject:
        return self.jws.header

    @property
    def signing_input(self) -> bytes:
        return self.jws.signing_input

    @property
    def text(self) -> str:
        """All of it as received: a JWS is read in its one form alone."""
        return compact_jws.assemble(self.jws.signing_input, self.jws.signature)


# ── reading and writing ──────────────────────────────────────────────────────────────────────────────────────────────


def read(text: str) -> SignedJwt:
    """Raises Refused as `compact_jws.read` does, and (what `strict_json` refuses) where its payload are no claims."""
    jws = compact_jws.read(text, certified=True)
    try:
        claims = strict_json.read_object(jws.payload)
    except Refused as refused:
        problems = (Problem(each.type, detail=f"its claims: {each.detail}") for each in refused.problems)
        raise Refused(*problems) from refused
    return SignedJwt(jws, claims)


def signing_input(header: JsonObject, payload: JsonObject) -> bytes:
    """The bytes to sign."""
    return compact_jws.write(header, strict_json.write(payload))


attach = compact_jws.assemble


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
    sound.verify(jwt.jws.signing_input, jwt.jws.signature)


# `none` and every MAC stand outside of it. EdDSA is RFC 8037's name, Ed25519 RFC 9864's.
ALGORITHMS: Mapping[str, str] = MappingProxyType(
    {"ES256": "ES256", "ES384": "ES384", "EdDSA": "EdDSA", "Ed25519": "EdDSA"}
)
