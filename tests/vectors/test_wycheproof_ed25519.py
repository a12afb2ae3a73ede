"""Wycheproof: all 151 Ed25519 vectors through the code that verifies our proofs."""

import json
from typing import Any

import pytest

from app.core.multiformats import KeyKind, public_key
from app.core.problems import Refused
from app.core.proof.cryptosuites import CRYPTOSUITES
from tests.shared import shared

Vector = tuple[str, dict[str, Any]]


def vectors() -> list[Vector]:
    published = json.loads((shared("vectors", "wycheproof") / "ed25519_test.json").read_bytes())
    return [(group["publicKey"]["pk"], test) for group in published["testGroups"] for test in group["tests"]]


def verifies(key: str, test: dict[str, Any]) -> bool:
    algorithm = CRYPTOSUITES["eddsa-rdfc-2022"].algorithms[KeyKind.ED25519]
    try:
        raw = public_key(KeyKind.ED25519, bytes.fromhex(key)).raw
        algorithm.verify(raw, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
    except Refused:
        return False
    return True


def test_there_are_151_vectors() -> None:
    assert len(vectors()) == 151


@pytest.mark.parametrize("result", ["valid", "invalid"])
def test_every_vector_is_told_as_published(result: str) -> None:
    told = {test["tcId"]: verifies(key, test) for key, test in vectors() if test["result"] == result}
    assert [number for number, verified in told.items() if verified is not (result == "valid")] == []
