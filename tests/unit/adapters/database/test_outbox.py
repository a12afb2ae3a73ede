"""Messages: written with the act that they tell of, given to one sender at a time, gone with their award."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.database import Database
from app.core.personal import Personal
from app.ports import Intended, MessageKind, MessageState, NextClaim
from tests.unit.adapters.database.awarding import NOW, intention, issue, recorded, signed_bytes, token_of

EMAIL = Personal("zoe@example.org")
LATER = NOW + timedelta(minutes=1)


async def intend(database: Database, *, supersedes: str | None = None) -> Intended:
    wanted = replace(intention(), learner_email=EMAIL, supersedes=supersedes)
    found = await database.register.intend(wanted, now=NOW)
    assert isinstance(found, tuple)
    return found[0]


async def issue_with_address(database: Database, *, supersedes: str | None = None) -> Intended:
    intended = await intend(database, supersedes=supersedes)
    await recorded(database, intended.credential_id, signed_bytes(intended), now=NOW)
    return intended


async def kept(database: Database, award_id: str) -> list[tuple[str, str]]:
    award = await database.register.find(award_id, institution="north")
    assert award is not None
    return [(message.kind, message.state) for message in award.messages]


async def test_an_award_with_an_address_is_told_of(with_institution: Database) -> None:
    intended = await issue_with_address(with_institution)
    due = await with_institution.outbox.due(now=NOW)
    assert due is not None
    assert (due.to, due.award.id, due.message.kind) == (EMAIL, intended.award_id, MessageKind.AWARDED)


async def test_an_award_without_one_is_not(with_institution: Database) -> None:
    await issue(with_institution)
    assert await with_institution.outbox.due(now=LATER) is None


async def test_nothing_is_told_before_it_is_recorded(with_institution: Database) -> None:
    intended = await intend(with_institution)
    assert await with_institution.outbox.due(now=LATER) is None
    assert await kept(with_institution, intended.award_id) == [("awarded", "waiting")]


async def test_what_is_voided_is_never_told_of(with_institution: Database) -> None:
    intended = await intend(with_institution)
    await with_institution.register.void(intended.credential_id, reason="no key", now=NOW)
    assert await kept(with_institution, intended.award_id) == []


async def test_a_message_is_given_to_one_sender_until_its_lease_runs_out(with_institution: Database) -> None:
    await issue_with_address(with_institution)
    first = await with_institution.outbox.due(now=NOW)
    assert await with_institution.outbox.due(now=LATER) is None
    again = await with_institution.outbox.due(now=NOW + timedelta(minutes=6))
    assert first is not None
    assert again is not None
    assert (again.message.id, again.message.attempts) == (first.message.id, 2)


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.BOUNCED, MessageState.FAILED])
async def test_a_settled_message_is_not_sent_again(with_institution: Database, state: MessageState) -> None:
    intended = await issue_with_address(with_institution)
    due = await with_institution.outbox.due(now=NOW)
    assert due is not None
    await with_institution.outbox.settle(due.message.id, state, detail="550", now=LATER)
    assert await with_institution.outbox.due(now=NOW + timedelta(days=9)) is None
    assert await kept(with_institution, intended.award_id) == [("awarded", state.value)]


async def test_what_could_not_be_sent_is_tried_again_when_it_is_time(with_institution: Database) -> None:
    await issue_with_address(with_institution)
    due = await with_institution.outbox.due(now=NOW)
    assert due is not None
    then = NOW + timedelta(minutes=30)
    await with_institution.outbox.settle(
        due.message.id, MessageState.PENDING, detail="451", now=LATER, next_attempt=then
    )
    assert await with_institution.outbox.due(now=then - timedelta(seconds=1)) is None
    assert await with_institution.outbox.due(now=then) is not None


async def test_sending_again_goes_where_it_is_asked_to(with_institution: Database) -> None:
    intended = await issue(with_institution)
    await with_institution.register.act(
        intended.award_id,
        "send",
        institution="north",
        actor="north-1",
        reason=None,
        now=LATER,
        learner_email=Personal("new@example.org"),
    )
    due = await with_institution.outbox.due(now=LATER)
    assert due is not None
    assert (due.to, due.message.kind) == (Personal("new@example.org"), MessageKind.LINK)


async def test_a_correction_is_told_and_what_it_replaces_is_not(with_institution: Database) -> None:
    old = await issue_with_address(with_institution)
    new = await issue_with_address(with_institution, supersedes=old.award_id)
    assert await kept(with_institution, old.award_id) == []
    assert await kept(with_institution, new.award_id) == [("corrected", "pending")]


async def test_an_erased_award_is_told_of_no_more(with_institution: Database) -> None:
    intended = await issue_with_address(with_institution)
    due = await with_institution.outbox.due(now=NOW)
    await with_institution.register.act(
        intended.award_id, "erase", institution="north", actor="north-1", reason=None, now=LATER
    )
    assert due is not None
    await with_institution.outbox.settle(due.message.id, MessageState.SENT, detail="", now=LATER)
    assert await kept(with_institution, intended.award_id) == []


@pytest.mark.parametrize("act", ["claim", "decline"])
async def test_the_learner_s_own_act_is_kept_once(with_institution: Database, act: str) -> None:
    intended = await issue(with_institution)
    for minutes in (1, 2, 3):
        at = NOW + timedelta(minutes=minutes)
        award = await with_institution.register.act(
            intended.award_id, act, institution="north", actor="learner", reason=None, now=at
        )
    assert [(one.act, one.at) for one in award.acts[1:]] == [(act, NOW + timedelta(minutes=1))]


async def withdraw(database: Database, award_id: str) -> None:
    await database.register.act(
        award_id,
        "withdraw",
        institution="north",
        actor="north-1",
        reason=None,
        now=LATER,
        next_claim=NextClaim(2, token_of(award_id, 2), LATER + timedelta(days=90)),
    )


async def test_what_was_not_sent_when_its_link_was_withdrawn_is_ended(with_institution: Database) -> None:
    intended = await issue_with_address(with_institution)
    await withdraw(with_institution, intended.award_id)
    assert await with_institution.outbox.due(now=LATER) is None
    assert await kept(with_institution, intended.award_id) == [("awarded", "failed")]


async def test_what_was_sent_before_its_link_was_withdrawn_stays_sent(with_institution: Database) -> None:
    intended = await issue_with_address(with_institution)
    due = await with_institution.outbox.due(now=NOW)
    assert due is not None
    await with_institution.outbox.settle(due.message.id, MessageState.SENT, detail="", now=NOW)
    await withdraw(with_institution, intended.award_id)
    assert await kept(with_institution, intended.award_id) == [("awarded", "sent")]


@pytest.mark.parametrize(
    ("state", "then"),
    [(MessageState.PENDING, "failed"), (MessageState.SENT, "sent"), (MessageState.BOUNCED, "bounced")],
)
async def test_withdrawn_while_it_was_under_way_it_is_not_tried_again(
    with_institution: Database, state: MessageState, then: str
) -> None:
    intended = await issue_with_address(with_institution)
    due = await with_institution.outbox.due(now=NOW)
    assert due is not None
    await withdraw(with_institution, intended.award_id)
    again = LATER + timedelta(minutes=1) if state is MessageState.PENDING else None
    await with_institution.outbox.settle(due.message.id, state, detail="x", now=LATER, next_attempt=again)
    assert await kept(with_institution, intended.award_id) == [("awarded", then)]
    assert await with_institution.outbox.due(now=NOW + timedelta(days=1)) is None
