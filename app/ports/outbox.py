"""Messages to learners, from the act that they tell of to the mail server that takes them."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.core.personal import Personal
from app.ports.messages import Message, MessageState
from app.ports.register import RegisteredAward


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A message whose time has come, and all that its text is made of."""

    message: Message
    to: Personal[str]
    award: RegisteredAward


class Outbox(Protocol):
    """Messages that were written with the acts they tell of, until a mail server has taken or refused them."""

    async def due(self, *, now: datetime) -> DueMessage | None:
        """One message to send now, leased to the caller: nobody else gets it until the lease has run out."""
        ...

    async def settle(
        self, message_id: str, state: MessageState, *, detail: str, now: datetime, next_attempt: datetime | None = None
    ) -> None:
        """How sending it went. `pending` needs `next_attempt`; any other state is its end."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it goes to a mail server. The same `message_id` again is the same letter again."""

    message_id: str
    to: Personal[str]
    sender_name: str
    reply_to: str | None
    language: str
    written: datetime
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)


class MailRefused(Exception):  # noqa: N818 - the state, not the mistake
    """The mail server will not take a letter: for good, or for now. `status` is its code, and its words are personal.

    https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 and https://www.rfc-editor.org/rfc/rfc3463
    """

    def __init__(self, status: str, answer: Personal[str], *, permanent: bool) -> None:
        super().__init__(status)
        self.status = status
        self.answer = answer
        self.permanent = permanent


class Mail(Protocol):
    async def send(self, letter: Letter) -> str:
        """Hands a letter to the mail server; returns what it answered, which then is answerable for it.

        Raises MailRefused; Unavailable where it did not answer, or may not be spoken to as it is.
        """
        ...

    def kept_open(self) -> "AbstractAsyncContextManager[Mail]":
        """For several letters, one after the other, over one connection. Entering asks nothing of the server."""
        ...
