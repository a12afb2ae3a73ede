"""Status lists as rows, and their publication, which never goes back."""

import asyncio
from datetime import timedelta

import pytest

from app.adapters.database import Database
from app.adapters.vault import AesGcmVault
from app.core.problems import NOT_FOUND, Refused
from app.ports import PublishedList
from tests.unit.adapters.database.awarding import CLIENT, INSTITUTION, NOW, intend, issue


async def list_id_of(database: Database) -> str:
    return str((await intend(database)).document["credentialStatus"]["list"])


def publication(list_id: str, *, version: int, seconds: int = 0) -> PublishedList:
    published = NOW + timedelta(seconds=seconds)
    return PublishedList(
        list_id=list_id, version=version, published=published, content=f"version {version} of {seconds}".encode()
    )


async def test_a_new_list_has_the_standard_s_length_and_no_bit_set(with_institution: Database) -> None:
    rows = await with_institution.status_lists.rows(await list_id_of(with_institution))
    assert rows is not None
    assert (rows.institution, rows.purpose, rows.length, tuple(rows.set_indexes)) == (
        "north",
        "revocation",
        131_072,
        (),
    )


async def test_a_full_list_opens_the_next(database_url: str, vault: AesGcmVault) -> None:
    database = Database.connect(database_url, vault=vault, status_list_length=3)
    await database.directory.add_institution(INSTITUTION, CLIENT, public_url="https://example.org")
    places = [(await issue(database)).document["credentialStatus"] for _ in range(7)]
    await database.close()
    lists = [place["list"] for place in places]
    assert (lists[:3], lists[3:6], len(set(lists))) == ([lists[0]] * 3, [lists[3]] * 3, 3)


async def test_a_full_list_has_given_out_each_index_once(database_url: str, vault: AesGcmVault) -> None:
    database = Database.connect(database_url, vault=vault, status_list_length=5)
    await database.directory.add_institution(INSTITUTION, CLIENT, public_url="https://example.org")
    indexes = [(await issue(database)).document["credentialStatus"]["index"] for _ in range(5)]
    await database.close()
    assert sorted(indexes) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("list_id", ["unknown", "", "nul\0", "surrogate\ud800"])
async def test_an_unknown_list_has_no_rows(with_institution: Database, list_id: str) -> None:
    lists = with_institution.status_lists
    assert (await lists.rows(list_id), await lists.version(list_id), await lists.published(list_id)) == (None,) * 3


async def test_nothing_is_published_at_first(with_institution: Database) -> None:
    assert await with_institution.status_lists.published(await list_id_of(with_institution)) is None


async def test_what_is_published_is_kept(with_institution: Database) -> None:
    first = publication(await list_id_of(with_institution), version=1)
    await with_institution.status_lists.publish(first)
    assert await with_institution.status_lists.published(first.list_id) == first


@pytest.mark.parametrize(("version", "seconds"), [(2, -5), (1, 5)])
async def test_a_newer_list_takes_the_place_of_an_older(with_institution: Database, version: int, seconds: int) -> None:
    list_id = await list_id_of(with_institution)
    await with_institution.status_lists.publish(publication(list_id, version=1))
    newer = publication(list_id, version=version, seconds=seconds)
    await with_institution.status_lists.publish(newer)
    assert await with_institution.status_lists.published(list_id) == newer


@pytest.mark.parametrize(("version", "seconds"), [(1, 60), (2, -1), (2, 0)])
async def test_publishing_never_goes_back(with_institution: Database, version: int, seconds: int) -> None:
    kept = publication(await list_id_of(with_institution), version=2)
    await with_institution.status_lists.publish(kept)
    older = publication(kept.list_id, version=version, seconds=seconds)
    assert await with_institution.status_lists.publish(older) == kept


async def test_of_many_publications_at_once_the_newest_is_kept(with_institution: Database) -> None:
    list_id = await list_id_of(with_institution)
    await asyncio.gather(
        *(
            with_institution.status_lists.publish(publication(list_id, version=version))
            for version in (3, 8, 1, 5, 9, 2, 7, 4, 6)
        )
    )
    assert await with_institution.status_lists.published(list_id) == publication(list_id, version=9)


async def test_an_unknown_list_is_not_published(with_institution: Database) -> None:
    with pytest.raises(Refused) as refused:
        await with_institution.status_lists.publish(publication("unknown", version=1))
    assert refused.value.problems[0].type == NOT_FOUND
