"""The journal of acts: what was appended is read, whoever else appends, and whatever a crash left in it."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.act_journal import ActJournal, AwardErased, BitSet, Entry, LinkEnded, ListOpened, read_journal
from app.core.problems import Refused
from app.ports import Unavailable
from tests.typed import forks

ENTRIES: tuple[Entry, ...] = (
    ListOpened("a1b2", "north", "revocation", 131_072),
    BitSet("a1b2", 5, 2),
    AwardErased("one"),
    LinkEnded("two", 1),
)


@pytest.fixture
def journal(tmp_path: Path) -> ActJournal:
    journal = ActJournal(tmp_path / "acts.journal")
    journal.prepare()
    return journal


def append_many(path: Path, writer: int) -> None:
    async def work() -> None:
        for number in range(200):
            await ActJournal(path).append(BitSet(f"list-{writer}", number, number))

    asyncio.run(work())


async def test_what_was_appended_is_read_in_order(journal: ActJournal) -> None:
    await journal.append(*ENTRIES)
    await journal.append()
    read = read_journal(journal.path.read_bytes())
    assert read.entries == ENTRIES
    assert read.newest
    assert read.cut_off == 0


def test_of_several_processes_nothing_is_lost(journal: ActJournal) -> None:
    processes = [forks().Process(target=append_many, args=(journal.path, writer)) for writer in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    read = read_journal(journal.path.read_bytes())
    assert sorted(read.entries, key=repr) == sorted(
        (BitSet(f"list-{writer}", number, number) for writer in range(3) for number in range(200)), key=repr
    )


async def test_a_line_that_was_cut_off_spoils_none_after_it(journal: ActJournal) -> None:
    await journal.append(ENTRIES[0])
    with journal.path.open("ab") as file:
        file.write(b'\n{"kind":"bit-set","list_id":"a1')
    await journal.append(ENTRIES[1])
    read = read_journal(journal.path.read_bytes())
    assert read.entries == ENTRIES[:2]
    assert read.cut_off == 1


async def test_a_journal_continues_where_it_was_and_no_other_does(journal: ActJournal, tmp_path: Path) -> None:
    await journal.append(ENTRIES[1])
    mark = journal.mark()
    await journal.append(ENTRIES[2])
    other = ActJournal(tmp_path / "other.journal")
    other.prepare()
    await other.append(*ENTRIES)
    assert read_journal(journal.path.read_bytes()).continues(mark)
    assert not read_journal(other.path.read_bytes()).continues(mark)


async def test_without_its_journal_nothing_is_acknowledged(journal: ActJournal) -> None:
    journal.path.unlink()
    with pytest.raises(Unavailable, match="can't be written"):
        await journal.append(ENTRIES[0])


def test_a_journal_that_cannot_be_made_is_told_at_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="can't be written"):
        ActJournal(tmp_path / "file" / "acts.journal").prepare()


def test_it_is_for_its_owner_alone(journal: ActJournal) -> None:
    assert journal.path.stat().st_mode & 0o777 == 0o600


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: f'{{"kind":"bit-set",{text}}}'.encode()))
def test_any_bytes_are_a_journal_or_refused(content: bytes) -> None:
    try:
        read_journal(content)
    except Refused:
        return
