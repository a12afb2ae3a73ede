"""What stands in a badge, and what is refused in one, by the rules of Open Badges and of the European Standard."""

import hashlib
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.credential import award_request, open_badge
from app.core.credential.micro_credential import MicroCredential
from app.core.json_ld import Contexts, canonicalize
from app.core.personal import Personal
from app.core.problems import JsonObject, Problem, Refused
from tests.properties.strategies import ISSUER, NOW

ABSENT: Any = object()
_PREF_LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
_ID = "urn:uuid:7a1f2c50-5b1d-4f0e-9d60-1a2b3c4d5e6f"


def claim(contexts: Contexts, changes: dict[str, Any] | None = None) -> MicroCredential:
    body = deepcopy(award_request.EXAMPLE)
    body["achievement"] |= changes or {}
    return award_request.read(body, contexts=contexts, issuer=ISSUER, time_zone="Europe/Dublin", now=NOW)


def badge(contexts: Contexts, changes: dict[str, Any] | None = None, **how: Any) -> JsonObject:
    return {**open_badge.write(claim(contexts, changes), contexts=contexts, **how), "id": _ID}


def changed(document: JsonObject, pointer: str, value: Any) -> JsonObject:
    """A copy with another value at a JSON Pointer; ABSENT takes it away."""
    copy: Any = deepcopy(document)
    *parents, last = [int(name) if name.isdigit() else name for name in pointer.split("/")[1:]]
    inner = copy
    for name in parents:
        inner = inner[name]
    if value is ABSENT:
        del inner[last]
    else:
        inner[last] = value
    found: JsonObject = copy
    return found


def found(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(problem.at, problem.detail) for problem in problems]


# ── written ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ects_alone_are_open_badges_credits(contexts: Contexts) -> None:
    ecvet = badge(contexts, {"creditPoint": [{"framework": "ECVET", "point": 3}]})
    assert "creditsAvailable" not in ecvet["credentialSubject"]["achievement"]


def test_whole_ects_credits_are_a_whole_number(contexts: Contexts) -> None:
    assert repr(badge(contexts)["credentialSubject"]["creditsEarned"]) == "3"


def test_the_context_is_tied_to_its_bytes(contexts: Contexts) -> None:
    url = "https://awards.example/contexts/micro-credential-v1"
    (resource, _) = badge(contexts, context_url=url)["relatedResource"]
    assert (resource["id"], resource["digestSRI"]) == (url, contexts.digest_sri(open_badge.CONTEXT))


def test_another_deployment_s_badge_says_the_same_but_for_its_addresses(contexts: Contexts) -> None:
    ours, theirs = badge(contexts), badge(contexts, context_url="https://awards.example/contexts/micro-credential-v1")
    del ours["relatedResource"], theirs["relatedResource"]
    alias = {"https://awards.example/contexts/micro-credential-v1": open_badge.CONTEXT}
    assert canonicalize(contexts, theirs, aliases=alias) == canonicalize(contexts, ours)


def test_an_email_address_is_not_signed_unless_asked(contexts: Contexts) -> None:
    claimed = claim(contexts)
    claimed = replace(claimed, learner=replace(claimed.learner, email=Personal("a@example.com")))
    assert "a@example.com" not in str(open_badge.write(claimed, contexts=contexts))


def test_an_email_address_is_signed_as_open_badges_hashes_it(contexts: Contexts) -> None:
    claimed = claim(contexts)
    claimed = replace(claimed, learner=replace(claimed.learner, email=Personal("a@example.com")))
    written = open_badge.write(claimed, contexts=contexts, email_salt="Kosher")
    # Open Badges 3.0, IdentityHash: the specification's own example.
    published = "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    assert written["credentialSubject"]["identifier"][-1]["identityHash"] == published


def test_the_published_hash_is_of_address_and_salt() -> None:
    assert hashlib.sha256(b"a@example.comKosher").hexdigest().startswith("b5809d8a92f8")


def test_a_concept_said_twice_is_described_once(contexts: Contexts) -> None:
    types = ["Program License", "Program License"]
    quality = [{"accreditationType": kind, "reference": str(number)} for number, kind in enumerate(types)]
    second = badge(contexts, {"qualityAssurance": quality})["credentialSubject"]["achievement"]["qualityAssurance"][1]
    assert second["accreditationType"] == "http://data.europa.eu/snb/accreditation/e57dddfcf3"


