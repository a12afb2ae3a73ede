"""Sealed copies of credentials, for the codes on paper: what is kept here opens with no key of ours."""

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.database.engine import Transactions, Unacknowledged, storable
from app.adapters.database.tables import SealedCopyRow
from app.ports import SealedCopy


class DatabaseSealedCopies:
    """Implements `SealedCopies`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def keep(self, copy: SealedCopy) -> None:
        row = SealedCopyRow(
            id=copy.id,
            award_id=copy.award_id,
            institution=copy.institution,
            content=copy.content,
            created=copy.created,
        )
        if await self.find(copy.id) is not None:
            return
        try:
            async with self._transactions.writing() as session:
                await self._transactions.add_unless_there(session, row)
        except Unacknowledged:
            if await self.find(copy.id) is None:
                raise

    async def find(self, copy_id: str) -> bytes | None:
        if not storable(copy_id):
            return None
        async with self._transactions.reading() as session:
            row = await session.get(SealedCopyRow, copy_id)
            return None if row is None else row.content

    async def forget(self, award_id: str) -> None:
        async with self._transactions.writing() as session:
            await forget(session, award_id)


async def forget(session: AsyncSession, award_id: str) -> None:
    """Within the transaction of an act that erases."""
    await session.exec(delete(SealedCopyRow).where(col(SealedCopyRow.award_id) == award_id))
