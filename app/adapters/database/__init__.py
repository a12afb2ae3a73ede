"""The database: register, directory and status lists in SQLite or PostgreSQL. The only package that knows SQLModel."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.adapters.act_journal import ActJournal
from app.adapters.database import migrations
from app.adapters.database.awards import Awards
from app.adapters.database.backlog import DatabaseBacklog
from app.adapters.database.brought import DatabaseBrought
from app.adapters.database.challenges import DatabaseChallenges
from app.adapters.database.clocks import Clocks
from app.adapters.database.directory import DatabaseDirectory
from app.adapters.database.engine import (
    SQLITE,
    SQLITE_PRAGMAS,
    Transactions,
    create_engine,
    database_url,
    make_private,
    translated,
)
from app.adapters.database.keeping import Keeping
from app.adapters.database.outbox import DatabaseOutbox
from app.adapters.database.people import DatabasePeople, DatabaseSessions
from app.adapters.database.recorded_proofs import DatabaseRecordedProofs
from app.adapters.database.register import DatabaseRegister, RegisterLimits
from app.adapters.database.sealed_copies import DatabaseSealedCopies
from app.adapters.database.status_lists import DatabaseStatusLists
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.ports import Counts, Unavailable, Vault

__all__ = ["Database"]

STATUS_LIST_LENGTH = 131_072


class Database:
    """One database, and the ports that it fulfils, each an attribute of its name."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        vault: Vault,
        limits: RegisterLimits,
        message_lease_seconds: float,
        challenge_lifetime: timedelta,
        journal: ActJournal | None = None,
        counts: Counts | None = None,
    ) -> None:
        self.engine = engine
        transactions = Transactions(engine, journal=journal, counts=counts)
        self._transactions = transactions
        self.name = transactions.dialect
        awards = Awards(vault)
        self.register = DatabaseRegister(transactions, awards=awards, vault=vault, limits=limits)
        self.outbox = DatabaseOutbox(transactions, awards=awards, lease_seconds=message_lease_seconds)
        self.directory = DatabaseDirectory(transactions)
        self.status_lists = DatabaseStatusLists(transactions)
        self.sealed_copies = DatabaseSealedCopies(transactions)
        self.recorded_proofs = DatabaseRecordedProofs(transactions, vault=vault)
        skew = limits.max_clock_skew_seconds
        self.brought = DatabaseBrought(
            transactions,
            vault=vault,
            clocks=Clocks(self.name, None if skew is None else timedelta(seconds=skew)),
            lease_seconds=limits.intent_lease_seconds,
            status_list_length=limits.status_list_length,
        )
        self.challenges = DatabaseChallenges(transactions, vault=vault, lifetime=challenge_lifetime)
        self.people = DatabasePeople(transactions, vault=vault)
        self.backlog = DatabaseBacklog(transactions)
        self.sessions = DatabaseSessions(transactions, vault=vault)
        self.keeping = Keeping(transactions, awards)

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        vault: Vault,
        intent_lease_seconds: int = 30,
        message_lease_seconds: float = 300,
        status_list_length: int = STATUS_LIST_LENGTH,
        challenge_seconds: int = 300,
        journal: ActJournal | None = None,
        max_clock_skew_seconds: int | None = None,
        counts: Counts | None = None,
    ) -> "Database":
        """Opens no connection yet. Raises Refused (SETTING_ERROR) for a URL of another kind of database."""
        try:
            engine = create_engine(database_url(url))
        except ValueError as error:
            raise Refused(Problem(SETTING_ERROR, at="/DATABASE_URL", detail=f"{error}.")) from None
        limits = RegisterLimits(
            intent_lease_seconds=intent_lease_seconds,
            status_list_length=status_list_length,
            max_clock_skew_seconds=max_clock_skew_seconds,
        )
        return cls(
            engine,
            vault=vault,
            limits=limits,
            message_lease_seconds=message_lease_seconds,
            challenge_lifetime=timedelta(seconds=challenge_seconds),
            journal=journal,
            counts=counts,
        )

    async def prepare(self) -> None:
        """Makes the SQLite file where there is none; PostgreSQL's database is there, or is made by its operator."""
        if self.name == SQLITE:
            try:
                await asyncio.to_thread(make_private, Path(self.engine.url.database or ""))
            except OSError as error:
                raise Unavailable(f"The database file can't be written: {error.strerror}.") from error

    async def upgrade(self) -> None:
        """Brings the schema up to date; makes the SQLite file where there is none."""
        await self.prepare()
        with translated():
            async with self.engine.begin() as connection:
                await connection.run_sync(migrations.upgrade)
        # Whoever erased something before may have died before it was written over.
        await self._transactions.write_over_what_was_erased()

    async def check(self) -> None:
        """Raises Unavailable where the database does not answer, is of another version, or would lose what it kept."""
        with translated():
            waiting = self._transactions.patience.asking(at_most_seconds=self._transactions.reading_seconds)
            async with waiting, self.engine.connect() as connection:
                await (_check_sqlite if self.name == SQLITE else _check_postgresql)(connection)
                if not await connection.run_sync(migrations.is_current):
                    raise Unavailable(
                        "The database is of another version than this program: start it with its migrations."
                    )

    async def close(self) -> None:
        await self._transactions.close()
        await self.engine.dispose()


async def _check_sqlite(connection: AsyncConnection) -> None:
    for name, wanted in SQLITE_PRAGMAS.items():
        found = (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
        if str(found) != wanted:
            raise Unavailable(f"SQLite's {name} is {found}, and must be {wanted}: is the file on a local disk?")


async def _check_postgresql(connection: AsyncConnection) -> None:
    found = (await connection.execute(text("SHOW synchronous_commit"))).scalar_one()
    if found == "off":
        raise Unavailable("PostgreSQL's synchronous_commit is off: what it says it kept could be lost.")