def test_without_criteria_the_learning_outcomes_are_the_narrative(contexts: Contexts) -> None:
    outcomes = [{"title": {"en": "Reads tables"}}, {"title": {"en": "Draws charts"}}]
    written = badge(contexts, {"criteria": None, "learningOutcome": outcomes})
    assert written["credentialSubject"]["achievement"]["criteria"] == {"narrative": "Reads tables\nDraws charts"}


@pytest.mark.parametrize(
    ("given", "quads"),
    [
        (
            "portfolio",
            f'<http://data.europa.eu/snb/assessment/4f03b91c0e> {_PREF_LABEL} "portfolio"@en .',
        ),
        (
            "http://data.europa.eu/snb/assessment/b1b68f6735",
            f'<http://data.europa.eu/snb/assessment/b1b68f6735> {_PREF_LABEL} "quiz"@en .',
        ),
        (
            {"id": "https://dunmore.example/viva", "prefLabel": {"ga": "scrúdú béil"}, "notation": "VV"},
            f'<https://dunmore.example/viva> {_PREF_LABEL} "scrúdú béil"@ga .',
        ),
        (
            {"id": "https://dunmore.example/viva", "prefLabel": {"ga": "scrúdú béil"}, "notation": "VV"},
            '<https://dunmore.example/viva> <http://www.w3.org/2004/02/skos/core#notation> "VV" .',
        ),
    ],
)
def test_a_concept_s_label_is_among_what_is_signed(contexts: Contexts, given: object, quads: str) -> None:
    assert quads in canonicalize(contexts, badge(contexts, {"assessmentType": [given]})).decode().splitlines()


def test_a_concept_given_by_notation_is_signed_with_it(contexts: Contexts) -> None:
    signed = canonicalize(contexts, badge(contexts, {"supervisionVerification": "supid"})).decode()
    assert '<http://www.w3.org/2004/02/skos/core#notation> "supid" .' in signed


# ── refused by Open Badges ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("pointer", "value", "at", "detail"),
    [
        ("/credentialSubject/achievement/name", ABSENT, "/credentialSubject/achievement", "name is missing"),
        ("/validFrom", ABSENT, "", "validFrom is missing"),
        ("/issuer/address/type", ABSENT, "/issuer/address", "type is missing"),
        (
            "/credentialSubject/creditsEarned",
            "three",
            "/credentialSubject/creditsEarned",
            '"three" is not of type number',
        ),
        (
            "/credentialSubject/identifier/0/extra",
            1,
            "/credentialSubject/identifier/0",
            '"extra" is not allowed here',
        ),
        (
            "/credentialSubject/achievement/alignment/0/targetUrl",
            ABSENT,
            "/credentialSubject/achievement/alignment/0",
            "targetUrl is missing",
        ),
        ("/issuer", "https://dunmore.example", "/issuer", "is a URL alone; Open Badges want a Profile"),
        (
            "/credentialSubject/achievement/criteria",
            {},
            "/credentialSubject/achievement/criteria",
            "has neither id nor narrative",
        ),
        ("/credentialSubject/identifier", ABSENT, "/credentialSubject", "has neither id nor identifier"),
        ("/credentialSubject", [], "/credentialSubject", "is more than one learner"),
    ],
)
def test_what_breaks_open_badges_is_named_where_it_is(
    contexts: Contexts, pointer: str, value: object, at: str, detail: str
) -> None:
    broken = changed(badge(contexts), pointer, value)
    assert (at, detail) in found(open_badge.problems(broken, contexts=contexts))


def test_one_fault_is_one_problem(contexts: Contexts) -> None:
    broken = changed(badge(contexts), "/credentialSubject/achievement/alignment/0/targetUrl", ABSENT)
    assert len(open_badge.problems(broken, contexts=contexts)) == 1


def test_both_names_of_the_one_type_are_refused(contexts: Contexts) -> None:
    types = ["VerifiableCredential", "OpenBadgeCredential", "AchievementCredential"]
    (problem,) = open_badge.problems({**badge(contexts), "type": types}, contexts=contexts)
    assert problem.at == "/type"


