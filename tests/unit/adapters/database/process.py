"""Work on a database for a process of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from app.adapters.database import Database
from app.adapters.database.engine import Transactions, create_engine, database_url
from app.adapters.database.status_lists import take_entry
from app.adapters.vault import AesGcmVault
from app.core.problems import Refused
from tests.databases import TEST_VAULT_KEY
from tests.typed import forks
from tests.unit.adapters.database.awarding import CLIENT, INSTITUTION, intend

T = TypeVar("T")
Work = Callable[[str, int], Coroutine[None, None, T]]


async def take(url: str, count: int) -> list[tuple[str, int]]:
    """Reads a counter and writes it back, one more, `count` times."""
    engine = create_engine(database_url(url))
    transactions = Transactions(engine)
    taken = []
    for _ in range(count):
        async with transactions.writing() as session:
            entry = await take_entry(transactions, session, institution="north", purpose="revocation", length=131_072)
        taken.append((entry.list_id, entry.index))
    await engine.dispose()
    return taken


async def intend_all(url: str, count: int) -> list[tuple[str, ...]]:
    """Intends `count` awards, all at once, in lists so short that they fill up on the way."""
    database = Database.connect(url, vault=AesGcmVault(TEST_VAULT_KEY), status_list_length=16)
    intended = await asyncio.gather(*(intend(database) for _ in range(count)))
    await database.close()
    return [tuple(one.document["credentialStatus"].values()) for one in intended]


async def set_up(url: str, _count: int) -> str:
    database = Database.connect(url, vault=AesGcmVault(TEST_VAULT_KEY))
    try:
        await database.upgrade()
        await database.directory.add_institution(INSTITUTION, CLIENT, public_url="https://example.org")
    except Refused as refused:
        return refused.problems[0].code
    finally:
        await database.close()
    return "made"


async def in_processes(work: Work[T], url: str, *, processes: int, count: int = 1) -> list[T]:
    """What each process answered; they all work at the same time."""
    with ProcessPoolExecutor(processes, mp_context=forks()) as pool:
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(pool, _run, work, url, count) for _ in range(processes)))


def _run(work: Work[T], url: str, count: int) -> T:
    return asyncio.run(work(url, count))
