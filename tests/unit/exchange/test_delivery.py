"""Delivery over a real outbox and a real mail server: when it tries again, gives up, and what it never sends."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.adapters.database import Database
from app.adapters.mail import SmtpMail
from app.adapters.metrics import Metrics
from app.core.personal import Personal
from app.exchange.delivery import PAUSES, Delivery, Outcome, said
from app.ports import Counts, Letter, Message, MessageState, RegisteredAward
from app.settings import from_environment
from app.web.letters import Letters
from tests.counting import counted
from tests.smtp_server import Mailbox, always, first, mail_server, text_of
from tests.unit.adapters.database.awarding import CLIENT, INSTITUTION, NOW, intention, recorded, signed_bytes

PUBLIC_URL = "https://credentials.example.edu"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


def delivery(database: Database, mailbox: Mailbox, *, faulty: str = "", counts: Counts | None = None) -> Delivery:
    """`faulty` is an award whose letter can't be composed."""
    settings = from_environment({"SMTP_URL": mailbox.url, "MAIL_FROM": "credentials@example.edu"})
    assert settings.mail_server is not None

    async def claim_url(award: RegisteredAward) -> str:
        if award.id == faulty:
            raise ZeroDivisionError
        return f"{PUBLIC_URL}/claim/{award.id}-{award.claim_generation}"

    return Delivery(
        outbox=database.outbox,
        directory=database.directory,
        mail=SmtpMail.of(settings, settings.mail_server),
        letters=Letters.read(None, [INSTITUTION], public_url=PUBLIC_URL),
        claim_url=claim_url,
        retry_seconds=60,
        counts=counts,
    )


async def issue(database: Database, *, email: str = "zoe@example.org") -> str:
    if not await database.directory.institutions():
        await database.directory.add_institution(INSTITUTION, CLIENT, public_url=PUBLIC_URL)
    found = await database.register.intend(replace(intention(), learner_email=Personal(email)), now=NOW)
    assert isinstance(found, tuple)
    (intended,) = found
    await recorded(database, intended.credential_id, signed_bytes(intended))
    return intended.award_id


async def message(database: Database, award_id: str) -> Message:
    award = await database.register.find(award_id, institution="north")
    assert award is not None
    (found,) = award.messages
    return found


async def test_what_is_due_is_sent_and_settled(database: Database, mailbox: Mailbox, clock: Clock) -> None:
    award_id = await issue(database)
    assert await delivery(database, mailbox).deliver(clock=clock) == Outcome(MessageState.SENT)
    (letter,) = mailbox.letters
    kept = await message(database, award_id)
    assert (kept.state, kept.attempts) == (MessageState.SENT, 1)
    assert letter["Message-ID"] == f"<{kept.id}@example.edu>"
    assert f"{PUBLIC_URL}/claim/{award_id}-1" in text_of(letter)
    assert await delivery(database, mailbox).deliver(clock=clock) is None


async def test_the_pauses_grow_and_after_two_days_it_is_given_up(
    database: Database, mailbox: Mailbox, clock: Clock
) -> None:
    award_id = await issue(database)
    mailbox.to_recipient = always("451 4.7.1 greylisted")
    sending = delivery(database, mailbox)
    for factor in PAUSES:
        pause = timedelta(minutes=factor)
        assert await sending.deliver(clock=clock) == Outcome(MessageState.PENDING, "451 4.7.1", pause)
        clock.now += pause - timedelta(seconds=1)
        assert await sending.deliver(clock=clock) is None
        clock.now += timedelta(seconds=1)
    assert await sending.deliver(clock=clock) == Outcome(MessageState.FAILED, "451 4.7.1")
    assert clock.now - NOW > timedelta(days=2)
    assert (await message(database, award_id)).state is MessageState.FAILED


