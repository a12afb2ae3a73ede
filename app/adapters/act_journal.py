"""What a restored backup would undo, written down outside of the database before it is acknowledged.

One JSON object a line, appended by one write and synced to the disk: which lists were opened, which bits were set,
which awards were erased or replaced, which claim links ended, which keys were revoked, whom nobody lets in any more. It
names no person. Several processes append to one file. It may hold an act whose transaction failed afterwards, never
lack one that was acknowledged.
"""

import asyncio
import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from app.adapters.keys.private_file import write_private
from app.core import strict_json
from app.core.problems import PARSING_ERROR, SETTING_ERROR, Problem, Refused
from app.ports import Unavailable


@dataclass(frozen=True, slots=True)
class ListOpened:
    list_id: str
    institution: str
    purpose: str
    length: int


@dataclass(frozen=True, slots=True)
class BitSet:
    """`version` is the list's with this bit in it."""

    list_id: str
    index: int
    version: int


@dataclass(frozen=True, slots=True)
class BitCleared:
    """Of a suspension that was lifted; no revocation ever is. `version` is the list's without this bit."""

    list_id: str
    index: int
    version: int


@dataclass(frozen=True, slots=True)
class AwardErased:
    award_id: str


@dataclass(frozen=True, slots=True)
class BroughtErased:
    """A credential that was not ours to compose, by our own name for it."""

    credential_id: str


@dataclass(frozen=True, slots=True)
class AwardSuperseded:
    """Another took its place; whom it named before is told no more."""

    award_id: str


@dataclass(frozen=True, slots=True)
class LinkEnded:
    award_id: str
    generation: int


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    """`revoked` is since when, which may be long before it was found out."""

    institution: str
    verification_method: str
    revoked: str


@dataclass(frozen=True, slots=True)
class ClientChanged:
    """A client as it is now: the SHA-256 of its secret in hexadecimal; where it was ended, `revoked` is when."""

    client_id: str
    secret_sha256: str
    revoked: str


@dataclass(frozen=True, slots=True)
class PersonRemoved:
    person_id: str
    removed: str


Entry: TypeAlias = (
    ListOpened
    | BitSet
    | BitCleared
    | AwardErased
    | AwardSuperseded
    | BroughtErased
    | LinkEnded
    | KeyRevoked
    | ClientChanged
    | PersonRemoved
)

_KINDS: tuple[tuple[str, type[Entry]], ...] = (
    ("list-opened", ListOpened),
    ("bit-set", BitSet),
    ("bit-cleared", BitCleared),
    ("award-erased", AwardErased),
    ("award-superseded", AwardSuperseded),
    ("brought-erased", BroughtErased),
    ("link-ended", LinkEnded),
    ("key-revoked", KeyRevoked),
    ("client-changed", ClientChanged),
    ("person-removed", PersonRemoved),
)
_JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Mark:
    """A file as it stood: how long, and the SHA-256 of that much of it."""

    length: int
    sha256: str

    @classmethod
    def of(cls, content: bytes) -> "Mark":
        return cls(len(content), sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class ReadJournal:
    """`cut_off` counts lines that a crash or a full disk ended early: none of them was acknowledged."""

    entries: tuple[Entry, ...]
    newest: datetime | None
    cut_off: int
    content: bytes

    def continues(self, mark: Mark) -> bool:
        """Whether it is the journal of which `mark` was taken, with nothing changed in what it held then."""
        return Mark.of(self.content[: mark.length]) == mark


class ActJournal:
    """One file, appended to by every process of the service on this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> None:
        """Makes the file where there is none. Raises Refused (SETTING_ERROR) where it can't be appended to."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                # Its first line is like no other journal's: a backup knows by it which one it belongs to.
                write_private(self.path, _line({"kind": _JOURNAL, "id": secrets.token_hex(16)}))
            os.close(self._opened())
        except OSError as error:
            detail = f"The journal {self.path} can't be written: {error.strerror}."
            remedy = "Set ACT_JOURNAL_FILE to a file that the service may append to, on another disk if you have one."
            raise Refused(Problem(SETTING_ERROR, at="/ACT_JOURNAL_FILE", detail=detail, remedy=remedy)) from None

    async def append(self, *entries: Entry) -> None:
        """Returns once they are on the disk. Raises Unavailable where they are not."""
        if entries:
            names = {kind: name for name, kind in _KINDS}
            lines = b"".join(_line({"kind": names[type(entry)], **asdict(entry)}) for entry in entries)
            await asyncio.to_thread(self._append, lines)

    def mark(self) -> Mark:
        try:
            return Mark.of(self.path.read_bytes())
        except OSError as error:
            raise Unavailable(f"The journal {self.path} can't be read: {error.strerror}.") from error

    def _append(self, lines: bytes) -> None:
        try:
            descriptor = self._opened()
            try:
                written = os.write(descriptor, lines)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise Unavailable(f"The journal of acts can't be written: {error.strerror}.") from error
        if written != len(lines):
            raise Unavailable("The journal of acts could not be written whole: is the disk full?")

    def _opened(self) -> int:
        # A journal that vanished is not made anew: what it held would be missed by nobody until a restore.
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)


def read_journal(content: bytes) -> ReadJournal:
    """Raises Refused (PARSING_ERROR) where a whole line is none that we write."""
    entries: list[Entry] = []
    newest: datetime | None = None
    cut_off = 0
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line:
            continue
        # An object of ours is flat: without its last brace it was cut off, and with it, it is whole.
        if line.startswith(b"{") and not line.endswith(b"}"):
            cut_off += 1
            continue
        at, entry = _read(line, number)
        newest = max(newest, at) if newest else at
        if entry:
            entries.append(entry)
    return ReadJournal(tuple(entries), newest, cut_off, content)


def _line(members: dict[str, object]) -> bytes:
    # It begins on a line of its own, whatever another write left behind.
    written = {**members, "at": datetime.now(UTC).isoformat()}
    return b"\n" + json.dumps(written, separators=(",", ":")).encode() + b"\n"


def _read(line: bytes, number: int) -> tuple[datetime, Entry | None]:
    try:
        members = strict_json.read_object(line)
        at = datetime.fromisoformat(str(members.pop("at"))).astimezone(UTC)
        kind = members.pop("kind")
        return at, None if kind == _JOURNAL else _entry(dict(_KINDS)[kind], members)
    except (Refused, KeyError, OverflowError, TypeError, ValueError) as error:
        detail = f"line {number} of the journal is none that this program writes"
        raise Refused(Problem(PARSING_ERROR, detail=detail, remedy="Use a copy that nobody edited.")) from error


def _entry(kind: type[Entry], members: dict[str, object]) -> Entry:
    for name, expected in kind.__annotations__.items():
        value = members[name]
        if type(value) is not expected or (isinstance(value, int) and value < 0):
            raise ValueError(name)
    return kind(**members)  # type: ignore[arg-type] # each was compared with its annotation
