"""Over a real mail server and the real service: the learner gets the link, and the institution sees how it went."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.credential.award_request import MINIMAL_EXAMPLE
from tests.console import signed_in
from tests.service import Running, free_port, running
from tests.smtp_server import Mailbox, always, first, mail_server, read, silent, text_of
from tests.typed import typed

EMAIL = "zoe.canaryaddress@example.org"
LEARNER = {"fullName": "Zoë Marković", "email": EMAIL}
_SETTINGS = {"MAIL_FROM": "credentials@example.edu", "MAIL_RETRY_SECONDS": "0.2", "SMTP_TIMEOUT_SECONDS": "1"}


@contextmanager
def writing(
    mailbox: Mailbox, folder: Path, *, database_url: str = "", port: int | None = None, **settings: str
) -> Iterator[Running]:
    """A service that writes to learners by this mail server."""
    with running(
        database_url=database_url or f"sqlite:///{folder / 'testamur.sqlite3'}",
        folder=folder,
        port=port,
        settings={**_SETTINGS, "SMTP_URL": mailbox.url, **settings},
    ) as service:
        yield service


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture(scope="module")
def service(mailbox: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with writing(mailbox, tmp_path_factory.mktemp("mail")) as service:
        yield service


@pytest.fixture(autouse=True)
def _emptied(request: pytest.FixtureRequest) -> None:
    if "service" in request.fixturenames:
        shared: Mailbox = request.getfixturevalue("mailbox")
        shared.taken.clear()
        shared.to_recipient = always("250 OK")
        shared.breaks_off = False


def award(service: Running, learner: Mapping[str, Any] = LEARNER) -> dict[str, Any]:
    answer = service.award({**MINIMAL_EXAMPLE, "learner": learner})
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def ask(service: Running, award_id: str, act: str, body: object) -> httpx.Response:
    return service.client.post(f"/awards/{award_id}/{act}", json=body, headers=service.signed_in())


def messages(service: Running, award_id: str) -> list[dict[str, str]]:
    answer = service.client.get(f"/awards/{award_id}", headers=service.signed_in())
    assert answer.status_code == 200, answer.text
    found: list[dict[str, str]] = answer.json().get("messages", [])
    return [{name: value for name, value in message.items() if name != "changed"} for message in found]


def until(service: Running, award_id: str, wanted: Callable[[list[dict[str, str]]], bool]) -> list[dict[str, str]]:
    """The award's messages, once they are as a test waits for."""
    end = time.monotonic() + 20
    while not wanted(found := messages(service, award_id)):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def all_in(*states: str) -> Callable[[list[dict[str, str]]], bool]:
    return lambda found: [message["state"] for message in found] == list(states)


# ── what the learner gets ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_learner_gets_the_very_link_and_takes_the_credential(empty_database_url: str, tmp_path: Path) -> None:
    with mail_server() as mailbox, writing(mailbox, tmp_path, database_url=empty_database_url) as service:
        receipt = award(service)
        (letter,) = mailbox.wait_for(1)
        assert letter["To"] == EMAIL
        (link,) = re.findall(r"http://\S+/claim/\S+", text_of(letter))
        assert link == receipt["claimUrl"]
        assert f'href="{link}"' in text_of(letter, "html")
        assert until(service, receipt["id"], all_in("sent")) == [{"kind": "awarded", "state": "sent"}]
        taken = service.client.post(link.removeprefix(service.url) + "/credential")
        assert service.verify(taken.content)["verdict"] == "valid"
        told = service.client.get(f"/awards/{receipt['id']}", headers=service.signed_in()).json()
        assert "claimed" in told


def test_a_learner_without_an_address_is_not_written_to(service: Running, mailbox: Mailbox) -> None:
    without = award(service, {"fullName": "Nobody Writes"})
    award(service)
    mailbox.wait_for(1)
    assert messages(service, without["id"]) == []


def test_a_corrected_award_is_told_of_as_that(service: Running, mailbox: Mailbox) -> None:
    old = award(service)
    mailbox.wait_for(1)
    correction = {"reason": "The name was misspelt.", "learner": {"fullName": "Zoë Marković-Núñez"}}
    new = ask(service, old["id"], "supersede", correction).json()
    _, letter = mailbox.wait_for(2)
    assert "takes the place of the one that you were sent before" in text_of(letter)
    assert new["claimUrl"] in text_of(letter)
    assert until(service, new["id"], all_in("sent"))[0]["kind"] == "corrected"


def test_after_withdrawing_only_the_new_link_is_sent(service: Running, mailbox: Mailbox) -> None:
    old = award(service)
    mailbox.wait_for(1)
    new = ask(service, old["id"], "withdraw", {"reason": "went to another"}).json()["claimUrl"]
    assert ask(service, old["id"], "send", {"email": "right@example.org"}).status_code == 200
    _, letter = mailbox.wait_for(2)
    assert letter["To"] == "right@example.org"
    assert new in text_of(letter)
    assert old["claimUrl"] not in text_of(letter)
    assert service.client.get(old["claimUrl"].removeprefix(service.url)).status_code == 410


