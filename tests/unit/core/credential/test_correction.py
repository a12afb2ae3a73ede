"""What is said anew of an award, read against what was signed before."""

import contextlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.credential import award_request, correction
from app.core.credential.award_request import EXAMPLE
from app.core.credential.micro_credential import MicroCredential, Organisation
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import JsonObject, Refused

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ISSUER = Organisation(id="did:web:example.org", name="North University", country="SI")
OLD_ID = "urn:uuid:01890000-0000-7000-8000-000000000001"
LEARNER: JsonObject = {
    "fullName": "Zoe Markovic",
    "givenName": "Zoe",
    "familyName": "Markovic",
    "dateOfBirth": "2001-02-03",
    "identifier": [{"scheme": "sisSourcedId", "value": "S-1"}],
}


@pytest.fixture(scope="module")
def signed(contexts: Contexts) -> MicroCredential:
    body = {**EXAMPLE, "learner": LEARNER}
    return award_request.read(body, contexts=contexts, issuer=ISSUER, time_zone="Europe/Ljubljana", now=NOW)


def read(contexts: Contexts, signed: MicroCredential, body: Any) -> correction.Correction:
    return correction.read(
        body,
        superseded=signed,
        superseded_id=OLD_ID,
        contexts=contexts,
        issuer=ISSUER,
        time_zone="Europe/Ljubljana",
        now=LATER,
    )


def refusals(contexts: Contexts, signed: MicroCredential, body: Any) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        read(contexts, signed, body)
    return {problem.at: problem.detail for problem in refused.value.problems}


def test_a_name_changes_and_nothing_else_does(contexts: Contexts, signed: MicroCredential) -> None:
    name = {"fullName": "Zoë Marković", "givenName": "Zoë", "familyName": "Marković"}
    corrected = read(contexts, signed, {"reason": "misspelt", "learner": name}).micro_credential
    assert corrected.learner.full_name == Personal("Zoë Marković")
    assert corrected.learner.date_of_birth == Personal(date(2001, 2, 3))
    assert corrected.learner.identifiers == signed.learner.identifiers
    assert corrected.achievement == signed.achievement
    assert corrected.awarded_date == signed.awarded_date
    assert (corrected.supersedes, corrected.valid_from) == (OLD_ID, LATER)


def test_a_part_of_the_name_is_not_forgotten(contexts: Contexts, signed: MicroCredential) -> None:
    found = refusals(contexts, signed, {"reason": "misspelt", "learner": {"fullName": "Zoë Marković"}})
    assert set(found) == {"/learner/givenName", "/learner/familyName"}


def test_a_part_that_is_left_of_the_old_name_is_not_signed_again(contexts: Contexts, signed: MicroCredential) -> None:
    name = {"fullName": "Zoë Marković", "givenName": "Zoë", "familyName": "Markovic"}
    assert set(refusals(contexts, signed, {"reason": "misspelt", "learner": name})) == {"/learner/familyName"}


def test_null_takes_a_member_away(contexts: Contexts, signed: MicroCredential) -> None:
    corrected = read(contexts, signed, {"reason": "not wanted", "learner": {"dateOfBirth": None}})
    assert corrected.micro_credential.learner.date_of_birth is None


def test_a_whole_request_takes_the_place_of_all(contexts: Contexts, signed: MicroCredential) -> None:
    award = {**EXAMPLE, "learner": {"fullName": "Another"}}
    corrected = read(contexts, signed, {"reason": "wrong achievement", "award": award}).micro_credential
    assert (corrected.learner.full_name, corrected.supersedes) == (Personal("Another"), OLD_ID)


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"learner": {"fullName": "A"}}, "/reason"),
        ({"reason": "", "learner": {"dateOfBirth": None}}, "/reason"),
        ({"reason": "x" * 2_001, "learner": {"dateOfBirth": None}}, "/reason"),
        ({"reason": "x\u202e", "learner": {"dateOfBirth": None}}, "/reason"),
        ({"reason": 7, "learner": {"dateOfBirth": None}}, "/reason"),
        ({"reason": "x"}, ""),
        ({"reason": "x", "learner": {"dateOfBirth": None}, "award": EXAMPLE}, ""),
        ({"reason": "x", "learner": []}, ""),
        ({"reason": "x", "learner": 7}, "/learner"),
        ({"reason": "x", "learner": {"nickname": "Z"}}, "/learner/nickname"),
        ({"reason": "x", "learner": {"fullName": None}}, "/learner/fullName"),
        ({"reason": "x", "award": {"learner": {}}}, "/award/learner"),
        ({"reason": "x", "award": {**EXAMPLE, "supersedes": OLD_ID}}, "/award/supersedes"),
        ({"reason": "x", "learner": {"dateOfBirth": None}, "force": True}, "/force"),
    ],
)
def test_what_is_wrong_is_named(contexts: Contexts, signed: MicroCredential, body: JsonObject, at: str) -> None:
    assert at in refusals(contexts, signed, body)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*LEARNER, "x"]), inner, max_size=4),
    max_leaves=8,
)


@given(learner=_VALUES, reason=_VALUES)
@settings(max_examples=150, deadline=None)
def test_any_body_is_read_or_refused(contexts: Contexts, learner: object, reason: object) -> None:
    before = award_request.read(
        {**EXAMPLE, "learner": LEARNER}, contexts=contexts, issuer=ISSUER, time_zone="Europe/Ljubljana", now=NOW
    )
    body = json.loads(json.dumps({"reason": reason, "learner": learner}))
    with contextlib.suppress(Refused):
        assert read(contexts, before, body).micro_credential.supersedes == OLD_ID
