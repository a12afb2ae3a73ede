"""What is wrong, in the reader's language: by the name of its sentence, and where it has none, as what it is."""

import pytest

from app.core.credential.members import Members
from app.core.credential.row_problems import RowProblem
from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, MISSING_ELEMENT, Problem, said
from app.web.console.told import in_a_cell, told
from app.web.words import Library

WORDS = Library.read().words
UNNAMED = Problem(MALFORMED_VALUE_ERROR, at="/x", detail="is <odd>", remedy="mend it")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "“<bdi>yesterday</bdi>” can’t be read as a day. Write it as 2026-05-31."),
        ("de", "„<bdi>yesterday</bdi>“ lässt sich nicht als Tag lesen. Schreiben Sie ihn so: 2026-05-31."),
    ],
)
def test_a_problem_of_the_core_is_told_in_the_readers_language(language: str, sentence: str) -> None:
    members = Members({"awardedDate": "yesterday"})
    members.day("awardedDate")
    (problem,) = members.problems
    assert told(problem, words=WORDS[language]) == sentence


def test_what_has_no_sentence_is_told_in_english_and_marked_so() -> None:
    assert told(UNNAMED, words=WORDS["en"]) == "<bdi>is &lt;odd&gt;. mend it.</bdi>"
    assert told(UNNAMED, words=WORDS["de"]).endswith('<bdi lang="en">is &lt;odd&gt;. mend it.</bdi>')


def test_what_is_missing_needs_no_sentence_of_its_own() -> None:
    missing = Problem(MISSING_ELEMENT, at="/achievement/title", detail="element 2, …, is missing")
    assert told(missing, words=WORDS["de"]) == "Das fehlt."


def test_a_sentence_that_is_not_known_falls_back() -> None:
    unknown = Problem(MALFORMED_VALUE_ERROR, detail="is odd", said=said("nowhere"))
    assert told(unknown, words=WORDS["en"]) == "<bdi>is odd</bdi>"


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (
            Problem(MALFORMED_VALUE_ERROR, detail="x", said=said("email", value="a@")),
            "Mail: „a@“ ist keine E-Mail-Adresse.",
        ),
        (UNNAMED, "Mail: Hier lässt sich etwas so nicht übernehmen: is <odd>. mend it."),
    ],
)
def test_a_cell_holds_it_as_text(problem: Problem, line: str) -> None:
    assert in_a_cell(RowProblem(2, "Mail", Personal("a@"), problem), words=WORDS["de"]) == line


def test_what_all_share_names_its_field_in_a_cell() -> None:
    missing = Problem(MISSING_ELEMENT, at="/achievement/title", detail="element 2, …, is missing")
    assert in_a_cell(RowProblem(None, "", Personal(""), missing), words=WORDS["de"]) == "Titel: Das fehlt."
