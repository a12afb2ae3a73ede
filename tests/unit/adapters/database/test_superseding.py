"""One award takes the place of another: in one transaction, and only one does."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.database import Database
from app.core.personal import Personal
from app.core.problems import STATE_CONFLICT, Refused
from app.ports import AwardFilter, Intended, RegisteredAward
from tests.unit.adapters.database.awarding import CANARY, LEASE, NOW, intention, issue, recorded, signed_bytes

LATER = NOW + timedelta(days=1)
NEW_NAME = "Zoë Marković"


async def intend_in_place_of(database: Database, award_id: str) -> Intended:
    wanted = replace(
        intention(),
        supersedes=award_id,
        reason=Personal("misspelt"),
        learner_name=Personal(NEW_NAME),
        learner_digests=(b"new" * 8,),
    )
    found = await database.register.intend(wanted, now=LATER)
    assert isinstance(found, tuple)
    return found[0]


async def supersede(database: Database, award_id: str) -> Intended:
    new = await intend_in_place_of(database, award_id)
    await recorded(database, new.credential_id, signed_bytes(new), now=LATER)
    return new


async def found(database: Database, award_id: str) -> RegisteredAward:
    award = await database.register.find(award_id, institution="north")
    assert award is not None
    return award


async def act(database: Database, award_id: str, name: str) -> RegisteredAward:
    return await database.register.act(
        award_id, name, institution="north", actor="north-1", reason=Personal("why"), now=LATER
    )


async def test_the_old_award_stands_until_the_new_one_is_recorded(with_institution: Database) -> None:
    old = await issue(with_institution)
    await intend_in_place_of(with_institution, old.award_id)
    award = await found(with_institution, old.award_id)
    assert (award.state, award.superseded_by) == ("issued", None)


async def test_each_names_the_other(with_institution: Database) -> None:
    old = await issue(with_institution)
    new = await supersede(with_institution, old.award_id)
    assert (await found(with_institution, old.award_id)).superseded_by == new.award_id
    assert (await found(with_institution, new.award_id)).supersedes == old.award_id


async def test_the_old_bit_is_set_and_the_new_one_is_not(with_institution: Database) -> None:
    old = await issue(with_institution)
    await supersede(with_institution, old.award_id)
    place = old.document["credentialStatus"]
    rows = await with_institution.status_lists.rows(place["list"])
    assert rows is not None
    assert tuple(rows.set_indexes) == (place["index"],)


async def test_the_old_name_is_told_nowhere(with_institution: Database) -> None:
    old = await issue(with_institution)
    await supersede(with_institution, old.award_id)
    award = await found(with_institution, old.award_id)
    assert award.learner_name == Personal(NEW_NAME)
    assert [credential.signed for credential in award.credentials] == [None]
    (digest,) = intention().learner_digests
    page = await with_institution.register.list(
        institution="north", cursor=None, limit=9, where=AwardFilter(learner=(digest,))
    )
    assert page.awards == ()


async def test_the_reason_stands_with_both(with_institution: Database) -> None:
    old = await issue(with_institution)
    new = await supersede(with_institution, old.award_id)
    last, first = (
        (await found(with_institution, old.award_id)).acts[-1],
        (await found(with_institution, new.award_id)).acts[0],
    )
    assert (last.act, last.reason, last.actor) == ("supersede", Personal("misspelt"), "north-1")
    assert (first.act, first.reason) == ("intend", Personal("misspelt"))


async def test_of_two_that_supersede_the_same_award_one_does(with_institution: Database) -> None:
    old = await issue(with_institution)
    answers = await asyncio.gather(
        *(intend_in_place_of(with_institution, old.award_id) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(answer, Intended) for answer in answers) == 1


async def test_a_voided_one_leaves_its_place_to_another(with_institution: Database) -> None:
    old = await issue(with_institution)
    first = await intend_in_place_of(with_institution, old.award_id)
    await with_institution.register.void(first.credential_id, reason="no key", now=LATER)
    second = await supersede(with_institution, old.award_id)
    assert (await found(with_institution, old.award_id)).superseded_by == second.award_id


async def test_what_was_erased_meanwhile_is_not_superseded(with_institution: Database) -> None:
    old = await issue(with_institution)
    new = await intend_in_place_of(with_institution, old.award_id)
    await act(with_institution, old.award_id, "erase")
    with pytest.raises(Refused) as refused:
        await recorded(with_institution, new.credential_id, signed_bytes(new), now=LATER)
    assert refused.value.problems[0].type == STATE_CONFLICT
    assert (await found(with_institution, new.award_id)).state == "intended"


async def test_a_revoked_award_can_be_superseded(with_institution: Database) -> None:
    old = await issue(with_institution)
    await act(with_institution, old.award_id, "revoke")
    await supersede(with_institution, old.award_id)
    assert (await found(with_institution, old.award_id)).state == "superseded"


async def test_another_institution_s_award_is_not_superseded(with_institution: Database) -> None:
    old = await issue(with_institution)
    with pytest.raises(Refused):
        await with_institution.register.intend(
            replace(intention(institution="south"), supersedes=old.award_id), now=NOW
        )


async def test_any_process_finishes_what_was_begun(with_institution: Database) -> None:
    old = await issue(with_institution)
    new = await intend_in_place_of(with_institution, old.award_id)
    unfinished = await with_institution.register.unfinished(now=LATER + LEASE)
    assert unfinished is not None
    await recorded(with_institution, unfinished.credential_id, signed_bytes(unfinished), now=LATER + LEASE)
    assert (await found(with_institution, old.award_id)).superseded_by == new.award_id
    assert CANARY not in str(await found(with_institution, old.award_id))
