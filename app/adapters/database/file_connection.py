"""SQLite's file, asked where we stand for a few rows: handing a statement to a thread takes longer than the statement.

A statement that finds rows by their key takes some ten microseconds; to wake a thread for it, and the event loop for
its answer, takes a hundred each time, and a transaction is a dozen of them. What may wait stays in the thread: taking
the lock to write, the COMMIT with its write to the disk, and every transaction that did not say that it is short.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, Final, Self, TypeVar

import aiosqlite

T = TypeVar("T")

# Of all that a short transaction says, this alone waits: for whoever else writes.
TAKE_THE_LOCK: Final = "BEGIN IMMEDIATE"

_ROWS_AT_A_TIME: Final = 64


class FileConnection(aiosqlite.Connection):
    """`at_once` while a transaction that touches a few rows is under way: its statements then run as they are called.

    Never while the thread has something to do, be it for somebody who went away: one at a time uses a connection.
    """

    def __init__(self, *database: Any, **options: Any) -> None:
        super().__init__(
            partial(sqlite3.connect, *database, **{**options, "check_same_thread": False}), _ROWS_AT_A_TIME
        )
        self._thread.daemon = True
        self._handed_over: set[object] = set()
        self.at_once = False

    @classmethod
    def connect(cls, *database: Any, **options: Any) -> Self:
        return cls(*database, **options)

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        waits = args[:1] == (TAKE_THE_LOCK,)
        if self.at_once and not waits and not self._handed_over and self._connection is not None:
            return fn(*args, **kwargs)
        mark = object()
        self._handed_over.add(mark)

        def work() -> T:
            try:
                return fn(*args, **kwargs)
            finally:
                self._handed_over.discard(mark)

        done: T = await super()._execute(work)  # type: ignore[no-untyped-call]
        return done

    async def commit(self) -> None:
        self.at_once = False
        await super().commit()

    async def rollback(self) -> None:
        """At once too where there is no transaction any more: the pool asks for it each time."""
        self.at_once = not self._handed_over and (self.at_once or not self.in_transaction)
        try:
            await super().rollback()
        finally:
            self.at_once = False

    async def close(self) -> None:
        self.at_once = False
        await super().close()