# ── what the institution sees ────────────────────────────────────────────────────────────────────────────────────────


def test_an_address_that_is_refused_is_seen_as_bounced_and_sent_to_another(service: Running, mailbox: Mailbox) -> None:
    mailbox.to_recipient = first(f"550 5.1.1 <{EMAIL}> unknown here", then="250 OK")
    receipt = award(service)
    bounced = {"kind": "awarded", "state": "bounced", "detail": "550 5.1.1: there is no such mailbox"}
    assert until(service, receipt["id"], all_in("bounced")) == [bounced]
    ask(service, receipt["id"], "send", {"email": "other@example.org"})
    (letter,) = mailbox.wait_for(1)
    assert letter["To"] == "other@example.org"
    assert until(service, receipt["id"], all_in("bounced", "sent"))[1]["kind"] == "link"


def test_a_server_that_asks_for_patience_gets_it(service: Running, mailbox: Mailbox) -> None:
    mailbox.to_recipient = first("451 4.7.1 greylisted", "451 4.7.1 greylisted", then="250 OK")
    receipt = award(service)
    assert len(mailbox.wait_for(1)) == 1
    assert until(service, receipt["id"], all_in("sent"))


def test_a_server_that_says_nothing_is_asked_again(service: Running, mailbox: Mailbox) -> None:
    mailbox.to_recipient = silent
    receipt = award(service)
    (waiting,) = until(service, receipt["id"], lambda found: bool(found[0].get("detail")))
    assert waiting["state"] == "pending"
    assert "did not answer within 1 s" in waiting["detail"]
    mailbox.to_recipient = always("250 OK")
    assert len(mailbox.wait_for(1)) == 1


def test_a_server_that_breaks_off_is_asked_again(service: Running, mailbox: Mailbox) -> None:
    mailbox.breaks_off = True
    receipt = award(service)
    until(service, receipt["id"], lambda found: "broke the connection off" in found[0].get("detail", ""))
    mailbox.breaks_off = False
    assert len(mailbox.wait_for(1)) == 1


def test_awarding_does_not_wait_for_a_mail_server_that_is_away(tmp_path: Path) -> None:
    port = free_port()
    with writing(Mailbox(port=port), tmp_path) as service:
        receipt = award(service)
        until(service, receipt["id"], lambda found: bool(found[0].get("detail")))
        with mail_server(port=port) as mailbox:
            assert len(mailbox.wait_for(1)) == 1


# ── what does not go out ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("act", ["erase", "revoke", "withdraw"])
def test_what_is_ended_before_it_was_sent_does_not_go_out(service: Running, mailbox: Mailbox, act: str) -> None:
    mailbox.to_recipient = always("451 later")
    receipt = award(service)
    until(service, receipt["id"], lambda found: bool(found[0].get("detail")))
    assert ask(service, receipt["id"], act, {"reason": "mistake"}).status_code == 200
    mailbox.to_recipient = always("250 OK")
    after = award(service, {"fullName": "Next", "email": "next@example.org"})
    until(service, after["id"], all_in("sent"))
    time.sleep(1.5)
    assert [letter["To"] for letter in mailbox.letters] == ["next@example.org"]
    if act != "erase":
        (ended,) = messages(service, receipt["id"])
        assert ended["state"] == "failed"


def test_no_log_and_no_database_shows_the_address_or_the_link(empty_database_url: str, tmp_path: Path) -> None:
    answers = first(f"451 {EMAIL} later", f"550 5.1.1 {EMAIL} unknown", then="250 OK")
    with (
        mail_server(Mailbox(to_recipient=answers)) as mailbox,
        writing(mailbox, tmp_path, database_url=empty_database_url) as service,
    ):
        receipt = award(service)
        until(service, receipt["id"], all_in("bounced"))
        ask(service, receipt["id"], "send", {})
        mailbox.wait_for(1)
        until(service, receipt["id"], all_in("bounced", "sent"))
    token = receipt["claimUrl"].rpartition("/")[2]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert [canary for canary in ("canaryaddress", token) if canary.encode() in kept] == []


# ── a process that dies ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_letter_that_was_under_way_goes_out_after_kill_9_and_is_the_same(
    empty_database_url: str, tmp_path: Path
) -> None:
    port = free_port()
    with mail_server() as mailbox:
        with writing(mailbox, tmp_path, database_url=empty_database_url, port=port) as service:
            # The server takes the letter, and its answer is never heard: no harder moment to die at.
            mailbox.to_content = silent
            receipt = award(service)
            mailbox.wait_until_seen()
            service.process.kill()
            service.process.join()
        mailbox.to_content = always("250 2.0.0 taken")
        with writing(mailbox, tmp_path, database_url=empty_database_url, port=port) as service:
            (letter,) = mailbox.wait_for(1)
            until(service, receipt["id"], all_in("sent"))
    assert {read(envelope)["Message-ID"] for envelope in mailbox.seen} == {letter["Message-ID"]}


