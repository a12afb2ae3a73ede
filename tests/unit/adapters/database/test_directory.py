"""The directory: institutions, their keys and clients, how each changes, and the deployment's public URL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.database import Database
from app.core.problems import STATE_CONFLICT, Refused
from app.ports import Client, Institution, KeyPurpose
from tests.unit.adapters.database.awarding import CLIENT, INSTITUTION, NOW, issue


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


# ── more than one, and changes ───────────────────────────────────────────────────────────────────────────────────────


def another(name: str = "a-school", *, years: int = 1) -> tuple[Institution, Client]:
    """An institution that was made later, though its name comes first."""
    did = f"did:web:example.org:issuers:{name}"
    keys = tuple(
        replace(
            key,
            verification_method=key.verification_method.replace(INSTITUTION.did, did),
            created=NOW + timedelta(days=365 * years),
        )
        for key in INSTITUTION.keys
    )
    institution = replace(INSTITUTION, name=name, did=did, profile=replace(INSTITUTION.profile, id=did), keys=keys)
    return institution, replace(CLIENT, id=f"{name}-1", institution=name)


async def test_a_further_institution_reads_as_it_was_added(with_institution: Database) -> None:
    await with_institution.directory.add_further_institution(*another())
    assert await with_institution.directory.institution("a-school") == another()[0]


async def test_institutions_are_listed_as_they_were_made(with_institution: Database) -> None:
    for given in (another("a-school", years=2), another("b-school")):
        await with_institution.directory.add_further_institution(*given)
    names = [institution.name for institution in await with_institution.directory.institutions()]
    assert names == ["north", "b-school", "a-school"]


async def test_a_name_is_given_once(with_institution: Database) -> None:
    with pytest.raises(Refused) as refused:
        await with_institution.directory.add_further_institution(INSTITUTION, replace(CLIENT, id="north-2"))
    assert refused.value.problems[0].type == STATE_CONFLICT


async def test_a_changed_institution_reads_as_it_was_changed(with_institution: Database) -> None:
    after = replace(INSTITUTION, contact="office@example.org", accent=None, languages=("en",))
    await with_institution.directory.change_institution(INSTITUTION, after)
    assert await with_institution.directory.institution("north") == after


async def test_what_was_changed_meanwhile_is_not_written_over(with_institution: Database) -> None:
    directory = with_institution.directory
    await directory.change_institution(INSTITUTION, replace(INSTITUTION, accent="#000000"))
    with pytest.raises(Refused) as refused:
        await directory.change_institution(INSTITUTION, replace(INSTITUTION, accent="#ffffff"))
    assert refused.value.problems[0].type == STATE_CONFLICT


@pytest.mark.parametrize("change", [{"name": "south"}, {"did": "did:web:example.org:issuers:south"}, {"keys": ()}])
async def test_a_name_a_did_and_a_key_stay(with_institution: Database, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"keeps|stays"):
        await with_institution.directory.change_institution(INSTITUTION, replace(INSTITUTION, **change))  # type: ignore[arg-type]


async def version_after(database: Database, purpose: KeyPurpose) -> int:
    """How often the list's version has risen, after a key for `purpose` was added."""
    await issue(database)
    ((list_id, before),) = await versions(database)
    key = replace(INSTITUTION.keys[0], verification_method=f"{INSTITUTION.did}#new", purposes=frozenset({purpose}))
    await database.directory.change_institution(INSTITUTION, replace(INSTITUTION, keys=(*INSTITUTION.keys, key)))
    after = await database.status_lists.version(list_id)
    assert after is not None
    return after - before


async def versions(database: Database) -> list[tuple[str, int]]:
    page = await database.register.list(institution="north", cursor=None, limit=10)
    lists = {credential.status_list_id for award in page.awards for credential in award.credentials}
    return [(each, await database.status_lists.version(each) or 0) for each in sorted(lists)]


async def test_another_key_for_lists_has_them_signed_anew(with_institution: Database) -> None:
    assert await version_after(with_institution, KeyPurpose.STATUS_LIST) == 1


async def test_another_key_for_credentials_leaves_lists_as_they_are(with_institution: Database) -> None:
    assert await version_after(with_institution, KeyPurpose.CREDENTIAL) == 0


async def test_clients_are_listed_by_institution(with_institution: Database) -> None:
    directory = with_institution.directory
    institution, client = another()
    await directory.add_further_institution(institution, client)
    second = replace(CLIENT, id="north-2")
    await directory.add_client(second)
    assert list(await directory.clients()) == [client, CLIENT, second]
    assert list(await directory.clients("north")) == [CLIENT, second]


async def test_a_changed_client_reads_as_it_was_changed(with_institution: Database) -> None:
    after = replace(CLIENT, revoked=NOW, secret_sha256=bytes(32))
    await with_institution.directory.change_client(CLIENT, after)
    assert await with_institution.directory.client(CLIENT.id) == after


async def test_a_client_that_was_changed_meanwhile_is_not_written_over(with_institution: Database) -> None:
    await with_institution.directory.change_client(CLIENT, replace(CLIENT, revoked=NOW))
    with pytest.raises(Refused) as refused:
        await with_institution.directory.change_client(CLIENT, replace(CLIENT, secret_sha256=bytes(32)))
    assert refused.value.problems[0].type == STATE_CONFLICT
