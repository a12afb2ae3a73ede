"""A public key as JOSE writes it (a JSON Web Key), read strictly: one key, one algorithm, for signatures alone.

https://www.rfc-editor.org/rfc/rfc7517, https://www.rfc-editor.org/rfc/rfc7518#section-6
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.core.multiformats import KeyKind, PublicKey, decode_multibase, public_key, public_key_at
from app.core.problems import INVALID_VERIFICATION_METHOD, UNSUPPORTED_MECHANISM, JsonObject, Problem, Refused

# RFC 7517 §4 and RFC 7518 §6: the members of private and of shared keys.
SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

RSA = "RSA"
MIN_RSA_BITS, MAX_RSA_BITS = 2_048, 4_096
# FIPS 186-5 §5.4 has 2^16 < e < 2^256; what is beyond 32 bits has no use, and costs whoever checks.
_RSA_EXPONENTS = range(65_537, 2**32, 2)

# CVE-2017-15361 (ROCA): a widespread generator made primes that are a power of 65537 modulo each of these. A modulus
# that is one too was made by it, and can be factored; by chance, one of 2^27 would be.
_ROCA_PRIMES = (
    *(3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109),
    *(113, 127, 131, 137, 139, 149, 151, 157, 163, 167),
)
_ROCA_RESIDUES = tuple((prime, frozenset(pow(65_537, k, prime) for k in range(prime))) for prime in _ROCA_PRIMES)

# What the key's own `alg` may say. (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2: two names of one algorithm)
_ALGORITHMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        KeyKind.ED25519: ("EdDSA", "Ed25519"),
        KeyKind.P256: ("ES256", "ESP256"),
        KeyKind.P384: ("ES384", "ESP384"),
        RSA: ("RS256",),
    }
)
# Sound algorithms that are not made here: a key for one of them is not wrong, it cannot be used.
_OTHERS = frozenset({"ES512", "ES256K", "RS384", "RS512", "PS256", "PS384", "PS512", "Ed448", "ESP512"})


@dataclass(frozen=True, slots=True)
class RsaPublicKey:
    """A sound RSA key; both numbers in the fewest bytes that there can be."""

    modulus: bytes
    exponent: bytes


def read(jwk: object) -> PublicKey | RsaPublicKey:
    """The key, checked. Raises Refused: UNSUPPORTED_MECHANISM for another kind of key, INVALID_VERIFICATION_METHOD."""
    match jwk:
        case dict() if jwk.get("kty") == RSA:
            _demand_public(jwk)
            key = _rsa_key(jwk)
            _demand_signing(jwk, RSA)
            return key
        case dict():
            return read_curve_key(jwk)
        case _:
            raise _unsound("is no JSON object")


def read_curve_key(jwk: JsonObject) -> PublicKey:
    """As `read`; an RSA key is one of another kind."""
    _demand_public(jwk)
    key = _curve_key(jwk)
    _demand_signing(jwk, key.kind)
    return key


def _demand_public(jwk: JsonObject) -> None:
    if secret := SECRET_MEMBERS.intersection(jwk):
        raise _unsound(f"has {min(secret)!r}, so it is no public key")


def _curve_key(jwk: JsonObject) -> PublicKey:
    match jwk:
        case {"kty": "EC", "crv": "P-256" | "P-384" as curve, "x": str(x), "y": str(y)}:
            return public_key_at(KeyKind(curve), x=_bytes(x), y=_bytes(y))
        case {"kty": "OKP", "crv": "Ed25519", "x": str(x)}:
            return public_key(KeyKind.ED25519, _bytes(x))
        case {"kty": "EC", "crv": "P-256" | "P-384"} | {"kty": "OKP", "crv": "Ed25519"}:
            raise _unsound("is not a whole key: it lacks a coordinate")
        case {"kty": "oct"}:
            raise _unsound("is a shared one, which anybody who verifies could sign with")
        case {"kty": str(kind)}:
            raise _unsupported(f"is of the kind {kind:.20} {jwk.get('crv', '')!s:.20}".rstrip())
        case _:
            raise _unsound("does not say its kind (kty)")


def _rsa_key(jwk: JsonObject) -> RsaPublicKey:
    match jwk:
        case {"n": str(n), "e": str(e)}:
            return _rsa(_bytes(n), _bytes(e))
        case _:
            raise _unsound("is not a whole key: it lacks a number")


def _rsa(modulus: bytes, exponent: bytes) -> RsaPublicKey:
    # RFC 7518 §2, Base64urlUInt: in the fewest bytes that there can be.
    if not modulus or not exponent or modulus[0] == 0 or exponent[0] == 0:
        raise _unsound("has a number with leading zeros")
    bits = int.from_bytes(modulus, "big").bit_length()
    if not MIN_RSA_BITS <= bits <= MAX_RSA_BITS:
        raise _unsound(f"is an RSA key of {bits} bits; {MIN_RSA_BITS} to {MAX_RSA_BITS} are taken")
    if len(exponent) > 4 or int.from_bytes(exponent, "big") not in _RSA_EXPONENTS or modulus[-1] % 2 == 0:
        raise _unsound("is an RSA key with an exponent or a modulus that no sound one has")
    number = int.from_bytes(modulus, "big")
    if all(number % prime in residues for prime, residues in _ROCA_RESIDUES):
        raise _unsound("is an RSA key that can be factored (ROCA)")
    return RsaPublicKey(modulus, exponent)


def _demand_signing(jwk: JsonObject, kind: str) -> None:
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
    if len(text) > MAX_RSA_BITS // 6 + 2:
        raise _unsound("has a number that is too long")
    try:
        return decode_multibase("u" + text, bases="u")
    except Refused as refused:
        raise _unsound(f"has a number that {refused.problems[0].detail}") from refused


def _unsound(why: str) -> Refused:
    return Refused(Problem(INVALID_VERIFICATION_METHOD, detail=f"the key {why}"))


def _unsupported(why: str) -> Refused:
    return Refused(Problem(UNSUPPORTED_MECHANISM, detail=f"the key {why}, which cannot be used here"))
