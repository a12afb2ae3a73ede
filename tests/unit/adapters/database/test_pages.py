"""Awards page by page, and the cursor between them."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.database import Database
from app.adapters.database.cursors import Cursors, Position
from app.adapters.vault import AesGcmVault
from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, Refused
from tests.databases import TEST_VAULT_KEY
from tests.unit.adapters.database.awarding import NOW, intention, issue, recorded, signed_bytes

CURSORS = Cursors(AesGcmVault(TEST_VAULT_KEY))


async def award_ids(database: Database, *, limit: int) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        page = await database.register.list(institution="north", cursor=cursor, limit=limit)
        pages.append([award.id for award in page.awards])
        cursor = page.next_cursor
        if cursor is None:
            return pages


async def test_awards_are_listed_newest_first(with_institution: Database) -> None:
    issued = [await issue(with_institution, now=NOW + timedelta(seconds=number)) for number in range(5)]
    newest_first = [intended.award_id for intended in reversed(issued)]
    assert await award_ids(with_institution, limit=2) == [newest_first[:2], newest_first[2:4], newest_first[4:]]


async def test_awards_of_one_instant_are_each_listed_once(with_institution: Database) -> None:
    issued = {(await issue(with_institution)).award_id for _ in range(5)}
    listed = [award_id for page in await award_ids(with_institution, limit=2) for award_id in page]
    assert sorted(listed) == sorted(issued)


async def test_a_full_last_page_has_no_cursor(with_institution: Database) -> None:
    for _ in range(4):
        await issue(with_institution)
    assert [len(page) for page in await award_ids(with_institution, limit=2)] == [2, 2]


async def test_an_award_made_between_two_pages_moves_none(with_institution: Database) -> None:
    first, second = [await issue(with_institution, now=NOW + timedelta(seconds=number)) for number in range(2)]
    page = await with_institution.register.list(institution="north", cursor=None, limit=1)
    await issue(with_institution, now=NOW + timedelta(seconds=9))
    rest = await with_institution.register.list(institution="north", cursor=page.next_cursor, limit=9)
    assert [[award.id for award in found.awards] for found in (page, rest)] == [[second.award_id], [first.award_id]]


async def test_an_institution_sees_none_of_another_s_awards(with_institution: Database) -> None:
    await issue(with_institution)
    assert (await with_institution.register.list(institution="south", cursor=None, limit=9)).awards == ()


async def test_of_each_achievement_the_newest_award_that_is_kept_is_found(with_institution: Database) -> None:
    async def made(number: int, achievement: str) -> str:
        now = NOW + timedelta(seconds=number)
        asked = replace(intention(), achievement_id=achievement)
        found = await with_institution.register.intend(asked, now=now)
        assert isinstance(found, tuple)
        (intended,) = found
        await recorded(with_institution, intended.credential_id, signed_bytes(intended), now=now)
        return intended.award_id

    first, second = await made(1, "urn:a"), await made(2, "urn:a")
    third, fourth = await made(3, "urn:b"), await made(4, "urn:a")
    await with_institution.register.act(
        fourth, "erase", institution="north", actor="a test", reason=Personal("asked for"), now=NOW
    )
    found = await with_institution.register.newest_of_each_achievement(institution="north", limit=9)
    assert [award.id for award in found] == [third, second]
    assert first not in [award.id for award in found]
    assert await with_institution.register.newest_of_each_achievement(institution="south", limit=9) == ()


async def test_a_page_has_at_least_one_award(with_institution: Database) -> None:
    with pytest.raises(Refused) as refused:
        await with_institution.register.list(institution="north", cursor=None, limit=0)
    assert refused.value.problems[0].at == "/limit"


def test_a_cursor_reads_back() -> None:
    position = Position(NOW, "c2f1 with a space")
    assert CURSORS.read(CURSORS.write(position, institution="north"), institution="north") == position


def test_a_cursor_is_of_one_institution() -> None:
    cursor = CURSORS.write(Position(NOW, "1"), institution="north")
    with pytest.raises(Refused):
        CURSORS.read(cursor, institution="south")


@given(st.integers(0, 1_000), st.integers(1, 255))
def test_a_cursor_with_any_byte_changed_is_refused(place: int, change: int) -> None:
    cursor = CURSORS.write(Position(NOW, "some award"), institution="north")
    content = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    content[place % len(content)] ^= change
    with pytest.raises(Refused):
        CURSORS.read(base64.urlsafe_b64encode(content).decode(), institution="north")


@given(st.one_of(st.text(), st.binary().map(lambda content: base64.urlsafe_b64encode(content).decode())))
def test_any_text_that_is_not_ours_is_refused_as_a_cursor(cursor: str) -> None:
    with pytest.raises(Refused) as refused:
        CURSORS.read(cursor, institution="north")
    assert (refused.value.problems[0].type, refused.value.problems[0].at) == (MALFORMED_VALUE_ERROR, "/cursor")
