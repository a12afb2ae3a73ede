"""The form and a body of a request are one: what was typed is asked for, and nothing that was said is lost."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.credential import award_request
from app.core.credential.given_again import achievement_again
from app.core.credential.micro_credential import MicroCredential
from app.core.json_ld import Contexts
from app.core.problems import JsonObject, Refused
from app.web.console.award_body import body_of, typed_achievement, values_of
from app.web.console.award_fields import FIELDS, Kind, empty, field_at
from tests.properties import strategies

_PORTFOLIO = "http://data.europa.eu/snb/assessment/4f03b91c0e"


def typed(contexts: Contexts, **values: str) -> dict[str, str]:
    return {**empty(contexts), "language": "en", **values}


def json_objects() -> st.SearchStrategy[JsonObject]:
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    names = st.sampled_from([field.at[0].split("/")[-1] for field in FIELDS] + ["id", "en", "framework", "point"])
    values = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=4), inner, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(names, values, max_size=8)


@settings(max_examples=150, deadline=None)
@given(json_objects())
def test_any_object_has_fields_that_say_the_same_or_none(achievement: JsonObject) -> None:
    values = values_of(achievement, contexts=strategies.pinned())
    if values is not None:
        again = typed_achievement(values, contexts=strategies.pinned())
        assert values_of(again, contexts=strategies.pinned()) == values


@settings(max_examples=50, deadline=None)
@given(strategies.micro_credentials())
def test_an_achievement_that_fits_the_form_is_read_from_it_as_it_was(first: MicroCredential) -> None:
    contexts = strategies.pinned()
    values = values_of(achievement_again(first.achievement, issuer_id=first.issuer.id), contexts=contexts)
    if values is None:
        return
    values |= {"fullName": "Somebody Else", "awardedDate": "2026-06-30"}
    body = body_of(values, contexts=contexts, time_zone="Europe/Dublin")
    again = award_request.read(
        body, contexts=contexts, issuer=first.issuer, time_zone="Europe/Dublin", now=strategies.NOW
    )
    assert again.achievement == first.achievement


def test_the_least_achievement_fits_the_form(contexts: Contexts) -> None:
    assert values_of(award_request.MINIMAL_EXAMPLE["achievement"], contexts=contexts) is not None


def test_what_says_more_than_the_form_has_no_fields(contexts: Contexts) -> None:
    assert values_of(award_request.EXAMPLE["achievement"], contexts=contexts) is None


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(empty(strategies.pinned()))), st.text(max_size=20)))
def test_anything_typed_is_an_award_or_refused_at_a_field(values: dict[str, str]) -> None:
    contexts = strategies.pinned()
    body = body_of({**empty(contexts), "language": "en", **values}, contexts=contexts, time_zone="Europe/Dublin")
    with pytest.raises(Refused) as caught:
        award_request.read(
            body, contexts=contexts, issuer=strategies.ISSUER, time_zone="Europe/Dublin", now=strategies.NOW
        )
    assert all(field_at(problem.at) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("hours", "duration"),
    [("75", "PT75H"), ("1.5", "PT1H30M"), ("1,25", "PT1H15M"), ("0.1", "PT0H6M"), ("many", "many"), ("", None)],
)
def test_hours_are_written_as_they_are_said(contexts: Contexts, hours: str, duration: str | None) -> None:
    assert typed_achievement(typed(contexts, hours=hours), contexts=contexts).get("volumeOfLearning") == duration


@pytest.mark.parametrize("minutes", range(60))
def test_hours_and_minutes_come_back_as_they_were(contexts: Contexts, minutes: int) -> None:
    duration = f"PT3H{minutes}M" if minutes else "PT3H"
    achievement = {"title": {"en": "T"}, "volumeOfLearning": duration}
    values = values_of(achievement, contexts=contexts)
    assert values is not None
    assert typed_achievement(values, contexts=contexts)["volumeOfLearning"] == duration


def test_outcomes_are_one_on_each_line(contexts: Contexts) -> None:
    achievement = typed_achievement(typed(contexts, learningOutcomes="• Reads\n\n  - Writes \n"), contexts=contexts)
    assert achievement["learningOutcome"] == [{"title": {"en": "Reads"}}, {"title": {"en": "Writes"}}]


@pytest.mark.parametrize("given_as", ["portfolio", "PORTFOLIO", _PORTFOLIO, {"id": _PORTFOLIO}])
def test_a_term_is_known_however_it_is_given(contexts: Contexts, given_as: Any) -> None:
    values = values_of({"title": {"en": "T"}, "assessmentType": [given_as]}, contexts=contexts)
    assert values is not None
    assert values["assessmentType:4f03b91c0e"]


def test_the_last_day_ends_with_its_last_second_at_the_institution(contexts: Contexts) -> None:
    body = body_of(typed(contexts, validUntil="2030-06-30"), contexts=contexts, time_zone="Europe/Athens")
    assert body["validUntil"] == "2030-06-30T23:59:59+03:00"


def test_every_problem_of_an_empty_form_has_its_field(contexts: Contexts) -> None:
    with pytest.raises(Refused) as caught:
        award_request.read(
            body_of(typed(contexts), contexts=contexts, time_zone="UTC"),
            contexts=contexts,
            issuer=strategies.ISSUER,
            time_zone="UTC",
            now=strategies.NOW,
        )
    named = {field.name for problem in caught.value.problems if (field := field_at(problem.at))}
    assert named == {
        "fullName", "awardedDate", "title", "learningOutcomes", "ects", "level", "assessmentType", "mode", "quality",
    }  # fmt: skip


def test_every_field_has_its_words() -> None:
    from app.web.words import sentences

    wanted = {f"console.field.{field.name}.{kind}" for field in FIELDS for kind in ("label", "hint")}
    assert wanted <= sentences("en").keys()


def test_only_lists_are_checked(contexts: Contexts) -> None:
    assert {field.name for field in FIELDS if field.kind is Kind.CHECKS} == {"assessmentType", "mode"}
