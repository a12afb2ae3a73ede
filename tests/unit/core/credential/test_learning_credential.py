"""The EU's learning credential: what its claims say, and that ours beside them never say anything else."""

import re
from dataclasses import replace
from typing import Any

import pytest

from app.core import strict_json
from app.core.credential import award_request, learning_credential
from app.core.credential.eudi_learning_claims import DISCLOSABLE, MANDATORY, eu_claims
from app.core.credential.learning_credential import EU_TYPE, TYPE
from app.core.credential.micro_credential import Learner, LearnerIdentifier, MicroCredential
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import JsonObject, Refused
from tests.conftest import ROOT
from tests.properties.strategies import ISSUER, NOW, pinned

CLAIMED: MicroCredential = award_request.read(
    award_request.EXAMPLE, contexts=pinned(), issuer=ISSUER, time_zone="Europe/Dublin", now=NOW
)


def eu(claimed: MicroCredential = CLAIMED) -> JsonObject:
    return eu_claims(claimed)


def learner(**known: Any) -> MicroCredential:
    return replace(CLAIMED, learner=replace(Learner(Personal("Zoë Marković")), **known))


def achievement(**known: Any) -> MicroCredential:
    return replace(CLAIMED, achievement=replace(CLAIMED.achievement, **known))


def test_the_example_has_every_claim_of_the_eu() -> None:
    assert set(eu()) == {
        *MANDATORY,
        *DISCLOSABLE,
        "achievement_description",
        "language_of_classes",
        "date_of_expiry",
    } - (set() if CLAIMED.valid_until else {"date_of_expiry"})


def test_the_claims_of_the_example_are_of_the_kinds_that_the_eu_has() -> None:
    strings = {"issuing_authority", "issuing_country", "family_name", "achievement_title", "expected_study_time"}
    arrays = {"learning_outcomes", "language_of_classes", "types_of_quality_assurance", "prerequisites_to_enroll"}
    claims = eu()
    assert all(isinstance(claims[name], str) for name in strings)
    assert all(isinstance(item, str) for name in arrays for item in claims[name])
    assert claims["level_of_learning_experience"] in range(1, 9)
    assert isinstance(claims["integration_stackability_options"], bool)


@pytest.mark.parametrize(
    ("known", "family_name"),
    [({"family_name": Personal("Marković")}, "Marković"), ({}, "Zoë Marković")],
)
def test_a_name_without_parts_stands_whole_for_the_family_name(known: dict[str, Any], family_name: str) -> None:
    claimed = learner(**known)
    assert eu(claimed)["family_name"] == family_name
    assert learning_credential.read(learning_credential.write(claimed)).learner == claimed.learner


def test_a_family_name_that_is_the_whole_name_stays_one() -> None:
    claimed = learner(family_name=Personal("Zoë Marković"))
    assert learning_credential.read(learning_credential.write(claimed)).learner == claimed.learner


@pytest.mark.parametrize(
    ("known", "identification"),
    [
        ({"identifiers": (LearnerIdentifier("ext:number", Personal("S-17")),), "id": "did:key:z1"}, "S-17"),
        ({"id": "did:key:z1"}, "did:key:z1"),
        ({}, "Zoë Marković"),
    ],
)
def test_a_learner_is_identified_by_the_best_that_is_known(known: dict[str, Any], identification: str) -> None:
    assert eu(learner(**known))["learner_identification"] == identification


@pytest.mark.parametrize(
    ("volume", "said"), [("PT75H", "75 h"), ("PT8H45M", "8 h 45 min"), ("PT45M", "45 min"), ("P3M", "P3M")]
)
def test_study_time_is_said_in_hours_and_minutes(volume: str, said: str) -> None:
    assert eu(achievement(volume_of_learning=volume, credit_point=()))["expected_study_time"] == said


def test_study_time_in_credits_names_their_system() -> None:
    claims = eu(achievement(volume_of_learning="PT75H"))
    assert claims["expected_study_time"].startswith("75 h, ")
    assert "ECTS" in claims["expected_study_time"]


