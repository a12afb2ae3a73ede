"""Wycheproof: every ECDSA vector of P-256 and P-384 with signatures r ‖ s, through the code that verifies our proofs.

None deviates. A signature whose s is the order less s is valid there, as it is here: the suites ask for no low s.
"""

import json
from typing import Any

import pytest

from app.core.multiformats import KeyKind, public_key_at
from app.core.problems import Refused
from app.core.proof.cryptosuites import CRYPTOSUITES
from tests.shared import shared

FILES = {
    KeyKind.P256: ("ecdsa_secp256r1_sha256_p1363_test.json", 262),
    KeyKind.P384: ("ecdsa_secp384r1_sha384_p1363_test.json", 280),
}


def vectors(kind: KeyKind) -> list[tuple[bytes, dict[str, Any]]]:
    """(uncompressed point, test) for each."""
    published = json.loads((shared("vectors", "wycheproof") / FILES[kind][0]).read_bytes())
    return [
        (bytes.fromhex(group["publicKey"]["uncompressed"]), test)
        for group in published["testGroups"]
        for test in group["tests"]
    ]


def verifies(kind: KeyKind, point: bytes, test: dict[str, Any]) -> bool:
    algorithm = CRYPTOSUITES["ecdsa-rdfc-2019"].algorithms[kind]
    middle = len(point) // 2 + 1
    try:
        raw = public_key_at(kind, x=point[1:middle], y=point[middle:]).raw
        algorithm.verify(raw, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
    except Refused:
        return False
    return True


@pytest.mark.parametrize("kind", FILES)
def test_none_of_the_vectors_is_left_out(kind: KeyKind) -> None:
    assert len(vectors(kind)) == FILES[kind][1]


@pytest.mark.parametrize("result", ["valid", "invalid"])
@pytest.mark.parametrize("kind", FILES)
def test_every_vector_is_told_as_published(kind: KeyKind, result: str) -> None:
    told = {test["tcId"]: verifies(kind, point, test) for point, test in vectors(kind) if test["result"] == result}
    assert told
    assert [number for number, verified in told.items() if verified is not (result == "valid")] == []
