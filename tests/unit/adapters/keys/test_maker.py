"""Making the first keys: what stands there is opened and never written over."""

from pathlib import Path

import pytest

from app.adapters.keys.maker import FileKeyMaker
from app.core.problems import KEY_ERROR, Refused

PASSPHRASE = b"correct horse battery staple"


def test_a_second_making_opens_the_first_key(tmp_path: Path) -> None:
    maker = FileKeyMaker(tmp_path, PASSPHRASE)
    assert maker.make_key("example") == maker.make_key("example")


def test_a_second_making_reads_the_first_credentials(tmp_path: Path) -> None:
    maker = FileKeyMaker(tmp_path, None)
    assert maker.make_client("demo") == maker.make_client("demo")


def test_credentials_have_256_random_bits(tmp_path: Path) -> None:
    assert len(FileKeyMaker(tmp_path, None).make_client("demo").secret) == 43


def test_credentials_are_written_with_mode_600(tmp_path: Path) -> None:
    path = FileKeyMaker(tmp_path, None).make_client("demo").path
    assert (path.name, path.stat().st_mode & 0o777) == ("demo-client.env", 0o600)


def test_credentials_do_not_show_the_secret(tmp_path: Path) -> None:
    made = FileKeyMaker(tmp_path, None).make_client("demo")
    assert made.secret not in repr(made)


def test_a_file_that_holds_something_else_is_no_credentials(tmp_path: Path) -> None:
    FileKeyMaker(tmp_path, None).make_client("demo").path.write_text("CLIENT_ID=demo\n")
    with pytest.raises(Refused, match="no client credentials"):
        FileKeyMaker(tmp_path, None).make_client("demo")


@pytest.mark.parametrize("passphrase", [None, b"", b"short"])
def test_a_real_institution_needs_a_passphrase_that_cannot_be_guessed(tmp_path: Path, passphrase: bytes | None) -> None:
    with pytest.raises(Refused) as caught:
        FileKeyMaker(tmp_path, passphrase).demand_protection()
    assert caught.value.problems[0].type == KEY_ERROR


def test_a_long_passphrase_is_protection(tmp_path: Path) -> None:
    FileKeyMaker(tmp_path, PASSPHRASE).demand_protection()
    FileKeyMaker(tmp_path, PASSPHRASE).make_own_keys()
    assert "sealed" in (tmp_path / "data.key").read_text()
