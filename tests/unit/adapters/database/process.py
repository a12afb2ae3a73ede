"""A process of its own that works on a database: `python -m tests.unit.adapters.database.process WORK URL COUNT`."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path

from app.adapters.database import Database
from app.adapters.database.engine import Transactions, create_engine, database_url
from app.adapters.database.status_lists import take_entry
from app.adapters.vault import AesGcmVault
from app.core.problems import Refused
from tests.databases import TEST_VAULT_KEY
from tests.unit.adapters.database.awarding import CLIENT, INSTITUTION, intend

ROOT = Path(__file__).resolve().parents[4]


async def take(url: str, count: int) -> object:
    """Reads a counter and writes it back, one more, `count` times."""
    engine = create_engine(database_url(url))
    transactions = Transactions(engine)
    taken = []
    for _ in range(count):
        async with transactions.writing() as session:
            entry = await take_entry(transactions, session, institution="north", purpose="revocation", length=131_072)
        taken.append([entry.list_id, entry.index])
    await engine.dispose()
    return taken


async def intend_all(url: str, count: int) -> object:
    """Intends `count` awards, all at once, in lists so short that they fill up on the way."""
    database = Database.connect(url, vault=AesGcmVault(TEST_VAULT_KEY), status_list_length=16)
    intended = await asyncio.gather(*(intend(database) for _ in range(count)))
    await database.close()
    return [list(one.document["credentialStatus"].values()) for one in intended]


async def set_up(url: str, _count: int) -> object:
    database = Database.connect(url, vault=AesGcmVault(TEST_VAULT_KEY))
    try:
        await database.upgrade()
        await database.directory.add_institution(INSTITUTION, CLIENT, public_url="https://example.org")
    except Refused as refused:
        return refused.problems[0].code
    finally:
        await database.close()
    return "made"


WORK: Mapping[str, Callable[[str, int], Coroutine[None, None, object]]] = {
    "take": take,
    "intend": intend_all,
    "set_up": set_up,
}


async def in_processes(work: str, url: str, *, processes: int, count: int = 1) -> list[object]:
    """What each process answered; they all work at the same time."""
    command = (sys.executable, "-m", __name__, work, url, str(count))
    started = [
        await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        for _ in range(processes)
    ]
    answers = [(await process.communicate())[0] for process in started]
    assert [process.returncode for process in started] == [0] * processes
    return [json.loads(answer) for answer in answers]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(WORK[sys.argv[1]](sys.argv[2], int(sys.argv[3])))))