async def test_what_is_refused_for_good_is_not_tried_again(database: Database, mailbox: Mailbox, clock: Clock) -> None:
    await issue(database)
    mailbox.to_recipient = always("550 5.1.1 <zoe@example.org> who?")
    sending = delivery(database, mailbox)
    bounced = Outcome(MessageState.BOUNCED, "550 5.1.1: there is no such mailbox")
    assert await sending.deliver(clock=clock) == bounced
    clock.now += timedelta(days=3)
    assert await sending.deliver(clock=clock) is None


async def test_one_learner_s_address_holds_up_no_other(database: Database, mailbox: Mailbox, clock: Clock) -> None:
    for email in ("a@example.org", "b@example.org", "c@example.org"):
        await issue(database, email=email)
    mailbox.to_recipient = first("550 no", "451 later", then="250 OK")
    metrics = Metrics()
    outcomes = [await delivery(database, mailbox, counts=metrics).deliver(clock=clock) for _ in range(3)]
    states = [outcome.state for outcome in outcomes if outcome]
    assert states == [MessageState.BOUNCED, MessageState.PENDING, MessageState.SENT]
    assert [counted(metrics, state) for state in states] == [1, 1, 1]


async def test_a_mail_server_in_trouble_is_left_alone_for_a_while(database: Database, clock: Clock) -> None:
    award_id = await issue(database)
    with mail_server() as gone:
        sending = delivery(database, gone)
    outcome = await sending.deliver(clock=clock)
    assert outcome is not None
    assert (outcome.state, outcome.in_trouble) == (MessageState.PENDING, True)
    assert "zoe" not in (await message(database, award_id)).detail


@pytest.mark.parametrize("act", ["revoke", "erase"])
async def test_what_was_ended_is_not_sent(database: Database, mailbox: Mailbox, clock: Clock, act: str) -> None:
    award_id = await issue(database)
    await database.register.act(award_id, act, institution="north", actor="a", reason=None, now=NOW)
    outcome = await delivery(database, mailbox).deliver(clock=clock)
    ended = Outcome(MessageState.FAILED, "its award was revoked before")
    assert outcome == (None if act == "erase" else ended)
    assert mailbox.taken == []


async def test_a_letter_that_can_not_be_composed_holds_up_no_other(
    database: Database, mailbox: Mailbox, clock: Clock
) -> None:
    sick = await issue(database, email="sick@example.org")
    sending = delivery(database, mailbox, faulty=sick)
    outcome = await sending.deliver(clock=clock)
    assert outcome is not None
    assert (outcome.state, outcome.pause) == (MessageState.PENDING, timedelta(minutes=1))
    await issue(database, email="well@example.org")
    assert await sending.deliver(clock=clock) == Outcome(MessageState.SENT)
    assert [letter["To"] for letter in mailbox.letters] == ["well@example.org"]


async def test_a_letter_under_way_is_settled_before_the_end(database: Database, mailbox: Mailbox, clock: Clock) -> None:
    award_id = await issue(database)
    mailbox.to_content = _slowly
    stopping = asyncio.Event()
    running = asyncio.create_task(delivery(database, mailbox).run(clock, stopping=stopping))
    await asyncio.to_thread(mailbox.wait_until_seen)
    stopping.set()
    await running
    assert (await message(database, award_id)).state is MessageState.SENT


@pytest.mark.parametrize(
    ("status", "meaning"),
    [("550 5.1.1", "550 5.1.1: there is no such mailbox"), ("550", "550"), ("554 5.9.9", "554 5.9.9")],
)
def test_a_status_is_said_in_our_words(status: str, meaning: str) -> None:
    assert said(status) == meaning


def test_a_letter_does_not_show_what_is_in_it() -> None:
    letter = Letter(
        message_id="1",
        to=Personal("canary@example.org"),
        sender_name="North",
        reply_to=None,
        language="en",
        written=NOW,
        subject="canary",
        text="canary",
        html="canary",
    )
    assert "canary" not in repr(letter)


async def _slowly(_recipient: str) -> str:
    await asyncio.sleep(0.3)
    return "250 2.0.0 taken"
