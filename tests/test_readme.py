"""The README's commands, typed as they stand there, say what it says that they say."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.core import strict_json
from app.core.credential.award_request import EXAMPLE
from tests.conftest import ROOT
from tests.service import free_port

_CHANGES = (
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>"),
    (r"did:key:z6Mk\w+", "<did>"),
    (r"/claim/[\w-]+", "/claim/<token>"),
    (r"\d{1,2} \w+ 20\d\d, \d\d:\d\d UTC", "<moment>"),
    (r"From \d{1,2} \w+ 20\d\d", "From <day>"),
    (r"127\.0\.0\.1:\d+", "<host>"),
)


def console(text: str) -> list[tuple[str, list[str]]]:
    """(command, what it prints) of every `console` block, in order."""
    steps: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


def told(text: str) -> str:
    for pattern, name in _CHANGES:
        text = re.sub(pattern, name, text)
    return text.strip()


@contextmanager
def started(command: str, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    log = folder / "make.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, shell=True, cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        for _ in range(600):
            try:
                if httpx.get(f"http://127.0.0.1:{environment['PORT']}/readyz", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield log.read_text()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout as a stranger has it, whose keys and database are not ours."""
    for name in ("Makefile", "requirements", ".venv", "app", "contexts", "migrations", "docs", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def test_the_commands_of_the_readme_say_what_it_says(folder: Path) -> None:
    assert shutil.which("curl"), "the README's commands want curl"
    (start, greeting), *steps = console((ROOT / "README.md").read_text("utf-8"))
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "LC_"))},
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder / 'readme.sqlite3'}",
        "KEYS_DIR": str(folder / "keys"),
        "LANG": "C.UTF-8",
    }
    with started(start, folder, environment) as log:
        assert told("\n".join(greeting)) in told(log)
        script = "\n".join(
            f"{command.replace(':8000', f':{port}')}\necho '== {number}'" for number, (command, _) in enumerate(steps)
        )
        done = subprocess.run(
            ["bash", "-eu", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr
    printed = re.split(r"== \d+\n", done.stdout)
    for (command, expected), found in zip(steps, printed, strict=False):
        assert told(found) == told("\n".join(expected)), command


def test_the_example_of_the_docs_is_the_example() -> None:
    assert strict_json.read_object((ROOT / "docs" / "award.example.json").read_bytes()) == EXAMPLE
