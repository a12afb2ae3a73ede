"""A class that was looked over, as it is shown before anything is awarded: the paper, the list, what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.core.credential.given_learners import GivenLearner
from app.core.credential.row_problems import RowProblem
from app.issuer.batch import LookedOver, Since
from app.issuer.preview import Preview
from app.web.console.told import place, told
from app.web.drawing import Drawing
from app.web.outside import outside
from app.web.paper import Paper, micro_credential_paper
from app.web.verdict import day_element
from app.web.words import Words

_MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class LearnerLine:
    """One row of the list, and whether it is new."""

    row: int
    name: Markup
    grade: Markup | None
    since: str


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One mistake: where it is, what stands there, and what to do. `row` is None for what all learners share."""

    row: int | None
    where: Markup
    value: Markup | None
    told: Markup


@dataclass(frozen=True, slots=True)
class ClassLook:
    """All that the page shows of a class. `paper` is that of the first learner who is new, where nothing is wrong.

    `twice` counts those who would get it a second time.
    """

    seen: str
    rows: int
    new: int
    counts: tuple[tuple[str, int], ...]
    title: Markup | None
    day: Markup | None
    until: Markup | None
    paper: Paper | None
    first: Markup | None
    learners: tuple[LearnerLine, ...]
    twice: int
    read_as: str
    columns: tuple[Markup, ...]
    addresses: int
    problems: tuple[ProblemLine, ...]
    more_problems: int
    is_asked_about: bool


def class_look(looked: LookedOver, preview: Preview | None, *, twice: frozenset[int], drawing: Drawing) -> ClassLook:
    words, listed = drawing.words, looked.given.listed
    awarded = preview.micro_credential if preview and not preview.problems else None
    day, until = (awarded.awarded_date, awarded.valid_until) if awarded else (None, None)
    return ClassLook(
        seen=looked.batch.id,
        rows=len(looked.batch.rows),
        new=len(looked.new),
        counts=tuple((each.value, looked.count(each)) for each in Since if looked.count(each)),
        title=drawing.text(awarded.achievement.title) if awarded else None,
        day=day_element(day, language=words.language) if day else None,
        until=day_element(until, language=words.language) if until else None,
        paper=micro_credential_paper(awarded, drawing) if awarded else None,
        first=outside(awarded.learner.full_name.open()) if awarded else None,
        # Who is asked about must not be found by scrolling.
        learners=tuple(
            _learner(each, looked, twice)
            for each in sorted(looked.given.learners, key=lambda learner: learner.row not in twice)
        ),
        twice=len(twice),
        read_as=listed.recognised.encoding if listed else "",
        columns=tuple(outside(each.header) for each in listed.recognised.columns) if listed else (),
        addresses=sum("email" in each.learner.open() for each in looked.given.learners),
        problems=_problems(looked.problems[:_MOST_PROBLEMS], words=words),
        more_problems=max(0, len(looked.problems) - _MOST_PROBLEMS),
        is_asked_about=listed is not None and listed.recognised.encoding.startswith("windows-"),
    )


def _learner(learner: GivenLearner, looked: LookedOver, twice: frozenset[int]) -> LearnerLine:
    since = looked.before.get(learner.row)
    is_new = "twice" if learner.row in twice else "new"
    grade = outside(learner.grade.open()) if learner.grade else None
    return LearnerLine(learner.row, outside(learner.name.open()), grade, since.value if since else is_new)


def _problems(problems: Sequence[RowProblem], *, words: Words) -> tuple[ProblemLine, ...]:
    return tuple(
        ProblemLine(
            row=each.row,
            where=place(each.problem, words=words) if each.row is None else outside(each.column),
            value=outside(each.value.open()) if each.value.open() else None,
            told=told(each.problem, words=words),
        )
        for each in problems
    )
