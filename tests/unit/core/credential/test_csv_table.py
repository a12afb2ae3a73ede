"""CSV both ways: rows as a spreadsheet numbers them, and no cell that a spreadsheet would compute."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.credential.csv_table import SEPARATORS, records, unmarked, write
from app.core.problems import Refused

TEXT = st.text(max_size=20)


def rows(text: str, separator: str = ",") -> list[tuple[str, ...]]:
    return [record.cells for record in records(text, separator)]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_rows_end_as_any_system_ends_them(end: str) -> None:
    assert rows(f"a,b{end}c,d{end}") == rows(f"a,b{end}c,d") == [("a", "b"), ("c", "d")]


def test_a_line_break_in_a_cell_begins_no_row() -> None:
    assert [(each.row, each.cells) for each in records('a,"b\r\nc"\r\n\r\nd,e', ",")] == [
        (1, ("a", "b\r\nc")),
        (2, ("",)),
        (3, ("d", "e")),
    ]


def test_a_quotation_mark_is_written_twice() -> None:
    assert rows('"Anna ""Ani"" Novák";"";""""', ";") == [('Anna "Ani" Novák', "", '"')]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('a\nAnna "Ani",b', "row 2: there is a quotation mark inside"),
        ('a\n"Anna,b\nc', "row 2: the quotation mark that begins a cell is never closed"),
        ('"a" b', "row 1: after the closing quotation mark"),
    ],
)
def test_wrong_quotation_marks_are_named_with_their_row(text: str, says: str) -> None:
    with pytest.raises(Refused) as caught:
        rows(text)
    assert says in caught.value.problems[0].detail


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "'=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    written = write([[cell]]).decode("utf-8-sig")
    (read,) = next(csv.reader(written.splitlines(keepends=True)))
    assert read == f"'{cell}"
    assert unmarked(read) == cell


@given(st.lists(st.lists(TEXT, min_size=1, max_size=4), min_size=1, max_size=5), st.sampled_from(SEPARATORS))
def test_what_is_written_is_read_again(table: list[list[str]], separator: str) -> None:
    text = write(table, separator=separator).decode("utf-8-sig")
    assert [[unmarked(cell) for cell in each] for each in rows(text, separator)] == table


@given(st.lists(st.lists(TEXT, min_size=1, max_size=4), min_size=1, max_size=5), st.sampled_from(SEPARATORS))
def test_no_written_cell_begins_as_a_formula_does(table: list[list[str]], separator: str) -> None:
    text = write(table, separator=separator).decode("utf-8-sig")
    assert not [cell for each in rows(text, separator) for cell in each if cell.lstrip(" ")[:1] in set("=+-@\t\r\n")]


@given(st.text(max_size=200), st.sampled_from(SEPARATORS))
def test_any_text_is_rows_or_refused(text: str, separator: str) -> None:
    try:
        found = list(records(text, separator))
    except Refused:
        return
    assert [each.row for each in found] == list(range(1, len(found) + 1))
