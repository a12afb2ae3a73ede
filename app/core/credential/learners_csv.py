"""A class list: CSV bytes to learners, each with its row, and every mistake by row, column and value."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from app.core.credential import csv_encoding, csv_table
from app.core.credential import learner_columns as names
from app.core.credential.csv_table import SEPARATORS, Record
from app.core.credential.given_learners import Cell, GivenLearner
from app.core.credential.learner_columns import Column
from app.core.credential.readable_text import show
from app.core.credential.row_problems import RowProblem, annotated, in_english
from app.core.personal import Personal
from app.core.problems import (
    MALFORMED_VALUE_ERROR,
    PARSING_ERROR,
    RANGE_ERROR,
    JsonObject,
    Problem,
    Refused,
    Said,
    said,
)

MAX_BYTES = 1_048_576
# .xlsx and .ods are ZIP archives; .xls is an older container.
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_MOST_COLUMNS = 100
_MOST_SAMPLES = 3
_MOST_ROWS_WITH_BLANK_ONES = 20_000

_DAY_FIRST = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})")
_SHORTENED_NUMBER = re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]+")
_SPREADSHEET_ERROR = re.compile(r"#(NAME|REF|VALUE|N/A|DIV/0|NUM|NULL|BEZUG|WERT|NV|ZAHL)[!?]?|#{3,}")

_GIVES = {names.FULL_NAME: "/learner/fullName", names.GIVEN_NAME: "/learner/givenName", names.ID: "/learner/id"}
_GIVES |= {names.FAMILY_NAME: "/learner/familyName", names.DATE_OF_BIRTH: "/learner/dateOfBirth"}
_GIVES |= {names.EMAIL: "/learner/email", names.GRADE: "/grade/value", names.KEY: "/key"}


@dataclass(frozen=True, slots=True)
class Recognised:
    """How the file was read, to be shown before anything is awarded."""

    encoding: str
    separator: str
    columns: tuple[Column, ...]

    def as_json(self) -> JsonObject:
        return {
            "encoding": self.encoding,
            "separator": csv_table.SEPARATOR_NAMES[self.separator],
            "columns": [{"header": each.header, "gives": each.said} for each in self.columns],
        }


@dataclass(frozen=True, slots=True)
class ReadAs:
    """Some of the file as it reads in one encoding: names, or lines where the names read alike in each."""

    encoding: str
    samples: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class LearnersList:
    """What is in the file; `records` are its rows as they came, the header first."""

    recognised: Recognised
    records: tuple[Record, ...] = field(repr=False)
    learners: tuple[GivenLearner, ...]
    problems: tuple[RowProblem, ...]

    def annotated(self, problems: Sequence[RowProblem], *, write: Callable[[RowProblem], str] = in_english) -> bytes:
        """The list as it came, with its mistakes beside its rows: to be put right, and sent again as it is."""
        there = [each.place for each in self.recognised.columns if each.member == names.PROBLEM]
        problem_at = there[0] if there else max(len(record.cells) for record in self.records)
        return annotated(
            self.records, problems, problem_at=problem_at, separator=self.recognised.separator, write=write
        )


def read(data: bytes, *, encoding: str | None, most_rows: int) -> LearnersList:
    """The learners of a file. Raises Refused where it can't be read as one; mistakes in a row are its `problems`."""
    if len(data) > MAX_BYTES:
        _refuse(PARSING_ERROR, f"has {len(data):,} bytes; at most {MAX_BYTES:,} are read", "", said("list.large"))
    if data.startswith(_SPREADSHEETS):
        detail, remedy = "is a file of a spreadsheet program, not CSV", "save it there as CSV UTF-8, and send that file"
        _refuse(PARSING_ERROR, detail, remedy, said("list.spreadsheet"))
    decoded = csv_encoding.decode(data, as_named=encoding)
    separator = _separator(decoded.text)
    found = _records(decoded.text, separator, most_rows=most_rows)
    in_use = frozenset(place for each in found[1:] for place, cell in enumerate(each.cells) if cell.strip())
    columns, problems = names.columns(found[0].cells, in_use=in_use)
    by_member = {each.member: each for each in columns if each.member != names.IDENTIFIER}
    learners = []
    mistakes = list(problems)
    for record in found[1:]:
        cells = {each: _cell(record, each.place).strip() for each in columns}
        mistakes += _beyond_the_header(record, len(found[0].cells))
        mistakes += (wrong for each, cell in cells.items() if (wrong := _spoilt(record.row, each, cell)) is not None)
        learners.append(_learner(record.row, cells, by_member))
    recognised = Recognised(decoded.encoding, separator, columns)
    return LearnersList(recognised, found, tuple(learners), tuple(mistakes))


