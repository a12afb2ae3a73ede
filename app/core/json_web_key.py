"""A public key as JOSE writes it (a JSON Web Key), read strictly: one key, one algorithm, for signatures alone.

https://www.rfc-editor.org/rfc/rfc7517, https://www.rfc-editor.org/rfc/rfc7518#section-6
"""

from collections.abc import Mapping
from types import MappingProxyType

from app.core import rsa_public_key
from app.core.multiformats import KeyKind, PublicKey, decode_multibase, public_key, public_key_at
from app.core.problems import INVALID_VERIFICATION_METHOD, UNSUPPORTED_MECHANISM, JsonObject, Problem, Refused

# RFC 7517 §4 and RFC 7518 §6: the members of private and of shared keys.
SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

# What the key's own `alg` may say. (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2: two names of one algorithm)
_ALGORITHMS: Mapping[KeyKind, tuple[str, ...]] = MappingProxyType(
    {
        KeyKind.ED25519: ("EdDSA", "Ed25519"),
        KeyKind.P256: ("ES256", "ESP256"),
        KeyKind.P384: ("ES384", "ESP384"),
        KeyKind.RSA: ("RS256",),
    }
)
# Sound algorithms that are not made here: a key for one of them is not wrong, it cannot be used.
_OTHERS = frozenset({"ES512", "ES256K", "RS384", "RS512", "PS256", "PS384", "PS512", "Ed448", "ESP512"})


def read(jwk: object) -> PublicKey:
    """The key, checked. Raises Refused: UNSUPPORTED_MECHANISM for another kind of key, INVALID_VERIFICATION_METHOD."""
    match jwk:
        case dict():
            _demand_public(jwk)
            key = _key(jwk)
            _demand_signing(jwk, key.kind)
            return key
        case _:
            raise _unsound("is no JSON object")


def _demand_public(jwk: JsonObject) -> None:
    if secret := SECRET_MEMBERS.intersection(jwk):
        raise _unsound(f"has {min(secret)!r}, so it is no public key")


def _key(jwk: JsonObject) -> PublicKey:
    match jwk:
        case {"kty": "EC", "crv": "P-256" | "P-384" as curve, "x": str(x), "y": str(y)}:
            return public_key_at(KeyKind(curve), x=_bytes(x), y=_bytes(y))
        case {"kty": "OKP", "crv": "Ed25519", "x": str(x)}:
            return public_key(KeyKind.ED25519, _bytes(x))
        case {"kty": "RSA", "n": str(n), "e": str(e)}:
            return rsa_public_key.public_key(modulus=_bytes(n), exponent=_bytes(e))
        case {"kty": "EC", "crv": "P-256" | "P-384"} | {"kty": "OKP", "crv": "Ed25519"}:
            raise _unsound("is not a whole key: it lacks a coordinate")
        case {"kty": "RSA"}:
            raise _unsound("is not a whole key: it lacks a number")
        case {"kty": "oct"}:
            raise _unsound("is a shared one, which anybody who verifies could sign with")
        case {"kty": str(kind)}:
            raise _unsupported(f"is of the kind {kind:.20} {jwk.get('crv', '')!s:.20}".rstrip())
        case _:
            raise _unsound("does not say its kind (kty)")


def _demand_signing(jwk: JsonObject, kind: KeyKind) -> None:
    """RFC 7517 §4.2 to §4.4: what the key says that it is for."""
    if jwk.get("use", "sig") != "sig":
        raise _unsound(f"is for {jwk['use']!r:.40}, not for signatures (use)")
    if not _may_verify(jwk.get("key_ops", ["verify"])):
        raise _unsound("is not for verifying signatures (key_ops)")
    match jwk.get("alg", _ALGORITHMS[kind][0]):
        case str(declared) if declared in _ALGORITHMS[kind]:
            return
        case str(declared) if declared in _OTHERS:
            raise _unsupported(f"is for the algorithm {declared}")
        case declared:
            raise _unsound(f"is of {kind}, and says that it is for {declared!r:.40}")


def _may_verify(operations: object) -> bool:
    match operations:
        case list() if all(isinstance(each, str) for each in operations):
            return "verify" in operations and len(set(operations)) == len(operations)
        case _:
            return False


def _bytes(text: str) -> bytes:
    # The longest that is taken is a modulus.
    if len(text) > rsa_public_key.MAX_BITS // 6 + 2:
        raise _unsound("has a number that is too long")
    try:
        return decode_multibase("u" + text, bases="u")
    except Refused as refused:
        raise _unsound(f"has a number that {refused.problems[0].detail}") from refused


def _unsound(why: str) -> Refused:
    return Refused(Problem(INVALID_VERIFICATION_METHOD, detail=f"the key {why}"))


def _unsupported(why: str) -> Refused:
    return Refused(Problem(UNSUPPORTED_MECHANISM, detail=f"the key {why}, which cannot be used here"))
