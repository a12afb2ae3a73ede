"""A public key as `publicKeyJwk` has it, for signatures, of a curve that we know.

https://www.w3.org/TR/cid-1.0/#JsonWebKey and https://www.rfc-editor.org/rfc/rfc7517
"""

from collections.abc import Mapping
from types import MappingProxyType

from app.core.multiformats import KeyKind, PublicKey, decode_multibase, public_key, public_key_at
from app.core.problems import INVALID_VERIFICATION_METHOD, UNSUPPORTED_MECHANISM, JsonObject, Problem, Refused

# RFC 7517 §4 and RFC 7518 §6: the members of private and of shared keys.
SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

# What the key's own `alg` may say: one key, one algorithm. (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2)
_ALGORITHMS: Mapping[KeyKind, tuple[str, ...]] = MappingProxyType(
    {
        KeyKind.ED25519: ("EdDSA", "Ed25519"),
        KeyKind.P256: ("ES256", "ESP256"),
        KeyKind.P384: ("ES384", "ESP384"),
    }
)


def read_key(jwk: JsonObject) -> PublicKey:
    """The key, checked. Raises Refused: UNSUPPORTED_MECHANISM for another kind of key, INVALID_VERIFICATION_METHOD."""
    if secret := SECRET_MEMBERS.intersection(jwk):
        raise _unsound(f"has {min(secret)!r}, which no public key has")
    match jwk:
        case {"kty": "EC", "crv": "P-256" | "P-384" as curve, "x": str(x), "y": str(y)}:
            key = public_key_at(KeyKind(curve), x=_bytes(x), y=_bytes(y))
        case {"kty": "OKP", "crv": "Ed25519", "x": str(x)}:
            key = public_key(KeyKind.ED25519, _bytes(x))
        case {"kty": "EC", "crv": "P-256" | "P-384"} | {"kty": "OKP", "crv": "Ed25519"}:
            raise _unsound("lacks a coordinate")
        case {"kty": str(kind)}:
            detail = f"a key of the kind {kind:.20} {jwk.get('crv', '')!s:.20}".rstrip() + " cannot be used here"
            raise Refused(Problem(UNSUPPORTED_MECHANISM, detail=detail))
        case _:
            raise _unsound("does not say its kind (kty)")
    _demand_signing(jwk, key.kind)
    return key


def _demand_signing(jwk: JsonObject, kind: KeyKind) -> None:
    """RFC 7517 §4.2 to §4.4: what the key says that it is for."""
    if jwk.get("use", "sig") != "sig":
        raise _unsound(f"is for {jwk['use']!r:.40}, not for signatures")
    match jwk.get("key_ops", ["verify"]):
        case list(operations) if "verify" in operations:
            pass
        case operations:
            raise _unsound(f"is for {operations!r:.80}, not to verify")
    if "alg" in jwk and jwk["alg"] not in _ALGORITHMS[kind]:
        raise _unsound(f"is of {kind}, and says that it is for {jwk['alg']!r:.40}")


def _bytes(text: str) -> bytes:
    try:
        return decode_multibase("u" + text)
    except Refused as refused:
        raise _unsound(f"has a coordinate that {refused.problems[0].detail}") from refused


def _unsound(detail: str) -> Refused:
    return Refused(Problem(INVALID_VERIFICATION_METHOD, detail=f"the JSON Web Key {detail}"))