def test_two_processes_send_each_letter_once(empty_database_url: str, tmp_path: Path) -> None:
    first_port = free_port()
    public_url = f"http://127.0.0.1:{first_port}"
    with (
        mail_server() as mailbox,
        writing(mailbox, tmp_path, database_url=empty_database_url, port=first_port) as one,
        running(
            database_url=empty_database_url,
            folder=tmp_path,
            public_url=public_url,
            settings={**_SETTINGS, "SMTP_URL": mailbox.url},
        ),
    ):
        made = [award(one, {"fullName": f"L {n}", "email": f"l{n}@example.org"})["id"] for n in range(12)]
        mailbox.wait_for(12)
        for award_id in made:
            until(one, award_id, all_in("sent"))
        assert len({letter["To"] for letter in mailbox.letters}) == len(mailbox.taken) == 12


# ── the console ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_console_shows_that_a_letter_came_back_and_sends_the_link_to_another_address(
    service: Running, mailbox: Mailbox
) -> None:
    mailbox.to_recipient = first("550 5.1.1 who?", then="250 OK")
    receipt = award(service)
    until(service, receipt["id"], all_in("bounced"))
    here, path = signed_in(service), f"/console/awards/{receipt['id']}"
    page = here.get(path).text
    assert "came back: this address takes no mail" in page
    assert f'value="{EMAIL}"' in page
    assert here.send(f"{path}/send", {"email": "other@example.org"}).status_code == 303
    (letter,) = mailbox.wait_for(1)
    assert (letter["To"], receipt["claimUrl"] in text_of(letter)) == ("other@example.org", True)
    until(service, receipt["id"], all_in("bounced", "sent"))
    assert "Letter with the link: <strong>sent</strong>" in here.get(path).text


def test_the_console_says_where_an_address_was_none(service: Running, mailbox: Mailbox) -> None:
    receipt = award(service, {"fullName": "Without"})
    here, path = signed_in(service), f"/console/awards/{receipt['id']}"
    for typed_there in ("nowhere", ""):
        answer = here.send(f"{path}/send", {"email": typed_there})
        assert "no e-mail address that a letter can go to" in answer.text
    assert mailbox.taken == []


# ── the command line ─────────────────────────────────────────────────────────────────────────────────────────────────


def beside(service: Running, mailbox: Mailbox, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **_SETTINGS,
        "SMTP_URL": mailbox.url,
        "PORT": service.url.rpartition(":")[2],
        "KEYS_DIR": str(service.keys_dir),
        "DATABASE_URL": f"sqlite:///{folder / 'testamur.sqlite3'}",
    }
    return typed(*words, environment=environment)


def test_send_is_typed_and_the_service_sends(service: Running, mailbox: Mailbox) -> None:
    receipt = award(service, {"fullName": "Typed"})
    done = beside(service, mailbox, service.log.parent, "send", receipt["id"], "--email", "typed@example.org")
    assert (done.returncode, done.stderr) == (0, "")
    (letter,) = mailbox.wait_for(1)
    assert (letter["To"], receipt["claimUrl"] in text_of(letter)) == ("typed@example.org", True)


def test_no_address_is_typed(service: Running, mailbox: Mailbox) -> None:
    receipt = award(service, {"fullName": "Typed"})
    done = beside(service, mailbox, service.log.parent, "send", receipt["id"], "--email", "nowhere")
    assert done.returncode == 1
    assert "no e-mail address" in done.stderr or "not an e-mail address" in done.stderr


def test_the_mail_server_is_tried_and_its_answer_told(service: Running, mailbox: Mailbox) -> None:
    done = beside(service, mailbox, service.log.parent, "mail", "test", "admin@example.edu")
    assert (done.returncode, done.stdout) == (0, "The mail server took it: 250 2.0.0 taken\n")
    assert [letter["To"] for letter in mailbox.letters] == ["admin@example.edu"]


def test_a_refusal_is_told_in_the_servers_words(service: Running, mailbox: Mailbox) -> None:
    mailbox.to_recipient = always("554 5.7.1 relay access denied, see https://mail.example.edu/rules")
    done = beside(service, mailbox, service.log.parent, "mail", "test", "admin@example.edu")
    assert done.returncode == 1
    assert "relay access denied" in done.stderr


def test_a_template_that_is_broken_stops_the_service_and_is_named(tmp_path: Path) -> None:
    letter = tmp_path / "templates" / "demo" / "en" / "awarded.txt"
    letter.parent.mkdir(parents=True)
    letter.write_text("Subject: {{ titel }}\n\n{{ link }}")
    with (
        pytest.raises(AssertionError, match=r"demo/en/awarded\.txt, which is of no use: 'titel' is undefined"),
        writing(Mailbox(port=1), tmp_path, MAIL_TEMPLATES_DIR=str(letter.parents[2])),
    ):
        pass