def samples(data: bytes, *, most_rows: int) -> tuple[ReadAs, ...]:
    """What tells the encodings apart that a file may be in, to be shown to who knows the learners.

    Encodings in which all of it reads alike are one; empty where the file says itself what it is in.
    """
    found = csv_encoding.readings(data)
    names = [_names(data, each.encoding, most_rows=most_rows) for each in found]
    telling = [row for row, versions in enumerate(zip(*names, strict=False)) if len(set(versions)) > 1]
    if not telling and len({each.lines for each in found}) == 1:
        telling = [row for row, name in enumerate(names[0]) if not name.isascii()]
    shown: dict[tuple[str, ...], ReadAs] = {}
    for each, of_it in zip(found, names, strict=True):
        lines = tuple(text for _, text in each.lines)
        read_as = ReadAs(each.encoding, tuple(of_it[row] for row in telling[:_MOST_SAMPLES]) or lines)
        shown.setdefault(read_as.samples, read_as)
    return tuple(shown.values())


def _names(data: bytes, encoding: str, *, most_rows: int) -> list[str]:
    try:
        return [learner.name.open() for learner in read(data, encoding=encoding, most_rows=most_rows).learners]
    except Refused:
        return []


def _records(text: str, separator: str, *, most_rows: int) -> tuple[Record, ...]:
    found: list[Record] = []
    for record in csv_table.records(text, separator):
        if record.row > _MOST_ROWS_WITH_BLANK_ONES:
            detail = f"has more than {_MOST_ROWS_WITH_BLANK_ONES} rows"
            _refuse(RANGE_ERROR, detail, "take out the blank ones", said("list.blank_rows"))
        if record.blank:
            continue
        if not found and record.row != 1:
            remedy = "begin with a row that names the columns"
            _refuse(PARSING_ERROR, "the first row is blank", remedy, said("list.headless"))
        if len(found) > most_rows:
            detail, remedy = f"has more than {most_rows} learners", f"send it in parts of at most {most_rows}"
            _refuse(RANGE_ERROR, detail, remedy, said("list.long", most=str(most_rows)))
        if len(record.cells) > _MOST_COLUMNS:
            detail = f"row {record.row} has more than {_MOST_COLUMNS} columns"
            _refuse(RANGE_ERROR, detail, "", said("list.wide", row=str(record.row), most=str(_MOST_COLUMNS)))
        # A list that came back with its mistakes has our marks before what might be a formula.
        found.append(Record(record.row, tuple(map(csv_table.unmarked, record.cells))))
    if not found:
        remedy = "begin with a row that names the columns, like: fullName,email"
        _refuse(PARSING_ERROR, "the list is empty", remedy, said("list.empty"))
    if len(found) == 1:
        _refuse(PARSING_ERROR, "the list has a header and no learner", "", said("list.nobody"))
    return tuple(found)


def _separator(text: str) -> str:
    """The one under which the header says most: columns that are known, then columns."""
    header = re.match(r"[^\r\n]*", text)
    line = header[0][:10_000] if header else ""

    def knows(separator: str) -> tuple[int, int]:
        cells = [cell.strip(' "') for cell in line.split(separator)]
        return sum(names.column(0, cell) is not None for cell in cells), len(cells)

    return max(SEPARATORS, key=knows)


def _cell(record: Record, place: int) -> str:
    # Spreadsheets leave out the empty cells at the end of a row.
    return record.cells[place] if place < len(record.cells) else ""


