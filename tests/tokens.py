"""Keys of every kind that signs tokens, the documents that publish them, and tokens made with them, sound or not."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.core.problems import JsonObject
from app.core.proof import compact_jws
from tests.verifying import NOW, UNIVERSITY, badge

ALGORITHMS = ("EdDSA", "ES256", "ES384", "RS256")
_CURVES: dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm, int]] = {
    "ES256": (ec.SECP256R1(), hashes.SHA256(), 32),
    "ES384": (ec.SECP384R1(), hashes.SHA384(), 48),
}


@dataclass(frozen=True)
class TokenKey:
    """A key pair for one algorithm."""

    algorithm: str
    jwk: JsonObject
    sign: Callable[[bytes], bytes]


@cache
def key_of(algorithm: str, name: str = "the university's key") -> TokenKey:
    """The same within a run; of an RSA key, that is all."""
    seed = hashlib.sha256(name.encode()).digest()
    if algorithm == "EdDSA":
        return _ed25519(seed)
    return _rsa() if algorithm == "RS256" else _ecdsa(algorithm, int.from_bytes(seed, "big") >> 8)


def signing_key(secret: JsonObject) -> TokenKey:
    """A published test key: a JWK with its `d`."""
    if secret["crv"] == "Ed25519":
        return _ed25519(decode(secret["d"]))
    return _ecdsa({"P-256": "ES256", "P-384": "ES384"}[secret["crv"]], int.from_bytes(decode(secret["d"]), "big"))


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(token: str) -> tuple[JsonObject, JsonObject, bytes]:
    header, payload, signature = token.split(".")
    return json.loads(decode(header)), json.loads(decode(payload)), decode(signature)


def token(header: JsonObject, claims: JsonObject | bytes, key: TokenKey) -> str:
    """A token of exactly these, however wrong; members of the header that are None are left out."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    kept = {name: value for name, value in header.items() if value is not None}
    signing_input = f"{encode(json.dumps(kept).encode())}.{encode(payload)}".encode()
    return compact_jws.assemble(signing_input, key.sign(signing_input))


def credential_token(key: TokenKey, *, header: JsonObject | None = None, **members: Any) -> str:
    """The university's badge as `vc+jwt`; `members` stand in the payload beside it or in its members' place."""
    own = {"alg": key.algorithm, "typ": "vc+jwt", "cty": "vc", "kid": f"{UNIVERSITY}#key-1"}
    return token(own | (header or {}), badge(iss=UNIVERSITY, iat=int(NOW.timestamp()) - 60) | members, key)


def badge_token(key: TokenKey, *, header: JsonObject | None = None, **members: Any) -> str:
    """The university's badge as Open Badges 3.0's own JWT; a member that is None is left out."""
    own = {"alg": key.algorithm, "typ": "JWT", "kid": f"{UNIVERSITY}#key-1"}
    said = badge()
    claims = {"iss": UNIVERSITY, "jti": said["id"], "sub": said["credentialSubject"]["id"], "nbf": 1790812800}
    every = said | claims | members
    return token(own | (header or {}), {name: value for name, value in every.items() if value is not None}, key)


def document_of(*keys: TokenKey, identifier: str = UNIVERSITY, **members: Any) -> JsonObject:
    """A document of these keys, `#key-1`, `#key-2` …, for signing credentials."""
    methods = [
        {
            "id": f"{identifier}#key-{number}",
            "type": "JsonWebKey",
            "controller": identifier,
            "publicKeyJwk": key.jwk,
            **members,
        }
        for number, key in enumerate(keys, 1)
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": identifier,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def _ed25519(seed: bytes) -> TokenKey:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return TokenKey("EdDSA", {"kty": "OKP", "crv": "Ed25519", "x": encode(raw)}, private.sign)


def _ecdsa(algorithm: str, secret: int) -> TokenKey:
    curve, digest, size = _CURVES[algorithm]
    private = ec.derive_private_key(secret, curve)
    point = private.public_key().public_numbers()
    x, y = (encode(value.to_bytes(size, "big")) for value in (point.x, point.y))

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return TokenKey(algorithm, {"kty": "EC", "crv": f"P-{size * 8}", "x": x, "y": y}, sign)


def _rsa(bits: int = 2_048) -> TokenKey:
    private = rsa.generate_private_key(public_exponent=65_537, key_size=bits)
    numbers = private.public_key().public_numbers()
    n, e = (encode(value.to_bytes((value.bit_length() + 7) // 8, "big")) for value in (numbers.n, numbers.e))
    return TokenKey(
        "RS256",
        {"kty": "RSA", "n": n, "e": e},
        lambda data: private.sign(data, padding.PKCS1v15(), hashes.SHA256()),
    )
