"""Letters handed to the mail server by SMTP, several over one connection, in TLS or on this machine. Owns aiosmtplib.

https://www.rfc-editor.org/rfc/rfc5321, https://www.rfc-editor.org/rfc/rfc3207
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path

import aiosmtplib

from app.core.personal import Personal
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.ports import Letter, MailRefused, Unavailable
from app.settings import MailServer, Settings, is_loopback

# Refused for good because of this letter or its address. Any other 5xx (530: sign in; 503: out of order) is about us.
_ABOUT_THE_LETTER = frozenset({501, 521, *range(550, 560)})
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_QUIT_SECONDS = 1.0
# Whether a connection still stands is asked before each further letter; a server in its senses answers at once.
_STANDS_SECONDS = 3.0
# Servers end a connection after so many letters, or hold it against the sender.
_MOST_LETTERS = 50


@dataclass(frozen=True, slots=True)
class SmtpMail:
    """Implements `Mail`. `sender` is the address that letters come from, and that bounces go to."""

    server: MailServer
    sender: str
    timeout_seconds: float
    start_tls: bool
    tls: ssl.SSLContext = field(repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings, server: MailServer) -> "SmtpMail":
        """Raises Refused (SETTING_ERROR) where SMTP_CA_FILE can't be read."""
        on_this_machine = is_loopback(server.host) and settings.smtp_ca_file is None
        return cls(
            server=server,
            sender=settings.mail_from,
            timeout_seconds=settings.smtp_timeout_seconds,
            start_tls=not server.tls and not on_this_machine,
            tls=_tls(settings.smtp_ca_file),
            password=settings.smtp_password if server.user else None,
        )

    async def send(self, letter: Letter) -> str:
        async with self.kept_open() as connection:
            return await connection.send(letter)

    @asynccontextmanager
    async def kept_open(self) -> AsyncIterator["_Connection"]:
        connection = _Connection(self)
        try:
            yield connection
        finally:
            await connection.end()

    async def connected(self) -> aiosmtplib.SMTP:
        """Over a connection of its own, greeted and signed in. Raises what aiosmtplib does."""
        client = self._client()
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except BaseException:
            await _leave(client)
            raise
        return client

    async def hand_in(self, letter: Letter, connection: "_Connection") -> str:
        """Raises MailRefused, after which the connection stands; Unavailable, after which it may not."""
        content, beyond_ascii = _written(letter, sender=self.sender)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                client = await connection.ready()
                return await self._hand_in(client, letter.to, content, beyond_ascii=beyond_ascii)
        except TimeoutError:
            # aiosmtplib's own time-outs are OSErrors of this kind too.
            raise self._unavailable(f"did not answer within {self.timeout_seconds:g} s") from None
        except aiosmtplib.SMTPResponseException as refusal:
            raise self._unavailable(f"answered {_status(refusal.code, refusal.message)} before any letter") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise self._unavailable(_why(error)) from None

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.server.host,
            port=self.server.port,
            username=self.server.user,
            password=self.password,
            local_hostname=self.sender.rpartition("@")[2],
            timeout=self.timeout_seconds,
            use_tls=self.server.tls,
            # True demands it: a server that does not offer it gets nothing, neither a password nor a letter.
            start_tls=self.start_tls,
            tls_context=self.tls,
        )

    async def _hand_in(self, client: aiosmtplib.SMTP, to: Personal[str], content: bytes, *, beyond_ascii: bool) -> str:
        if beyond_ascii and not client.supports_extension("smtputf8"):
            raise _refused(553, "5.6.7 the mail server takes no address with letters beyond ASCII", permanent=True)
        options, encoding = (["SMTPUTF8"], "utf-8") if beyond_ascii else ([], "ascii")
        await client.mail(self.sender, options=options, encoding=encoding)
        try:
            await client.rcpt(to.open(), encoding=encoding)
            answer = await client.data(content)
        except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as refusal:
            permanent = refusal.code in _ABOUT_THE_LETTER
            raise _refused(refusal.code, refusal.message, permanent=permanent) from None
        return _readable(answer.code, answer.message)

    def _unavailable(self, what: str) -> Unavailable:
        return Unavailable(f"the mail server {self.server.host}:{self.server.port} {what}")


