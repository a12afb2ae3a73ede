"""The leaf-deletion oracle over the examples: no leaf of any can be taken out unseen."""

import json
from pathlib import Path

import pytest

from app.core.json_ld import Contexts
from app.core.problems import JsonObject, Refused
from tests.properties.leaf_deletion import leaf_count, survivors
from tests.shared import contexts_of_the_vectors, shared

_EXAMPLES = (
    "dcc__v2-dataIntegrityProof-didKey-legacyRegistry-noStatus-noExpiry-alignments.json",
    "mit__courseCertificate.json",
    "mit__programCertificate.json",
    "val-clr__simple.json",
    "val__bitstring-credential-status-revoked.json",
    "val__complete.json",
    "val__simple.json",
)
_V2 = "https://www.w3.org/ns/credentials/v2"


def _read(path: Path) -> JsonObject:
    document: JsonObject = json.loads(path.read_bytes())
    return document


@pytest.mark.parametrize("name", _EXAMPLES)
def test_no_leaf_of_a_real_credential_can_be_deleted_unseen(contexts: Contexts, name: str) -> None:
    document = _read(shared("data", "examples", name))
    assert (survivors(contexts, document), leaf_count(document) > 10) == ([], True)


def test_no_leaf_of_the_micro_credential_can_be_deleted_unseen() -> None:
    draft = _read(shared("data", "draft", "eumc-example.unsigned.json"))
    terms = json.dumps(_read(shared("data", "draft", "eumc-context-v1.draft.json"))).encode()
    index = json.loads((Path(__file__).resolve().parents[2] / "contexts" / "index.json").read_bytes())
    folder = Path(__file__).resolve().parents[2] / "contexts"
    documents = {entry["url"]: (folder / entry["file"]).read_bytes() for entry in index}
    assert survivors(Contexts({**documents, "https://example.org/ns/eumc/v1": terms}), draft) == []


def test_no_leaf_under_a_context_that_takes_every_word_can_be_deleted_unseen() -> None:
    document = {
        "@context": [_V2, "https://www.w3.org/ns/credentials/examples/v2"],
        "type": ["VerifiableCredential", "ExampleDegreeCredential"],
        "issuer": {"id": "did:example:issuer", "name": {"@value": "شهادة", "@language": "ar", "@direction": "rtl"}},
        "credentialSubject": [{"id": "did:example:a", "degree": {"type": "X", "gpa": 3.5, "honours": True}}, {"a": {}}],
    }
    assert survivors(contexts_of_the_vectors(), document) == []


@pytest.mark.parametrize(
    "loss",
    [
        {"grade": "A+"},
        {"_:p": "PhD"},
        {"@index": "PhD"},
        {"name": None},
        {"evidence": []},
        {"evidence": [{"id": "https://x y/", "type": "Evidence"}]},
        {"type": ["AchievementSubject", "AchievementSubject"]},
        {"type": ["AchievementSubject", "not a type"]},
    ],
    ids=str,
)
def test_what_would_survive_is_refused(contexts: Contexts, loss: JsonObject) -> None:
    document = _read(shared("data", "examples", "val__simple.json"))
    document["credentialSubject"].update(loss)
    with pytest.raises(Refused):
        survivors(contexts, document)
