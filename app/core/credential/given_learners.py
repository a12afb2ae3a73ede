"""The learners of a class, each as it was given: with its row, its key, and where each of its values came from."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.core.credential.readable_text import show
from app.core.credential.row_problems import RowProblem
from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, MISSING_ELEMENT, TWICE_IN_A_CLASS, JsonObject, Problem, said

_MOST_CHARACTERS_OF_A_KEY = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value came from: a column of a list, or a member of a JSON object."""

    column: str
    value: Personal[str]


@dataclass(frozen=True, slots=True)
class GivenLearner:
    """One row. `learner` is as in `POST /awards`; `sources`: JSON Pointers into its request, and their cells.

    `place` is the JSON Pointer of the row in what was sent, "" in a list.
    """

    row: int
    learner: Personal[JsonObject]
    grade: Personal[str] | None
    key: str
    sources: tuple[tuple[str, Cell], ...] = field(repr=False)
    place: str = ""

    @property
    def name(self) -> Personal[str]:
        match self.learner.open().get("fullName"):
            case str() as name:
                return Personal(name)
            case _:
                return Personal("")

    @property
    def row_key(self) -> str:
        """What makes the row the same when it is sent again: its `key`; else who the learner is.

        That is the learner's own id, else the identifiers, else the names and the date of birth: an e-mail address or
        a grade that was corrected makes nobody another person.
        """
        if self.key:
            return self.key
        match self.learner.open():
            case {"id": str(own)} if own:
                who: object = own
            case {"identifier": [_, *_] as identifiers}:
                who = sorted(json.dumps(each, sort_keys=True) for each in identifiers)
            case members:
                who = [members.get(name) for name in ("fullName", "givenName", "familyName", "dateOfBirth")]
        return hashlib.sha256(json.dumps(who, sort_keys=True).encode()).hexdigest()[:32]

    def cell(self, at: str) -> Cell:
        """Where the value at a JSON Pointer came from: the nearest that is known, upwards."""
        sources = dict(self.sources)
        while at and at not in sources:
            at = at.rpartition("/")[0]
        return sources.get(at, Cell("", Personal("")))

    def problem(self, problem: Problem) -> RowProblem:
        """The problem as one of this row."""
        cell = self.cell(problem.at)
        if not self.place and problem.type == MISSING_ELEMENT and problem.at.startswith("/learner"):
            # In a list, what is missing is a cell.
            remedy = "fill it in, or take the row out"
            detail = "is blank, and a learner has a whole name (element 1)"
            problem = replace(problem, detail=detail, remedy=remedy, said=said("learner.nameless"))
        within = {"/grade/value": "/grade"}.get(problem.at, problem.at.removeprefix("/learner"))
        if self.place:
            return RowProblem(self.row, within[1:], cell.value, replace(problem, at=self.place + within))
        return RowProblem(self.row, cell.column, cell.value, replace(problem, at=""))


def wrong_keys(learners: Sequence[GivenLearner]) -> Iterator[RowProblem]:
    """Keys that can't be kept, and rows that would be one award."""
    rows: dict[str, list[GivenLearner]] = {}
    for each in learners:
        if len(each.key) > _MOST_CHARACTERS_OF_A_KEY or not each.key.isprintable():
            detail = f"a key is at most {_MOST_CHARACTERS_OF_A_KEY} printable characters"
            which = said("key.long", most=str(_MOST_CHARACTERS_OF_A_KEY))
            yield each.problem(Problem(MALFORMED_VALUE_ERROR, at="/key", detail=detail, said=which))
        if each.key or each.name.open():
            rows.setdefault(each.row_key, []).append(each)
    for same in rows.values():
        for each in same if len(same) > 1 else ():
            others = ", ".join(str(other.row) for other in same if other is not each)
            if each.key:
                detail = f"the key {show(each.key)} stands in row {others} too"
                remedy, which = "give each row its own", said("key.twice", rows=others)
                yield each.problem(Problem(TWICE_IN_A_CLASS, at="/key", detail=detail, remedy=remedy, said=which))
            else:
                detail = f"is the same learner as in row {others}"
                remedy = "take one out; if they are two people, give each row a key, or an identifier"
                which, at = said("learner.twice", rows=others), "/learner/fullName"
                yield each.problem(Problem(TWICE_IN_A_CLASS, at=at, detail=detail, remedy=remedy, said=which))
