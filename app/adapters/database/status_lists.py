"""Status lists as rows: which index comes next, which bits are set, and what was last published."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.act_journal import BitCleared, BitSet, ListOpened
from app.adapters.database.brought_tables import BroughtCredentialRow, BroughtStatusEntryRow
from app.adapters.database.engine import Transactions, Unacknowledged, storable
from app.adapters.database.tables import CredentialRow, InstitutionRow, LostEntryRow, PublishedListRow, StatusListRow
from app.adapters.database.unchanged import Unchanged
from app.core.problems import NOT_FOUND, Problem, Refused
from app.core.status.permutation import index_at
from app.issuer.life import BITS
from app.ports import PublishedList, StatusEntry, StatusListRows

_PERMUTATION_KEY_BYTES = 32
_MOST_LISTS = 64


class DatabaseStatusLists:
    """Implements `StatusLists`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        asked: BindParameter[str] = bindparam("asked")
        version = select(StatusListRow.version).where(col(StatusListRow.id) == asked)
        published = select(PublishedListRow).where(col(PublishedListRow.list_id) == asked)
        self._versions = Unchanged[int | None](transactions.file, version)
        self._published = Unchanged[PublishedList | None](transactions.file, published, most=_MOST_LISTS)

    async def rows(self, list_id: str) -> StatusListRows | None:
        if not storable(list_id):
            return None
        async with self._transactions.reading() as session:
            found = await session.get(StatusListRow, list_id)
            if found is None:
                return None
            set_indexes = await session.exec(
                select(CredentialRow.status_list_index).where(
                    col(CredentialRow.status_list_id) == list_id, col(CredentialRow.state).in_(BITS[found.purpose])
                )
            )
            set_of_brought = await session.exec(
                select(BroughtStatusEntryRow.status_list_index)
                .join(BroughtCredentialRow, col(BroughtCredentialRow.id) == col(BroughtStatusEntryRow.credential_id))
                .where(
                    BroughtStatusEntryRow.status_list_id == list_id,
                    col(BroughtCredentialRow.state).in_(BITS[found.purpose]),
                )
            )
            lost_indexes = await session.exec(
                select(LostEntryRow.status_list_index).where(LostEntryRow.status_list_id == list_id)
            )
            return StatusListRows(
                list_id=found.id,
                institution=found.institution,
                purpose=found.purpose,
                length=found.length,
                version=found.version,
                set_indexes=tuple(sorted({*set_indexes, *set_of_brought, *lost_indexes})),
            )

    async def version(self, list_id: str) -> int | None:
        if not storable(list_id):
            return None
        return await self._versions.asked(list_id, lambda: self._version(list_id))

    async def _version(self, list_id: str) -> int | None:
        async with self._transactions.reading(few_rows=True) as session:
            return (await session.exec(select(StatusListRow.version).where(StatusListRow.id == list_id))).first()

    async def published(self, list_id: str) -> PublishedList | None:
        if not storable(list_id):
            return None
        return await self._published.asked(list_id, lambda: self._last_published(list_id))

    async def _last_published(self, list_id: str) -> PublishedList | None:
        async with self._transactions.reading(few_rows=True) as session:
            kept = await session.get(PublishedListRow, list_id)
            return None if kept is None else _published(kept)

    async def publish(self, published: PublishedList) -> PublishedList:
        try:
            return await self._publish(published)
        except Unacknowledged:
            kept = await self.published(published.list_id)
            if kept is None or _age(kept) < _age(published):
                raise
            return kept

    async def _publish(self, published: PublishedList) -> PublishedList:
        async with self._transactions.writing() as session:
            # The list's own row stands for what is not published yet.
            listed = select(StatusListRow).where(StatusListRow.id == published.list_id)
            if (await session.exec(listed.with_for_update(key_share=True))).first() is None:
                raise Refused(Problem(NOT_FOUND, detail=f"there is no status list {published.list_id}"))
            kept = await session.get(PublishedListRow, published.list_id)
            if kept is None:
                kept = PublishedListRow(
                    list_id=published.list_id,
                    version=published.version,
                    published=published.published,
                    content=published.content,
                )
                session.add(kept)
            elif _age(_published(kept)) < _age(published):
                kept.version = published.version
                kept.published = published.published
                kept.content = published.content
            return _published(kept)


