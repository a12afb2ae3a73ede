"""The structural MUSTs of VC Data Model 2.0."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.credential import data_model
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject
from tests.verifying import badge, status_entry

V2 = "https://www.w3.org/ns/credentials/v2"
OMITTED = object()

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("urn:uuid:1"),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "type", "@value"]) | st.text(), inner),
    max_leaves=12,
)
MEMBERS = [
    "@context",
    "id",
    "type",
    "name",
    "description",
    "issuer",
    "credentialSubject",
    "validFrom",
    "validUntil",
    "credentialStatus",
    "credentialSchema",
    "termsOfUse",
    "evidence",
    "refreshService",
    "relatedResource",
]


def changed(member: str, value: object) -> JsonObject:
    document = badge(**{member: value})
    if value is OMITTED:
        del document[member]
    return document


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("id", OMITTED),
        ("type", "VerifiableCredential"),
        ("validFrom", OMITTED),
        ("issuer", "did:web:uni.example"),
        ("credentialSubject", {"id": "did:example:learner"}),
        ("credentialSubject", [{"id": "did:example:learner"}, {"name": "x"}]),
        ("name", {"@value": "Data", "@language": "en", "@direction": "ltr"}),
        ("name", [{"@value": "Data", "@language": "en"}, {"@value": "Daten", "@language": "de"}]),
        ("credentialStatus", status_entry()),
        ("credentialStatus", [{"type": "Unheard"}]),
        ("credentialSchema", [{"id": "https://uni.example/schema", "type": "JsonSchema"}]),
        ("evidence", [{"type": ["Evidence"]}]),
        ("relatedResource", {"id": "https://uni.example/image", "digestSRI": "sha384-x"}),
        ("validUntil", "2026-10-01T00:00:00Z"),
    ],
)
def test_what_the_data_model_allows_has_no_problem(member: str, value: object) -> None:
    assert data_model.problems(changed(member, value)) == ()


@pytest.mark.parametrize(
    ("member", "value", "at", "clause"),
    [
        ("@context", OMITTED, "/@context", "§4.3"),
        ("@context", V2, "/@context", "§4.3"),
        ("@context", [], "/@context", "§4.3"),
        ("@context", ["https://www.w3.org/2018/credentials/v1", V2], "/@context/0", "§4.3"),
        ("id", None, "/id", "§4.4"),
        ("id", "not-a-uri", "/id", "§4.4"),
        ("id", ["urn:uuid:1"], "/id", "§4.4"),
        ("type", OMITTED, "/type", "§4.5"),
        ("type", "OpenBadgeCredential", "/type", "§4.5"),
        ("type", ["OpenBadgeCredential"], "/type", "§4.5"),
        ("type", ["VerifiableCredential", 1], "/type", "§4.5"),
        ("name", 1, "/name", "§4.6"),
        ("name", [], "/name", "§4.6"),
        ("name", {"@value": "Data", "lang": "en"}, "/name", "§4.6"),
        ("description", {"@language": "en"}, "/description", "§4.6"),
        ("issuer", OMITTED, "/issuer", "§4.7"),
        ("issuer", None, "/issuer", "§4.7"),
        ("issuer", ["did:web:a.example", "did:web:b.example"], "/issuer", "§4.7"),
        ("issuer", {"name": "x"}, "/issuer", "§4.7"),
        ("issuer", "../../x", "/issuer", "§4.7"),
        ("issuer", "//evil/x", "/issuer", "§4.7"),
        ("issuer", {"id": "did:web:a.example", "name": 1}, "/issuer/name", "§4.6"),
        ("credentialSubject", OMITTED, "/credentialSubject", "§4.8"),
        ("credentialSubject", {}, "/credentialSubject", "§4.8"),
        ("credentialSubject", [], "/credentialSubject", "§4.8"),
        ("credentialSubject", [{}], "/credentialSubject/0", "§4.8"),
        ("credentialSubject", "did:example:learner", "/credentialSubject", "§4.8"),
        ("credentialSubject", [{"id": "https://x y/", "degree": "PhD"}], "/credentialSubject/0/id", "§4.4"),
        ("validUntil", "2026-09-30T23:59:59Z", "/validUntil", "§4.9"),
        ("credentialStatus", [], "/credentialStatus", "§4.10"),
        ("credentialStatus", [{"id": "urn:uuid:1"}], "/credentialStatus/0", "§4.10"),
        ("credentialStatus", {"type": "X", "id": "x"}, "/credentialStatus/id", "§4.10"),
        ("credentialStatus", [status_entry(index) for index in range(1_000)], "/credentialStatus", "§4.10"),
        ("credentialSchema", {"type": "JsonSchema"}, "/credentialSchema/id", "§4.11"),
        ("credentialSchema", {"id": "https://uni.example/schema"}, "/credentialSchema", "§4.11"),
        ("refreshService", {"id": "https://uni.example/"}, "/refreshService", "§5.4"),
        ("termsOfUse", [{}], "/termsOfUse/0", "§5.5"),
        ("evidence", "https://uni.example/", "/evidence", "§5.6"),
        ("relatedResource", [{"id": "https://uni.example/image"}], "/relatedResource/0", "§5.3"),
        ("relatedResource", [{"id": "urn:a:b", "digestSRI": "x"}] * 2, "/relatedResource/1/id", "§5.3"),
    ],
)
def test_what_breaks_the_data_model_is_named_with_its_clause(member: str, value: object, at: str, clause: str) -> None:
    (problem,) = data_model.problems(changed(member, value))
    assert (problem.type, problem.at, problem.detail.endswith(f"{clause})")) == (MALFORMED_VALUE_ERROR, at, True)


@pytest.mark.parametrize("member", ["validFrom", "validUntil"])
@pytest.mark.parametrize("value", ["2026-10-01", "2026-10-01T00:00:00", None, 1, "tomorrow"])
def test_a_date_without_a_time_zone_is_no_moment(member: str, value: object) -> None:
    (problem,) = data_model.problems(changed(member, value))
    assert (problem.type, problem.at) == (MALFORMED_VALUE_ERROR, f"/{member}")


def test_every_problem_is_named_at_once() -> None:
    assert {problem.at for problem in data_model.problems({})} == {
        "/@context",
        "/type",
        "/issuer",
        "/credentialSubject",
    }


@given(st.dictionaries(st.sampled_from(MEMBERS), ANY_JSON))
def test_any_json_has_problems_or_none(members: dict[str, Any]) -> None:
    assert all(problem.type == MALFORMED_VALUE_ERROR for problem in data_model.problems(badge(**members)))
