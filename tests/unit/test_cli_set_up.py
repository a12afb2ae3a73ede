"""`testamur setup`, as it is typed."""

from pathlib import Path

import pytest

from app.cli import main

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "institution.example.toml"
PASSPHRASE = "correct horse battery staple"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOST", "PORT", "PUBLIC_URL", "KEY_PASSPHRASE", "KEY_PASSPHRASE_FILE", "INSTITUTION_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'testamur.sqlite3'}")
    monkeypatch.setenv("KEYS_DIR", str(tmp_path / "keys"))


def test_on_this_machine_alone_a_demonstration_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup"]) == 0
    assert "(demo), did:key:z6Mk" in capsys.readouterr().out


def test_the_terminal_does_not_show_the_secret(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    main(["setup"])
    secret = (tmp_path / "keys" / "demo-client.env").read_text().rpartition("=")[2].strip()
    assert secret not in capsys.readouterr().out


def test_a_second_set_up_says_that_nothing_was_made(capsys: pytest.CaptureFixture[str]) -> None:
    main(["setup"])
    capsys.readouterr()
    assert main(["setup"]) == 0
    assert "Nothing was made anew" in capsys.readouterr().out


def test_where_others_reach_the_service_no_demonstration_is_made(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PUBLIC_URL", "https://credentials.example.edu")
    assert main(["setup"]) == 1
    assert "--institution institution.toml" in capsys.readouterr().err
    assert not (tmp_path / "keys").exists()


def test_a_real_institution_is_made_anywhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PUBLIC_URL", "https://credentials.example.edu")
    monkeypatch.setenv("KEY_PASSPHRASE", PASSPHRASE)
    assert main(["setup", "--institution", str(EXAMPLE)]) == 0
    assert "did:web:credentials.example.edu:issuers:university-of-vilkaviskis" in capsys.readouterr().out


def test_a_real_institution_without_a_passphrase_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "--institution", str(EXAMPLE)]) == 1
    assert "KEY_PASSPHRASE_FILE" in capsys.readouterr().err


def test_every_problem_of_the_file_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "institution.toml").write_text('name = "A"\ncountry = "Lithuania"\n')
    assert main(["setup", "--institution", str(tmp_path / "institution.toml")]) == 1
    errors = capsys.readouterr().err
    assert all(name in errors for name in ("legal_identifier", "country", "time_zone", "languages", "contact"))


def test_a_database_whose_keys_are_gone_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    main(["setup"])
    (tmp_path / "keys" / "demo.pem").unlink()
    assert main(["setup"]) == 1
    assert "demo.pem is missing" in capsys.readouterr().err
    assert not (tmp_path / "keys" / "demo.pem").exists()


def test_a_wrong_setting_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    assert main(["setup"]) == 1
    assert "PORT is 'many': it is a whole number." in capsys.readouterr().err


def test_a_database_of_another_kind_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://root:canary@localhost/x")
    assert main(["setup"]) == 1
    errors = capsys.readouterr().err
    assert "DATABASE_URL" in errors
    assert "canary" not in errors


def test_a_database_that_does_not_answer_may_be_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://testamur@/testamur?host={tmp_path}")
    assert main(["setup"]) == 75
