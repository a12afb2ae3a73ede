"""The three how-tos, followed by somebody who does what they say and nothing else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests import certificates
from tests.browser.conftest import visit
from tests.conftest import ROOT
from tests.how_to import Bold, Italic, Reader, checkout, started, steps

pytestmark = pytest.mark.browser

_LEGEND = [Bold("Bold"), Italic("italic")]


@contextmanager
def following(name: str, browser: Browser, folder: Path) -> Iterator[Reader]:
    """Behind the legend and `make run`; all of the page was followed when it ends."""
    asked = steps((ROOT / "docs" / f"how-to-{name}.md").read_text("utf-8"))
    assert asked[:2] == _LEGEND
    with started(asked[2], checkout(folder)) as terminal:
        here = visit(browser, terminal.url(""))
        here.page.context.grant_permissions(["clipboard-write"])
        reader = Reader(here.page, terminal, asked[3:])
        yield reader
        assert reader.ahead == []
        here.page.context.close()


def test_a_registrar_follows_theirs(browser: Browser, tmp_path: Path) -> None:
    with following("registrar", browser, tmp_path) as reader:
        login, password = re.findall(r"=(\S+)", reader.types())
        reader.opens("/console")
        reader.fills("E-mail address", login)
        reader.fills("Password", password)
        reader.presses("Sign in")

        reader.presses("Award a class")
        reader.chooses("From a file")
        reader.gives("The file of what was learnt", ROOT / "docs" / "achievement.example.toml")
        reader.gives("The list of learners", ROOT / "docs" / "class-of-thirty.csv")
        reader.presses("Look it over")
        reader.reads("Everything is in order")
        reader.presses("Award it to 30")
        reader.reads("30 of 30 are awarded.")
        assert reader.saves("Save all links").read_text("utf-8").count("/claim/") == 30
        reader.types()

        reader.presses("Awards")
        reader.fills("Find an award", "Zoë Marković-Núñez")
        reader.presses("Find")
        expect(reader.page.locator("tbody tr")).to_have_count(1)
        reader.presses("Zoë Marković-Núñez")
        reader.reads("In force")
        link = reader.page.locator("#claim").input_value()
        reader.presses("Copy")
        printed = reader.saves("Save the certificate (PDF)").read_bytes()
        assert "Zoë Marković-Núñez" in certificates.text(printed)
        reader.types()
        assert (tmp_path / "zoe.pdf").read_bytes() == printed

        reader.presses("Correct the name")
        reader.fills("Learner’s full name", "Zoé Marković-Núñez")
        reader.fills("Given name", "Zoé")
        reader.fills("Reason", "It was misspelt.")
        reader.presses("Award it under this name")
        reader.reads("Awarded and signed.")
        old = httpx.get(link, headers={"Accept": "text/html"}, trust_env=False).text
        assert "Zoé Marković-Núñez" in old
        assert "Zoë" not in old

        reader.presses("Revoke it, for good")
        reader.fills("Reason", "Awarded by mistake.")
        reader.presses("Revoke it")
        reader.reads("Whoever checks it is told that you revoked it.")
        reader.presses("Erase what is kept of it")
        reader.fills("Reason", "The learner asked for it.")
        reader.presses("Erase it")
        reader.reads("erased")

        reader.presses("Awards")
        table = reader.saves("Save these as a table (CSV)").read_text("utf-8")
        assert table.count("Data Literacy") == 31
        reader.types()
        reader.opens("/api")
        reader.reads("Try it in a minute")


def test_a_learner_follows_theirs(browser: Browser, tmp_path: Path) -> None:
    with following("learner", browser, tmp_path) as reader:
        (link,) = re.findall(r"http\S+/claim/\S+", reader.types())
        reader.page.goto(link)
        reader.reads("Institute for Examples (demo) has awarded you a micro-credential.")
        saved = reader.saves("Save the file")
        assert reader.saves("Save the certificate (PDF)").suffix == ".pdf"
        badge = reader.saves("Save as a picture badge")

        reader.opens("/verify")
        reader.gives("Choose a file", badge)
        reader.reads("Genuine, and in force.")

        reader.page.goto(link)
        reader.presses("Something is wrong")
        expect(reader.page.locator(".wrong a").first).to_be_visible()
        reader.presses("I do not want it")
        reader.presses("Tell Institute for Examples (demo) that I do not want it")
        reader.reads("Institute for Examples (demo) can now see that you do not want this credential.")

        _erase_all(reader)
        reader.page.goto(link)
        reader.reads("This link no longer works.")
        reader.opens("/verify")
        reader.gives("Choose a file", saved)
        reader.reads("Genuine, and in force.")


def test_an_employer_follows_theirs(browser: Browser, tmp_path: Path) -> None:
    with following("employer", browser, tmp_path) as reader:
        reader.types()
        reader.opens("/verify")
        reader.gives("Choose a file", tmp_path / "zoe.vc.json")
        reader.reads("Genuine, and in force.")
        reader.presses("Check another")
        reader.gives("Choose a file", tmp_path / "zoe.pdf")
        reader.reads(
            "It came inside a file (PDF). Only the credential in it was checked: what that file shows proves nothing."
        )
        reader.presses("Check another")
        reader.gives("Choose a file", tmp_path / "zoe.svg")
        reader.reads("Genuine, and in force.")

        reader.page.goto(certificates.code((tmp_path / "zoe.pdf").read_bytes()))
        reader.reads("Genuine, and in force.")
        reader.reads("We checked the document, not the person.")
        reader.types()


def _erase_all(reader: Reader) -> None:
    """What the institution does when a learner asks for it."""
    (file,) = (reader.terminal.folder / "keys").glob("*-client.env")
    secret = dict(line.split("=", 1) for line in file.read_text().splitlines())
    with httpx.Client(base_url=reader.terminal.url(""), trust_env=False, timeout=30) as client:
        token = client.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(secret["CLIENT_ID"], secret["CLIENT_SECRET"]),
        ).json()["access_token"]
        signed_in = {"Authorization": f"Bearer {token}"}
        for award in client.get("/awards", headers=signed_in).json()["awards"]:
            asked = {"reason": "The learner asked for it."}
            assert client.post(f"/awards/{award['id']}/erase", json=asked, headers=signed_in).status_code == 200
