"""Wycheproof's ECDSA signatures in the form of JWS (IEEE P1363) through what verifies our JWTs: no deviation.

https://github.com/C2SP/wycheproof
"""

import json
from typing import Any

import pytest

from app.core.problems import JsonObject, Refused
from app.core.proof import signed_jwt
from tests.jwt_keys import base64url
from tests.shared import shared

FILES = {"ES256": "ecdsa_secp256r1_sha256_p1363_test.json", "ES384": "ecdsa_secp384r1_sha384_p1363_test.json"}
CURVES = {"ES256": ("P-256", 32), "ES384": ("P-384", 48)}


def jwk(algorithm: str, uncompressed: bytes) -> JsonObject:
    curve, length = CURVES[algorithm]
    x, y = base64url(uncompressed[1 : 1 + length]), base64url(uncompressed[1 + length :])
    return {"kty": "EC", "crv": curve, "x": x, "y": y}


def judged(algorithm: str, group: dict[str, Any], case: dict[str, Any]) -> str:
    key = jwk(algorithm, bytes.fromhex(group["publicKey"]["uncompressed"]))
    try:
        signed_jwt.ALGORITHMS[algorithm].verify(key, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
    except Refused:
        return "invalid"
    return "valid"


@pytest.mark.parametrize("algorithm", FILES)
def test_every_signature_is_judged_as_published(algorithm: str) -> None:
    published = json.loads((shared("vectors", "wycheproof") / FILES[algorithm]).read_bytes())
    results = [
        (case["tcId"], judged(algorithm, group, case), case["result"])
        for group in published["testGroups"]
        for case in group["tests"]
    ]
    assert len(results) == published["numberOfTests"]
    assert [result for result in results if result[1] != result[2]] == []
