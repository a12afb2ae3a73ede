"""SQLite's file, asked where we stand for a few rows: handing a statement to a thread takes longer than the statement.

A statement that finds rows by their key takes some ten microseconds; to wake a thread for it, and the event loop for
its answer, takes a hundred each time, and a transaction is a dozen of them. What may wait stays in the thread: taking
the lock to write, the COMMIT with its write to the disk, and every transaction that did not say that it is short.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, Self, TypeVar

import aiosqlite

T = TypeVar("T")

_ROWS_AT_A_TIME = 64


class FileConnection(aiosqlite.Connection):
    """`at_once` while a transaction that touches a few rows is under way: its statements then run as they are called.

    One at a time has it, so that it is never used by two threads at once.
    """

    def __init__(self, *database: Any, **options: Any) -> None:
        super().__init__(
            partial(sqlite3.connect, *database, **{**options, "check_same_thread": False}), _ROWS_AT_A_TIME
        )
        self._thread.daemon = True
        self.at_once = False

    @classmethod
    def connect(cls, *database: Any, **options: Any) -> Self:
        return cls(*database, **options)

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        if self.at_once and self._connection is not None:
            return fn(*args, **kwargs)
        done: T = await super()._execute(fn, *args, **kwargs)
        return done

    async def commit(self) -> None:
        self.at_once = False
        await super().commit()

    async def rollback(self) -> None:
        # At once it writes nothing; else it stands in line, behind a statement that nobody waits for any more.
        try:
            await super().rollback()
        finally:
            self.at_once = False

    async def close(self) -> None:
        self.at_once = False
        await super().close()
