"""Keys of tests as JWKs, and tokens signed with them."""

import base64
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.core import strict_json
from app.core.problems import JsonObject
from app.core.proof import signed_jwt


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8))


@dataclass(frozen=True)
class JwtKey:
    """A private key: `algorithm` is the `alg` that it is for, `public` its JWK."""

    algorithm: str
    private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

    @property
    def public(self) -> JsonObject:
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw)}
        if isinstance(self.private, rsa.RSAPrivateKey):
            modulus = self.private.public_key().public_numbers()
            return {"kty": "RSA", "n": _number(modulus.n), "e": _number(modulus.e)}
        numbers, length = self.private.public_key().public_numbers(), (self.private.curve.key_size + 7) // 8
        curve = {"ES256": "P-256", "ES384": "P-384"}[self.algorithm]
        x, y = (base64url(number.to_bytes(length, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": curve, "x": x, "y": y}

    @property
    def with_private(self) -> JsonObject:
        """The JWK with its private half."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return {**self.public, "d": base64url(self.private.private_bytes_raw())}
        if isinstance(self.private, rsa.RSAPrivateKey):
            numbers = self.private.private_numbers()
            own = {"d": numbers.d, "p": numbers.p, "q": numbers.q}
            own |= {"dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp}
            return {**self.public, **{name: _number(value) for name, value in own.items()}}
        length = (self.private.curve.key_size + 7) // 8
        secret = self.private.private_numbers().private_value.to_bytes(length, "big")
        return {**self.public, "d": base64url(secret)}

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(data)
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        length = (self.private.curve.key_size + 7) // 8
        digest = {"ES256": hashes.SHA256(), "ES384": hashes.SHA384()}[self.algorithm]
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(length, "big") + s.to_bytes(length, "big")

    def token(self, payload: Any, **header: Any) -> str:
        """A JWT of this payload, whatever it is; `header` adds to `alg`, or takes its place."""
        parts = ({"alg": self.algorithm, **header}, payload)
        data = ".".join(base64url(strict_json.write(part)) for part in parts).encode()
        return signed_jwt.attach(data, self.sign(data))


@cache
def key(algorithm: str, number: int = 1) -> JwtKey:
    """The same key each time; one of RSA, within a run."""
    match algorithm:
        case "ES256":
            return JwtKey(algorithm, ec.derive_private_key(10**30 + number, ec.SECP256R1()))
        case "ES384":
            return JwtKey(algorithm, ec.derive_private_key(10**30 + number, ec.SECP384R1()))
        case "RS256":
            return JwtKey(algorithm, rsa.generate_private_key(public_exponent=65_537, key_size=2_048))
        case _:
            return JwtKey(algorithm, ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))
