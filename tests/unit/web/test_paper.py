"""The paper: every element of the European Standard, under the Commission's headings, in the reader's language."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.core.credential import award_request, vocabularies
from app.core.credential.elements import ELEMENTS
from app.core.credential.micro_credential import ECTS, MicroCredential
from app.core.json_ld import Contexts
from app.web.drawing import Drawing
from app.web.headings import Headings, tidy
from app.web.languages import LANGUAGES, Language
from app.web.paper import Paper, micro_credential_paper
from app.web.words import Library
from tests.unit.web import reports
from tests.unit.web.test_verdict import text

# Who, what, from where and when stand at the head of the paper.
_AT_THE_HEAD = {2, 5}


def draw(contexts: Contexts, credential: MicroCredential, language: str = "en") -> Paper:
    headings = Headings.of(vocabularies.field_labels(contexts))
    chosen = Language(language)
    return micro_credential_paper(credential, Drawing(chosen, Library.read().of(chosen), headings))


def _all(paper: Paper) -> str:
    return " ".join(text(str(line.text) + " " + str(line.note or "")) for row in paper.rows for line in row.lines)


@pytest.mark.parametrize("number", [element.number for element in ELEMENTS if element.number not in _AT_THE_HEAD])
def test_every_element_has_its_row(contexts: Contexts, number: int) -> None:
    paper = draw(contexts, reports.micro_credential(contexts))
    assert number in {row.number for row in paper.rows}


def test_title_learner_awarding_body_and_day_stand_at_the_head(contexts: Contexts) -> None:
    paper = draw(contexts, reports.micro_credential(contexts))
    assert [text(str(part)) for part in (paper.title, paper.learner, paper.by, paper.on)] == [
        "Data Literacy for Public Administration",
        "Zoë Marković-Núñez",
        "by University of the Northern Coast, Finland",
        "on 30 June 2026",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headings_are_the_commissions_in_every_language(contexts: Contexts, language: str) -> None:
    paper = draw(contexts, reports.micro_credential(contexts), language)
    outcomes = next(row.heading for row in paper.rows if row.number == 6)
    label = vocabularies.field_labels(contexts)["learningOutcomes"][language]
    assert (outcomes.text, outcomes.lang) == (tidy(label, language=language), language)


def test_ects_and_hours_stand_apart(contexts: Contexts) -> None:
    rows = [row for row in draw(contexts, reports.micro_credential(contexts)).rows if row.number == 7]
    assert [(row.heading.text, text(str(row.lines[0].text))) for row in rows] == [
        ("ECTS credit points", "3 ECTS"),
        ("Volume of learning", "75 hours"),
    ]


def test_hours_are_shown_only_where_the_credential_gives_them(contexts: Contexts) -> None:
    credential = reports.micro_credential(contexts)
    achievement = replace(credential.achievement, volume_of_learning=None)
    rows = [row for row in draw(contexts, replace(credential, achievement=achievement)).rows if row.number == 7]
    assert [row.heading.text for row in rows] == ["ECTS credit points"]


def test_half_a_credit_is_not_rounded(contexts: Contexts) -> None:
    credential = reports.micro_credential(contexts)
    points = tuple(
        replace(credit, point=Decimal("1.25"))
        for credit in credential.achievement.credit_point
        if credit.framework.uri == ECTS
    )
    achievement = replace(credential.achievement, credit_point=points)
    assert "1,25 ECTS" in _all(draw(contexts, replace(credential, achievement=achievement), "de"))


def test_the_level_says_what_it_means_and_that_it_is_no_degree(contexts: Contexts) -> None:
    assert "Level 6 the level of bachelor studies; not a degree" in _all(
        draw(contexts, reports.micro_credential(contexts))
    )


def test_a_minimal_credential_has_no_empty_row(contexts: Contexts) -> None:
    credential = reports.micro_credential(contexts, award_request.MINIMAL_EXAMPLE)
    assert [row.heading.text for row in draw(contexts, credential).rows if not row.lines] == []


def test_an_english_heading_has_one_capital() -> None:
    assert tidy("ECTS Credit Points", language="en") == "ECTS credit points"


def test_a_german_heading_keeps_its_capitals() -> None:
    assert tidy("Bezeichnung des Zertifikats", language="de") == "Bezeichnung des Zertifikats"
