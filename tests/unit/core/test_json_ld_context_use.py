"""A context that gives a document nothing is one that anyone could have listed."""

import pytest

from app.core.json_ld import Contexts, problems_of_contexts
from app.core.problems import PROOF_VERIFICATION_ERROR, JsonObject
from tests.verifying import badge

V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
MULTIKEY = "https://w3id.org/security/multikey/v1"
OPEN = "https://uni.example/vocabulary"


def endorsed(*listed: str) -> JsonObject:
    """A badge with a credential inside it, which lists contexts of its own."""
    endorsement = {
        "@context": list(listed),
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": "did:example:other", "type": ["Profile"]},
        "credentialSubject": {"id": "did:example:one", "type": ["EndorsementSubject"]},
    }
    return badge(endorsement=[endorsement])


def refused_at(contexts: Contexts, document: JsonObject) -> list[str]:
    return [problem.at for problem in problems_of_contexts(contexts, document)]


def test_contexts_that_are_needed_are_in_order(contexts: Contexts) -> None:
    assert refused_at(contexts, badge()) == []


def test_a_context_of_which_nothing_is_used_is_refused(contexts: Contexts) -> None:
    (problem,) = problems_of_contexts(contexts, badge(**{"@context": [V2, MULTIKEY, OPEN_BADGES]}))
    assert (problem.type, problem.at) == (PROOF_VERIFICATION_ERROR, "/@context/1")


def test_a_context_whose_terms_another_gives_as_well_is_refused(contexts: Contexts) -> None:
    """The CLR's context has `Profile` and `endorsement`, as Open Badges' has."""
    assert refused_at(contexts, badge(**{"@context": [V2, OPEN_BADGES, CLR]})) == ["/@context/2"]


@pytest.mark.parametrize("place", [0, 1])
def test_a_context_that_stands_twice_is_refused(contexts: Contexts, place: int) -> None:
    listed = [V2, OPEN_BADGES]
    assert "/@context/2" in refused_at(contexts, badge(**{"@context": [*listed, listed[place]]}))


def test_what_a_credential_inside_another_lists_is_judged_for_itself(contexts: Contexts) -> None:
    assert refused_at(contexts, endorsed(V2, OPEN_BADGES)) == []
    assert refused_at(contexts, endorsed(V2, OPEN_BADGES, MULTIKEY)) == ["/endorsement/0/@context/2"]


def test_what_only_a_credential_inside_needs_the_outer_one_does_not(contexts: Contexts) -> None:
    document = endorsed(V2, OPEN_BADGES, CLR)
    document["endorsement"][0]["credentialSubject"]["type"] = ["ClrSubject"]
    assert refused_at(contexts, document) == []
    assert refused_at(contexts, document | {"@context": [V2, OPEN_BADGES, CLR]}) == ["/@context/2"]


def test_what_is_needed_by_a_credential_inside_and_not_listed_there_is_needed_outside(contexts: Contexts) -> None:
    document = endorsed(V2)
    document["type"], document["credentialSubject"] = ["VerifiableCredential"], {"id": "did:example:one"}
    del document["issuer"]["type"], document["endorsement"]
    assert refused_at(contexts, document) == ["/@context/1"]
    assert refused_at(contexts, document | {"endorsement": endorsed(V2)["endorsement"]}) == []


def test_a_name_inside_a_json_literal_is_no_term() -> None:
    contexts = Contexts(
        {
            V2: b'{"@context": {"type": "@type", "raw": {"@id": "https://v.example/raw", "@type": "@json"}}}',
            OPEN: b'{"@context": {"other": "https://v.example/other"}}',
        }
    )
    assert refused_at(contexts, {"@context": [V2, OPEN], "raw": {"other": 1}}) == ["/@context/1"]
    assert refused_at(contexts, {"@context": [V2, OPEN], "other": "1"}) == []


def test_a_context_with_a_vocabulary_is_needed_where_a_name_has_no_other_meaning() -> None:
    contexts = Contexts(
        {
            V2: b'{"@context": {"type": "@type", "name": "https://v.example/name"}}',
            OPEN: b'{"@context": {"@vocab": "https://v.example/#"}}',
        }
    )
    assert refused_at(contexts, {"@context": [V2, OPEN], "name": "n", "own": "o"}) == []
    assert refused_at(contexts, {"@context": [V2, OPEN], "name": "n"}) == ["/@context/1"]


@pytest.mark.parametrize(
    ("kept", "refused"), [([V2, OPEN_BADGES], False), ([V2], False), (V2, False), ([OPEN_BADGES], True), (CLR, True)]
)
def test_a_proof_inside_keeps_contexts_that_its_credential_begins_with(
    contexts: Contexts, kept: object, *, refused: bool
) -> None:
    document = endorsed(V2, OPEN_BADGES)
    document["endorsement"][0]["proof"] = {"type": "DataIntegrityProof", "@context": kept}
    assert refused_at(contexts, document) == (["/endorsement/0/proof"] if refused else [])
