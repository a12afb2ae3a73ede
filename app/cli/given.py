"""What every command is given: a file's bytes, an institution's name, and who types."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from app.core.problems import NOT_FOUND, PARSING_ERROR, SETTING_ERROR, Problem, Refused
from app.main import Service
from app.ports import Directory, Institution

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_MOST_BYTES = 10_485_760


def read(name: str) -> bytes:
    """A file, or standard input. Not more than a credential may have is read."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(_MOST_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Refused(Problem(PARSING_ERROR, detail=f"{name} can't be read: {error.strerror}.")) from None


def add_institution_to(command: argparse.ArgumentParser) -> None:
    """Lets one say which institution is meant."""
    command.add_argument("--institution", metavar="NAME", help="where there are several")


def institution(service: Service, name: str | None) -> Institution:
    """The one that was named; where there is only one, that one."""
    match [each for each in service.institutions if name in (None, each.name)]:
        case [one]:
            return one
        case _:
            names = ", ".join(each.name for each in service.institutions)
            detail = "It is not clear which institution is meant."
            raise Refused(Problem(SETTING_ERROR, detail=detail, remedy=f"Say --institution and one of: {names}"))


async def institution_of(directory: Directory, name: str) -> Institution:
    """The institution of that name. Raises Refused (NOT_FOUND) with the names that there are."""
    found = await directory.institution(name)
    if found is None:
        names = ", ".join(each.name for each in await directory.institutions())
        raise Refused(
            Problem(NOT_FOUND, detail=f"There is no institution {name!r} here.", remedy=f"There are: {names}")
        )
    return found


def in_sentences(problem: Problem) -> str:
    """A problem and its remedy as they are read one after the other. A remedy may end in what is to be typed."""
    if not problem.remedy:
        return problem.detail
    return f"{problem.detail.rstrip('.')}. {problem.remedy[0].upper()}{problem.remedy[1:]}"


def actor() -> str:
    """Who types: the account on this machine, as the register keeps it beside each act."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"cli:{os.getuid()}"


def write_new(output: Path, content: bytes) -> None:
    """A file that was not there before. Raises Refused (SETTING_ERROR) where it was, or can't be written."""
    with new_file(output) as save:
        save(content)


@contextmanager
def new_file(output: Path) -> Iterator[Callable[[bytes], None]]:
    """Takes the file's name now, for what is only made later: what can't be undone comes after what can fail.

    Nothing is left of it where nothing was saved. Raises Refused (SETTING_ERROR) as `write_new` does.
    """
    saved = False

    def save(content: bytes) -> None:
        nonlocal saved
        with _told(output):
            file.write(content)
            file.flush()
        saved = True

    with _told(output):
        file = output.open("xb")
    try:
        yield save
    finally:
        file.close()
        if not saved:
            output.unlink(missing_ok=True)


@contextmanager
def _told(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = "exists already" if isinstance(error, FileExistsError) else f"can't be written: {error.strerror}"
        raise Refused(Problem(SETTING_ERROR, detail=f"{output} {why}.", remedy="Choose another name.")) from None
