"""What was read stands until its rows change: SQLite tells in microseconds whether they did, by whichever process.

1. Where nothing at all was committed since, the answer stands.
2. Where something was, the rows that it was made of are looked at: as they were, it stands too.
3. Else it is asked for, and kept where nothing was committed meanwhile.
So an answer from here is the one that the database would give at this moment, and nothing is ever out of date by it: a
key that is revoked is revoked for the next who asks. PostgreSQL cannot tell so cheaply, and is asked each time.

https://www.sqlite.org/pragma.html#pragma_data_version
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Executable
from sqlalchemy.dialects import sqlite

T = TypeVar("T")

_MOST: Final = 1_024


class File:
    """An SQLite file, looked at directly: a connection that only reads, beside those of the pool."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None

    def commits(self) -> int | None:
        """A number that is another one after any COMMIT by anybody; None where the file can't tell just now."""
        found = self.rows("PRAGMA data_version")
        return int(found[0][0]) if found else None

    def rows(self, sql: str, *values: str) -> list[tuple[Any, ...]] | None:
        """None where it can't tell just now."""
        try:
            if self._connection is None:
                # Never made here: where it is not there yet, there is nothing to remember.
                uri = f"{Path(self._file).resolve().as_uri()}?mode=rw"
                self._connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error:
            self.close()
            return None

    def close(self) -> None:
        if self._connection is not None:
            # It only ever read.
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    commits: int
    rows: list[tuple[Any, ...]]
    answer: T


class Unchanged(Generic[T]):
    """Answers by the one text that they were asked for by; the newest are kept.

    `made_of` finds the rows that an answer is made of, by that text alone.
    """

    def __init__(self, file: File | None, made_of: Executable, *, most: int = _MOST) -> None:
        self._file = file
        self._sql = str(made_of.compile(dialect=sqlite.dialect()))  # type: ignore[attr-defined]
        self._most = most
        self._kept: OrderedDict[str, _Kept[T]] = OrderedDict()

    async def asked(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        if self._file is None or (commits := self._file.commits()) is None:
            return await ask()
        kept = self._kept.get(key)
        if kept is not None and kept.commits == commits:
            self._kept.move_to_end(key)
            return kept.answer
        rows = self._file.rows(self._sql, key)
        if rows is None:
            return await ask()
        answer = kept.answer if kept is not None and kept.rows == rows else await ask()
        # What is committed while it is read might be in the answer and not in the rows, or in the rows alone.
        if self._file.commits() == commits:
            self._keep(key, _Kept(commits, rows, answer))
            return answer
        return await ask()

    def _keep(self, key: str, kept: _Kept[T]) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
