"""The README's commands, typed as they stand there, say what it says that they say."""

import shutil
from pathlib import Path

from app.core import strict_json
from app.core.credential.award_request import EXAMPLE
from tests.conftest import ROOT
from tests.how_to import Command, checkout, started, steps


def test_the_commands_of_the_readme_say_what_it_says(tmp_path: Path) -> None:
    assert shutil.which("curl"), "the README's commands want curl"
    start, *commands = (step for step in steps((ROOT / "README.md").read_text("utf-8")) if isinstance(step, Command))
    with started(start, checkout(tmp_path)) as terminal:
        for command in commands:
            terminal.type(command)


def test_the_example_of_the_docs_is_the_example() -> None:
    assert strict_json.read_object((ROOT / "docs" / "award.example.json").read_bytes()) == EXAMPLE
