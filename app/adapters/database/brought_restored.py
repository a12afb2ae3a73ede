"""What is done, before a service starts from a backup, to the credentials in it that others composed."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.act_journal import BitCleared, BitSet, BroughtErased, Entry
from app.adapters.database.brought_tables import BroughtActRow, BroughtCredentialRow, BroughtStatusEntryRow
from app.issuer.life import BITS, FORGOTTEN, REVOCATION, Act, State, after

_ACTOR = "testamur restore"


def without_what_was_undone(entries: Sequence[Entry]) -> list[Entry]:
    """Of each bit what was written last, by its list's version: journals of several machines have no one order."""
    last: dict[tuple[str, int], int] = {}
    for entry in entries:
        if isinstance(entry, BitSet | BitCleared):
            last[entry.list_id, entry.index] = max(entry.version, last.get((entry.list_id, entry.index), 0))
    return [
        entry
        for entry in entries
        if not isinstance(entry, BitSet | BitCleared) or entry.version == last[entry.list_id, entry.index]
    ]


class RestoredBrought:
    """Inside the transaction that `session` is of. Each method says whether the backup did not have it."""

    def __init__(self, session: AsyncSession, *, now: datetime) -> None:
        self._session = session
        self._now = now

    async def take_for_issued(self) -> None:
        """What was being signed when the backup was made may have been handed over since: it is not voided."""
        found = select(BroughtCredentialRow).where(BroughtCredentialRow.state == State.INTENDED)
        for row in (await self._session.exec(found)).all():
            await self._change(row, Act.RECORD)

    async def set_bit(self, entry: BitSet) -> bool | None:
        """None where the bit is of no credential that the backup has."""
        place = await self._place(entry)
        if place is None:
            return None
        row = await self._session.get_one(BroughtCredentialRow, place.credential_id)
        if row.state in BITS[place.purpose]:
            return False
        if place.purpose != REVOCATION and row.state in BITS[REVOCATION]:
            return False
        await self._change(row, Act.REVOKE if place.purpose == REVOCATION else Act.SUSPEND)
        return True

    async def clear_bit(self, entry: BitCleared) -> bool:
        place = await self._place(entry)
        if place is None:
            return False
        row = await self._session.get_one(BroughtCredentialRow, place.credential_id)
        if row.state is not State.SUSPENDED:
            return False
        await self._change(row, Act.REINSTATE)
        return True

    async def erase(self, entry: BroughtErased) -> bool:
        row = await self._session.get(BroughtCredentialRow, entry.credential_id)
        if row is None or row.state in FORGOTTEN or row.state is State.VOIDED:
            return False
        await self._change(row, Act.ERASE)
        row.data_key, row.document_sealed, row.signed_sealed = b"", b"", None
        return True

    async def _place(self, entry: BitSet | BitCleared) -> BroughtStatusEntryRow | None:
        found = select(BroughtStatusEntryRow).where(
            BroughtStatusEntryRow.status_list_id == entry.list_id,
            BroughtStatusEntryRow.status_list_index == entry.index,
        )
        return (await self._session.exec(found)).first()

    async def _change(self, row: BroughtCredentialRow, act: Act) -> None:
        row.state = after(row.state, act)
        last = await self._session.exec(
            select(func.max(BroughtActRow.number)).where(BroughtActRow.credential_id == row.id)
        )
        number = (last.one() or 0) + 1
        self._session.add(BroughtActRow(credential_id=row.id, number=number, act=act, actor=_ACTOR, at=self._now))
        await self._session.flush()
