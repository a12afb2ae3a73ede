"""A mail server on loopback, which takes letters, refuses them, is slow, or breaks off, as a test asks."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from threading import Thread

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.https_server import certificates

Answering = Callable[[str], Awaitable[str]]


def always(answer: str) -> Answering:
    async def answering(_recipient: str) -> str:
        return answer

    return answering


def first(*answers: str, then: str) -> Answering:
    """These, one after the other; `then` from there on."""
    left = list(answers)

    async def answering(_recipient: str) -> str:
        return left.pop(0) if left else then

    return answering


async def silent(_recipient: str) -> str:
    """Says nothing for longer than anybody waits."""
    await asyncio.sleep(60)
    return "250 OK"


@dataclass
class Mailbox:
    """What a mail server took, and how it answers: to a recipient, and to a letter's content once it has it.

    `seen` are the letters that it had before it answered, `sessions` the connections that brought any. It may close one
    after so many letters.
    """

    port: int = 0
    to_recipient: Answering = field(default_factory=lambda: always("250 OK"))
    to_content: Answering = field(default_factory=lambda: always("250 2.0.0 taken"))
    taken: list[Envelope] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    seen: list[Envelope] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    closes_after: int | None = None
    breaks_off: bool = False
    secret: tuple[bytes, bytes] | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def letters(self) -> list[EmailMessage]:
        return [read(envelope) for envelope in self.taken]

    def wait_for(self, count: int, *, seconds: float = 20) -> list[EmailMessage]:
        """The letters, once there are so many."""
        until = time.monotonic() + seconds
        while len(self.taken) < count:
            assert time.monotonic() < until, f"{len(self.taken)} of {count} letters came"
            time.sleep(0.02)
        return self.letters

    def wait_until_seen(self, *, seconds: float = 20) -> None:
        """A letter has come, and is not yet answered."""
        until = time.monotonic() + seconds
        while not self.seen:
            assert time.monotonic() < until, "no letter came"
            time.sleep(0.02)

    # The names that aiosmtpd calls.
    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.breaks_off:
            assert server.transport is not None
            server.transport.close()
            return "421 4.3.0 going"
        answer = await self.to_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.seen.append(envelope)
        answer = await self.to_content("")
        if answer.startswith("250"):
            self.taken.append(envelope)
        if session not in self.sessions:
            self.sessions.append(session)
        if self.closes_after is not None and len(self.taken) % self.closes_after == 0:
            assert server.transport is not None
            # Once its answer is on the way, as a server does whose patience ends.
            asyncio.get_running_loop().call_later(0.01, server.transport.close)
        return answer

    def signs_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append((given.login, given.password))
        return AuthResult(success=(given.login, given.password) == self.secret, handled=False)


def read(envelope: Envelope) -> EmailMessage:
    content = envelope.content
    assert isinstance(content, bytes)
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(letter: EmailMessage, subtype: str = "plain") -> str:
    part = letter.get_body((subtype,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


@dataclass(frozen=True)
class Offers:
    """What the server offers beside plain SMTP."""

    starttls: ssl.SSLContext | None = None
    tls: ssl.SSLContext | None = None
    smtputf8: bool = True


@contextmanager
def mail_server(mailbox: Mailbox | None = None, *, offers: Offers = Offers(), port: int = 0) -> Iterator[Mailbox]:
    """Runs one in a thread of its own; `secret` of the mailbox makes it ask for that user and password."""
    mailbox = mailbox or Mailbox()
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def connected() -> SMTP:
        return SMTP(
            mailbox,
            hostname="mail.example",
            enable_SMTPUTF8=offers.smtputf8,
            tls_context=offers.starttls,
            require_starttls=offers.starttls is not None,
            authenticator=mailbox.signs_in if mailbox.secret else None,
            # In the clear it only offers to ask: aiosmtpd warns of demanding a password there.
            auth_required=mailbox.secret is not None and offers.starttls is not None,
            auth_require_tls=offers.starttls is not None,
            loop=loop,
        )

    listening = loop.create_server(connected, "127.0.0.1", port, ssl=offers.tls)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result()
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    handlers = asyncio.all_tasks() - {asyncio.current_task()}
    for handler in handlers:
        handler.cancel()
    await asyncio.gather(*handlers, return_exceptions=True)


def own_authority(folder: Path, *, names: tuple[str, ...] = ("localhost",)) -> tuple[Path, ssl.SSLContext]:
    """The file of an authority, and what a server with a certificate by it offers."""
    authority, certificate = certificates(folder, names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return authority, context
