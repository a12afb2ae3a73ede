"""A public key as JOSE writes it, bound to the one algorithm that it is for, and what that algorithm checks.

JSON Web Keys: https://www.rfc-editor.org/rfc/rfc7517; algorithms: https://www.rfc-editor.org/rfc/rfc7518. PyJWT does
the arithmetic, and is shown nothing that was not read here before.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from app.core import json_web_key, rsa_public_key, strict_json
from app.core.multiformats import MAX_REMEMBERED_KEYS, KeyKind, PublicKey
from app.core.problems import (
    CRYPTOGRAPHIC_SECURITY_ERROR,
    INVALID_VERIFICATION_METHOD,
    PROOF_VERIFICATION_ERROR,
    Problem,
    Refused,
)
from app.core.proof import base64url


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
            JoseAlgorithm("RS256", KeyKind.RSA.value),
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
        return base64url.write(hashlib.sha256(strict_json.write(dict(sorted(self.members)))).digest())

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
            return len(base64url.read(dict(self.members)["n"]))
        return 2 * (ALGORITHMS[self.algorithm].coordinate_bytes or 32)


def read(jwk: object) -> JoseKey:
    """A key that a JWK publishes for signatures. Raises Refused: UNSUPPORTED_MECHANISM, INVALID_VERIFICATION_METHOD."""
    found = of_public_key(json_web_key.read(jwk))
    match jwk:
        case {"kid": str(kid)}:
            return replace(found, kid=kid)
        case {"kid": kid} if kid is not None:
            raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail="the key has a kid that is no string"))
        case _:
            return found


@lru_cache(maxsize=MAX_REMEMBERED_KEYS)
def of_public_key(key: PublicKey) -> JoseKey:
    """The same key, whatever it was published as."""
    algorithm = _OF_KIND[key.kind]
    if key.kind is KeyKind.RSA:
        n, e = map(base64url.write, rsa_public_key.numbers(key))
        return JoseKey(algorithm.name, (("e", e), ("kty", "RSA"), ("n", n)))
    if algorithm.curve is None:
        return JoseKey(algorithm.name, (("crv", algorithm.kind), ("kty", "OKP"), ("x", base64url.write(key.raw))))
    point = ec.EllipticCurvePublicKey.from_encoded_point(algorithm.curve(), key.raw).public_numbers()
    x, y = (base64url.write(value.to_bytes(algorithm.coordinate_bytes, "big")) for value in (point.x, point.y))
    return JoseKey(algorithm.name, (("crv", algorithm.kind), ("kty", "EC"), ("x", x), ("y", y)))


@lru_cache(maxsize=MAX_REMEMBERED_KEYS)
def _prepared(key: JoseKey) -> jwt.PyJWK:
    try:
        return jwt.PyJWK.from_dict(dict(key.members), algorithm=key.algorithm)
    except (jwt.PyJWTError, ValueError) as unsound:
        detail = "the key is no point of its curve, or no key at all"
        raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail=detail)) from unsound
