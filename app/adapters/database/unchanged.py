"""What was read stands until somebody writes: SQLite tells, in microseconds, whether anything was committed since.

An answer from here is the one that the database would give at this moment, so nothing is ever out of date by it: a key
that is revoked, by whichever process, is revoked for the next who asks. PostgreSQL cannot tell, and is asked each time.

https://www.sqlite.org/pragma.html#pragma_data_version
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_MOST: Final = 1_024


class Commits:
    """How often something was committed to an SQLite file, by anybody: a number that means nothing but "the same"."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None

    def count(self) -> int | None:
        """None where the file can't tell just now."""
        try:
            if self._connection is None:
                # Never made here: where it is not there yet, there is nothing to remember.
                self._connection = sqlite3.connect(
                    f"{Path(self._file).resolve().as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None
                )
            (number,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            self.close()
            return None
        return int(number)

    def close(self) -> None:
        if self._connection is not None:
            # It only ever read.
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


class Unchanged(Generic[T]):
    """Answers by what they were asked for, each good until the next COMMIT; the newest are kept."""

    def __init__(self, commits: Commits | None, *, most: int = _MOST) -> None:
        self._commits = commits
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[int, T]] = OrderedDict()

    async def asked(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        # Counted before it is read: what is committed meanwhile makes it old.
        number = self._commits.count() if self._commits else None
        if number is None:
            return await ask()
        match self._kept.get(key):
            case (counted, answer) if counted == number:
                self._kept.move_to_end(key)
                return answer
        answer = await ask()
        self._kept[key] = (number, answer)
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return answer
