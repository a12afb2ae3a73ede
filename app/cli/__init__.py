"""`testamur …`: the command line, thin over the same composition as the service."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from app.cli import (
    acts,
    award,
    backup,
    badge,
    certificate,
    clients,
    institution,
    keys,
    mail,
    people,
    restore,
    send,
    serve,
    setup,
    verify,
)
from app.cli.exit_codes import DONE, REFUSED, UNAVAILABLE
from app.cli.given import in_sentences
from app.core.problems import SETTING_ERROR, Refused
from app.ports import Unavailable
from app.settings import Settings, from_environment

# One module a command, or a group of them. Its `add_to` says what may be typed, and what then runs.
COMMANDS = (
    *(setup, institution, people, clients, keys, mail),
    *(award, badge, certificate, send, verify, acts),
    *(serve, backup, restore),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    chosen = parser().parse_args(arguments)
    run: Callable[[Settings, argparse.Namespace], int] = chosen.run
    try:
        return run(from_environment(os.environ), chosen)
    except Refused as refusal:
        for problem in refusal.problems:
            where = f"{problem.at}: " if problem.at and problem.type != SETTING_ERROR else ""
            print(f"testamur: {where}{in_sentences(problem)}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        # Whoever read us has enough, as `head` does; what is still buffered must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Unavailable as unavailable:
        print(f"testamur: {unavailable}", file=sys.stderr)
        return UNAVAILABLE


def parser() -> argparse.ArgumentParser:
    """What may be typed, of all commands."""
    whole = argparse.ArgumentParser(
        prog="testamur", description="European micro-credentials as verifiable credentials."
    )
    commands = whole.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    return whole
