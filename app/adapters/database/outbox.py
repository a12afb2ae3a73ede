"""The outbox: messages written in the transaction of the act that they tell of, leased to whoever sends them."""

import secrets
from datetime import datetime, timedelta

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.database.awards import Awards
from app.adapters.database.engine import Transactions
from app.adapters.database.tables import AwardRow, MessageRow
from app.issuer.life import State
from app.ports import DueMessage, MessageKind, MessageState


class DatabaseOutbox:
    """Implements `Outbox`. The lease is longer than any mail server is waited for: two must not send one message."""

    def __init__(self, transactions: Transactions, *, awards: Awards, lease_seconds: float) -> None:
        self._transactions = transactions
        self._awards = awards
        self._lease = timedelta(seconds=lease_seconds)

    async def due(self, *, now: datetime) -> DueMessage | None:
        # Asked every second or two: where nothing is due, no writer has to wait for it.
        async with self._transactions.reading() as session:
            if (await session.exec(select(MessageRow.id).where(col(MessageRow.next_attempt) <= now))).first() is None:
                return None
        async with self._transactions.writing() as session:
            found = await session.exec(
                select(MessageRow)
                .where(col(MessageRow.next_attempt) <= now)
                .order_by(col(MessageRow.next_attempt))
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = found.first()
            if row is None:
                return None
            row.attempts += 1
            row.next_attempt = now + self._lease
            award = await session.get_one(AwardRow, row.award_id)
            opened = await self._awards.opened(session, award)
            if opened.learner_email is None:
                raise AssertionError("a message is written where there is an address, and deleted with it")
            message = next(one for one in opened.messages if one.id == row.id)
            return DueMessage(message=message, to=opened.learner_email, award=opened)

    async def settle(
        self, message_id: str, state: MessageState, *, detail: str, now: datetime, next_attempt: datetime | None = None
    ) -> None:
        async with self._transactions.writing() as session:
            row = await session.get(MessageRow, message_id, with_for_update=True)
            if row is None:
                return  # Its award was erased or superseded meanwhile: there is nothing left to be told.
            if row.next_attempt is None and state is MessageState.PENDING:
                return  # Its link was withdrawn while the mail server refused it: it is not to go out any more.
            row.state, row.detail, row.changed, row.next_attempt = state, detail, now, next_attempt


async def write_message(session: AsyncSession, award: AwardRow, kind: MessageKind, *, now: datetime) -> None:
    """To the learner of this award, where there is an address. While the award is being issued it waits."""
    if award.learner_email_sealed is None:
        return
    waits = award.state is State.INTENDED
    session.add(
        MessageRow(
            id=secrets.token_hex(16),
            award_id=award.id,
            kind=kind,
            state=MessageState.WAITING if waits else MessageState.PENDING,
            next_attempt=None if waits else now,
            created=now,
            changed=now,
        )
    )


async def release_messages(session: AsyncSession, award: AwardRow, *, now: datetime) -> None:
    """The award is recorded: what waited for it may be sent."""
    waiting = select(MessageRow).where(MessageRow.award_id == award.id, MessageRow.state == MessageState.WAITING)
    for row in await session.exec(waiting):
        row.state, row.next_attempt, row.changed = MessageState.PENDING, now, now


async def end_messages(session: AsyncSession, award: AwardRow, *, detail: str, now: datetime) -> None:
    """What was not sent yet does not go out: it would carry a link that is not meant for whom it was written to."""
    unsent = select(MessageRow).where(MessageRow.award_id == award.id, MessageRow.state == MessageState.PENDING)
    for row in await session.exec(unsent):
        row.state, row.next_attempt, row.detail, row.changed = MessageState.FAILED, None, detail, now


async def drop_messages(session: AsyncSession, award: AwardRow) -> None:
    """Nothing of this award is to be told any more."""
    await session.exec(delete(MessageRow).where(col(MessageRow.award_id) == award.id))
