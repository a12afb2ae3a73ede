"""What was awarded once can be awarded again: the achievement that is read from it is the same."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from app.core.credential import award_request, open_badge
from app.core.credential.given_again import achievement_again
from app.core.credential.micro_credential import MicroCredential
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from tests.properties import strategies
from tests.unit.web.reports import micro_credential

_NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def again(contexts: Contexts, first: MicroCredential) -> MicroCredential:
    achievement = achievement_again(first.achievement, issuer_id=first.issuer.id)
    body: JsonObject = {
        "learner": {"fullName": "Somebody Else"},
        "awardedDate": "2026-06-30",
        "achievement": achievement,
    }
    return award_request.read(body, contexts=contexts, issuer=first.issuer, time_zone="Europe/Dublin", now=_NOW)


@pytest.mark.parametrize("body", [award_request.EXAMPLE, award_request.MINIMAL_EXAMPLE], ids=["full", "least"])
def test_an_example_is_awarded_again_as_it_was(contexts: Contexts, body: JsonObject) -> None:
    first = micro_credential(contexts, body)
    assert again(contexts, first).achievement == first.achievement


@pytest.mark.parametrize("body", [award_request.EXAMPLE, award_request.MINIMAL_EXAMPLE], ids=["full", "least"])
def test_what_was_signed_is_awarded_again_as_it_was(contexts: Contexts, body: JsonObject) -> None:
    first = micro_credential(contexts, body)
    read = open_badge.read(open_badge.write(first, contexts=contexts))
    assert again(contexts, read).achievement == first.achievement


@settings(max_examples=60, deadline=None)
@given(strategies.micro_credentials())
def test_any_achievement_is_awarded_again_as_it_was(first: MicroCredential) -> None:
    assert again(strategies.pinned(), first).achievement == first.achievement
