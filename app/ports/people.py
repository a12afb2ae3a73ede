"""People who sign in, their sessions and their passwords."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.core.personal import Personal


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at an institution, and signs in by an e-mail address and a password.

    `must_change` is a password that somebody else has seen. A person who was removed stays known by name, because
    they are named beside what they did.
    """

    id: str
    institution: str
    login: Personal[str]
    name: Personal[str]
    roles: frozenset[str]
    password_hash: str = field(repr=False)
    must_change: bool = False
    removed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One person at one browser. Its token is 256 random bits, kept as SHA-256 alone."""

    token_sha256: bytes
    person_id: str
    begun: datetime
    seen: datetime


class People(Protocol):
    async def add(self, person: Person, *, now: datetime) -> None:
        """Raises Refused (STATE_CONFLICT) where somebody signs in by that address already."""
        ...

    async def by_login(self, login: Personal[str]) -> Person | None:
        """Whoever signs in by this address now: nobody who was removed."""
        ...

    async def list(self, *, institution: str) -> Sequence[Person]:
        """All who were ever added, those removed too, in the order that they came."""
        ...

    async def set_password(self, person_id: str, password_hash: str, *, must_change: bool) -> None:
        """Takes the place of the old one, and ends every session of the person."""
        ...

    async def rehash(self, person_id: str, *, old: str, new: str) -> None:
        """The same password under newer parameters; nothing where it was changed meanwhile."""
        ...

    async def remove(self, person_id: str, *, now: datetime) -> None:
        """Ends all sessions; the address is free again, the name stays."""
        ...


class Sessions(Protocol):
    async def begin(self, session: Session, *, password_hash: str, forget_before: datetime) -> bool:
        """Keeps it, and forgets every session that began before then.

        False where the person was removed, or their password was changed, since `password_hash` was read.
        """
        ...

    async def find(self, token_sha256: bytes) -> tuple[Session, Person] | None: ...

    async def seen(self, token_sha256: bytes, *, now: datetime) -> None: ...

    async def end(self, token_sha256: bytes) -> None: ...


class Passwords(Protocol):
    """Hashes that are slow on purpose, made where they do not hold up the event loop."""

    @property
    def nobodys(self) -> str:
        """The hash of a password that nobody has: checking against it costs what checking any does."""
        ...

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, password_hash: str) -> bool: ...

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than those in use."""
        ...
