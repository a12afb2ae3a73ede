"""Sealed copies: kept once, found by id, forgotten with their award."""

import asyncio
from dataclasses import replace

import pytest

from app.adapters.database import Database
from app.core.problems import GONE, Refused
from app.ports import SealedCopy
from tests.unit.adapters.database.awarding import NOW, issue


async def copy_of_an_award(database: Database, copy_id: str = "copy-1") -> SealedCopy:
    award = await issue(database)
    return SealedCopy(id=copy_id, award_id=award.award_id, institution="north", content=b"\0sealed", created=NOW)


async def test_a_copy_is_found_by_its_id(with_institution: Database) -> None:
    copy = await copy_of_an_award(with_institution)
    await with_institution.sealed_copies.keep(copy)
    assert await with_institution.sealed_copies.find("copy-1") == b"\0sealed"


async def test_what_was_kept_stays_as_it_was_first(with_institution: Database) -> None:
    copy = await copy_of_an_award(with_institution)
    await with_institution.sealed_copies.keep(copy)
    await with_institution.sealed_copies.keep(replace(copy, content=b"other"))
    assert await with_institution.sealed_copies.find("copy-1") == b"\0sealed"


async def test_two_that_keep_the_same_at_once_both_succeed(with_institution: Database) -> None:
    copy = await copy_of_an_award(with_institution)
    await asyncio.gather(*(with_institution.sealed_copies.keep(copy) for _ in range(5)))
    assert await with_institution.sealed_copies.find("copy-1") == b"\0sealed"


@pytest.mark.parametrize("copy_id", ["nothing", "", "a\0b", "\ud800", "' OR 1=1 --"])
async def test_what_was_never_kept_is_not_found(with_institution: Database, copy_id: str) -> None:
    assert await with_institution.sealed_copies.find(copy_id) is None


async def erase(database: Database, award_id: str) -> None:
    await database.register.act(award_id, "erase", institution="north", actor="north-1", reason=None, now=NOW)


async def test_erasing_an_award_ends_its_copies_and_no_others(with_institution: Database) -> None:
    copies = [await copy_of_an_award(with_institution, copy_id) for copy_id in ("copy-1", "copy-2")]
    for copy in copies:
        await with_institution.sealed_copies.keep(copy)
    await erase(with_institution, copies[0].award_id)
    found = [await with_institution.sealed_copies.find(copy.id) for copy in copies]
    assert found == [None, b"\0sealed"]


async def test_what_was_erased_meanwhile_is_not_kept(with_institution: Database) -> None:
    copy = await copy_of_an_award(with_institution)
    await erase(with_institution, copy.award_id)
    with pytest.raises(Refused) as refused:
        await with_institution.sealed_copies.keep(copy)
    assert refused.value.problems[0].type == GONE


async def test_a_copy_of_no_award_is_refused(with_institution: Database) -> None:
    copy = SealedCopy(id="copy-1", award_id="nothing", institution="north", content=b"x", created=NOW)
    with pytest.raises(Refused):
        await with_institution.sealed_copies.keep(copy)
