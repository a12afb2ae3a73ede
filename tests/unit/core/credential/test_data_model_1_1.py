"""VC Data Model 1.1: each of its MUSTs on the shape of a credential, judged by its own clauses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.credential import data_model
from app.core.credential.data_model_1_1 import problems
from app.core.json_ld import Contexts
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Problem
from app.verifier.report import Check, Failed, Verdict
from tests.verifying import KEY, World, sign_as_in_2020

V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"


def credential(**members: Any) -> JsonObject:
    return {
        "@context": [V1],
        "id": "urn:uuid:8c1dd9a0-91a8-4f0b-a0f1-1a3a2c1f8f11",
        "type": ["VerifiableCredential"],
        "issuer": KEY.did,
        "issuanceDate": "2024-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:learner"},
        **members,
    }


def test_a_credential_that_keeps_every_must_has_no_problem() -> None:
    assert problems(credential()) == ()


def test_one_type_may_be_a_string() -> None:
    assert problems(credential(type="VerifiableCredential")) == ()


@pytest.mark.parametrize(
    ("member", "value", "at", "clause"),
    [
        ("@context", V1, "/@context", "§4.1"),
        ("@context", [V2, V1], "/@context", "§4.1"),
        ("id", ["urn:a:b"], "/id", "§4.2"),
        ("id", "8c1dd9a0", "/id", "§4.2"),
        ("type", ["AlumniCredential"], "/type", "§4.3"),
        ("type", None, "/type", "§4.3"),
        ("credentialSubject", [], "/credentialSubject", "§4.4"),
        ("credentialSubject", {}, "/credentialSubject", "§4.4"),
        ("credentialSubject", "did:example:learner", "/credentialSubject", "§4.4"),
        ("credentialSubject", [{"id": "learner"}], "/credentialSubject/0/id", "§4.2"),
        ("issuer", {"name": "A"}, "/issuer", "§4.5"),
        ("issuer", [KEY.did], "/issuer", "§4.5"),
        ("issuanceDate", "2024-01-01", "/issuanceDate", "§4.6"),
        ("issuanceDate", None, "/issuanceDate", "§4.6"),
        ("expirationDate", "never", "/expirationDate", "§4.8"),
        ("credentialStatus", {"type": "A"}, "/credentialStatus/id", "§4.9"),
        ("credentialStatus", {"id": "urn:a:b"}, "/credentialStatus", "§4.9"),
        ("credentialSchema", {"type": "JsonSchemaValidator2018"}, "/credentialSchema/id", "§5.4"),
        ("refreshService", {"type": "ManualRefreshService2018"}, "/refreshService/id", "§5.5"),
        ("termsOfUse", [{"id": "urn:a:b"}], "/termsOfUse/0", "§5.6"),
        ("evidence", "urn:a:b", "/evidence", "§5.7"),
    ],
)
def test_each_must_that_is_broken_is_named(member: str, value: object, at: str, clause: str) -> None:
    (problem,) = problems(credential(**{member: value}))
    assert (problem.type, problem.at) == (MALFORMED_VALUE_ERROR, at)
    assert clause in problem.detail


def test_a_credential_without_an_issuance_date_is_named_as_such() -> None:
    document = credential()
    del document["issuanceDate"]
    assert [problem.at for problem in problems(document)] == ["/issuanceDate"]


@pytest.mark.parametrize("member", ["validFrom", "issuanceDate"])
@pytest.mark.parametrize(("first", "is_1_1"), [(V1, True), (V2, False)])
def test_its_first_context_says_which_data_model_it_is_of(first: str, member: str, *, is_1_1: bool) -> None:
    assert data_model.is_version_1_1({"@context": [first], member: "2024-01-01T00:00:00Z"}) is is_1_1


@pytest.mark.parametrize(
    ("members", "verdict", "at"),
    [
        ({}, Verdict.VALID, None),
        ({"expirationDate": "2026-11-24T12:00:01Z"}, Verdict.VALID, None),
        ({"expirationDate": "2026-11-24T12:00:00Z"}, Verdict.EXPIRED, "/expirationDate"),
        ({"validUntil": "2025-01-01T00:00:00Z"}, Verdict.EXPIRED, "/validUntil"),
        (
            {"expirationDate": "2030-01-01T00:00:00Z", "validUntil": "2025-01-01T00:00:00Z"},
            Verdict.EXPIRED,
            "/validUntil",
        ),
        ({"issuanceDate": "2026-11-24T12:00:01Z"}, Verdict.NOT_YET_VALID, "/issuanceDate"),
        ({"validFrom": "2027-01-01T00:00:00Z"}, Verdict.NOT_YET_VALID, "/validFrom"),
    ],
    ids=str,
)
async def test_it_is_in_force_between_its_dates(
    contexts: Contexts, members: JsonObject, verdict: Verdict, at: str | None
) -> None:
    report = await World(contexts).report_on(sign_as_in_2020(contexts, credential(**members)))
    outcome = report.outcome(Check.VALIDITY_PERIOD)
    found: tuple[Problem, ...] = outcome.problems if isinstance(outcome, Failed) else ()
    assert (report.verdict, [problem.at for problem in found]) == (verdict, [at] if at else [])


async def test_what_breaks_its_model_is_invalid_by_its_own_clause(contexts: Contexts) -> None:
    document = credential()
    del document["issuanceDate"]
    report = await World(contexts).report_on(sign_as_in_2020(contexts, document))
    outcome = report.outcome(Check.DATA_MODEL)
    assert isinstance(outcome, Failed)
    assert "1.1 §4.6" in outcome.problems[0].detail


@given(st.dictionaries(st.sampled_from(list(credential())), st.none() | st.text() | st.lists(st.text()) | st.just({})))
def test_any_members_are_judged(members: JsonObject) -> None:
    assert all(problem.type == MALFORMED_VALUE_ERROR for problem in problems(members))
