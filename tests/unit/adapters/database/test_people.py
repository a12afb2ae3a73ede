"""People in the database: found by their address, sealed at rest, removed without being forgotten."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.adapters.database import Database
from app.core.personal import Personal
from app.core.problems import STATE_CONFLICT, Refused
from app.ports import Person
from tests.unit.adapters.database.awarding import INSTITUTION

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ANA = Person(
    "ana", INSTITUTION.name, Personal("ana@example.edu"), Personal("Ana Lind"), frozenset({"registrar"}), "a hash"
)


async def test_a_person_reads_as_they_were_added(with_institution: Database) -> None:
    await with_institution.people.add(ANA, now=NOW)
    assert await with_institution.people.by_login(ANA.login) == ANA


@pytest.mark.parametrize("login", ["", "bob@example.edu", "nul\0@example.edu", "\ud800@example.edu"])
async def test_who_was_never_added_is_unknown(with_institution: Database, login: str) -> None:
    assert await with_institution.people.by_login(Personal(login)) is None


async def test_an_address_is_one_persons(with_institution: Database) -> None:
    await with_institution.people.add(ANA, now=NOW)
    with pytest.raises(Refused) as caught:
        await with_institution.people.add(replace(ANA, id="other"), now=NOW)
    assert caught.value.problems[0].type == STATE_CONFLICT


async def test_who_was_removed_is_still_known_by_name(with_institution: Database) -> None:
    await with_institution.people.add(ANA, now=NOW)
    await with_institution.people.remove("ana", now=NOW)
    assert await with_institution.people.by_login(ANA.login) is None
    assert list(await with_institution.people.list(institution=INSTITUTION.name)) == [replace(ANA, removed=NOW)]


async def test_a_removed_persons_address_may_be_anothers(with_institution: Database) -> None:
    await with_institution.people.add(ANA, now=NOW)
    await with_institution.people.remove("ana", now=NOW)
    again = replace(ANA, id="again")
    await with_institution.people.add(again, now=NOW)
    assert await with_institution.people.by_login(ANA.login) == again


async def test_nobody_of_another_institution_is_listed(with_institution: Database) -> None:
    await with_institution.people.add(ANA, now=NOW)
    assert list(await with_institution.people.list(institution="south")) == []


async def test_a_password_that_was_changed_meanwhile_is_not_hashed_back(with_institution: Database) -> None:
    await with_institution.people.add(ANA, now=NOW)
    await with_institution.people.set_password("ana", "newer", must_change=False)
    await with_institution.people.rehash("ana", old="a hash", new="older")
    person = await with_institution.people.by_login(ANA.login)
    assert person is not None
    assert person.password_hash == "newer"


async def test_no_name_or_address_lies_open_in_the_database(with_institution: Database) -> None:
    await with_institution.people.add(ANA, now=NOW)
    async with with_institution.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT * FROM person"))).all()
    stored = b" ".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in rows[0]
    )
    assert (b"Ana" in stored, b"example.edu" in stored) == (False, False)
