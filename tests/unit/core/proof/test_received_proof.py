"""Proofs as they are read: a closed set of members, of suites that we know."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.problems import (
    INVALID_CHALLENGE_ERROR,
    INVALID_DOMAIN_ERROR,
    MISSING_PROOF,
    PROOF_VERIFICATION_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Refused,
)
from app.core.proof.received_proof import MAX_PROOFS, read
from tests.verifying import KEY

PROOF: JsonObject = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-11-01T09:00:00Z",
    "verificationMethod": KEY.did_method,
    "proofPurpose": "assertionMethod",
    "proofValue": "z3jqgQq2",
}

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(list(PROOF.values())),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from([*PROOF, "id", "previousProof"]) | st.text(), inner)
    ),
    max_leaves=20,
)


def refused_types(proof: object) -> set[str]:
    with pytest.raises(Refused) as refused:
        read({"proof": proof})
    return {problem.type for problem in refused.value.problems}


def without(member: str) -> JsonObject:
    return {name: value for name, value in PROOF.items() if name != member}


@pytest.mark.parametrize(("proof", "at"), [(PROOF, "/proof"), ([PROOF], "/proof/0")])
def test_a_proof_knows_where_it_stands(proof: object, at: str) -> None:
    assert [each.at for each in read({"proof": proof})] == [at]


def test_created_may_be_left_out() -> None:
    assert read({"proof": without("created")})[0].created is None


@pytest.mark.parametrize("document", [{}, {"proof": None}, {"proof": []}])
def test_a_document_without_a_proof_is_refused_as_such(document: JsonObject) -> None:
    with pytest.raises(Refused) as refused:
        read(document)
    assert refused.value.problems[0].type == MISSING_PROOF


@pytest.mark.parametrize(
    "proof",
    [
        {},
        "z3jqgQq2",
        1,
        [[]],
        [None],
        without("type"),
        without("cryptosuite"),
        without("verificationMethod"),
        without("proofPurpose"),
        without("proofValue"),
        PROOF | {"type": ["DataIntegrityProof"]},
        PROOF | {"cryptosuite": None},
        PROOF | {"type": "Ed25519Signature2020"},
        PROOF | {"type": 1},
        PROOF | {"proofValue": None},
        PROOF | {"proofValue": {}},
        PROOF | {"created": None},
        PROOF | {"created": "2026-11-01T09:00:00"},
        PROOF | {"expires": "tomorrow"},
        PROOF | {"id": 1},
        PROOF | {"previousProof": [1]},
        PROOF | {"previousProof": {}},
        PROOF | {"previousProof": "urn:uuid:unknown"},
        PROOF | {"id": "urn:uuid:1", "previousProof": "urn:uuid:1"},
        [
            PROOF | {"id": "urn:uuid:1", "previousProof": "urn:uuid:2"},
            PROOF | {"id": "urn:uuid:2", "previousProof": "urn:uuid:1", "proofValue": "z2"},
        ],
        PROOF | {"expirationDate": "2030-01-01T00:00:00Z"},
        PROOF | {"@context": ["https://www.w3.org/ns/credentials/v2"]},
        [PROOF] * (MAX_PROOFS + 1),
        [PROOF, PROOF],
        [PROOF | {"id": "urn:uuid:1"}, PROOF | {"id": "urn:uuid:1", "proofValue": "z2"}],
    ],
)
def test_a_malformed_proof_is_refused(proof: object) -> None:
    assert refused_types(proof) == {PROOF_VERIFICATION_ERROR}


@pytest.mark.parametrize(
    "members",
    [
        {"type": "Ed25519Signature2018"},
        {"cryptosuite": "Ed25519Signature2020"},
        {"cryptosuite": "bbs-2023"},
        {"cryptosuite": "eddsa-rdf-2022"},
    ],
)
def test_a_proof_of_another_kind_is_not_supported_rather_than_wrong(members: JsonObject) -> None:
    assert refused_types(PROOF | members) == {UNSUPPORTED_MECHANISM}


@pytest.mark.parametrize(
    ("members", "problem_type"),
    [({"domain": "uni.example"}, INVALID_DOMAIN_ERROR), ({"challenge": "c"}, INVALID_CHALLENGE_ERROR)],
)
def test_a_proof_that_was_made_for_one_exchange_is_refused(members: JsonObject, problem_type: str) -> None:
    assert refused_types(PROOF | members) == {problem_type}


def test_each_proof_of_a_set_is_judged() -> None:
    proofs = [PROOF | {"type": "Ed25519Signature2018"}, PROOF | {"proofValue": None}]
    assert refused_types(proofs) == {UNSUPPORTED_MECHANISM, PROOF_VERIFICATION_ERROR}


def test_a_proof_may_name_the_one_before_it() -> None:
    first, second = read(
        {"proof": [PROOF | {"id": "urn:uuid:1"}, PROOF | {"previousProof": "urn:uuid:1", "proofValue": "z2"}]}
    )
    assert second.previous_proof == (first.id,)


@given(ANY_JSON)
def test_any_json_is_read_as_proofs_or_refused(proof: Any) -> None:
    with suppress(Refused):
        assert read({"proof": proof})
