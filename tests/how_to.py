"""A how-to, followed to the letter: its commands typed into a shell, its buttons pressed in a browser, in its order.

In a how-to, a `console` block is typed, an address in angle brackets is opened, **bold** is pressed or filled in, and
*italic* is what the page says then. Whoever follows it names each step; one that the text does not have there, or the
page not, is a failure.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.conftest import ROOT
from tests.service import free_port

_CHANGES = (
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>"),
    (r"did:key:z6Mk\w+", "<did>"),
    (r"/claim/[\w-]+", "/claim/<token>"),
    (r"\d{1,2} \w+ 20\d\d, \d\d:\d\d UTC", "<moment>"),
    (r"From \d{1,2} \w+ 20\d\d", "From <day>"),
    (r"127\.0\.0\.1:\d+", "<host>"),
    (r"PASSWORD=\S+", "PASSWORD=<secret>"),
    (r"CLIENT_ID=\S+", "CLIENT_ID=<id>"),
    (r"CLIENT_SECRET=\S+", "CLIENT_SECRET=<secret>"),
)
_STEP = re.compile(
    r"```console\n(?P<console>.*?)```|<http://127\.0\.0\.1:8000(?P<open>[^>]*)>|\*\*(?P<bold>[^*]+)\*\*|\*(?P<italic>[^*]+)\*",
    re.DOTALL,
)
_STARTS_WITHIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Command:
    typed: str
    printed: str


@dataclass(frozen=True, slots=True)
class Opened:
    path: str


@dataclass(frozen=True, slots=True)
class Bold:
    label: str


@dataclass(frozen=True, slots=True)
class Italic:
    words: str


Step = Command | Opened | Bold | Italic


def steps(text: str) -> list[Step]:
    """What a page of the documentation asks of its reader, in its order; a table is read, not followed."""
    lines = (line for line in text.splitlines(keepends=True) if not line.startswith("|"))
    found: list[Step] = []
    for match in _STEP.finditer("".join(lines)):
        match match.lastgroup:
            case "console":
                found += _commands(match["console"])
            case "open":
                found.append(Opened(match["open"]))
            case "bold":
                found.append(Bold(" ".join(match["bold"].split())))
            case _:
                found.append(Italic(" ".join(match["italic"].split())))
    return found


def _commands(block: str) -> list[Command]:
    """A line that begins with `$ ` is typed; what follows up to the next one is printed."""
    return [
        Command(typed, printed)
        for typed, _, printed in (each.partition("\n") for each in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:])
    ]


def told(text: str) -> str:
    """Without what is another each time: identifiers, moments, links, secrets."""
    for pattern, name in _CHANGES:
        text = re.sub(pattern, name, text)
    return text.strip()


@dataclass
class Terminal:
    """One shell in one folder, with the service of that folder beside it."""

    folder: Path
    port: int
    shell: subprocess.Popen[str]
    said: str = ""
    code: int = 0

    def type(self, command: Command) -> None:
        """Types it, and finds printed what the page says is printed; a failure has to be meant, and is asked for."""
        assert self.code == 0 or command.typed == "echo $?", f"the command before this one ended with {self.code}"
        script = self.folder / ".typed"
        script.write_text(self.here(command.typed) + "\n", "utf-8")
        assert self.shell.stdin is not None
        assert self.shell.stdout is not None
        self.shell.stdin.write(". ./.typed < /dev/null; code=$?; printf '\\n== %s\\n' $code; (exit $code)\n")
        self.shell.stdin.flush()
        lines: list[str] = []
        while not (ended := re.fullmatch(r"== (\d+)\n", line := self.shell.stdout.readline())):
            assert line, f"the shell ended at: {command.typed}"
            lines.append(line)
        self.code = int(ended[1])
        self.said = "".join(lines)
        assert told(self.said) == told(command.printed), command.typed

    def here(self, text: str) -> str:
        """The documentation's address is another here: each test has a port of its own."""
        return text.replace(":8000", f":{self.port}")

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def checkout(folder: Path) -> Path:
    """A checkout as a stranger has it, whose keys and database are not ours."""
    for name in ("Makefile", "requirements", ".venv", "app", "contexts", "migrations", "docs", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@contextmanager
def started(start: Step, folder: Path) -> Iterator[Terminal]:
    """The service of this folder, by the page's first command, and a second terminal beside it."""
    assert isinstance(start, Command)
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "LC_"))},
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder / 'testamur.sqlite3'}",
        "LANG": "C.UTF-8",
        "KEYS_DIR": str(folder / "keys"),
    }
    log = folder / "make.log"
    with log.open("wb") as output:
        service = subprocess.Popen(
            start.typed, shell=True, cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait(service, port, log)
        assert told(start.printed) in told(log.read_text())
        with subprocess.Popen(
            ["bash"],
            cwd=folder,
            env=environment,
            text=True,
            encoding="utf-8",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as shell:
            yield Terminal(folder, port, shell)
    finally:
        os.killpg(service.pid, signal.SIGTERM)
        service.wait(timeout=20)


def _wait(service: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            assert service.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"the service did not start:\n{log.read_text()}")


@dataclass
class Reader:
    """Somebody who follows a how-to, with its terminal and a browser."""

    page: Page
    terminal: Terminal
    ahead: list[Step] = field(default_factory=list)

    def types(self) -> str:
        """All commands that come next. Gives what the last of them printed."""
        assert isinstance(self.ahead[0], Command), self.ahead[0]
        while self.ahead and isinstance(self.ahead[0], Command):
            self.terminal.type(self.ahead.pop(0))  # type: ignore[arg-type]
        return self.terminal.said

    def opens(self, path: str) -> None:
        self._next(Opened(path))
        self.page.goto(self.terminal.url(path))

    def presses(self, label: str) -> None:
        self._next(Bold(label))
        self._pressable(label).click()

    def saves(self, label: str, name: str = "") -> Path:
        """Presses what saves a file, and keeps it in the terminal's folder, under the name that the page gave it."""
        self._next(Bold(label))
        with self.page.expect_download() as saved:
            self._pressable(label).click()
        place = self.terminal.folder / (name or saved.value.suggested_filename)
        saved.value.save_as(place)
        return place

    def fills(self, label: str, text: str) -> None:
        self._next(Bold(label))
        self.page.get_by_label(label, exact=True).locator("visible=true").fill(text)

    def chooses(self, label: str) -> None:
        self._next(Bold(label))
        self.page.get_by_label(label, exact=True).check()

    def gives(self, label: str, file: Path) -> None:
        self._next(Bold(label))
        self.page.get_by_label(label, exact=True).set_input_files(file)

    def reads(self, words: str) -> None:
        self._next(Italic(words))
        expect(self.page.get_by_text(words).locator("visible=true").first).to_be_visible(timeout=60_000)

    def _next(self, step: Step) -> None:
        assert self.ahead, f"nothing is left of the how-to at {step}"
        assert self.ahead.pop(0) == step

    def _pressable(self, label: str) -> Locator:
        page = self.page
        summary = page.locator("summary").filter(has_text=re.compile(rf"^\s*{re.escape(label)}\s*$"))
        button, link = (page.get_by_role(role, name=label, exact=True) for role in ("button", "link"))
        return button.or_(link).or_(summary).locator("visible=true").first
