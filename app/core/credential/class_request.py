"""A class to be awarded: what its learners share, each learner, and from both the request of each row's award."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core import strict_json
from app.core.credential import achievement_file, learners_csv
from app.core.credential.given_learners import Cell, GivenLearner, wrong_keys
from app.core.credential.learners_csv import LearnersList, ReadAs
from app.core.credential.readable_text import show
from app.core.credential.row_problems import MOST_PROBLEMS, RowProblem
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    MISSING_ELEMENT,
    RANGE_ERROR,
    JsonObject,
    Problem,
    Refused,
    pointer,
    said,
)

# In a row's request these are the learner's own; whatever else is in it, all rows share.
_OWN = ("/learner", "/grade/value", "/key")

# It stands in the request of every row.
_MOST_SHARED_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class GivenClass:
    """What was handed in. `problems` are those of the list itself; `listed` is None where it came as JSON."""

    shared: JsonObject
    learners: tuple[GivenLearner, ...]
    problems: tuple[RowProblem, ...]
    listed: LearnersList | None = None

    @property
    def key(self) -> str:
        """What makes the class the same when it is sent again, with more learners too: what they share."""
        text = json.dumps(self.shared, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def request(self, learner: GivenLearner) -> bytes:
        """The body of `POST /awards` for one row: the same bytes for the same row, however often it is sent."""
        shared = {name: value for name, value in self.shared.items() if name != "grade"}
        grade = self.shared.get("grade")
        own: JsonObject = {} if learner.grade is None else {"value": learner.grade.open()}
        body = {"learner": learner.learner.open(), **shared}
        match grade:
            case dict() if own or "value" in grade:
                body["grade"] = {**grade, **own}
            case dict() | None:
                body |= {"grade": own} if own else {}
            case _:
                body["grade"] = grade
        return strict_json.write(_in_order(body))


def _in_order(body: JsonObject) -> JsonObject:
    """Columns and members may come in any order; only a language map's own order says something, so it stays."""

    def ordered(value: object) -> object:
        return dict(sorted(value.items())) if isinstance(value, dict) else value

    return {name: ordered(value) for name, value in sorted(body.items())}


def read_json(_: Contexts, body: bytes, *, most_rows: int) -> GivenClass:
    """The body of `POST /batches`: `{achievement, awardedDate, …, learners: […]}`. Raises Refused."""
    found = strict_json.read_object(body)
    match found.pop("learners", None):
        case [_, *_] as learners if len(learners) <= most_rows:
            return _given(found, tuple(_learner(number, each) for number, each in enumerate(learners)))
        case [_, *_] as learners:
            detail = f"has {len(learners)} learners; {most_rows} are allowed"
            raise Refused(Problem(RANGE_ERROR, at="/learners", detail=detail, remedy="send the class in parts"))
        case None | []:
            raise Refused(Problem(MISSING_ELEMENT, at="/learners", detail="there is no learner"))
        case other:
            raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/learners", detail=f"{show(other)} is not an array"))


def read_files(_: Contexts, achievement: bytes, learners: bytes, *, encoding: str | None, most_rows: int) -> GivenClass:
    """An achievement file and a class list. Raises Refused where one of them can't be read at all."""
    shared = achievement_file.read(achievement)
    if "learner" in shared:
        detail = "the learners are in a list of their own"
        remedy, which = "take learner out", said("file.learner")
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/learner", detail=detail, remedy=remedy, said=which))
    listed = learners_csv.read(learners, encoding=encoding, most_rows=most_rows)
    return _given(shared, listed.learners, listed)


def samples(_: Contexts, learners: bytes, *, most_rows: int) -> tuple[ReadAs, ...]:
    """As `learners_csv.samples`."""
    return learners_csv.samples(learners, most_rows=most_rows)


def _given(shared: JsonObject, learners: tuple[GivenLearner, ...], listed: LearnersList | None = None) -> GivenClass:
    size = len(strict_json.write(shared))
    if size > _MOST_SHARED_BYTES:
        detail = f"what the learners share has {size:,} bytes; {_MOST_SHARED_BYTES:,} are allowed"
        raise Refused(Problem(RANGE_ERROR, at="/achievement", detail=detail, said=said("file.large")))
    of_the_list = () if listed is None else listed.problems
    # Where a name has no column, every row lacks it: said once, of the column.
    problems = of_the_list if any(each.row == 1 for each in of_the_list) else (*of_the_list, *wrong_keys(learners))
    return GivenClass(shared, learners, problems[:MOST_PROBLEMS], listed)


def _learner(number: int, given: object) -> GivenLearner:
    """A learner of a JSON array, numbered from 1: members of `learner` in `POST /awards`, and `grade` and `key`."""
    at = pointer("learners", number)
    match given:
        case dict():
            members = dict(given)
        case _:
            raise Refused(Problem(MALFORMED_VALUE_ERROR, at=at, detail=f"{show(given)} is not a JSON object"))
    key, grade = members.pop("key", ""), members.pop("grade", None)
    for name, value in (("key", key), ("grade", grade)):
        if not isinstance(value, str | None):
            raise Refused(Problem(MALFORMED_VALUE_ERROR, at=f"{at}/{name}", detail=f"{show(value)} is not a string"))
    return GivenLearner(
        row=number + 1,
        learner=Personal(members),
        grade=Personal(grade) if grade else None,
        key=key or "",
        sources=tuple(_sources({"learner": members, "grade": {"value": grade}, "key": key})),
        place=at,
    )


def _sources(members: Mapping[str, object], path: str = "") -> list[tuple[str, Cell]]:
    """Every text in the array's learner, by its JSON Pointer: its place is its name."""
    found = []
    for name, value in members.items():
        at = path + pointer(name)
        match value:
            case dict():
                found += _sources(value, at)
            case list():
                found += _sources({str(number): item for number, item in enumerate(value)}, at)
            case str():
                found.append((at, Cell("", Personal(value))))
            case _:
                pass
    return found


def by_row(given: GivenClass, rows: Sequence[tuple[GivenLearner, Sequence[Problem]]]) -> tuple[RowProblem, ...]:
    """All that is wrong: of the list, each row's own, and once what all rows have, which lies in what they share."""
    # Where a column is missing, that is said of the column; every row lacks it.
    lacking = any(each.row == 1 and each.problem.type == MISSING_ELEMENT for each in given.problems)
    count = Counter(problem for _, problems in rows for problem in set(problems))
    found: list[RowProblem] = []
    shared: dict[Problem, None] = {}
    for learner, problems in rows:
        for problem in problems:
            own = any(problem.at == at or problem.at.startswith(f"{at}/") for at in _OWN)
            if own and lacking and problem.type == MISSING_ELEMENT:
                continue
            if own or (len(rows) > 1 and count[problem] < len(rows)):
                found.append(learner.problem(problem))
            else:
                shared[problem] = None
    of_all = (RowProblem(None, "", Personal(""), problem) for problem in shared)
    in_order = sorted((*given.problems, *found), key=lambda each: each.row or 0)
    return (*of_all, *in_order)[:MOST_PROBLEMS]