def _beyond_the_header(record: Record, width: int) -> list[RowProblem]:
    beyond = next((cell for cell in record.cells[width:] if cell.strip()), None)
    if beyond is None:
        return []
    detail = f"has {len(record.cells)} cells, and the header {width} columns"
    remedy = "put a cell that holds the separator in quotation marks"
    problem = Problem(MALFORMED_VALUE_ERROR, detail=detail, remedy=remedy, said=said("row.beyond", columns=str(width)))
    return [RowProblem(record.row, "", Personal(beyond), problem)]


def _spoilt(row: int, column: Column, cell: str) -> RowProblem | None:
    """What a spreadsheet, or a conversion before us, has lost of a cell."""
    if "\ufffd" in cell:
        detail, remedy = "a letter was lost (\ufffd) when the file was converted", "write it again"
        which = said("cell.letter_lost")
    elif _SPREADSHEET_ERROR.fullmatch(cell):
        detail, remedy = f"{show(cell)} is an error of the spreadsheet, not a value", "correct the cell"
        which = said("cell.error", value=cell)
    elif column.member == names.IDENTIFIER and _SHORTENED_NUMBER.fullmatch(cell):
        detail = f"{show(cell)} is a number that the spreadsheet has shortened"
        remedy, which = "format the column as text, and write the whole number", said("cell.shortened", value=cell)
    else:
        return None
    problem = Problem(MALFORMED_VALUE_ERROR, detail=detail, remedy=remedy, said=which)
    return RowProblem(row, column.header, Personal(cell), problem)


def _learner(row: int, cells: Mapping[Column, str], by_member: Mapping[str, Column]) -> GivenLearner:
    told = {each.member: cell for each, cell in cells.items() if each.member != names.IDENTIFIER}
    sources = {
        _GIVES[member]: Cell(each.header, Personal(told[member]))
        for member, each in by_member.items()
        if member in _GIVES
    }
    members: JsonObject = {
        member: told[member]
        for member in (names.FULL_NAME, names.GIVEN_NAME, names.FAMILY_NAME, names.EMAIL, names.ID)
        if told.get(member)
    }
    if names.FULL_NAME not in by_member:
        both = [each for each in (told.get(names.GIVEN_NAME), told.get(names.FAMILY_NAME)) if each]
        members = ({names.FULL_NAME: " ".join(both)} if len(both) == 2 else {}) | members
        lacking = names.GIVEN_NAME if not told.get(names.GIVEN_NAME) else names.FAMILY_NAME
        sources["/learner"] = Cell(by_member[lacking].header if lacking in by_member else "", Personal(""))
    elif names.FULL_NAME not in members:
        sources["/learner"] = Cell(by_member[names.FULL_NAME].header, Personal(""))
    if told.get(names.DATE_OF_BIRTH):
        members[names.DATE_OF_BIRTH] = _day(told[names.DATE_OF_BIRTH])
    identifiers = _identifiers(cells, told, sources)
    return GivenLearner(
        row=row,
        learner=Personal(members | ({names.IDENTIFIER: identifiers} if identifiers else {})),
        grade=Personal(told[names.GRADE]) if told.get(names.GRADE) else None,
        key=told.get(names.KEY, ""),
        sources=tuple(sources.items()),
    )


def _identifiers(cells: Mapping[Column, str], told: Mapping[str, str], sources: dict[str, Cell]) -> list[JsonObject]:
    found: list[JsonObject] = []
    for each, cell in cells.items():
        if each.member == names.IDENTIFIER and cell:
            sources[f"/learner/identifier/{len(found)}"] = Cell(each.header, Personal(cell))
            found.append({"scheme": each.scheme or told.get(names.IDENTIFIER_SCHEME) or "identifier", "value": cell})
    return found


def _day(cell: str) -> str:
    """A day written the German way, 31.5.2026, says the same in every reader's eyes; with slashes it does not."""
    day_first = _DAY_FIRST.fullmatch(cell)
    return f"{day_first[3]}-{int(day_first[2]):02}-{int(day_first[1]):02}" if day_first else cell


def _refuse(kind: str, detail: str, remedy: str, which: Said) -> NoReturn:
    raise Refused(Problem(kind, detail=detail, remedy=remedy, said=which))
