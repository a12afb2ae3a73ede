"""A public key as JOSE writes it, bound to the one algorithm that it is for, and what that algorithm checks.

JSON Web Keys: https://www.rfc-editor.org/rfc/rfc7517; algorithms: https://www.rfc-editor.org/rfc/rfc7518. PyJWT does
the arithmetic, and is shown nothing that was not read here before.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from app.core import strict_json
from app.core.multiformats import KeyKind, PublicKey, decode_multibase, public_key
from app.core.problems import (
    CRYPTOGRAPHIC_SECURITY_ERROR,
    INVALID_VERIFICATION_METHOD,
    PROOF_VERIFICATION_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
)

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

# RFC 7517 §4, RFC 7518 §6: the members that a private or a shared key has.
_SECRETS = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


@dataclass(frozen=True, slots=True)
class JoseAlgorithm:
    """`kind` is the key's: its curve, or RSA. `coordinate_bytes` is 0 where it has none."""

    name: str
    kind: str
    curve: type[ec.EllipticCurve] | None = None
    coordinate_bytes: int = 0


# One kind of key, one algorithm: a token can't choose.
ALGORITHMS: Mapping[str, JoseAlgorithm] = MappingProxyType(
    {
        algorithm.name: algorithm
        for algorithm in (
            JoseAlgorithm("EdDSA", KeyKind.ED25519.value),
            JoseAlgorithm("ES256", "P-256", curve=ec.SECP256R1, coordinate_bytes=32),
            JoseAlgorithm("ES384", "P-384", curve=ec.SECP384R1, coordinate_bytes=48),
            JoseAlgorithm("RS256", RSA),
        )
    }
)
_OF_KIND: Mapping[str, JoseAlgorithm] = MappingProxyType({each.kind: each for each in ALGORITHMS.values()})

# Sound algorithms that are not made here: a token by one of them is not wrong, it cannot be told.
NOT_MADE_HERE = frozenset(
    {"ES512", "ES256K", "RS384", "RS512", "PS256", "PS384", "PS512", "Ed25519", "Ed448", "ESP256", "ESP384", "ESP512"}
)


@dataclass(frozen=True, slots=True)
class JoseKey:
    """A sound public key. `members` are those that make it up, and no other (RFC 7638 §3.2)."""

    algorithm: str
    members: tuple[tuple[str, str], ...]
    kid: str | None = field(default=None, compare=False)

    @property
    def thumbprint(self) -> str:
        """Its JWK thumbprint (RFC 7638 §3), by which it may be called."""
        return _encode(hashlib.sha256(strict_json.write(dict(sorted(self.members)))).digest())

    def verify(self, data: bytes, signature: bytes) -> None:
        """Raises Refused (PROOF_VERIFICATION_ERROR) where `signature` is not this key's over `data`."""
        if not self._holds(data, signature):
            raise Refused(
                Problem(
                    PROOF_VERIFICATION_ERROR,
                    detail="the signature does not fit: the token is not as it was signed",
                    remedy="ask for the original file",
                )
            )

    def _holds(self, data: bytes, signature: bytes) -> bool:
        expected = self.signature_bytes
        if len(signature) != expected:
            raise Refused(
                Problem(
                    CRYPTOGRAPHIC_SECURITY_ERROR,
                    detail=f"the signature has {len(signature)} bytes; one by {self.algorithm} has {expected}",
                )
            )
        known = _prepared(self)
        try:
            return known.Algorithm.verify(data, known.key, signature)
        except (jwt.PyJWTError, ValueError):
            return False

    @property
    def signature_bytes(self) -> int:
        """RFC 7518 §3.3: an RSA signature is as long as the modulus; §3.4: r and s, each as long as a coordinate."""
        if self.algorithm == "RS256":
            return len(_bytes(dict(self.members)["n"]))
        return 2 * (ALGORITHMS[self.algorithm].coordinate_bytes or 32)


