"""`make test` and `make prove`: the databases and the browser are started once, and at the end stands what really ran.

    python -m tests.run [--prove] [arguments of pytest]

1. Start PostgreSQL, find Chromium and Node, find the published vectors; what is missing is left out, loudly.
2. Run pytest on two workers, the browser's tests after the others: playwright keeps an event loop running in its
   process, in which no other could. `--prove` runs the long proofs alone, whole.
3. Count what ran: on which database, in which browser, which long proofs at what fraction, what was left out and why.
"""

import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from tests.chromium import find_chromium
from tests.databases import start_postgres
from tests.long_proofs import fraction
from tests.node import find_node
from tests.shared import SHARED

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2

_DATABASE = re.compile(r"\[(?:.*-)?(sqlite|postgresql)(?:-.*)?\]$")


@dataclass
class Tally:
    """A plugin of pytest that counts what its workers report."""

    ran: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    databases: Counter[str] = field(default_factory=Counter)
    in_browser: int = 0
    long: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

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


@dataclass
class Tools:
    """What the tests run on. `missing` says what is not there, and what to do."""

    postgresql: str = ""
    chromium: str = ""
    node: str = ""
    vectors: str = ""
    missing: list[str] = field(default_factory=list)


def main(arguments: Sequence[str]) -> int:
    rounds = [["--ignore=tests/browser"], ["tests/browser"]]
    if "--prove" in arguments:
        os.environ["TESTAMUR_PROOFS"] = "whole"
        rounds = [["-m", "long", "--ignore=tests/browser"]]
    if chosen := [argument for argument in arguments if argument != "--prove"]:
        rounds = [[*rounds[0][:2], *chosen] if "--prove" in arguments else chosen]
    with ExitStack() as stack:
        tools = _tools(stack)
        if tools.missing and os.environ.get("CI"):
            print("Under CI nothing may be left out:", *tools.missing, sep="\n  ")
            return 1
        tally = Tally()
        statuses = [
            int(pytest.main(["-n", str(WORKERS), "--dist", "loadgroup", "-q", *chosen], plugins=[tally]))
            for chosen in rounds
        ]
        _summary(tally, tools)
    return _exit_code(max(statuses), tally)


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


def _exit_code(status: int, tally: Tally) -> int:
    if status == pytest.ExitCode.NO_TESTS_COLLECTED or (status == 0 and not tally.ran.total()):
        print("No test ran: that is a failure.")
        return 1
    return status or int(tally.failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
