"""`make test` and `make prove`: the databases and the browser are started once, and at the end stands what really ran.

    python -m tests.run [--prove] [arguments of pytest]

1. Start PostgreSQL, find Chromium and Node, find the published vectors; what is missing is left out, loudly.
2. Run pytest on three workers, and beside it another for the browser's tests: playwright keeps an event loop running
   in its process, in which no other could. `--prove` runs the long proofs alone, whole.
3. Count what ran: on which database, in which browser, which long proofs at what fraction, what was left out and why.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from tests.chromium import find_chromium
from tests.databases import start_postgres
from tests.long_proofs import fraction
from tests.node import find_node
from tests.shared import SHARED

ROOT = Path(__file__).resolve().parent.parent

_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 4 << 30

_DATABASE = re.compile(r"\[(?:.*-)?(sqlite|postgresql)(?:-.*)?\]$")


@dataclass
class Tally:
    """A plugin of pytest that counts what its workers report."""

    status: int = 0
    ran: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    databases: Counter[str] = field(default_factory=Counter)
    in_browser: int = 0
    long: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Tally)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.left_out[_reason(report)] += 1
        elif report.failed:
            self.failed += 1
        if report.when == "call" and not report.skipped:
            self._count(report)

    def _count(self, report: pytest.TestReport) -> None:
        self.ran[report.nodeid.partition("::")[0].split("/")[1]] += 1
        database = _DATABASE.search(report.nodeid)
        if database:
            self.databases[database[1]] += 1
        if "browser" in report.keywords:
            self.in_browser += 1
        if "long" in report.keywords:
            self.long.append(report.nodeid.rpartition("::")[2])


@dataclass(frozen=True)
class Round:
    """One run of pytest, in a process of its own."""

    workers: int
    arguments: tuple[str, ...]

    def run(self, folder: str) -> Tally:
        """`folder` is for the files of its tests."""
        tally = Tally()
        given = ["-n", str(self.workers), "--dist", "loadgroup", "-q", f"--basetemp={folder}/tests", *self.arguments]
        tally.status = int(pytest.main(given, plugins=[tally]))
        return tally


@dataclass
class Tools:
    """What the tests run on. `missing` says what is not there, and what to do."""

    postgresql: str = ""
    chromium: str = ""
    node: str = ""
    vectors: str = ""
    missing: list[str] = field(default_factory=list)


def main(arguments: Sequence[str]) -> int:
    rounds = [Round(3, ("--ignore=tests/browser",)), Round(1, ("tests/browser",))]
    chosen = tuple(argument for argument in arguments if argument != "--prove")
    if "--prove" in arguments:
        os.environ["TESTAMUR_PROOFS"] = "whole"
        rounds = [Round(2, ("-m", "long", "--ignore=tests/browser", *chosen))]
    elif chosen:
        rounds = [Round(2, chosen)]
    with ExitStack() as stack:
        tools = _tools(stack)
        if tools.missing and os.environ.get("CI"):
            print("Under CI nothing may be left out:", *tools.missing, sep="\n  ")
            return 1
        with ProcessPoolExecutor(len(rounds), mp_context=get_context("spawn")) as processes:
            tallies = list(processes.map(Round.run, rounds, [_folder(stack) for _ in rounds]))
        tally = sum(tallies, Tally())
        _summary(tally, tools)
    return _exit_code(tally)


def _folder(stack: ExitStack) -> str:
    """For temporary files: in memory, where there is room. No test asks what a loss of power leaves."""
    in_memory = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES
    return stack.enter_context(TemporaryDirectory(prefix="testamur-", dir=_MEMORY if in_memory else None))


def _tools(stack: ExitStack) -> Tools:
    tools = Tools()
    if not os.environ.get("TEST_DATABASE_URL"):
        os.environ["TEST_DATABASE_URL"] = stack.enter_context(start_postgres())
    with psycopg.connect(os.environ["TEST_DATABASE_URL"]) as connection:
        tools.postgresql = connection.execute("SHOW server_version").fetchone()[0]  # type: ignore[index]
    tools.chromium = _found(tools, "CHROMIUM", find_chromium)
    tools.node = _found(tools, "NODE", find_node)
    tools.vectors = str(SHARED or "")
    if SHARED is None:
        tools.missing.append("The published vectors and examples: set TESTAMUR_SHARED to the folder they lie in.")
    return tools


def _found(tools: Tools, variable: str, find: Callable[[], Path | str]) -> str:
    """The version of a program that was found, which the workers then find by `variable`."""
    try:
        path = str(find())
    except RuntimeError as error:
        tools.missing.append(str(error))
        return ""
    os.environ[variable] = path
    return subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def _reason(report: pytest.TestReport) -> str:
    match report.longrepr:
        case (_, _, str(reason)):
            return reason.removeprefix("Skipped: ")
        case _:
            return "expected to fail"


def _summary(tally: Tally, tools: Tools) -> None:
    whole = "whole" if fraction() == 1 else f"at {fraction():.0%} (`make prove` runs the whole)"
    folders = ", ".join(f"{folder} {count:,}" for folder, count in sorted(tally.ran.items()))
    print("\n── what ran ──")
    print(f"{tally.ran.total():,} tests: {folders or 'none'}")
    print(f"SQLite {sqlite3.sqlite_version}: {tally.databases['sqlite']:,} tests.")
    print(f"PostgreSQL {tools.postgresql}: {tally.databases['postgresql']:,} tests.")
    print(f"{tools.chromium or 'No browser'}: {tally.in_browser:,} tests.")
    print(f"Node: {tools.node or 'none'}.")
    print(f"Long proofs {whole}: {len(tally.long)}" + "".join(f"\n    {name}" for name in sorted(tally.long)))
    if tools.missing or tally.left_out:
        print("LEFT OUT:")
    for what in tools.missing:
        print(f"    {what}")
    for reason, count in tally.left_out.most_common():
        print(f"    {count:,} tests: {reason}")
    sys.stdout.flush()


def _exit_code(tally: Tally) -> int:
    if not tally.ran.total():
        print("No test ran: that is a failure.")
        return 1
    return tally.status or int(tally.failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
