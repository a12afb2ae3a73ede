"""GDPR article 17: the data key is destroyed, the bit and the index stay, and nothing of the learner opens any more."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.adapters.database import Database
from app.core.personal import Personal
from app.core.problems import STATE_CONFLICT, Refused
from app.ports import AwardFilter, RegisteredAward
from tests.unit.adapters.database.awarding import NOW, intention, issue, recorded, signed_bytes
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
    intended = await with_institution.register.intend(wanted, now=NOW)
    assert not isinstance(intended, RegisteredAward)
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
    return [bytes(value)[:48] for value in (*award, *credential)]
