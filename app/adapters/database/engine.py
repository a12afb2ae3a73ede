"""Transactions on SQLite and PostgreSQL that lose nothing, and every exception of SQLAlchemy in our own words.

SQLite: the driver opens no transaction by itself; one that writes begins with `BEGIN IMMEDIATE`, so that what it reads
can't change before it writes. PostgreSQL: READ COMMITTED with row locks to write, one REPEATABLE READ snapshot to read.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, exc, insert, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.act_journal import ActJournal, Entry
from app.adapters.database.file_connection import TAKE_THE_LOCK, FileConnection
from app.adapters.database.patience import Patience, PatientConnection
from app.adapters.database.unchanged import File
from app.core.problems import MALFORMED_VALUE_ERROR, STATE_CONFLICT, Problem, Refused
from app.ports import Counts, NotCounted, Unavailable

SQLITE = "sqlite"
POSTGRESQL = "postgresql"

SQLITE_BUSY_MILLISECONDS = 15_000
SQLITE_PRAGMAS: Mapping[str, str] = {
    "busy_timeout": str(SQLITE_BUSY_MILLISECONDS),
    "journal_mode": "wal",
    "synchronous": "2",  # FULL: what was committed survives a loss of power
    "foreign_keys": "1",
    "secure_delete": "1",  # what was erased is written over, not only let go
}
_POSTGRESQL_OPTIONS = "-c lock_timeout=10s -c statement_timeout=20s -c idle_in_transaction_session_timeout=30s"
# A reader waits for nobody's lock: a server that takes longer is not there for us.
READING_SECONDS = 5.0
_EMPTY_AGAIN_SECONDS = 2.0
_READING = "testamur_reading"
_FEW_ROWS = "testamur_few_rows"
_WITHOUT_TRANSACTION = "testamur_without_transaction"


class Away(StrEnum):
    """What was not to be had while the database did not answer."""

    READING = "reading"
    WRITING = "writing"


class Unacknowledged(Unavailable):
    """A COMMIT whose answer did not come: it may have happened. Who asked for it reads back."""


def database_url(text: str) -> URL:
    """`DATABASE_URL` with the one driver that we use. Raises ValueError, which does not show a password."""
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError):
        raise ValueError("DATABASE_URL is no URL: write sqlite:///path or postgresql://user@host/name") from None
    match url.drivername:
        case "sqlite" | "sqlite+aiosqlite" if url.database and url.database != ":memory:":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return url.set(drivername="postgresql+psycopg")
        case _:
            shown = url.render_as_string(hide_password=True)
            raise ValueError(f"DATABASE_URL is {shown}: it must be sqlite:///path or postgresql://user@host/name")


def create_engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() == SQLITE:
        engine = create_async_engine(
            url,
            hide_parameters=True,
            pool_size=8,
            max_overflow=0,
            pool_timeout=10,
            connect_args={"async_creator_fn": FileConnection.connect},
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=10,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            "options": _POSTGRESQL_OPTIONS,
            "async_creator_fn": PatientConnection.connect,
        },
    )


class Transactions:
    """The two kinds of transaction. Both yield a session; leaving `writing` commits, an exception rolls back."""

    def __init__(self, engine: AsyncEngine, *, journal: ActJournal | None = None, counts: Counts | None = None) -> None:
        self._engine = engine
        self._journal = journal
        self._counts = counts or NotCounted()
        self.dialect: str = engine.dialect.name
        self.patience = Patience()
        self._emptying: asyncio.Task[None] | None = None
        self.file = File(str(engine.url.database)) if self.dialect == SQLITE else None
        # A file can't fall silent; on a busy machine reading it takes the time that it takes.
        self.reading_seconds = None if self.dialect == SQLITE else READING_SECONDS
        # SQLite has one writer at a time. Ours queue here, in order, and leave its polling lock to other processes.
        self._writer: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.dialect == SQLITE else nullcontext()
        self._snapshots = (
            engine.execution_options(**{_READING: True})
            if self.dialect == SQLITE
            else engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        )
        self._few_read = self._snapshots.execution_options(**{_FEW_ROWS: True})
        self._few_written = engine.execution_options(**{_FEW_ROWS: True})

    @asynccontextmanager
    async def reading(self, *, few_rows: bool = False) -> AsyncIterator[AsyncSession]:
        """`few_rows`: all that is asked for is found by its key, so that nobody has to wait while SQLite looks."""
        engine = self._few_read if few_rows else self._snapshots
        with self._counting(Away.READING), translated():
            async with (
                self.patience.asking(at_most_seconds=self.reading_seconds),
                AsyncSession(engine, expire_on_commit=False) as session,
            ):
                yield session

    @asynccontextmanager
    async def writing(self, *, few_rows: bool = False) -> AsyncIterator[AsyncSession]:
        """`few_rows` is as for `reading`. Raises Unacknowledged where the COMMIT itself did not answer."""
        engine = self._few_written if few_rows else self._engine
        with self._counting(Away.WRITING), translated():
            async with (
                self._writer,
                self.patience.asking(at_most_seconds=None),
                AsyncSession(engine, expire_on_commit=False) as session,
            ):
                yield session
                await session.flush()
                try:
                    await session.commit()
                except exc.DBAPIError as error:
                    raise Unacknowledged("The database did not say whether it kept the change.") from error

    @contextmanager
    def _counting(self, away: Away) -> Iterator[None]:
        try:
            yield
        except Unavailable:
            self._counts.add(away)
            raise

    async def write_over_what_was_erased(self) -> None:
        """SQLite's journal holds earlier pages until it is emptied. PostgreSQL's own vacuum sees to what it keeps.

        Where somebody is reading it can't be emptied yet: it is tried again until it is, and nobody waits for it.
        What was erased is erased by then, so that nothing is raised.
        """
        if self.dialect == SQLITE and not await self._emptied_journal() and self._emptying is None:
            self._emptying = asyncio.create_task(self._empty_journal_later())

    async def _empty_journal_later(self) -> None:
        emptied = False
        while not emptied:
            await asyncio.sleep(_EMPTY_AGAIN_SECONDS)
            emptied = await self._emptied_journal()
        self._emptying = None

    async def _emptied_journal(self) -> bool:
        """https://www.sqlite.org/pragma.html#pragma_wal_checkpoint: its first column says where it was kept from it."""
        emptied = False
        with suppress(Unavailable), translated():
            engine = self._engine.execution_options(**{_WITHOUT_TRANSACTION: True})
            async with engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA busy_timeout = 0")
                try:
                    emptied = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0] == 0
                finally:
                    await connection.exec_driver_sql(f"PRAGMA busy_timeout = {SQLITE_BUSY_MILLISECONDS}")
        return emptied

    async def close(self) -> None:
        """Ends what is tried again in the background; the next start does it."""
        if self._emptying is not None:
            self._emptying.cancel()
            await asyncio.gather(self._emptying, return_exceptions=True)
        if self.file is not None:
            self.file.close()

    async def write_down(self, *entries: Entry) -> None:
        """What no restored backup may undo, in the journal before the COMMIT: of the two, the journal knows more."""
        if self._journal:
            await self._journal.append(*entries)

    async def add(self, session: AsyncSession, *rows: SQLModel) -> None:
        """Inserts in the order given: a row after those that it refers to."""
        for row in rows:
            session.add(row)
            await session.flush()

    async def insert(self, session: AsyncSession, *rows: SQLModel) -> None:
        """Inserts in the order given what this session has no more to do with: without its book-keeping."""
        await session.flush()
        connection = await session.connection()
        for row in rows:
            await connection.execute(insert(type(row)), row.model_dump())

    async def add_unless_there(self, session: AsyncSession, row: SQLModel) -> bool:
        """Inserts; False where one with the same key is there, once whoever is writing it has committed."""
        table = type(row)
        inserting = sqlite.insert(table) if self.dialect == SQLITE else postgresql.insert(table)
        statement = inserting.values(row.model_dump()).on_conflict_do_nothing().returning(literal(True))
        await session.flush()
        connection = await session.connection()
        return (await connection.execute(statement)).first() is not None


