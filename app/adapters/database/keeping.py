"""Backing a database up and restoring one: every row, in one snapshot out, and in one transaction in."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.act_journal import Entry
from app.adapters.database import migrations, portable
from app.adapters.database.acts import Acts
from app.adapters.database.awards import Awards
from app.adapters.database.engine import Transactions
from app.adapters.database.restored import Replayed, Restored
from app.adapters.database.tables import AwardRow
from app.core.problems import PARSING_ERROR, SETTING_ERROR, Problem, Refused

_OPENED_AT_ONCE = 500


class Keeping:
    """All rows of a database: saved while a service works on it, restored where there are none."""

    def __init__(self, transactions: Transactions, awards: Awards) -> None:
        self._transactions = transactions
        self._awards = awards

    async def save(self, folder: Path) -> str:
        """Writes `<table>.jsonl` for each table into a new `folder`, and returns the schema's version."""
        await asyncio.to_thread(folder.mkdir, mode=0o700)
        async with self._transactions.reading() as session:
            connection = await session.connection()
            schema = await connection.run_sync(migrations.revision)
            for table in await connection.run_sync(portable.tables):
                with (folder / f"{table.name}.jsonl").open("xb") as file:
                    async for line in portable.lines(connection, table):
                        file.write(line)
        return schema

    async def restore(
        self, schema: str, rows: Mapping[str, Iterable[bytes]], *, journal: Sequence[Entry], now: datetime
    ) -> Replayed:
        """Fills an empty database, in one transaction: what is interrupted leaves it as empty as it was.

        Raises Refused where it is not empty, the backup is of a newer program, or what is sealed in it does not open.
        """
        if not migrations.is_known(schema):
            detail = f"This backup is of the schema {schema!r}, which this program does not know."
            raise Refused(Problem(SETTING_ERROR, detail=detail, remedy="Restore it with the program that made it."))
        async with self._transactions.writing() as session:
            connection = await session.connection()
            await connection.run_sync(_fill, schema, rows)
            await self._demand_opening(session)
            replayed = await Restored(session, Acts(self._transactions, self._awards), now=now).continue_from(journal)
        await self._transactions.write_over_what_was_erased()
        return replayed

    async def _demand_opening(self, session: AsyncSession) -> None:
        """Every award's name opens under the wrapping key that is restored with it."""
        last = ""
        while True:
            page = select(AwardRow).where(col(AwardRow.id) > last).order_by(col(AwardRow.id)).limit(_OPENED_AT_ONCE)
            awards = (await session.exec(page)).all()
            for award in awards:
                if award.data_key:
                    self._awards.learner_name(award)
            session.expunge_all()
            if len(awards) < _OPENED_AT_ONCE:
                return
            last = awards[-1].id


def _fill(connection: Connection, schema: str, rows: Mapping[str, Iterable[bytes]]) -> None:
    if not portable.is_empty(connection):
        detail = "The database is not empty."
        remedy = "Restore into a new one, and keep this one until you have seen that all is there."
        raise Refused(Problem(SETTING_ERROR, at="/DATABASE_URL", detail=detail, remedy=remedy))
    if migrations.revision(connection):
        migrations.downgrade(connection, revision="base")
    migrations.upgrade(connection, revision=schema)
    tables = portable.tables(connection)
    if {table.name for table in tables} != set(rows):
        raise Refused(Problem(PARSING_ERROR, detail="The backup holds other tables than its schema has."))
    for table in tables:
        portable.insert(connection, table, rows[table.name])
    migrations.upgrade(connection)
