"""The command line tells what it can do: every command, every act of one, and docs that name each."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import parser

DOCS = Path(__file__).resolve().parent.parent / "docs"


def commands(of: argparse.ArgumentParser, *words: str) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Every command as it is typed, and its help."""
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {choice.dest: choice.help for choice in action._choices_actions}
            for name, command in action.choices.items():
                yield (*words, name), told.get(name)
                yield from commands(command, *words, name)


ALL = dict(commands(parser()))


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_every_command_says_what_it_does(command: tuple[str, ...]) -> None:
    assert ALL[command]


@pytest.mark.parametrize("command", [each for each in ALL if each[0] == "keys"][1:], ids=" ".join)
def test_the_page_on_keys_names_every_command_about_them(command: tuple[str, ...]) -> None:
    assert f"testamur {' '.join(command)}" in (DOCS / "keys.md").read_text("utf-8")
