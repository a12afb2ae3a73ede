"""SD-JWT in W3C's VC-JOSE-COSE: the inputs of its test suite, as far as the SD-JWT goes.

https://www.w3.org/TR/vc-jose-cose/#with-sd-jwt
"""

import json
from typing import Any

import pytest

from app.core.problems import JsonObject, Refused
from app.core.proof import sd_jwt
from app.core.proof.sd_jwt import VerifiedSdJwt
from tests.shared import shared

TYPES = {"vc+sd-jwt", "vp+sd-jwt"}
# P-521 is no key of ours, so what it signed cannot be told.
NOT_TOLD = ("credential-sdjwt-nested.txt", "presentation-sdjwt-bad-credential.txt")
SUCCEED = ("credential-sdjwt-selective.txt", "presentation-sdjwt-selective.txt")
FAIL = (
    "credential-sdjwt-bad-signature.txt",
    "credential-sdjwt-bad-media-type.txt",
    "presentation-sdjwt-bad-media-type.txt",
)


def published() -> list[dict[str, Any]]:
    mapping: list[dict[str, Any]] = json.loads((shared("vectors", "vc-jose-cose") / "test-mapping.json").read_bytes())
    return [each for each in mapping if each["fn"] == "verify" and "sdjwt" in each["input_file"]]


def keys() -> list[JsonObject]:
    """All that the suite has: a `kid` there is the key's thumbprint, and names no file."""
    folder = shared("vectors", "vc-jose-cose") / "input"
    return [json.loads(file.read_bytes())["publicKeyJwk"] for file in sorted(folder.glob("vm-*.json"))]


def verify(name: str) -> VerifiedSdJwt:
    received = sd_jwt.read((shared("vectors", "vc-jose-cose") / "input" / name).read_bytes().strip())
    alg = received.issuer_signed.header["alg"]
    curve = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "EdDSA": "Ed25519"}[alg]
    key = next(key for key in keys() if key["crv"] == curve)
    return sd_jwt.verify(received, key=key, types=TYPES, wanted=None)


def test_these_are_all_of_the_suite() -> None:
    expected = {each["input_file"]: each["expected_result"] for each in published()}
    assert set(expected) == {*NOT_TOLD, *SUCCEED, *FAIL}
    assert {name for name, result in expected.items() if result == "success"} - set(NOT_TOLD) == set(SUCCEED)


@pytest.mark.parametrize("name", SUCCEED)
def test_a_good_one_says_what_was_disclosed(name: str) -> None:
    verified = verify(name)
    assert len(verified.disclosed) == 2
    assert "_sd" not in json.dumps(verified.claims)


@pytest.mark.parametrize("name", FAIL)
def test_a_bad_one_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="PROOF_VERIFICATION_ERROR"):
        verify(name)


@pytest.mark.parametrize("name", NOT_TOLD)
def test_one_by_a_key_of_another_kind_cannot_be_told(name: str) -> None:
    with pytest.raises(Refused, match="UNSUPPORTED_MECHANISM"):
        verify(name)
