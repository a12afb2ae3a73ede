"""What is left to be done, in numbers for whoever runs the service: intents, letters, and when a list was published."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from app.adapters.database.brought_tables import BroughtCredentialRow
from app.adapters.database.engine import Transactions
from app.adapters.database.tables import CredentialRow, MessageRow, PublishedListRow
from app.issuer.life import State


@dataclass(frozen=True, slots=True)
class Backlog:
    """`intents` whose lease has run out, and `letters` that are due or leased, with the time since the oldest waits."""

    intents: int
    letters: int
    oldest_letter: datetime | None
    last_published: datetime | None


class DatabaseBacklog:
    """Over all institutions and processes: it is one and the same, whoever is asked."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def read(self, *, now: datetime) -> Backlog:
        """Raises Unavailable."""
        async with self._transactions.reading() as session:
            intents = await session.exec(
                select(func.count()).where(CredentialRow.state == State.INTENDED, col(CredentialRow.lease_until) <= now)
            )
            brought = await session.exec(
                select(func.count()).where(
                    BroughtCredentialRow.state == State.INTENDED, col(BroughtCredentialRow.lease_until) <= now
                )
            )
            letters = await session.exec(
                select(func.count(), func.min(MessageRow.created)).where(col(MessageRow.next_attempt).is_not(None))
            )
            published = await session.exec(select(func.max(PublishedListRow.published)))
            count, oldest = letters.one()
            return Backlog(
                intents=intents.one() + brought.one(),
                letters=count,
                oldest_letter=oldest,
                last_published=published.one(),
            )