@contextmanager
def translated() -> Iterator[None]:
    """SQLAlchemy's exceptions in our words: `Unavailable`, or `Refused` where the values themselves are at fault."""
    try:
        yield
    except exc.IntegrityError as error:
        raise Refused(Problem(STATE_CONFLICT, detail="another one is kept under the same name already")) from error
    except (exc.DataError, UnicodeEncodeError) as error:
        raise Refused(
            Problem(MALFORMED_VALUE_ERROR, detail="a value has a character that the database can't keep")
        ) from error
    except exc.SQLAlchemyError as error:
        raise Unavailable(f"The database did not answer as it should ({type(error).__name__}).") from error


def storable(*texts: str) -> bool:
    """Whether both databases can hold such texts: no NUL, no lone surrogate. What can't be kept was never kept."""
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for text in texts for character in text)


def make_private(path: Path) -> None:
    """Creates an SQLite file that others on the machine can't read; its journals take over the mode."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, value in SQLITE_PRAGMAS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(_WITHOUT_TRANSACTION):
        return
    file = connection.connection.driver_connection
    assert isinstance(file, FileConnection)  # noqa: S101 - every connection of this engine is made so
    file.at_once = bool(options.get(_FEW_ROWS))
    # To read takes no lock that somebody else could hold.
    connection.exec_driver_sql("BEGIN" if options.get(_READING) else TAKE_THE_LOCK)
