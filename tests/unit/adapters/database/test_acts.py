"""Acts on an award, and its claim links."""

import asyncio
from datetime import timedelta

import pytest

from app.adapters.database import Database
from app.core.personal import Personal
from app.core.problems import NOT_FOUND, STATE_CONFLICT, Refused
from app.ports import NextClaim, RegisteredAward
from tests.unit.adapters.database.awarding import NOW, intend, issue, token_of

LATER = NOW + timedelta(days=1)


async def revoke(database: Database, award_id: str, *, institution: str = "north") -> RegisteredAward:
    return await database.register.act(
        award_id, "revoke", institution=institution, actor="north-1", reason=Personal("plagiarism"), now=LATER
    )


async def withdraw(database: Database, award_id: str, *, generation: int = 2) -> RegisteredAward:
    return await database.register.act(
        award_id,
        "withdraw",
        institution="north",
        actor="north-1",
        reason=None,
        now=LATER,
        next_claim=NextClaim(
            generation=generation, token_sha256=token_of(award_id, generation), expires=LATER + timedelta(days=90)
        ),
    )


async def test_revoking_an_award_revokes_it_and_its_credentials(with_institution: Database) -> None:
    intended = await issue(with_institution)
    award = await revoke(with_institution, intended.award_id)
    assert (award.state, [credential.state for credential in award.credentials]) == ("revoked", ["revoked"])


async def test_an_act_answers_with_the_award_as_it_is_found(with_institution: Database) -> None:
    intended = await issue(with_institution)
    answered = await revoke(with_institution, intended.award_id)
    assert answered == await with_institution.register.find(intended.award_id, institution="north")


async def test_an_act_is_kept_with_who_did_it_when_and_why(with_institution: Database) -> None:
    intended = await issue(with_institution)
    act = (await revoke(with_institution, intended.award_id)).acts[-1]
    assert (act.act, act.actor, act.at, act.reason) == ("revoke", "north-1", LATER, Personal("plagiarism"))


async def test_a_revocation_sets_its_bit(with_institution: Database) -> None:
    intended = await issue(with_institution)
    await issue(with_institution)
    place = intended.document["credentialStatus"]
    await revoke(with_institution, intended.award_id)
    rows = await with_institution.status_lists.rows(place["list"])
    assert rows is not None
    assert tuple(rows.set_indexes) == (place["index"],)


async def test_a_revocation_raises_the_version_of_its_list(with_institution: Database) -> None:
    intended = await issue(with_institution)
    list_id = intended.document["credentialStatus"]["list"]
    before = await with_institution.status_lists.version(list_id)
    await revoke(with_institution, intended.award_id)
    after = await with_institution.status_lists.version(list_id)
    assert before is not None
    assert after == before + 1


async def test_issuing_does_not_raise_the_version_of_a_list(with_institution: Database) -> None:
    intended = await issue(with_institution)
    list_id = intended.document["credentialStatus"]["list"]
    before = await with_institution.status_lists.version(list_id)
    await issue(with_institution)
    assert await with_institution.status_lists.version(list_id) == before


async def test_concurrent_revocations_lose_none(with_institution: Database) -> None:
    issued = [await issue(with_institution) for _ in range(12)]
    await asyncio.gather(*(revoke(with_institution, intended.award_id) for intended in issued))
    rows = await with_institution.status_lists.rows(issued[0].document["credentialStatus"]["list"])
    assert rows is not None
    assert set(rows.set_indexes) == {intended.document["credentialStatus"]["index"] for intended in issued}


