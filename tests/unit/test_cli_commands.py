"""Commands as they are typed, after a demonstration was set up."""

import json
import socket
from pathlib import Path

import pytest

from app.cli import main
from app.cli.given import in_sentences
from app.core.problems import MISSING_ELEMENT, Problem
from tests.service import free_port


@pytest.fixture(autouse=True)
def demonstration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("HOST", "PUBLIC_URL", "KEY_PASSPHRASE", "KEY_PASSPHRASE_FILE", "INSTITUTION_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'testamur.sqlite3'}")
    monkeypatch.setenv("KEYS_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("PORT", "8123")
    assert main(["setup"]) == 0
    capsys.readouterr()


def test_a_command_needs_not_be_told_the_port(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORT")
    assert main(["award", "--example"]) == 0
    assert "The learner's link: http://127.0.0.1:8123/claim/" in capsys.readouterr().out


def test_a_command_that_is_told_another_address_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://credentials.example.edu")
    assert main(["award", "--example"]) == 1
    assert "http://127.0.0.1:8123" in capsys.readouterr().err


def test_a_file_that_can_not_be_written_stops_an_award_before_it_is_made(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["award", "--example", "--save", str(tmp_path / "nowhere" / "x.json")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "can't be written: No such file or directory. Choose another name" in told.err


def test_a_refused_award_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "award.json").write_text("{}")
    assert main(["award", str(tmp_path / "award.json"), "--save", str(tmp_path / "x.json")]) == 1
    assert not (tmp_path / "x.json").exists()


def test_an_awarded_credential_is_saved(tmp_path: Path) -> None:
    assert main(["award", "--example", "--save", str(tmp_path / "x.json")]) == 0
    assert main(["verify", str(tmp_path / "x.json")]) == 0


@pytest.mark.parametrize(
    "command", [["award", "--example"], ["verify", __file__], ["revoke", "x", "--reason", "x"], ["serve"]]
)
def test_a_database_of_another_kind_is_named_by_every_command(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://root:canary@localhost/x")
    monkeypatch.setenv("PORT", str(free_port()))
    assert main(command) == 1
    told = capsys.readouterr().err
    assert "DATABASE_URL" in told
    assert "canary" not in told


def test_a_demonstration_is_not_served_where_others_reach_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setenv("PUBLIC_URL", "http://127.0.0.1:8123")
    assert main(["serve"]) == 1
    assert "is a demonstration: no other machine may reach it" in capsys.readouterr().err


def test_a_taken_port_is_told_with_a_remedy_that_works(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        assert main(["serve"]) == 1
        assert "DATABASE_URL=sqlite:///second.sqlite3 KEYS_DIR=second-keys" in capsys.readouterr().err
        monkeypatch.setenv("PUBLIC_URL", "https://credentials.example.edu")
        assert main(["serve"]) == 1
        assert f"or choose another port: PORT={port + 1}\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("act", "state", "told"),
    [
        ("revoke", "revoked", "The published list says so from now on."),
        ("withdraw", "issued", "The old link leads nowhere. The new one: http://127.0.0.1:8123/claim/"),
        ("erase", "erased", "The learner's own copy still verifies."),
    ],
)
def test_an_act_is_done_with_a_reason_and_told(
    act: str, state: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["award", "--example", "--json"]) == 0
    award = json.loads(capsys.readouterr().out)["id"]
    assert main([act, award, "--reason", "asked for"]) == 0
    assert told in capsys.readouterr().out
    main(["award", "--example", "--json"])
    award = json.loads(capsys.readouterr().out)["id"]
    assert main([act, award, "--reason", "asked for", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == state


def test_an_act_that_the_state_has_no_room_for_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    main(["award", "--example", "--json"])
    award = json.loads(capsys.readouterr().out)["id"]
    assert main(["reinstate", award, "--reason", "asked for"]) == 1
    assert capsys.readouterr().err.startswith("testamur: ")


def test_a_problem_and_its_remedy_are_two_sentences() -> None:
    problem = Problem(MISSING_ELEMENT, detail="element 1 is missing", remedy="give learner.fullName")
    assert in_sentences(problem) == "element 1 is missing. Give learner.fullName"
