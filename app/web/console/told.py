"""What is wrong, as a registrar reads it: in the reader's language, by the name of its sentence, never by its text.

A problem without such a name is told by its type, or as it is: its detail is in English, and is marked so.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from markupsafe import Markup

from app.core.credential.row_problems import RowProblem
from app.core.problems import MISSING_ELEMENT, Problem
from app.web.console.award_fields import field_at
from app.web.outside import outside
from app.web.words import Words

Telling: TypeAlias = Callable[[Problem], Markup]


def telling(words: Words) -> Mapping[str, Telling]:
    """How the pages of one language tell a problem, and where it lies."""
    return MappingProxyType({"told": partial(told, words=words), "place": partial(place, words=words)})


def told(problem: Problem, *, words: Words) -> Markup:
    match problem:
        case Problem(said=which) if which and (sentence := _sentence(which.name)) in words.sentences:
            return words(sentence, **dict(which.values))
        case Problem(type=kind) if kind == MISSING_ELEMENT:
            return words("console.field.missing")
        case _ if words.language == "en":
            return outside(_english(problem))
        case _:
            return Markup("{} {}").format(words("problem.other"), outside(_english(problem), lang="en"))


def place(problem: Problem, *, words: Words) -> Markup:
    """Where a problem of what all learners share lies: the name of its field, else its place in the file."""
    field = field_at(problem.at)
    if field is not None:
        return words(f"console.field.{field.name}.label")
    return Markup("<code>{}</code>").format(outside(problem.at)) if problem.at else Markup("")


def in_a_cell(problem: RowProblem, *, words: Words) -> str:
    """One line beside a row of the list that it came in."""
    column = f"{problem.column}: " if problem.column else ""
    if problem.row is None:
        field = field_at(problem.problem.at)
        column = f"{words.plain(f'console.field.{field.name}.label')}: " if field else ""
    return f"{column}{_text(problem.problem, words)}"


def _text(problem: Problem, words: Words) -> str:
    which = problem.said
    if which and (sentence := _sentence(which.name)) in words.sentences:
        return words.plain(sentence, **dict(which.values))
    if problem.type == MISSING_ELEMENT:
        return words.plain("console.field.missing")
    return _english(problem) if words.language == "en" else f"{words.plain('problem.other')} {_english(problem)}"


def _english(problem: Problem) -> str:
    return f"{problem.detail}. {problem.remedy}." if problem.remedy else problem.detail


def _sentence(name: str) -> str:
    return f"problem.{name}"
