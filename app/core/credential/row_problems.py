"""What is wrong with a row of a class, as its author sees it: the row's number, column, value, and what to do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from app.core.credential import csv_table
from app.core.credential.csv_table import Record
from app.core.personal import Personal
from app.core.problems import JsonObject, Problem

# A class that is wrong in every row needs no longer list than this.
MOST_PROBLEMS = 1_000


@dataclass(frozen=True, slots=True)
class RowProblem:
    """`row` is None where it is the same for all: it is then about what they share, at `problem.at`."""

    row: int | None
    column: str
    value: Personal[str]
    problem: Problem

    def as_problem(self) -> Problem:
        """The same as one of a request's problems, with the row and the column in its detail."""
        if self.row is None:
            return self.problem
        where = f"row {self.row}" + (f", column {self.column}" if self.column else "")
        return replace(self.problem, detail=f"{where}: {self.problem.detail}")

    def as_json(self) -> JsonObject:
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value.open(),
            "detail": self.problem.detail,
            "remedy": self.problem.remedy,
            "type": self.problem.type,
            "at": self.problem.at,
        }

    def as_text(self) -> str:
        """One line, for a cell or a terminal."""
        column = f"{self.column}: " if self.column else ""
        place = f"{self.problem.at} " if self.row is None and self.problem.at else ""
        remedy = f" ({self.problem.remedy})" if self.problem.remedy else ""
        return f"{column}{place}{self.problem.detail}{remedy}"


def in_english(problem: RowProblem) -> str:
    """One line about what is wrong, for who reads problem details."""
    whole = problem.row is None or problem.row == 1
    return f"the whole list: {problem.as_text()}" if whole else problem.as_text()


def annotated(
    records: Sequence[Record],
    problems: Iterable[RowProblem],
    *,
    problem_at: int,
    separator: str,
    write: Callable[[RowProblem], str] = in_english,
) -> bytes:
    """The rows as they came, and in the column `problem` what is wrong with each.

    What concerns the header, or all, stands beside the first learner. `problem_at` is that column's place: where the
    list already has one, it is written over.
    """
    first = records[1].row if len(records) > 1 else 2
    told: dict[int, list[str]] = {1: ["problem"]}
    for problem in problems:
        whole = problem.row is None or problem.row == 1
        told.setdefault(first if whole else problem.row or first, []).append(write(problem))
    rows = []
    for record in (*records, *(() if len(records) > 1 else (Record(first, ()),))):
        cells = [*record.cells, *[""] * (problem_at - len(record.cells) + 1)]
        cells[problem_at] = " | ".join(told.get(record.row, ()))
        rows.append(cells)
    return csv_table.write(rows, separator=separator)
