"""SQLite asked where we stand, or in its thread: which of the two, and that they never meet."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.adapters.database.engine import Transactions, create_engine, database_url
from app.adapters.database.file_connection import TAKE_THE_LOCK, FileConnection


def at_once(work: Coroutine[Any, Any, object]) -> bool:
    """Whether it ends without waiting for anything."""
    try:
        work.send(None)
    except StopIteration:
        return True
    work.close()
    return False


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "some.sqlite3"
    with sqlite3.connect(made) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("CREATE TABLE note (text TEXT)")
    return made


@pytest.fixture
async def connection(file: Path) -> AsyncIterator[FileConnection]:
    opened = FileConnection(str(file), isolation_level=None)
    await opened
    yield opened
    await opened.close()


@pytest.fixture
async def transactions(file: Path) -> AsyncIterator[Transactions]:
    engine = create_engine(database_url(f"sqlite:///{file}"))
    made = Transactions(engine)
    yield made
    await made.close()
    await engine.dispose()


async def test_a_short_transaction_asks_at_once(connection: FileConnection) -> None:
    connection.at_once = True
    assert at_once(connection._execute(connection._conn.execute, "SELECT 1"))


async def test_any_other_asks_in_the_thread(connection: FileConnection) -> None:
    assert not at_once(connection._execute(connection._conn.execute, "SELECT 1"))


async def test_taking_the_lock_always_goes_to_the_thread(connection: FileConnection) -> None:
    connection.at_once = True
    assert not at_once(connection._execute(connection._conn.execute, TAKE_THE_LOCK))


async def test_a_commit_always_goes_to_the_thread(connection: FileConnection) -> None:
    connection.at_once = True
    await connection.execute("BEGIN IMMEDIATE")
    assert not at_once(connection.commit())


async def test_while_the_thread_works_nothing_is_done_beside_it(connection: FileConnection) -> None:
    begun = asyncio.create_task(connection._execute(connection._conn.execute, "BEGIN"))
    await asyncio.sleep(0)
    begun.cancel()
    connection.at_once = True
    assert not at_once(connection._execute(connection._conn.execute, "SELECT 1"))
    await connection.rollback()
    assert not connection.in_transaction


async def test_what_is_written_in_a_short_transaction_is_read_in_another(transactions: Transactions) -> None:
    async def write(note: str) -> None:
        async with transactions.writing(few_rows=True) as session:
            await (await session.connection()).execute(text("INSERT INTO note VALUES (:note)"), {"note": note})
            assert note == "kept"

    await write("kept")
    with pytest.raises(AssertionError):
        await write("undone")
    async with transactions.reading(few_rows=True) as session:
        found = await (await session.connection()).execute(text("SELECT text FROM note"))
        assert found.scalars().all() == ["kept"]


async def test_who_gives_up_waiting_for_the_lock_leaves_none(transactions: Transactions, file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None, timeout=0)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with transactions.writing(few_rows=True) as session:
            await session.connection()

    waiting = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.sleep(0)
    other.execute("COMMIT")
    await asyncio.gather(waiting, return_exceptions=True)
    await write()
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")
    other.close()
