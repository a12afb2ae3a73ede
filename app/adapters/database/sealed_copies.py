"""Sealed copies of credentials, for the codes on paper: what is kept here opens with no key of ours."""

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.database.engine import Transactions, Unacknowledged, storable
from app.adapters.database.tables import AwardRow, SealedCopyRow
from app.core.problems import GONE, Problem, Refused
from app.issuer.life import FORGOTTEN
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
                # Whoever erases it waits for us, or we see that it was erased.
                award = await session.get(AwardRow, copy.award_id, with_for_update={"read": True})
                if award is None or award.state in FORGOTTEN:
                    raise Refused(Problem(GONE, detail=f"award {copy.award_id} is not kept any more"))
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


async def forget_copies(session: AsyncSession, award_id: str) -> None:
    """Within the transaction of the act: printed codes lead nowhere from then on."""
    await session.exec(delete(SealedCopyRow).where(col(SealedCopyRow.award_id) == award_id))
