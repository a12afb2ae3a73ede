"""The RDFC-1.0 test suite of the W3C, w3c/rdf-canon: 64 evaluation tests, 21 map tests, one that must be stopped."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.json_ld import canonicalize_n_quads
from app.core.problems import PROOF_TRANSFORMATION_ERROR, Refused
from tests.shared import SHARED, shared

_FOLDER = SHARED / "vectors" / "rdf-canon" if SHARED else None


def _entries(kind: str) -> list[Any]:
    if _FOLDER is None:
        return [pytest.param({}, id="not-found")]
    manifest = json.loads((_FOLDER / "manifest.jsonld").read_bytes())
    return [pytest.param(entry, id=entry["id"]) for entry in manifest["entries"] if entry["type"] == f"rdfc:{kind}"]


def _folder() -> Path:
    return shared("vectors", "rdf-canon")


def _canonicalized(entry: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    text = (_folder() / entry["action"]).read_text("utf-8")
    n_quads, issued = canonicalize_n_quads(text, hash_algorithm=entry.get("hashAlgorithm", "SHA256").lower())
    return n_quads, dict(issued)


@pytest.mark.parametrize("entry", _entries("RDFC10EvalTest"))
def test_the_canonical_form_is_the_published_one(entry: dict[str, str]) -> None:
    folder = _folder()
    assert _canonicalized(entry)[0] == (folder / entry["result"]).read_bytes()


@pytest.mark.parametrize("entry", _entries("RDFC10MapTest"))
def test_the_issued_identifiers_are_the_published_ones(entry: dict[str, str]) -> None:
    folder = _folder()
    assert _canonicalized(entry)[1] == json.loads((folder / entry["result"]).read_bytes())


@pytest.mark.parametrize("entry", _entries("RDFC10NegativeEvalTest"))
def test_a_poison_dataset_is_stopped(entry: dict[str, str]) -> None:
    _folder()
    with pytest.raises(Refused) as refused:
        _canonicalized(entry)
    assert refused.value.problems[0].type == PROOF_TRANSFORMATION_ERROR


def test_none_of_the_published_tests_is_left_out() -> None:
    _folder()
    kinds = ("RDFC10EvalTest", "RDFC10MapTest", "RDFC10NegativeEvalTest")
    assert [len(_entries(kind)) for kind in kinds] == [64, 21, 1]