def read(jwk: object) -> JoseKey:
    """A key that a JWK publishes for signatures. Raises Refused: UNSUPPORTED_MECHANISM, INVALID_VERIFICATION_METHOD."""
    if not isinstance(jwk, dict):
        raise _unsound("is no JSON object")
    if secret := next((member for member in _SECRETS if member in jwk), None):
        raise _unsound(f"has {secret!r}, so it is no public key")
    algorithm, members = _algorithm_and_members(jwk)
    match jwk:
        case {"use": use} if use != "sig":
            raise _unsound("is not for signatures (use)")
        case {"key_ops": operations} if not _may_verify(operations):
            raise _unsound("is not for verifying signatures (key_ops)")
        case {"alg": str(declared)} if declared in NOT_MADE_HERE:
            raise _unsupported(f"is for the algorithm {declared}")
        case {"alg": declared} if declared != algorithm:
            raise _unsound(f"is for the algorithm {declared!r:.40}, and not for {algorithm}, as its kind would be")
    kid = jwk.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise _unsound("has a kid that is no string")
    return _sound(JoseKey(algorithm, members, kid))


def of_public_key(key: PublicKey) -> JoseKey:
    """The same key as a Multikey publishes it. Raises Refused (UNSUPPORTED_MECHANISM)."""
    algorithm = _OF_KIND.get(key.kind.value)
    if algorithm is None:
        raise _unsupported(f"is of the kind {key.kind.value}")
    if algorithm.curve is None:
        return JoseKey(algorithm.name, (("crv", algorithm.kind), ("kty", "OKP"), ("x", _encode(key.raw))))
    point = ec.EllipticCurvePublicKey.from_encoded_point(algorithm.curve(), key.raw).public_numbers()
    x, y = (_encode(value.to_bytes(algorithm.coordinate_bytes, "big")) for value in (point.x, point.y))
    return JoseKey(algorithm.name, (("crv", algorithm.kind), ("kty", "EC"), ("x", x), ("y", y)))


def _algorithm_and_members(jwk: JsonObject) -> tuple[str, tuple[tuple[str, str], ...]]:
    match jwk:
        case {"kty": "OKP", "crv": "Ed25519", "x": str(x)}:
            public_key(KeyKind.ED25519, _bytes(x))
            return "EdDSA", (("crv", "Ed25519"), ("kty", "OKP"), ("x", x))
        case {"kty": "EC", "crv": "P-256" | "P-384" as curve, "x": str(x), "y": str(y)}:
            algorithm = _OF_KIND[curve]
            if not len(_bytes(x)) == len(_bytes(y)) == algorithm.coordinate_bytes:
                raise _unsound(f"has coordinates that are not of {algorithm.coordinate_bytes} bytes")
            return algorithm.name, (("crv", curve), ("kty", "EC"), ("x", x), ("y", y))
        case {"kty": "RSA", "n": str(n), "e": str(e)}:
            _demand_rsa(_bytes(n), _bytes(e))
            return "RS256", (("e", e), ("kty", "RSA"), ("n", n))
        case {"kty": "OKP" | "EC" | "AKP", "crv": str(curve)} if curve not in _OF_KIND:
            raise _unsupported(f"is of the kind {curve!r:.40}")
        case _:
            raise _unsound("is not a whole key of a kind that signs")


def _demand_rsa(modulus: bytes, exponent: bytes) -> None:
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


def _may_verify(operations: object) -> bool:
    match operations:
        case list() if all(isinstance(each, str) for each in operations):
            return "verify" in operations and len(set(operations)) == len(operations)
        case _:
            return False


def _sound(key: JoseKey) -> JoseKey:
    """Numbers of the right length can still be no point of their curve."""
    _prepared(key)
    return key


def _prepared(key: JoseKey) -> jwt.PyJWK:
    try:
        return jwt.PyJWK.from_dict(dict(key.members), algorithm=key.algorithm)
    except (jwt.PyJWTError, ValueError) as unsound:
        raise _unsound("is no point of its curve, or no key at all") from unsound


def _bytes(text: str) -> bytes:
    # The longest that is taken is a modulus.
    if len(text) > MAX_RSA_BITS // 6 + 2:
        raise _unsound("has a number that is too long")
    try:
        return decode_multibase("u" + text, bases="u")
    except Refused as refused:
        raise _unsound(f"has a number that {refused.problems[0].detail}") from refused


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unsound(why: str) -> Refused:
    return Refused(Problem(INVALID_VERIFICATION_METHOD, detail=f"the key {why}"))


def _unsupported(why: str) -> Refused:
    return Refused(Problem(UNSUPPORTED_MECHANISM, detail=f"the key {why}, which cannot be used here"))
