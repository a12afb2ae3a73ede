"""Handing letters in: what goes out, what the mail server's answers mean, and that nothing goes where it must not."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.mail import SmtpMail
from app.core.personal import Personal
from app.core.problems import Refused
from app.ports import Letter, MailRefused, Unavailable
from app.settings import from_environment
from tests.smtp_server import Mailbox, Offers, always, first, mail_server, own_authority, silent, text_of

LETTER = Letter(
    message_id="0f3a",
    to=Personal("zoe@example.org"),
    sender_name="Universität Süd, “North”",
    reply_to="registry@example.edu",
    language="de",
    written=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    subject="Ihr Micro-Credential „Datenkompetenz“",
    text="Žižek\n.\nein Punkt\n",
    html="<p>Žižek</p>",
)
HEADERS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version",
    "Content-Type",
}  # fmt: skip


def to(address: str) -> Letter:
    return replace(LETTER, to=Personal(address))


def mail(url: str, **environ: str) -> SmtpMail:
    read = from_environment({"SMTP_URL": url, "MAIL_FROM": "credentials@example.edu", **environ})
    assert read.mail_server is not None
    return SmtpMail.of(read, read.mail_server)


# ── the letter ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_letter_arrives_as_it_was_written() -> None:
    with mail_server() as mailbox:
        assert await mail(mailbox.url).send(LETTER) == "250 2.0.0 taken"
        (letter,) = mailbox.letters
    (sender,) = letter["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (LETTER.sender_name, "credentials@example.edu")
    assert letter["To"] == "zoe@example.org"
    assert letter["Subject"] == LETTER.subject
    assert text_of(letter) == LETTER.text
    assert text_of(letter, "html").strip() == LETTER.html
    assert (letter["Reply-To"], letter["Auto-Submitted"]) == ("registry@example.edu", "auto-generated")
    assert letter["Date"] == "Tue, 24 Nov 2026 09:30:00 +0000"


async def test_the_same_letter_again_has_the_same_message_id() -> None:
    with mail_server() as mailbox:
        for _ in range(2):
            await mail(mailbox.url).send(LETTER)
        assert [letter["Message-ID"] for letter in mailbox.letters] == ["<0f3a@example.edu>"] * 2


async def test_a_letter_is_ascii_on_the_way() -> None:
    with mail_server() as mailbox:
        await mail(mailbox.url).send(LETTER)
        (envelope,) = mailbox.taken
    assert isinstance(envelope.content, bytes)
    assert envelope.content.isascii()
    assert envelope.mail_from == "credentials@example.edu"


async def test_no_value_adds_a_header() -> None:
    hostile = "x\r\nBcc: mallory@evil.example\r\n\r\nbody"
    with mail_server() as mailbox:
        await mail(mailbox.url).send(replace(LETTER, subject=hostile, sender_name=hostile))
        (letter,) = mailbox.letters
    assert letter["Bcc"] is None
    assert len(mailbox.taken[0].rcpt_tos) == 1
    assert "mallory" in letter["Subject"]


@pytest.mark.parametrize(
    "address", ["a\r\nRCPT TO:<b@evil.example>@x.example", "a@x.example\n", "\ud800@x.example", ""]
)
async def test_an_address_that_no_letter_can_carry_is_refused_for_good(address: str) -> None:
    with mail_server() as mailbox:
        with pytest.raises(MailRefused) as refused:
            await mail(mailbox.url).send(to(address))
        assert mailbox.taken == []
    assert refused.value.permanent


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=80))
def test_any_letter_arrives_with_our_headers_alone_or_is_refused(address: str, name: str, text: str) -> None:
    with mail_server() as mailbox:
        hostile = replace(LETTER, to=Personal(address), sender_name=name, subject=text, text=text, html=text)
        try:
            asyncio.run(mail(mailbox.url).send(hostile))
        except MailRefused:
            return
        (letter,) = mailbox.letters
        (recipient,) = mailbox.taken[0].rcpt_tos
    assert set(letter.keys()) == HEADERS
    assert recipient == address


# ── letters beyond ASCII in an address ───────────────────────────────────────────────────────────────────────────────


async def test_an_address_in_any_letters_goes_to_a_server_that_takes_it() -> None:
    with mail_server() as mailbox:
        await mail(mailbox.url).send(to("zoë@пример.example"))
        assert mailbox.taken[0].rcpt_tos == ["zoë@пример.example"]
        assert mailbox.taken[0].smtp_utf8


async def test_a_server_that_does_not_take_it_is_not_asked_to() -> None:
    with mail_server(offers=Offers(smtputf8=False)) as mailbox:
        with pytest.raises(MailRefused) as refused:
            await mail(mailbox.url).send(to("zoë@example.org"))
        assert (refused.value.status, refused.value.permanent) == ("553 5.6.7", True)
        assert mailbox.taken == []


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "status", "permanent"),
    [
        ("550 5.1.1 <zoe@example.org>: no such user", "550 5.1.1", True),
        ("553 no", "553", True),
        ("501 5.1.3 bad address", "501 5.1.3", True),
        ("451 4.7.1 greylisted", "451 4.7.1", False),
        ("452 too many", "452", False),
        ("530 5.7.0 authentication required", "530 5.7.0", False),
        ("503 out of order", "503", False),
    ],
)
async def test_what_is_answered_to_an_address(answer: str, status: str, permanent: bool) -> None:
    with mail_server(Mailbox(to_recipient=always(answer))) as mailbox, pytest.raises(MailRefused) as refused:
        await mail(mailbox.url).send(LETTER)
    assert (refused.value.status, refused.value.permanent) == (status, permanent)
    assert refused.value.answer.open() == answer


async def test_what_is_answered_to_a_letter() -> None:
    with mail_server(Mailbox(to_content=first("552 5.2.2 full", then="451 later"))) as mailbox:
        for status, permanent in (("552 5.2.2", True), ("451", False)):
            with pytest.raises(MailRefused) as refused:
                await mail(mailbox.url).send(LETTER)
            assert (refused.value.status, refused.value.permanent) == (status, permanent)


async def test_a_refusal_does_not_show_the_address() -> None:
    answer = always("550 5.1.1 zoe@example.org?")
    with mail_server(Mailbox(to_recipient=answer)) as mailbox, pytest.raises(MailRefused) as refused:
        await mail(mailbox.url).send(LETTER)
    assert "zoe" not in f"{refused.value!r} {refused.value} {refused.value.__dict__}"


async def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with (
        mail_server(Mailbox(to_content=silent)) as mailbox,
        pytest.raises(Unavailable, match=r"did not answer within 0\.5 s"),
    ):
        await mail(mailbox.url, SMTP_TIMEOUT_SECONDS="0.5").send(LETTER)


async def test_a_server_that_breaks_off_is_unavailable() -> None:
    with mail_server(Mailbox(breaks_off=True)) as mailbox, pytest.raises(Unavailable, match="broke the connection off"):
        await mail(mailbox.url).send(LETTER)


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with mail_server() as mailbox:
        url = mailbox.url
    with pytest.raises(Unavailable, match="mail server 127"):
        await mail(url).send(LETTER)


# ── TLS and signing in ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_letter_goes_by_starttls_to_a_server_whose_authority_is_known(tmp_path: Path) -> None:
    authority, context = own_authority(tmp_path)
    with mail_server(Mailbox(secret=(b"testamur", b"secret")), offers=Offers(starttls=context)) as mailbox:
        url = f"smtp://testamur@localhost:{mailbox.port}"
        await mail(url, SMTP_CA_FILE=str(authority), SMTP_PASSWORD="secret").send(LETTER)
        assert len(mailbox.taken) == 1
        assert mailbox.logins == [(b"testamur", b"secret")]


async def test_a_letter_goes_by_smtps(tmp_path: Path) -> None:
    authority, context = own_authority(tmp_path)
    with mail_server(offers=Offers(tls=context)) as mailbox:
        await mail(f"smtps://localhost:{mailbox.port}", SMTP_CA_FILE=str(authority)).send(LETTER)
        assert len(mailbox.taken) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_server_that_is_somebody_else_gets_nothing(tmp_path: Path, scheme: str) -> None:
    authority, context = own_authority(tmp_path, names=("elsewhere.example",))
    offers = Offers(tls=context) if scheme == "smtps" else Offers(starttls=context)
    with mail_server(offers=offers) as mailbox:
        url = f"{scheme}://testamur@localhost:{mailbox.port}"
        with pytest.raises(Unavailable, match="no TLS that this machine trusts"):
            await mail(url, SMTP_CA_FILE=str(authority), SMTP_PASSWORD="secret").send(LETTER)
        assert (mailbox.taken, mailbox.logins) == ([], [])


async def test_where_tls_is_demanded_a_server_without_it_gets_nothing(tmp_path: Path) -> None:
    authority, _ = own_authority(tmp_path)
    with mail_server(Mailbox(secret=(b"testamur", b"secret"))) as mailbox:
        url = f"smtp://testamur@localhost:{mailbox.port}"
        with pytest.raises(Unavailable, match="STARTTLS"):
            await mail(url, SMTP_CA_FILE=str(authority), SMTP_PASSWORD="secret").send(LETTER)
        assert (mailbox.taken, mailbox.logins) == ([], [])


async def test_a_wrong_password_is_our_trouble_not_the_learners() -> None:
    with mail_server(Mailbox(secret=(b"testamur", b"secret"))) as mailbox:
        url = f"smtp://testamur@127.0.0.1:{mailbox.port}"
        with pytest.raises(Unavailable, match="535"):
            await mail(url, SMTP_PASSWORD="wrong").send(LETTER)


def test_off_this_machine_tls_is_demanded() -> None:
    assert mail("smtp://mail.example.edu").start_tls
    assert not mail("smtp://127.0.0.1").start_tls


def test_an_authority_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(Refused, match="SMTP_CA_FILE"):
        mail("smtp://127.0.0.1", SMTP_CA_FILE=str(tmp_path / "ca.pem"))


def test_the_password_is_not_shown() -> None:
    assert "canary" not in repr(mail("smtp://testamur@127.0.0.1", SMTP_PASSWORD="canary"))


# ── several letters over one connection ──────────────────────────────────────────────────────────────────────────────


async def send_all(mailbox: Mailbox, letters: list[Letter], *, pause: float = 0) -> list[str]:
    told = []
    async with mail(mailbox.url).kept_open() as connection:
        for letter in letters:
            try:
                told.append(await connection.send(letter))
            except (MailRefused, Unavailable) as error:
                told.append(type(error).__name__)
            await asyncio.sleep(pause)
    return told


async def test_letters_of_one_drain_share_a_connection() -> None:
    with mail_server() as mailbox:
        await send_all(mailbox, [to(f"a{number}@example.org") for number in range(5)])
        assert [each.rcpt_tos for each in mailbox.taken] == [[f"a{number}@example.org"] for number in range(5)]
        assert len(mailbox.sessions) == 1


async def test_a_connection_carries_so_many_letters_and_no_more() -> None:
    with mail_server() as mailbox:
        await send_all(mailbox, [LETTER] * 51)
        assert len(mailbox.sessions) == 2


async def test_after_a_letter_that_was_refused_the_next_goes_out_alone() -> None:
    with mail_server(Mailbox(to_recipient=first("250 OK", "550 5.1.1 nobody", then="250 OK"))) as mailbox:
        told = await send_all(mailbox, [to("a@example.org"), to("b@example.org"), to("c@example.org")])
        assert told == ["250 2.0.0 taken", "MailRefused", "250 2.0.0 taken"]
        assert [each.rcpt_tos for each in mailbox.taken] == [["a@example.org"], ["c@example.org"]]
        assert len(mailbox.sessions) == 1


async def test_a_server_that_ends_the_connection_gets_the_next_letter_over_another() -> None:
    with mail_server(Mailbox(closes_after=1)) as mailbox:
        assert await send_all(mailbox, [LETTER] * 3, pause=0.05) == ["250 2.0.0 taken"] * 3
        assert len(mailbox.sessions) == 3


async def test_a_server_that_breaks_off_within_a_letter_is_asked_again_later_and_anew() -> None:
    with mail_server(Mailbox(breaks_off=True)) as mailbox:
        async with mail(mailbox.url).kept_open() as connection:
            with pytest.raises(Unavailable):
                await connection.send(LETTER)
            mailbox.breaks_off = False
            assert await connection.send(LETTER) == "250 2.0.0 taken"
