"""Whether this machine's clock may date an award: held against the database's own, and against the newest award."""

from datetime import datetime, timedelta

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.database.engine import POSTGRESQL
from app.adapters.database.tables import AwardRow
from app.ports import Unavailable


class Clocks:
    """`tolerance` None compares nothing."""

    def __init__(self, dialect: str, tolerance: timedelta | None) -> None:
        self._dialect = dialect
        self._tolerance = tolerance

    async def demand(self, session: AsyncSession, *, institution: str, now: datetime) -> None:
        """Raises Unavailable where the clocks differ by more, or time went back by more since the last award."""
        if self._tolerance is None:
            return
        if self._dialect == POSTGRESQL:
            # SQLite has no clock but ours.
            theirs: datetime = (await session.exec(select(func.clock_timestamp()))).one()
            if abs(theirs - now) > self._tolerance:
                raise _wrong(f"the database's says {theirs:%Y-%m-%d %H:%M:%S %Z}", now)
        newest = (
            await session.exec(
                select(AwardRow.created)
                .where(AwardRow.institution == institution)
                .order_by(col(AwardRow.created).desc())
                .limit(1)
            )
        ).first()
        if newest and newest - now > self._tolerance:
            raise _wrong(f"the newest award is of {newest:%Y-%m-%d %H:%M:%S} UTC", now)


def _wrong(against: str, now: datetime) -> Unavailable:
    return Unavailable(
        f"This machine's clock says {now:%Y-%m-%d %H:%M:%S} UTC, and {against}: nothing is issued until they agree.",
        retry_after_seconds=60,
    )
