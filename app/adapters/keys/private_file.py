"""A file that only its owner may read: made whole or not at all, and refused where anybody else could have seen it."""

import os
import secrets
import stat
from pathlib import Path

from app.core.problems import KEY_ERROR, Problem, Refused

MAX_BYTES = 16_384


def read_private(path: Path) -> bytes:
    """The content of a regular file of ours that nobody else may read. Raises Refused (KEY_ERROR)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise refused(path, "is missing", "Restore it from your backup; no new key is made in its place.") from None
    except OSError as error:
        what = "is a symbolic link" if path.is_symlink() else f"can't be opened ({error.strerror})"
        raise refused(path, what, "Put the file itself there, owned by the user that runs the service.") from None
    try:
        _demand_private(path, os.fstat(descriptor))
        content = os.read(descriptor, MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(content) > MAX_BYTES:
        raise refused(path, f"is longer than {MAX_BYTES} bytes", "That is no key file of this service.")
    return content


def write_private(path: Path, content: bytes) -> bool:
    """Makes the file with mode 600, whole or not at all; False where one of that name stands there already."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            # A link, unlike a rename, never takes the place of a key that is there.
            os.link(unfinished, path)
        except FileExistsError:
            return False
        finally:
            unfinished.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise refused(path, f"can't be written ({error.strerror})", "Check KEYS_DIR and who owns it.") from None
    return True


def refused(path: Path, what: str, remedy: str) -> Refused:
    return Refused(Problem(KEY_ERROR, detail=f"The key file {path.name} {what}.", remedy=remedy))


def _demand_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise refused(path, "is no regular file", "Put the file itself there.")
    if status.st_uid != os.geteuid():
        raise refused(path, "belongs to another user", f"Type: chown $(id -u) {path}")
    if status.st_mode & 0o177:
        mode = stat.S_IMODE(status.st_mode)
        raise refused(path, f"has mode {mode:04o}, so that others may read it", f"Type: chmod 600 {path}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
