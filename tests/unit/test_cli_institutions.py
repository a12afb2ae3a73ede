"""`testamur institution`, `client` and `keys`, as they are typed: what is done, what is told, what is never shown."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import main

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "institution.example.toml"
DID = "did:web:credentials.example.edu:issuers:university-of-vilkaviskis"
NAME = "university-of-vilkaviskis"


@pytest.fixture(autouse=True)
def set_up(
    quick_passphrases: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A real institution on https."""
    for name in ("HOST", "PORT", "KEY_PASSPHRASE_FILE", "INSTITUTION_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'testamur.sqlite3'}")
    monkeypatch.setenv("KEYS_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("PUBLIC_URL", "https://credentials.example.edu")
    monkeypatch.setenv("KEY_PASSPHRASE", "correct horse battery staple")
    assert main(["setup", "--institution", str(EXAMPLE)]) == 0
    capsys.readouterr()


class Terminal:
    """What a command printed, and how it ended."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def done(self, *arguments: str) -> str:
        assert main(arguments) == 0
        return self._capsys.readouterr().out

    def read(self, *arguments: str) -> Any:
        return json.loads(self.done(*arguments, "--json"))

    def refused(self, *arguments: str) -> str:
        assert main(arguments) == 1
        return self._capsys.readouterr().err


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture
def college(tmp_path: Path) -> Path:
    path = tmp_path / "college.toml"
    path.write_text(EXAMPLE.read_text().replace("University of Vilkaviškis", "College of Kaunas"))
    return path


# ── institution ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_institution_has_keys_and_a_client_of_its_own(
    terminal: Terminal, college: Path, tmp_path: Path
) -> None:
    told = terminal.done("institution", "add", str(college))
    assert "Made: College of Kaunas, did:web:credentials.example.edu:issuers:college-of-kaunas" in told
    names = {path.name for path in (tmp_path / "keys").glob("college-*")}
    assert names == {
        "college-of-kaunas-client.env",
        "college-of-kaunas-credential-1.pem",
        "college-of-kaunas-status-list-1.pem",
    }


def test_a_command_needs_not_be_told_the_public_url_again(
    terminal: Terminal, college: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PUBLIC_URL")
    told = terminal.done("institution", "add", str(college))
    assert "did:web:credentials.example.edu:issuers:college-of-kaunas" in told
    for command in (("institution", "show"), ("client", "list"), ("keys", "list")):
        terminal.done(*command)


def test_a_command_is_not_for_another_public_url(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://elsewhere.example.edu")
    assert "PUBLIC_URL" in terminal.refused("keys", "list")


def test_the_first_stays_who_runs_the_service(terminal: Terminal, college: Path) -> None:
    terminal.done("institution", "add", str(college))
    first, second = terminal.done("institution", "show").split("\n\n")
    assert "University of Vilkaviškis" in first
    assert "It runs this service" in first
    assert "It runs this service" not in second


def test_the_second_awards_in_its_own_name(terminal: Terminal, college: Path, tmp_path: Path) -> None:
    terminal.done("institution", "add", str(college))
    saved = tmp_path / "one.vc.json"
    terminal.done("award", "--example", "--institution", "college-of-kaunas", "--save", str(saved))
    assert json.loads(saved.read_text())["issuer"]["name"] == "College of Kaunas"
    assert "Genuine, and in force." in terminal.done("verify", str(saved))


def test_a_name_that_is_taken_is_refused_before_anything_is_made(terminal: Terminal, tmp_path: Path) -> None:
    before = sorted((tmp_path / "keys").iterdir())
    assert "There is an institution university-of-vilkaviskis already." in terminal.refused(
        "institution", "add", str(EXAMPLE)
    )
    assert sorted((tmp_path / "keys").iterdir()) == before


def test_no_real_institution_joins_a_demonstration(
    terminal: Terminal, college: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'demo.sqlite3'}")
    monkeypatch.setenv("KEYS_DIR", str(tmp_path / "demo"))
    monkeypatch.delenv("KEY_PASSPHRASE")
    terminal.done("setup")
    assert "This is a demonstration" in terminal.refused("institution", "add", str(college))
    assert not list((tmp_path / "demo").glob("college-*"))


def test_a_change_is_told_with_what_it_means(terminal: Terminal) -> None:
    told = terminal.done("institution", "set", NAME, "contact=office@example.edu", "accent=", "locality=Kaunas")
    assert "contact: registry@example.edu → office@example.edu" in told
    assert "accent: #1d4e89 → –" in told
    assert "Those awarded before say what they said, and stay good." in told


def test_a_change_is_kept(terminal: Terminal) -> None:
    terminal.done("institution", "set", NAME, "languages=en, lt", "name=University of Marijampolė")
    (shown,) = terminal.read("institution", "show", NAME)
    assert (shown["languages"], shown["name"], shown["slug"]) == (["en", "lt"], "University of Marijampolė", NAME)


def test_a_file_takes_the_place_of_all_that_it_said(terminal: Terminal, tmp_path: Path) -> None:
    lines = EXAMPLE.read_text().splitlines()
    shorter = tmp_path / "shorter.toml"
    shorter.write_text("\n".join(line for line in lines if not line.startswith(("region", "accent"))))
    assert terminal.read("institution", "set", NAME, str(shorter))["changed"] == ["region", "accent"]


def test_what_it_may_have_signed_is_changed_and_kept(terminal: Terminal) -> None:
    changes = ["signing.credentials=any", "signing.mechanism=eddsa-jcs-2022", "signing.per_minute=60"]
    told = terminal.done("institution", "set", NAME, *changes, "signing.status=revocation,suspension")
    assert "signing.credentials: – → any" in told
    (shown,) = terminal.read("institution", "show", NAME)
    assert shown["signing"] == {
        "credentials": "any",
        "mechanism": "eddsa-jcs-2022",
        "status": ["revocation", "suspension"],
        "per_minute": 60,
    }
    terminal.done("institution", "set", NAME, "signing.status=", "signing.mechanism=")
    (shown,) = terminal.read("institution", "show", NAME)
    assert shown["signing"] == {"credentials": "any", "status": [], "per_minute": 60}
    assert "/signing/credentials" in terminal.refused("institution", "set", NAME, "signing.credentials=all")
    assert "has no key in use" in terminal.refused("institution", "set", NAME, "signing.mechanism=ecdsa-sd-2023")
    terminal.done("keys", "rotate", NAME, "--algorithm", "ES256")
    terminal.done("institution", "set", NAME, "signing.mechanism=ecdsa-sd-2023")


def test_the_kind_of_its_did_stays(terminal: Terminal) -> None:
    assert "it stays" in terminal.refused("institution", "set", NAME, "did=key")


def test_a_second_institution_may_be_a_bare_key_of_another_kind(terminal: Terminal, college: Path) -> None:
    text = college.read_text("utf-8")
    college.write_text(f'did = "key"\nkey = "P-256"\n{text}', "utf-8")
    made = terminal.read("institution", "add", str(college))
    assert made["did"].startswith("did:key:zDn")


def test_what_it_says_already_is_no_change(terminal: Terminal) -> None:
    assert "Nothing was changed." in terminal.done("institution", "set", NAME, "country=LT")


def test_the_slug_stays(terminal: Terminal) -> None:
    assert "the slug stays" in terminal.refused("institution", "set", NAME, "slug=another")


def test_every_wrong_member_is_named(terminal: Terminal) -> None:
    errors = terminal.refused("institution", "set", NAME, "colour=blue", "country=Lithuania")
    assert "There is no 'colour' here." in errors
    assert "/country" in errors


def test_a_demonstration_stays_what_it_is(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'demo.sqlite3'}")
    monkeypatch.setenv("KEYS_DIR", str(tmp_path / "demo"))
    terminal.done("setup")
    assert "is a demonstration, and stays what it is" in terminal.refused("institution", "set", "demo", "country=LT")


def test_an_institution_that_there_is_not_is_told_those_that_there_are(terminal: Terminal) -> None:
    assert f"There is no institution 'nobody' here. There are: {NAME}" in terminal.refused(
        "institution", "show", "nobody"
    )


# ── client ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_secret_is_in_a_file_that_others_can_not_read_and_nowhere_else(terminal: Terminal) -> None:
    told = terminal.done("client", "add", NAME)
    path = Path(told.partition("Its id and secret: ")[2].splitlines()[0])
    assert path.stat().st_mode & 0o777 == 0o600
    secret = path.read_text().rpartition("=")[2].strip()
    assert secret not in told + json.dumps(terminal.read("client", "list"))


def test_a_client_may_do_what_it_was_given(terminal: Terminal) -> None:
    made = terminal.read("client", "add", NAME, "--scope", "read:/awards")
    assert made["scopes"] == ["read:/awards"]


def test_a_client_may_have_a_mechanism_of_its_own(terminal: Terminal) -> None:
    made = terminal.read("client", "add", NAME, "--mechanism", "vc+jwt")
    assert made["mechanism"] == "vc+jwt"
    terminal.done("client", "rotate", made["id"])
    mechanisms = {client["id"]: client.get("mechanism") for client in terminal.read("client", "list")}
    assert mechanisms[made["id"]] == "vc+jwt"


def test_a_new_secret_is_another_in_another_file(terminal: Terminal) -> None:
    first = terminal.read("client", "add", NAME)
    second = terminal.read("client", "rotate", first["id"])
    assert second["id"] == first["id"]
    assert Path(second["file"]).read_text() != Path(first["file"]).read_text()


def test_a_revoked_client_is_listed_as_such(terminal: Terminal) -> None:
    client = terminal.read("client", "add", NAME)["id"]
    terminal.done("client", "revoke", client)
    assert [each["revoked"] is None for each in terminal.read("client", "list", NAME)].count(False) == 1


def test_a_revoked_client_gets_no_new_secret(terminal: Terminal) -> None:
    client = terminal.read("client", "add", NAME)["id"]
    terminal.done("client", "revoke", client)
    assert f"Make another: testamur client add {NAME}" in terminal.refused("client", "rotate", client)


def test_a_client_that_there_is_not_is_refused(terminal: Terminal) -> None:
    assert "There is no client 'nobody'." in terminal.refused("client", "revoke", "nobody")


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_keys_are_listed_with_what_each_is_for(terminal: Terminal) -> None:
    told = terminal.done("keys", "list")
    assert f"in use   credential                {DID}#credential-1" in told
    assert f"file:{NAME}-status-list-1.pem" in told


def test_a_rotation_tells_what_was_made_and_what_was_retired(terminal: Terminal) -> None:
    told = terminal.done("keys", "rotate", NAME, "--purpose", "credential")
    assert f"Retired: {DID}#credential-1. What it signed stays good." in told
    assert f"Made: {DID}#credential-2, for credential, in file:{NAME}-credential-2.pem" in told


def test_both_keys_are_rotated_where_no_purpose_is_named(terminal: Terminal) -> None:
    assert terminal.read("keys", "rotate", NAME)["made"] == [f"{DID}#credential-2", f"{DID}#status-list-2"]


def test_a_lost_key_is_replaced(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "keys" / f"{NAME}-credential-1.pem").unlink()
    assert "is missing" in terminal.refused("award", "--example")
    terminal.done("keys", "rotate", NAME, "--purpose", "credential")
    terminal.done("award", "--example")


def test_a_new_key_is_encrypted(terminal: Terminal, tmp_path: Path) -> None:
    terminal.done("keys", "rotate", NAME)
    path = tmp_path / "keys" / f"{NAME}-credential-2.pem"
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_new_key_is_made_under_another_passphrase(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KEY_PASSPHRASE", "another one that is long enough")
    assert "the passphrase is wrong" in terminal.refused("keys", "rotate", NAME)
    assert not (tmp_path / "keys" / f"{NAME}-credential-2.pem").exists()


def test_a_revocation_tells_how_many_credentials_it_is_about(terminal: Terminal) -> None:
    terminal.done("award", "--example")
    told = terminal.done("keys", "revoke", f"{DID}#credential-1", "--since", "2026-01-31")
    assert f"Revoked: {DID}#credential-1, since 2026-01-30 22:00 UTC" in told
    assert "Credentials recorded since then: 1. They are good nowhere" in told


def test_a_key_of_nobody_is_refused(terminal: Terminal) -> None:
    assert "No institution here has a key" in terminal.refused(
        "keys", "revoke", "did:web:other.example#credential-1", "--since", "2026-01-31"
    )