def test_either_name_of_the_type_is_good(contexts: Contexts) -> None:
    types = ["VerifiableCredential", "AchievementCredential"]
    assert open_badge.problems({**badge(contexts), "type": types}, contexts=contexts) == ()


# ── refused for its elements ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("pointer", "at", "element"),
    [
        ("/credentialSubject/identifier/0", "/credentialSubject/identifier", 1),
        ("/credentialSubject/achievement/title", "/credentialSubject/achievement/title", 2),
        ("/issuer/address/addressCountryCode", "/issuer", 3),
        ("/awardedDate", "/awardedDate", 5),
        ("/credentialSubject/achievement/learningOutcome", "/credentialSubject/achievement/learningOutcome", 6),
        ("/credentialSubject/achievement/assessmentType", "/credentialSubject/achievement/assessmentType", 9),
        ("/credentialSubject/achievement/mode", "/credentialSubject/achievement/mode", 10),
        ("/credentialSubject/achievement/qualityAssurance", "/credentialSubject/achievement/qualityAssurance", 11),
    ],
)
def test_a_badge_without_an_element_says_which(contexts: Contexts, pointer: str, at: str, element: int) -> None:
    broken = changed(badge(contexts), pointer, ABSENT)
    problems = open_badge.micro_credential_problems(broken, contexts=contexts)
    assert [p for p in problems if p.at == at and p.detail.startswith(f"element {element},")] != []


@pytest.mark.parametrize(
    ("members", "element"),
    [(("creditPoint", "volumeOfLearning", "creditsAvailable"), 7), (("eqfLevel", "nqfLevel"), 8)],
)
def test_a_badge_without_any_of_an_element_s_members_says_which(
    contexts: Contexts, members: tuple[str, ...], element: int
) -> None:
    broken = changed(badge(contexts), "/credentialSubject/creditsEarned", ABSENT)
    for member in members:
        broken = changed(broken, f"/credentialSubject/achievement/{member}", ABSENT)
    with pytest.raises(Refused, match=f"element {element},"):
        open_badge.read(broken)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/credentialSubject/achievement/name", "Doctor of Philosophy"),
        ("/credentialSubject/achievement/description", "All that there is to know."),
        ("/credentialSubject/achievement/criteria/narrative", "None."),
        ("/credentialSubject/achievement/creditsAvailable", 180),
        ("/credentialSubject/creditsEarned", 180),
    ],
)
def test_open_badges_own_member_may_not_say_something_else(contexts: Contexts, pointer: str, value: object) -> None:
    with pytest.raises(Refused) as refusal:
        open_badge.read(changed(badge(contexts), pointer, value))
    assert [problem.at for problem in refusal.value.problems] == [pointer]


def test_two_descriptions_of_one_thing_are_refused(contexts: Contexts) -> None:
    document = badge(contexts)
    level = document["credentialSubject"]["achievement"]["eqfLevel"]
    other = {**level, "prefLabel": {"en": "Level 8"}}
    with pytest.raises(Refused, match="described in two ways"):
        open_badge.read(changed(document, "/credentialSubject/achievement/nqfLevel/0", other))


def test_a_concept_that_is_described_nowhere_is_refused(contexts: Contexts) -> None:
    broken = changed(badge(contexts), "/credentialSubject/achievement/eqfLevel", "http://data.europa.eu/snb/eqf/6")
    with pytest.raises(Refused, match="is a concept without prefLabel"):
        open_badge.read(broken)


def test_an_ordinary_badge_does_not_claim_the_elements(contexts: Contexts) -> None:
    ordinary = changed(badge(contexts), "/credentialSubject/achievement/type", ["Achievement"])
    assert not open_badge.is_micro_credential(ordinary)


def test_a_micro_credential_claims_the_elements(contexts: Contexts) -> None:
    assert open_badge.is_micro_credential(badge(contexts))


def test_a_moment_in_utc_ends_in_z(contexts: Contexts) -> None:
    claimed = replace(claim(contexts), valid_from=datetime(2026, 7, 1, tzinfo=UTC))
    assert open_badge.write(claimed, contexts=contexts)["validFrom"] == "2026-07-01T00:00:00Z"