def test_without_an_eqf_level_there_is_no_level_and_it_is_told() -> None:
    claims = learning_credential.write(achievement(eqf_level=None))
    assert "level_of_learning_experience" not in claims
    assert [(p.code, p.at) for p in learning_credential.problems(claims)] == [
        ("MISSING_ELEMENT", "/level_of_learning_experience")
    ]


CHANGED: dict[str, object] = {
    "issuing_authority": "Another University",
    "issuing_country": "FR",
    "date_of_issuance": "2020-01-01",
    "date_of_expiry": "2020-01-01",
    "achievement_title": "Another",
    "achievement_description": "Another",
    "learner_identification": "Another",
    "expected_study_time": "1 h",
    "learning_outcomes": ["Another"],
    "language_of_classes": ["fr"],
    "types_of_quality_assurance": [],
    "prerequisites_to_enroll": "Another",
    "level_of_learning_experience": 8,
    "integration_stackability_options": 1,
    "nbf": 1,
    "exp": 1,
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_claim_that_says_something_else_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=f"/{name}: says something else"):
        learning_credential.read({**learning_credential.write(CLAIMED), name: CHANGED[name]})


@pytest.mark.parametrize("name", ["full_name", "issuing_organisation", "achievement", "awarded_date", "valid_from"])
def test_a_claim_that_an_element_needs_is_missed(name: str) -> None:
    claims = {k: v for k, v in learning_credential.write(CLAIMED).items() if k != name}
    with pytest.raises(Refused, match="MISSING_ELEMENT"):
        learning_credential.read(claims)


@pytest.mark.parametrize("vct", [None, EU_TYPE, TYPE + "0", 1])
def test_another_type_is_not_read(vct: object) -> None:
    with pytest.raises(Refused, match="/vct"):
        learning_credential.read({**learning_credential.write(CLAIMED), "vct": vct})


def test_the_e_mail_address_is_not_claimed() -> None:
    assert "zoe@" not in str(learning_credential.write(learner(email=Personal("zoe@example.org"))))


def test_the_type_extends_the_eu_s_and_tells_what_may_be_withheld() -> None:
    metadata = learning_credential.type_metadata()
    assert (metadata["vct"], metadata["extends"]) == (TYPE, EU_TYPE)
    withheld = {tuple(claim["path"]) for claim in metadata["claims"] if claim["sd"] == "always"}
    assert withheld == {path for path in learning_credential.DISCLOSABLE if path[0] not in DISCLOSABLE}


def test_what_is_pinned_and_published_of_the_type_is_what_it_is(contexts: Contexts) -> None:
    assert contexts.document(TYPE) == strict_json.write(learning_credential.type_metadata())


def test_what_may_not_be_withheld_is_always_there() -> None:
    claims = learning_credential.write(CLAIMED)
    for claim in learning_credential.type_metadata()["claims"]:
        if claim["sd"] == "never":
            value: object = claims
            for part in claim["path"]:
                assert isinstance(value, dict)
                value = value[part]
            assert value


def test_every_claim_is_either_always_shown_or_disclosable() -> None:
    open_claims = {"vct", "nbf", "exp", "valid_until", "issuing_authority", "issuing_country", "date_of_issuance"}
    open_claims |= {"date_of_expiry", "achievement_title", "achievement_description", "language_of_classes"}
    told = {claim["path"][0] for claim in learning_credential.type_metadata()["claims"]} | set(DISCLOSABLE)
    assert set(learning_credential.write(CLAIMED)) <= told | open_claims


def test_the_page_names_every_claim() -> None:
    page = (ROOT / "docs" / "learning-credential.md").read_text("utf-8")
    named = set(re.findall(r"`(?:achievement\.|issuing_organisation\.)?([a-z_]+)[^`]*`", page))
    claims = learning_credential.write(CLAIMED)
    others = {"level_not_applicable", "valid_until", "exp", "sub", "supersedes", "has_family_name", "date_of_expiry"}
    assert (set(claims) | set(claims["achievement"]) | others) - named == set()