class _Connection:
    """Implements `Mail` over one connection, made anew where the server has ended it between two letters."""

    def __init__(self, mail: SmtpMail) -> None:
        self._mail = mail
        self._client: aiosmtplib.SMTP | None = None
        self._letters = 0

    async def send(self, letter: Letter) -> str:
        try:
            return await self._mail.hand_in(letter, self)
        except BaseException as error:
            if not isinstance(error, MailRefused):
                await self.end()
            raise

    @asynccontextmanager
    async def kept_open(self) -> AsyncIterator["_Connection"]:
        yield self

    async def ready(self) -> aiosmtplib.SMTP:
        """The client, ready for a letter that nothing of the last one is left of."""
        if self._client is not None and (self._letters >= _MOST_LETTERS or not await _stands(self._client)):
            await self.end()
        if self._client is None:
            self._client = await self._mail.connected()
        self._letters += 1
        return self._client

    async def end(self) -> None:
        client, self._client, self._letters = self._client, None, 0
        if client is not None:
            await _leave(client)


async def _stands(client: aiosmtplib.SMTP) -> bool:
    try:
        await client.rset(timeout=_STANDS_SECONDS)
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    """Trusts what this machine trusts, and `ca_file`."""
    context = ssl.create_default_context()
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(cafile=str(ca_file))
    except OSError as error:
        # ssl.SSLError is one; it has a reason, where a file that is not there has a strerror.
        why = error.reason if isinstance(error, ssl.SSLError) else error.strerror
        detail = f"SMTP_CA_FILE names {ca_file}, which can't be read as certificates in PEM ({why})."
        raise Refused(Problem(SETTING_ERROR, at="/SMTP_CA_FILE", detail=detail)) from None
    return context


def _written(letter: Letter, *, sender: str) -> tuple[bytes, bool]:
    """The letter in bytes, and whether it needs SMTPUTF8 (RFC 6531), which only an address does."""
    beyond_ascii = not letter.to.open().isascii()
    try:
        return _message(letter, sender=sender, beyond_ascii=beyond_ascii).as_bytes(), beyond_ascii
    except (ValueError, UnicodeError):
        # A line break in it, or half a surrogate pair: no mail server need be asked.
        raise _refused(553, "5.1.3 this is no address that a letter can carry", permanent=True) from None


def _message(letter: Letter, *, sender: str, beyond_ascii: bool) -> EmailMessage:
    address = letter.to.open()
    to = address.rpartition("@")
    if not all(to) or not address.isprintable() or " " in address:
        raise ValueError("an address has two parts, and nothing in them that can't be seen")
    name, _, domain = sender.rpartition("@")
    message = EmailMessage(policy=SMTPUTF8 if beyond_ascii else SMTP)
    message["From"] = Address(_one_line(letter.sender_name), username=name, domain=domain)
    message["To"] = Address(username=to[0], domain=to[2])
    if letter.reply_to:
        message["Reply-To"] = letter.reply_to
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = letter.written
    message["Message-ID"] = f"<{letter.message_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.language
    # Quoted-printable goes through every server; 8bit would need the server's word for it.
    message.set_content(letter.text, cte="quoted-printable")
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _refused(code: int, message: str, *, permanent: bool) -> MailRefused:
    return MailRefused(_status(code, message), Personal(_readable(code, message)), permanent=permanent)


def _readable(code: int, message: str) -> str:
    """A server's words as one line that a terminal only shows."""
    return "".join(character if character.isprintable() else " " for character in f"{code} {message}")


def _status(code: int, message: str) -> str:
    """The reply code, and the enhanced one where the answer begins with it: never the words, which name people."""
    enhanced = _ENHANCED.match(message)
    return f"{code} {enhanced[0]}" if enhanced else str(code)


def _why(error: Exception) -> str:
    match error.__cause__ or error:
        case ssl.SSLError() as untrusted:
            return f"speaks no TLS that this machine trusts ({untrusted.reason or 'no handshake'})"
        case aiosmtplib.SMTPConnectError():
            return "can't be reached"
        case ConnectionRefusedError():
            return "refuses connections"
        case ConnectionError():
            return "broke the connection off"
        case aiosmtplib.SMTPException():
            return "does not offer what is needed: STARTTLS, or a way to sign in"
        case _:
            return "can't be reached"


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Says goodbye where there still is a connection; the letter's fate is decided by then."""
    try:
        if client.is_connected:
            await client.quit(timeout=_QUIT_SECONDS)
    except (aiosmtplib.SMTPException, OSError):
        client.close()
