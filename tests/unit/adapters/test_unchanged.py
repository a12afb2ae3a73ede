"""What SQLite was asked before: it stands for as long as its rows do, whoever changes them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import bindparam, column, select, table

from app.adapters.database.unchanged import File, Unchanged

NOTES = table("note", column("name"), column("text"))
MADE_OF = select(NOTES).where(NOTES.c.name == bindparam("asked"))


class Asked:
    """The rows of one name, and how often they were asked for."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.times = 0

    async def __call__(self) -> str | None:
        self.times += 1
        with sqlite3.connect(self._file) as connection:
            found = connection.execute("SELECT text FROM note WHERE name = 'a'").fetchone()
        return found[0] if found else None


def write(file: Path, sql: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(sql)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "what?#%.sqlite3"
    write(made, "PRAGMA journal_mode = wal")
    write(made, "CREATE TABLE note (name TEXT, text TEXT)")
    write(made, "INSERT INTO note VALUES ('a', 'one')")
    return made


@pytest.fixture
async def kept(file: Path) -> AsyncIterator[Unchanged[str | None]]:
    looked_at = File(str(file))
    yield Unchanged[str | None](looked_at, MADE_OF, most=2)
    looked_at.close()


async def test_while_nobody_writes_it_is_asked_once(file: Path, kept: Unchanged[str | None]) -> None:
    asked = Asked(file)
    assert [await kept.asked("a", asked) for _ in range(3)] == ["one"] * 3
    assert asked.times == 1


async def test_what_another_changed_is_known_to_the_next_who_asks(file: Path, kept: Unchanged[str | None]) -> None:
    asked = Asked(file)
    await kept.asked("a", asked)
    write(file, "UPDATE note SET text = 'two'")
    assert await kept.asked("a", asked) == "two"


async def test_what_is_not_there_is_found_once_it_is(file: Path, kept: Unchanged[str | None]) -> None:
    write(file, "DELETE FROM note")
    asked = Asked(file)
    assert await kept.asked("a", asked) is None
    write(file, "INSERT INTO note VALUES ('a', 'three')")
    assert await kept.asked("a", asked) == "three"


async def test_other_rows_may_change_without_a_question(file: Path, kept: Unchanged[str | None]) -> None:
    asked = Asked(file)
    await kept.asked("a", asked)
    write(file, "INSERT INTO note VALUES ('b', 'another')")
    assert await kept.asked("a", asked) == "one"
    assert asked.times == 1


async def test_what_is_written_while_it_is_read_is_not_kept(file: Path, kept: Unchanged[str | None]) -> None:
    asked = Asked(file)

    async def slowly() -> str | None:
        answer = await asked()
        write(file, "UPDATE note SET text = 'meanwhile'")
        return answer

    assert await kept.asked("a", slowly) == "meanwhile"
    assert await kept.asked("a", asked) == "meanwhile"


async def test_only_the_newest_are_kept(file: Path, kept: Unchanged[str | None]) -> None:
    asked = Asked(file)
    for name in ("a", "b", "c", "a"):
        await kept.asked(name, asked)
    assert asked.times == 4


async def test_without_a_file_that_can_tell_it_is_asked_each_time(file: Path, tmp_path: Path) -> None:
    asked = Asked(file)
    for nowhere in (None, File(str(tmp_path / "none.sqlite3"))):
        unchanged = Unchanged[str | None](nowhere, MADE_OF)
        await asyncio.gather(unchanged.asked("a", asked), unchanged.asked("a", asked))
    assert asked.times == 4
    assert not (tmp_path / "none.sqlite3").exists()
