"""A key file that anybody else could have seen or put there is refused at start."""

import os
from pathlib import Path

import pytest

from app.adapters.keys.private_file import MAX_BYTES, read_private, write_private
from app.core.problems import KEY_ERROR, Refused


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        read_private(path)
    assert caught.value.problems[0].type == KEY_ERROR
    return caught.value.problems[0].detail


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "demo.pem"
    write_private(made, b"content")
    return made


def test_what_was_written_is_read(path: Path) -> None:
    assert read_private(path) == b"content"


def test_a_file_is_made_with_mode_600(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_stands_there_is_not_written_over(path: Path) -> None:
    assert write_private(path, b"another") is False
    assert path.read_bytes() == b"content"


def test_nothing_but_the_file_is_left_behind(path: Path) -> None:
    write_private(path, b"another")
    assert os.listdir(path.parent) == ["demo.pem"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o700, 0o610])
def test_a_mode_that_lets_others_in_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    assert f"{mode:04o}" in refusal(path)


def test_a_file_that_its_owner_may_only_read_is_read(path: Path) -> None:
    path.chmod(0o400)
    assert read_private(path) == b"content"


def test_a_symbolic_link_is_refused(path: Path) -> None:
    link = path.with_name("link.pem")
    link.symlink_to(path)
    assert "symbolic link" in refusal(link)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_file_of_another_user_is_refused(path: Path) -> None:
    os.chown(path, 12_345, -1)
    assert "another user" in refusal(path)


def test_a_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    assert "is missing" in refusal(tmp_path / "none.pem")
    assert not os.listdir(tmp_path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.pem").mkdir(mode=0o600)
    assert "no regular file" in refusal(tmp_path / "folder.pem")


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pem", 0o600)
    assert "no regular file" in refusal(tmp_path / "pipe.pem")


def test_a_file_longer_than_any_key_is_refused(tmp_path: Path) -> None:
    write_private(tmp_path / "long.pem", bytes(MAX_BYTES + 1))
    assert "longer" in refusal(tmp_path / "long.pem")


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"can't be written"):
        write_private(tmp_path / "none" / "demo.pem", b"")