async def open_list(
    transactions: Transactions, session: AsyncSession, *, institution: str, purpose: str, length: int
) -> StatusListRow:
    """The institution's open list; where none has room, a new one of `length` entries."""
    # The counter is locked by its institution's row, never by the list's: whoever waited for a list that is full by
    # then would hold on to it while asking for the next, and two of those block each other.
    holder = select(InstitutionRow).where(InstitutionRow.name == institution).with_for_update(key_share=True)
    if (await session.exec(holder)).first() is None:
        raise Refused(Problem(NOT_FOUND, detail=f"there is no institution {institution}"))
    status_list = await _last_list(session, institution=institution, purpose=purpose)
    if status_list is None or status_list.taken == status_list.length:
        number = status_list.number + 1 if status_list else 1
        status_list = _new_list(institution=institution, purpose=purpose, number=number, length=length)
        await transactions.add(session, status_list)
        await transactions.write_down(ListOpened(status_list.id, institution, purpose, length))
    return status_list


async def take_entry(
    transactions: Transactions, session: AsyncSession, *, institution: str, purpose: str, length: int
) -> StatusEntry:
    """The next entry of the institution's open list."""
    status_list = await open_list(transactions, session, institution=institution, purpose=purpose, length=length)
    index = index_at(status_list.taken, key=status_list.permutation_key, length=status_list.length)
    status_list.taken += 1
    await session.flush()
    return StatusEntry(list_id=status_list.id, index=index, purpose=purpose)


async def set_bits(transactions: Transactions, session: AsyncSession, changed: Iterable[tuple[str, int]]) -> None:
    """Says that these bits, each a list and an index, were set: what was published of their lists is old."""
    bits = sorted(changed)
    versions = await raise_versions(session, {list_id for list_id, _ in bits})
    await transactions.write_down(*(BitSet(list_id, index, versions[list_id]) for list_id, index in bits))


async def change_bits(
    transactions: Transactions, session: AsyncSession, now_set: Mapping[tuple[str, int], bool]
) -> None:
    """Says of these bits, each a list and an index, that they are set now, or are not any more."""
    versions = await raise_versions(session, {list_id for list_id, _ in now_set})
    await transactions.write_down(
        *(
            (BitSet if is_set else BitCleared)(list_id, index, versions[list_id])
            for (list_id, index), is_set in sorted(now_set.items())
        )
    )


async def raise_versions(session: AsyncSession, list_ids: set[str]) -> Mapping[str, int]:
    """What was published of these lists is old, and must be signed anew. The versions that they have now."""
    versions: dict[str, int] = {}
    for list_id in sorted(list_ids):
        version = col(StatusListRow.version)
        raised = update(StatusListRow).where(col(StatusListRow.id) == list_id).values({version: version + 1})
        versions[list_id] = (await session.exec(raised.returning(version))).scalar_one()
    return versions


async def closed_list(session: AsyncSession, opened: ListOpened) -> StatusListRow:
    """A list of which no more is known than that it was opened: no entry of it is ever given out again."""
    last = await _last_list(session, institution=opened.institution, purpose=opened.purpose)
    return StatusListRow(
        id=opened.list_id,
        institution=opened.institution,
        purpose=opened.purpose,
        number=last.number + 1 if last else 1,
        length=opened.length,
        taken=opened.length,
        permutation_key=b"",
    )


async def _last_list(session: AsyncSession, *, institution: str, purpose: str) -> StatusListRow | None:
    found = await session.exec(
        select(StatusListRow)
        .where(StatusListRow.institution == institution, StatusListRow.purpose == purpose)
        .order_by(col(StatusListRow.number).desc())
        .limit(1)
    )
    return found.first()


def _new_list(*, institution: str, purpose: str, number: int, length: int) -> StatusListRow:
    # The id tells nothing of how many lists there are.
    return StatusListRow(
        id=secrets.token_hex(8),
        institution=institution,
        purpose=purpose,
        number=number,
        length=length,
        permutation_key=secrets.token_bytes(_PERMUTATION_KEY_BYTES),
    )


def _published(row: PublishedListRow) -> PublishedList:
    return PublishedList(list_id=row.list_id, version=row.version, published=row.published, content=row.content)


def _age(published: PublishedList) -> tuple[int, datetime]:
    return published.version, published.published
