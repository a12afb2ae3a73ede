"""Delivery: what the outbox holds goes to the mail server, again and again until that takes it or refuses it for good.

1. `due` leases one message to this process; another's is left alone until its lease has run out.
2. An award that nobody may be sent to any more (it was revoked meanwhile) ends its message here.
3. The letter is composed now, with the link as it is now.
4. The mail server takes it, refuses it for good, or is asked again after a pause that grows.
5. `settle` writes down which. A process that dies before sends the same letter again, under the same Message-ID.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from app.core.personal import Personal
from app.core.problems import Refused
from app.issuer.life import Act, State, after
from app.ports import (
    Clock,
    Counts,
    Directory,
    DueMessage,
    Institution,
    Letter,
    Mail,
    MailRefused,
    MessageState,
    NotCounted,
    Outbox,
    RegisteredAward,
    Unavailable,
)

# The pauses between attempts, in the first one's length: of a minute, they grow to eight hours and end after two days.
PAUSES = (1, 5, 30, 120, *(480,) * 6)

_IDLE_SECONDS = 2.0
_TROUBLE_SECONDS = 5.0

_MEANINGS = {
    "5.1.1": "there is no such mailbox",
    "5.1.2": "there is no such host for mail",
    "5.1.3": "this is no address for a letter",
    "5.1.6": "the mailbox has moved",
    "5.1.10": "this host takes no mail",
    "5.2.1": "the mailbox takes no mail",
    "5.2.2": "the mailbox is full",
    "5.6.7": "the mail server takes no address with letters beyond ASCII",
    "5.7.1": "a rule of the mail server forbids it",
}

log = logging.getLogger("testamur.delivery")


class Letters(Protocol):
    """Who writes the letters (`web.letters`)."""

    def compose(self, due: DueMessage, institution: Institution, *, link: str, now: datetime) -> Letter: ...

    def sample(self, message_id: str, to: Personal[str], institution: Institution, *, now: datetime) -> Letter: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt went; `pause` is how long to wait for the next, where there is one.

    `in_trouble`: it was the mail server's own trouble, which the next letter would meet as well.
    """

    state: MessageState
    detail: str = ""
    pause: timedelta | None = None
    in_trouble: bool = False


class Delivery:
    """Sends what is due. Several processes may; each message is leased to one."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        directory: Directory,
        mail: Mail,
        letters: Letters,
        claim_url: Callable[[RegisteredAward], Awaitable[str]],
        retry_seconds: float,
        counts: Counts | None = None,
    ) -> None:
        self._outbox = outbox
        self._directory = directory
        self._mail = mail
        self._letters = letters
        self._claim_url = claim_url
        self._retry_seconds = retry_seconds
        self._counts = counts or NotCounted()

    async def run(self, clock: Clock, *, stopping: asyncio.Event) -> None:
        """Until `stopping` is set; the letter that is under way then is still settled."""
        while not stopping.is_set():
            pause = await self._drain(clock, stopping)
            try:
                await asyncio.wait_for(stopping.wait(), pause)
            except TimeoutError:
                continue

    async def try_out(self, to: Personal[str], institution: Institution, *, message_id: str, now: datetime) -> str:
        """Sends a sample; returns what the mail server answered. Raises MailRefused, Unavailable."""
        return await self._mail.send(self._letters.sample(message_id, to, institution, now=now))

    async def _drain(self, clock: Clock, stopping: asyncio.Event) -> float:
        """All that is due, over one connection; for how many seconds then to do nothing."""
        async with self._mail.kept_open() as mail:
            while not stopping.is_set():
                if pause := await self._next(clock, mail):
                    return pause
        return 0

    async def deliver(self, *, clock: Clock, mail: Mail | None = None) -> Outcome | None:
        """Attempts one message that is due; None where there is none. Raises Unavailable where the database is away."""
        due = await self._outbox.due(now=clock())
        if due is None:
            return None
        try:
            outcome = await self._attempt(due, mail or self._mail, now=clock())
        except Unavailable:
            raise
        except Exception:
            # A fault of ours with one letter must not hold up the others, nor be tried for ever.
            log.exception("message %s could not be sent", due.message.id)
            outcome = self._again(due, "a fault of this service: its log tells more")
        now = clock()
        await self._outbox.settle(
            due.message.id,
            outcome.state,
            detail=outcome.detail,
            now=now,
            next_attempt=now + outcome.pause if outcome.pause else None,
        )
        self._counts.add(outcome.state)
        log.info("message %s %s after %s attempts", due.message.id, outcome.state, due.message.attempts)
        return outcome

    async def _next(self, clock: Clock, mail: Mail) -> float:
        """One attempt; for how many seconds then to do nothing."""
        try:
            outcome = await self.deliver(clock=clock, mail=mail)
        except Unavailable as away:
            log.warning("delivery waits: %s", away)
            return _TROUBLE_SECONDS
        except Exception:
            # A fault of ours must not end delivery.
            log.exception("delivery failed")
            return _IDLE_SECONDS
        match outcome:
            case None:
                return min(_IDLE_SECONDS, self._retry_seconds)
            case Outcome(in_trouble=True):
                return min(_TROUBLE_SECONDS, self._retry_seconds)
            case _:
                return 0

    async def _attempt(self, due: DueMessage, mail: Mail, *, now: datetime) -> Outcome:
        try:
            after(State(due.award.state), Act.SEND)
        except Refused:
            return Outcome(MessageState.FAILED, f"its award was {due.award.state} before")
        institution = await self._directory.institution(due.award.institution)
        if institution is None:
            raise AssertionError("an award has its institution")
        letter = self._letters.compose(due, institution, link=await self._claim_url(due.award), now=now)
        try:
            await mail.send(letter)
        except MailRefused as refused:
            if refused.permanent:
                return Outcome(MessageState.BOUNCED, said(refused.status))
            return self._again(due, said(refused.status))
        except Unavailable as away:
            log.warning("a message waits: %s", away)
            return replace(self._again(due, str(away)), in_trouble=True)
        return Outcome(MessageState.SENT)

    def _again(self, due: DueMessage, detail: str) -> Outcome:
        if due.message.attempts > len(PAUSES):
            return Outcome(MessageState.FAILED, detail)
        factor = PAUSES[due.message.attempts - 1]
        return Outcome(MessageState.PENDING, detail, timedelta(seconds=factor * self._retry_seconds))


def said(status: str) -> str:
    """A mail server's status (`550 5.1.1`) in words of ours: its own may name the learner."""
    meaning = _MEANINGS.get(status.partition(" ")[2])
    return f"{status}: {meaning}" if meaning else status
