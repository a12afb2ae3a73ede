"""CSV as RFC 4180 has it: text to numbered rows of cells, and rows to bytes that no spreadsheet takes for a formula.

https://www.rfc-editor.org/rfc/rfc4180
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.core.credential.readable_text import show
from app.core.problems import PARSING_ERROR, Problem, Refused, said

SEPARATORS = (",", ";", "\t")
SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}

# What makes a spreadsheet compute a cell, in the letters of East Asian keyboards too.
_FORMULA = re.compile(r"'* *[=+\-@\t\r\n＝＋－＠]")
_MARKED = re.compile(r"'(?='* *[=+\-@\t\r\n＝＋－＠])")
_TO_QUOTE = re.compile(r'[",;\t\r\n]|^ | $')
_BYTE_ORDER_MARK = "\ufeff"  # without it, spreadsheets read UTF-8 as something else


@dataclass(frozen=True, slots=True)
class Record:
    """One row, numbered as a spreadsheet does: the first is 1, and a line break inside a cell begins none."""

    row: int
    cells: tuple[str, ...] = field(repr=False)

    @property
    def blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def records(text: str, separator: str) -> Iterator[Record]:
    """The rows of a text, as they are written. Raises Refused at the first one whose quotation marks are wrong."""
    cell = re.compile(rf'"([^"]*(?:""[^"]*)*)"|[^"{separator}\r\n]*')
    position, row, cells = 0, 1, list[str]()
    while position < len(text) or cells:
        found = cell.match(text, position)
        assert found is not None  # noqa: S101 - its second half matches nothing, too
        cells.append(found[0] if found[1] is None else found[1].replace('""', '"'))
        position = found.end()
        if text[position : position + 1] == separator:
            position += 1
            continue
        if text[position : position + 1] not in ("\r", "\n", ""):
            raise _misquoted(row, found, text[position])
        position += 2 if text.startswith("\r\n", position) else 1
        yield Record(row, tuple(cells))
        row, cells = row + 1, []


def _misquoted(row: int, found: re.Match[str], follows: str) -> Refused:
    remedy = "put the whole cell in quotation marks, and write each one inside it twice"
    if found[1] is not None:
        which = said("quotes.after", row=str(row))
        detail = f"row {row}: after the closing quotation mark of a cell stands {show(follows)}"
    elif found[0]:
        which = said("quotes.inside", row=str(row), cell=found[0][:40])
        detail = f"row {row}: there is a quotation mark inside {show(found[0])}…, which does not begin with one"
    else:
        which = said("quotes.open", row=str(row))
        detail, remedy = f"row {row}: the quotation mark that begins a cell is never closed", "close it"
    return Refused(Problem(PARSING_ERROR, detail=detail, remedy=remedy, said=which))


def write(rows: Iterable[Iterable[str]], *, separator: str = ",") -> bytes:
    """UTF-8 with its mark, each cell safe from being computed."""
    return _BYTE_ORDER_MARK.encode() + lines(rows, separator=separator)


def lines(rows: Iterable[Iterable[str]], *, separator: str = ",") -> bytes:
    """As `write`, to follow what was written before."""
    written = (separator.join(_written(cell) for cell in row) + "\r\n" for row in rows)
    return "".join(written).encode("utf-8", "replace")


def unmarked(cell: str) -> str:
    """A cell without the mark that `write` put before it: what we wrote comes back as it was."""
    return cell[1:] if _MARKED.match(cell) else cell


def _written(cell: str) -> str:
    safe = f"'{cell}" if _FORMULA.match(cell) else cell
    return '"' + safe.replace('"', '""') + '"' if _TO_QUOTE.search(safe) else safe
