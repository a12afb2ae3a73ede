"""A clock that is wrong dates no award."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from app.adapters.database import Database
from app.adapters.vault import AesGcmVault
from app.ports import Unavailable
from tests.unit.adapters.database.awarding import CLIENT, INSTITUTION, intend


@pytest.fixture
async def watched(database_url: str, vault: AesGcmVault) -> AsyncIterator[Database]:
    database = Database.connect(database_url, vault=vault, max_clock_skew_seconds=300)
    await database.directory.add_institution(INSTITUTION, CLIENT, public_url="https://example.org")
    yield database
    await database.close()


async def test_clocks_that_agree_hold_nothing_up(watched: Database) -> None:
    now = datetime.now(UTC)
    await intend(watched, now=now)
    await intend(watched, now=now - timedelta(minutes=4))
    await watched.register.check_clock("north", now=now)


async def test_time_that_went_back_dates_no_award(watched: Database) -> None:
    now = datetime.now(UTC)
    await intend(watched, now=now)
    with pytest.raises(Unavailable, match="nothing is issued"):
        await intend(watched, now=now - timedelta(minutes=6))
    with pytest.raises(Unavailable):
        await watched.register.check_clock("north", now=now - timedelta(minutes=6))
    await intend(watched, now=now)


@pytest.mark.parametrize("minutes", [-60, -6, 6, 60])
async def test_a_clock_that_differs_from_postgresqls_dates_no_award(watched: Database, minutes: int) -> None:
    there = datetime.now(UTC) + timedelta(minutes=minutes)
    if watched.name == "sqlite":
        # There is no other clock to hold it against.
        await intend(watched, now=there)
        return
    with pytest.raises(Unavailable, match="the database's says"):
        await intend(watched, now=there)
    with pytest.raises(Unavailable):
        await watched.register.check_clock("north", now=there)
