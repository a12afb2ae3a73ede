"""GDPR article 17: the data key is destroyed, the bit and the index stay, and nothing of the learner opens any more."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.adapters.database import Database
from app.adapters.vault import AesGcmVault
from app.core.personal import Personal
from app.core.problems import STATE_CONFLICT, Refused
from app.ports import AwardFilter, RegisteredAward
from tests.databases import TEST_VAULT_KEY
from tests.unit.adapters.database.awarding import CLIENT, INSTITUTION, NOW, intention, issue, recorded, signed_bytes
from tests.unit.adapters.database.test_sealing import everything

LATER = NOW + timedelta(days=1)


async def act(database: Database, award_id: str, name: str) -> RegisteredAward:
    return await database.register.act(
        award_id, name, institution="north", actor="north-1", reason=Personal("why"), now=LATER
    )


async def test_nothing_of_the_learner_is_told_any_more(with_institution: Database) -> None:
    intended = await issue(with_institution)
    award = await act(with_institution, intended.award_id, "erase")
    assert (award.state, award.learner_name, award.learner_email) == ("erased", None, None)
    assert [(credential.signed, credential.state) for credential in award.credentials] == [(None, "erased")]
    assert {each.reason for each in award.acts} == {None}


async def test_the_learner_is_not_found_any_more(with_institution: Database) -> None:
    intended = await issue(with_institution)
    await act(with_institution, intended.award_id, "erase")
    where = AwardFilter(learner=intention().learner_digests)
    page = await with_institution.register.list(institution="north", cursor=None, limit=9, where=where)
    assert page.awards == ()


async def test_the_bit_stays_as_it_was(with_institution: Database) -> None:
    kept, revoked = await issue(with_institution), await issue(with_institution)
    await act(with_institution, revoked.award_id, "revoke")
    for intended in (kept, revoked):
        await act(with_institution, intended.award_id, "erase")
    rows = await with_institution.status_lists.rows(kept.document["credentialStatus"]["list"])
    assert rows is not None
    assert tuple(rows.set_indexes) == (revoked.document["credentialStatus"]["index"],)


async def test_an_erased_award_can_still_be_revoked(with_institution: Database) -> None:
    intended = await issue(with_institution)
    await act(with_institution, intended.award_id, "erase")
    assert (await act(with_institution, intended.award_id, "revoke")).state == "revoked-erased"
    rows = await with_institution.status_lists.rows(intended.document["credentialStatus"]["list"])
    assert rows is not None
    assert tuple(rows.set_indexes) == (intended.document["credentialStatus"]["index"],)


async def test_the_index_is_never_given_out_again(with_institution: Database) -> None:
    intended = await issue(with_institution)
    await act(with_institution, intended.award_id, "erase")
    place = intended.document["credentialStatus"]
    others = [(await issue(with_institution)).document["credentialStatus"] for _ in range(20)]
    assert place not in others


@pytest.mark.parametrize("following", ["erase", "withdraw", "claim", "send"])
async def test_nothing_else_follows(with_institution: Database, following: str) -> None:
    intended = await issue(with_institution)
    await act(with_institution, intended.award_id, "erase")
    with pytest.raises((Refused, ValueError)) as refused:
        await act(with_institution, intended.award_id, following)
    if isinstance(refused.value, Refused):
        assert refused.value.problems[0].type == STATE_CONFLICT


async def test_what_was_sealed_is_written_over(with_institution: Database, database_url: str) -> None:
    """On SQLite in its files and journal at once; on PostgreSQL in every row."""
    wanted = replace(intention(), learner_email=Personal("zoe@example.org"))
    found = await with_institution.register.intend(wanted, now=NOW)
    assert isinstance(found, tuple)
    (intended,) = found
    await recorded(with_institution, intended.credential_id, signed_bytes(intended), now=NOW)
    sealed = await _sealed(with_institution, intended.award_id)
    before = everything(database_url)
    assert all(value in before for value in sealed)
    await act(with_institution, intended.award_id, "erase")
    after = everything(database_url)
    assert [value for value in sealed if value in after] == []


async def _sealed(database: Database, award_id: str) -> list[bytes]:
    async with database.engine.connect() as connection:
        award = (
            await connection.execute(
                text("SELECT data_key, learner_name_sealed, learner_email_sealed FROM award WHERE id = :id"),
                {"id": award_id},
            )
        ).one()
        credential = (
            await connection.execute(
                text("SELECT document_sealed, signed_sealed FROM credential WHERE award_id = :id"), {"id": award_id}
            )
        ).one()
    # A long value is cut into pages: its first bytes are enough to find it by.
    return [bytes(value or b"")[:48] for value in (*award, *credential)]


async def test_nothing_is_kept_of_a_voided_intent(with_institution: Database, database_url: str) -> None:
    wanted = replace(intention(), learner_email=Personal("zoe@example.org"), reason=Personal("why"))
    found = await with_institution.register.intend(wanted, now=NOW)
    assert isinstance(found, tuple)
    (intended,) = found
    kept = [value for value in await _sealed(with_institution, intended.award_id) if value]
    await with_institution.register.void(intended.credential_id, reason="no key", now=LATER)
    after = everything(database_url)
    assert [value for value in kept if value in after] == []
    award = await with_institution.register.find(intended.award_id, institution="north")
    assert award is not None
    assert (award.state, award.learner_name, {each.reason for each in award.acts}) == ("voided", None, {None})
    where = AwardFilter(learner=intention().learner_digests)
    page = await with_institution.register.list(institution="north", cursor=None, limit=9, where=where)
    assert page.awards == ()


async def test_what_is_erased_while_somebody_reads_is_written_over_once_they_are_done(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'register.sqlite3'}"
    database = Database.connect(url, vault=AesGcmVault(TEST_VAULT_KEY))
    await database.upgrade()
    await database.directory.add_institution(INSTITUTION, CLIENT, public_url="https://example.org")
    intended = await issue(database)
    sealed = await _sealed(database, intended.award_id)
    with closing(sqlite3.connect(tmp_path / "register.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM award").fetchone()
        async with asyncio.timeout(5):
            await act(database, intended.award_id, "erase")
            # Nobody else waits for the reader either.
            await issue(database)
        assert [value for value in sealed if value and value in everything(url)] != []
        reader.execute("COMMIT")
    for _ in range(50):
        await asyncio.sleep(0.2)
        left = [value for value in sealed if value and value in everything(url)]
        if not left:
            break
    assert left == []
    await database.close()
