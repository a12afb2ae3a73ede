"""`testamur …` as a process of its own, forked from one that has imported the service: a hundred starts cost one.

But for the imports it does what a fresh interpreter does, with arguments, environment and files of its own. That
`python -m app.cli` itself comes to the same, the README's commands and the how-tos prove.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TextIO

from tests.conftest import ROOT

_IMPORTED_ONCE = ["app.cli", "app.serving", "aiosqlite", "psycopg", __name__]
_NOTHING = Path(os.devnull)


def typed(*words: str | Path, environment: Mapping[str, str], timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Types `testamur …` and waits for its end. Raises subprocess.TimeoutExpired."""
    with tempfile.TemporaryDirectory() as folder:
        output, error = Path(folder, "output"), Path(folder, "error")
        process = begun(*words, environment=environment, output=output, error=error)
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(["testamur", *map(str, words)], timeout)
        return subprocess.CompletedProcess(words, process.exitcode, _text(output), _text(error))


def _text(printed: Path) -> str:
    return printed.read_bytes().decode()


def begun(
    *words: str | Path, environment: Mapping[str, str], output: Path, error: Path, given: Path = _NOTHING
) -> BaseProcess:
    """Types `testamur …`, which reads `given` and writes at the end of `output` and `error`.

    It sees our environment with `environment` over it, without what only tests are told.
    """
    whole = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")} | {**environment}
    process = forks().Process(target=_run, args=([*map(str, words)], whole, (given, output, error)), daemon=True)
    process.start()
    return process


@cache
def forks() -> ForkServerContext:
    """Where processes come from that need no imports of their own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED_ONCE)
    return context


def _stream(number: int) -> TextIO:
    return open(number, "w" if number else "r", 1 if number == 2 else -1, "utf-8", closefd=False)


def _run(words: list[str], environment: Mapping[str, str], files: tuple[Path, Path, Path]) -> None:
    for number, file in enumerate(files):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY), number)
    sys.stdin, sys.stdout, sys.stderr = (_stream(number) for number in range(3))
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    from app.cli import main

    sys.exit(main(words))
