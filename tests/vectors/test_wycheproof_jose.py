"""Wycheproof's JWS, JWK, RSA and ECDSA vectors through the code that verifies tokens; and what is told otherwise."""

import contextlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from app.core.problems import JsonObject, Refused
from app.core.proof import compact_jws, jwk
from app.core.proof.jwk import NOT_MADE_HERE, JoseKey
from tests.shared import shared
from tests.tokens import encode

Vector = tuple[dict[str, Any], dict[str, Any]]

COUNTS = {
    "json_web_signature_test.json": 401,
    "json_web_key_test.json": 26,
    "json_web_crypto_test.json": 83,
    "ecdsa_secp256r1_sha256_p1363_test.json": 262,
    "ecdsa_secp384r1_sha384_p1363_test.json": 280,
    "rsa_signature_2048_sha256_test.json": 259,
}
TOKENS = [name for name in COUNTS if name.startswith("json_web_")]

# Valid by the publisher, refused here, by the reason. Nothing that is invalid by the publisher is taken.
DEVIATIONS = {
    "json_web_signature_test.json": {
        # Whoever could check it could make it: it shows nobody's signature.
        "a shared secret": {1, 348, 352, 357, 358, 359, 372, 373, 376, 377},
        # One kind of key has one algorithm here, so that a token cannot choose; `ES521` is a slip of the publisher's.
        "an algorithm that is not made here": {
            *range(264, 276),
            *(287, 288, *range(320, 324), *range(325, 329), 346, 347, 350, 351),
        },
    },
    "json_web_key_test.json": {
        # A verification method publishes one key. Those of 13 to 15 are shared secrets besides.
        "a set of keys": {2, 5, 13, 14, 15},
    },
    "json_web_crypto_test.json": {"a shared secret": {1, 50}, "a set of keys": {48}, "encrypted": {67}},
    # FIPS 186-5 §5.4: an exponent is greater than 2^16. Both groups have keys with 3.
    "rsa_signature_2048_sha256_test.json": {"a small exponent": {258, 259}},
    "ecdsa_secp256r1_sha256_p1363_test.json": {},
    "ecdsa_secp384r1_sha384_p1363_test.json": {},
}


def vectors(name: str) -> list[Vector]:
    published = json.loads((shared("vectors", "wycheproof") / name).read_bytes())
    return [(group, test) for group in published["testGroups"] for test in group["tests"]]


def published_key(group: dict[str, Any]) -> JsonObject:
    """The key to verify with, as a JWK."""
    match group:
        case {"public": dict(public)} | {"private": dict(public)}:
            return public
        case {"publicKey": {"uncompressed": str(uncompressed)}}:
            x, y = _halves(bytes.fromhex(uncompressed)[1:])
            return {"kty": "EC", "crv": f"P-{len(x) * 8}", "x": encode(x), "y": encode(y)}
        case {"publicKeyDer": str(der)}:
            key = load_der_public_key(bytes.fromhex(der))
            assert isinstance(key, RSAPublicKey)
            n, e = (number.to_bytes((number.bit_length() + 7) // 8, "big") for number in _numbers(key))
            return {"kty": "RSA", "n": encode(n), "e": encode(e)}
    raise AssertionError(group)


def _halves(point: bytes) -> tuple[bytes, bytes]:
    return point[: len(point) // 2], point[len(point) // 2 :]


def _numbers(key: RSAPublicKey) -> tuple[int, int]:
    numbers = key.public_numbers()
    return numbers.n, numbers.e


def verifies(group: dict[str, Any], test: dict[str, Any]) -> bool:
    try:
        # Of a token, as `vc_jwt` takes it: the header names the one algorithm of the key.
        match test:
            case {"msg": str(message), "sig": str(signature)}:
                data, signed = bytes.fromhex(message), bytes.fromhex(signature)
                key = jwk.read(published_key(group))
            case {"jws": str(token)} | {"jwe": str(token)}:
                jws = compact_jws.read(token)
                data, signed = jws.signing_input, jws.signature
                key = jwk.read(published_key(group))
                if jws.header.get("alg") != key.algorithm:
                    return False
            case _:
                return False
        key.verify(data, signed)
    except Refused:
        return False
    return True


def reason(key: JsonObject) -> str:
    match key:
        case {"keys": _}:
            return "a set of keys"
        case {"kty": "oct"}:
            return "a shared secret"
        case {"alg": "ECDH-ES+A128KW"}:
            return "encrypted"
        case {"alg": str(algorithm)} if algorithm in {*NOT_MADE_HERE, "ES521"}:
            return "an algorithm that is not made here"
        case {"e": "Aw"}:
            return "a small exponent"
    raise AssertionError(key)


@pytest.mark.parametrize("name", COUNTS)
def test_every_vector_is_told_as_published_save_those_that_are_listed(name: str) -> None:
    read = vectors(name)
    assert len(read) == COUNTS[name]
    wrong: dict[str, set[int]] = {}
    for group, test in read:
        told = verifies(group, test)
        assert not (told and test["result"] == "invalid"), test["tcId"]
        if not told and test["result"] == "valid":
            wrong.setdefault(reason(published_key(group)), set()).add(test["tcId"])
    assert wrong == DEVIATIONS[name]


def test_a_key_by_a_generator_whose_keys_can_be_factored_is_refused() -> None:
    """CVE-2017-15361, ROCA."""
    (key,) = {
        json.dumps(published_key(group))
        for group, test in vectors("json_web_crypto_test.json")
        if test["comment"] == "rejectsKeyWithRocaVulnerability"
    }
    with pytest.raises(Refused, match="can be factored"):
        jwk.read(json.loads(key))


def test_no_jwk_is_more_than_a_key_or_a_refusal() -> None:
    for name in TOKENS:
        for group, _ in vectors(name):
            for key in (group.get("public"), group["private"]):
                with contextlib.suppress(Refused):
                    assert isinstance(jwk.read(key), JoseKey)
