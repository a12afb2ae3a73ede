"""The directory: the first institution, its client, and the deployment's public URL."""

import pytest

from app.adapters.database import Database
from app.core.problems import STATE_CONFLICT, Refused
from tests.unit.adapters.database.awarding import CLIENT, INSTITUTION


async def test_an_institution_reads_as_it_was_added(with_institution: Database) -> None:
    assert await with_institution.directory.institution("north") == INSTITUTION


async def test_an_institution_is_found_by_its_did(with_institution: Database) -> None:
    assert await with_institution.directory.institution_by_did(INSTITUTION.did) == INSTITUTION


async def test_all_institutions_are_listed(with_institution: Database) -> None:
    assert list(await with_institution.directory.institutions()) == [INSTITUTION]


async def test_a_client_reads_as_it_was_added(with_institution: Database) -> None:
    assert await with_institution.directory.client(CLIENT.id) == CLIENT


async def test_the_public_url_is_kept(with_institution: Database) -> None:
    assert await with_institution.directory.public_url() == "https://example.org"


async def test_an_empty_database_has_no_public_url(database: Database) -> None:
    assert await database.directory.public_url() is None


async def test_an_empty_database_has_no_institution(database: Database) -> None:
    assert list(await database.directory.institutions()) == []


@pytest.mark.parametrize("name", ["south", "", "nul\0", "surrogate\ud800"])
async def test_what_was_never_added_is_unknown(with_institution: Database, name: str) -> None:
    directory = with_institution.directory
    found = (await directory.institution(name), await directory.institution_by_did(name), await directory.client(name))
    assert found == (None, None, None)


async def test_a_second_first_institution_is_refused(with_institution: Database) -> None:
    with pytest.raises(Refused) as refused:
        await with_institution.directory.add_institution(INSTITUTION, CLIENT, public_url="https://other.example")
    assert refused.value.problems[0].type == STATE_CONFLICT


async def test_a_refused_institution_leaves_the_public_url_as_it_was(with_institution: Database) -> None:
    with pytest.raises(Refused):
        await with_institution.directory.add_institution(INSTITUTION, CLIENT, public_url="https://other.example")
    assert await with_institution.directory.public_url() == "https://example.org"
