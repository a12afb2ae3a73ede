"""Challenges: each is answered once, over all processes, and not for long."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from app.adapters.clients_challenges import ClientsChallenges
from app.adapters.database import Database
from app.adapters.database.challenges import UsedChallengeRow
from app.adapters.vault import AesGcmVault
from tests.databases import TEST_VAULT_KEY

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def test_a_challenge_is_used_once(database: Database) -> None:
    challenge = await database.challenges.give(now=NOW)
    assert await database.challenges.use(challenge, now=NOW)
    assert not await database.challenges.use(challenge, now=NOW)


async def test_two_processes_use_it_once(database: Database, database_url: str, vault: AesGcmVault) -> None:
    other = Database.connect(database_url, vault=vault)
    challenge = await other.challenges.give(now=NOW)
    assert await database.challenges.use(challenge, now=NOW)
    assert not await other.challenges.use(challenge, now=NOW)
    await other.close()


async def test_it_ends(database: Database) -> None:
    challenge = await database.challenges.give(now=NOW)
    assert not await database.challenges.use(challenge, now=NOW + timedelta(seconds=300))


async def test_no_two_are_alike(database: Database) -> None:
    assert len({await database.challenges.give(now=NOW) for _ in range(100)}) == 100


async def test_giving_one_writes_nothing_and_what_was_used_is_forgotten(database: Database) -> None:
    async def kept() -> int:
        async with database.challenges._transactions.reading() as session:
            return len((await session.exec(select(UsedChallengeRow))).all())

    first = await database.challenges.give(now=NOW)
    assert await kept() == 0
    await database.challenges.use(first, now=NOW)
    assert await kept() == 1
    later = NOW + timedelta(hours=1)
    await database.challenges.use(await database.challenges.give(now=later), now=later)
    assert await kept() == 1


async def test_one_that_was_made_elsewhere_is_not_ours(database: Database, database_url: str) -> None:
    elsewhere = Database.connect(database_url, vault=AesGcmVault(bytes(reversed(TEST_VAULT_KEY))))
    assert not await database.challenges.use(await elsewhere.challenges.give(now=NOW), now=NOW)
    await elsewhere.close()


@pytest.mark.parametrize("change", [lambda text: text + "=", lambda text: text[:-1], str.swapcase, lambda _: ""])
async def test_another_way_of_writing_it_is_another(database: Database, change: Callable[[str], str]) -> None:
    assert not await database.challenges.use(change(await database.challenges.give(now=NOW)), now=NOW)


@given(text=st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_ours_or_not(text: str) -> None:
    database = Database.connect("sqlite:///unused.sqlite3", vault=AesGcmVault(TEST_VAULT_KEY))
    assert database.challenges._head(text) is None


async def test_a_client_may_keep_account_of_its_own(database: Database) -> None:
    challenges = ClientsChallenges(database.challenges)
    assert [await challenges.use("of its own", now=NOW) for _ in range(2)] == [True, True]
    assert await challenges.give(now=NOW)