async def test_of_concurrent_revocations_of_one_award_one_wins(with_institution: Database) -> None:
    intended = await issue(with_institution)
    answers = await asyncio.gather(
        *(revoke(with_institution, intended.award_id) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(answer, RegisteredAward) for answer in answers) == 1


@pytest.mark.parametrize("act", ["record", "void", "intend", "suspend", "", "REVOKE"])
async def test_an_institution_can_not_ask_for_any_other_act(with_institution: Database, act: str) -> None:
    intended = await issue(with_institution)
    with pytest.raises(Refused) as refused:
        await with_institution.register.act(
            intended.award_id, act, institution="north", actor="north-1", reason=None, now=LATER
        )
    assert refused.value.problems[0].type == STATE_CONFLICT


async def test_an_award_that_is_not_issued_yet_can_not_be_revoked(with_institution: Database) -> None:
    intended = await intend(with_institution)
    with pytest.raises(Refused) as refused:
        await revoke(with_institution, intended.award_id)
    assert refused.value.problems[0].type == STATE_CONFLICT


async def test_a_refused_act_changes_nothing(with_institution: Database) -> None:
    intended = await issue(with_institution)
    before = await withdraw(with_institution, intended.award_id)
    with pytest.raises(Refused):
        await withdraw(with_institution, intended.award_id, generation=2)
    assert await with_institution.register.find(intended.award_id, institution="north") == before


async def test_an_act_that_fails_half_way_changes_nothing(with_institution: Database) -> None:
    intended = await issue(with_institution)
    before = await with_institution.register.find(intended.award_id, institution="north")
    with pytest.raises(Refused):
        # The state is changed by then; a reason that can't be encoded ends the transaction.
        await with_institution.register.act(
            intended.award_id, "revoke", institution="north", actor="n", reason=Personal("\ud800"), now=LATER
        )
    assert await with_institution.register.find(intended.award_id, institution="north") == before


@pytest.mark.parametrize("award_id", ["unknown", "", "nul\0", "surrogate\ud800"])
async def test_an_act_on_an_unknown_award_is_refused(with_institution: Database, award_id: str) -> None:
    with pytest.raises(Refused) as refused:
        await revoke(with_institution, award_id)
    assert refused.value.problems[0].type == NOT_FOUND


async def test_another_institution_s_award_is_unknown(with_institution: Database) -> None:
    intended = await issue(with_institution)
    with pytest.raises(Refused) as refused:
        await revoke(with_institution, intended.award_id, institution="south")
    assert refused.value.problems[0].type == NOT_FOUND


async def test_another_institution_s_award_is_not_found(with_institution: Database) -> None:
    intended = await issue(with_institution)
    assert await with_institution.register.find(intended.award_id, institution="south") is None


# ── claim links ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_claim_link_finds_its_award(with_institution: Database) -> None:
    intended = await issue(with_institution)
    found = await with_institution.register.claim(token_of(intended.award_id))
    assert found is not None
    assert found[1] == await with_institution.register.find(intended.award_id, institution="north")


async def test_an_unknown_token_finds_nothing(with_institution: Database) -> None:
    await issue(with_institution)
    assert await with_institution.register.claim(token_of("another")) is None


async def test_a_withdrawn_claim_link_is_still_known(with_institution: Database) -> None:
    intended = await issue(with_institution)
    await withdraw(with_institution, intended.award_id)
    found = await with_institution.register.claim(token_of(intended.award_id))
    assert found is not None
    assert (found[0].generation, found[0].withdrawn) == (1, LATER)


async def test_the_next_claim_link_takes_its_place(with_institution: Database) -> None:
    intended = await issue(with_institution)
    await withdraw(with_institution, intended.award_id)
    found = await with_institution.register.claim(token_of(intended.award_id, 2))
    assert found is not None
    assert (found[0].generation, found[0].withdrawn, found[1].claim_generation) == (2, None, 2)


async def test_withdrawing_leaves_the_credential_as_good_as_it_was(with_institution: Database) -> None:
    intended = await issue(with_institution)
    assert (await withdraw(with_institution, intended.award_id)).state == "issued"


async def test_a_link_is_not_withdrawn_without_the_next(with_institution: Database) -> None:
    intended = await issue(with_institution)
    with pytest.raises(ValueError, match="next claim link"):
        await with_institution.register.act(
            intended.award_id, "withdraw", institution="north", actor="north-1", reason=None, now=LATER
        )
