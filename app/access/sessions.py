"""Signing in and staying so: a session is a random token at one browser, of which only a digest is kept.

1. `sign_in`: address and password → a session of its own token, never one that the browser brought with it.
   An unknown address costs what a known one does, and is answered alike.
2. `visitor`: the token of a request → who it is, where the session has not ended by idleness or by age.
3. `sign_out` ends it here, not only at the browser; `change_password` ends all others.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.access.attempts import Attempts
from app.access.people import demand_good_password, read_login, read_password
from app.core.personal import Personal
from app.core.problems import SIGN_IN_REFUSED, Problem, Refused
from app.ports import Passwords, People, Person, Session, Sessions

_LONGEST_TOKEN = 64
# Writing down each request of a busy hour would be a write for each page that is read.
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionLifetime:
    """A session ends `idle` after it was last used, and `absolute` after it began."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun; its token goes to the browser and nowhere else."""

    person: Person
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """This login has to wait; it says nothing about whether anybody signs in by it."""

    wait_seconds: int


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who a request is from, and what a form that was drawn for them carries."""

    person: Person
    form_token: str = field(repr=False)


class SignIn:
    """All that is done with sessions. Its two clocks and its chance are handed in."""

    def __init__(
        self,
        *,
        people: People,
        sessions: Sessions,
        passwords: Passwords,
        attempts: Attempts,
        lifetime: SessionLifetime,
        new_token: Callable[[], str],
        steady_clock: Callable[[], float],
    ) -> None:
        self._people = people
        self._sessions = sessions
        self._passwords = passwords
        self._attempts = attempts
        self._lifetime = lifetime
        self._new_token = new_token
        self._steady_clock = steady_clock

    async def sign_in(
        self, login: str, password: str, *, brought: str | None, now: datetime
    ) -> SignedIn | TooManyTries | None:
        """None where address and password do not belong together. The token that the browser `brought` ends."""
        checked = await self._checked(login, password)
        if not isinstance(checked, Person):
            return checked
        if brought is not None:
            await self.sign_out(brought)
        return await self._begin(checked, now=now)

    async def visitor(self, token: str | None, *, now: datetime) -> Visitor | None:
        """Who it is; None where there is no such session, or it ended."""
        if token is None or len(token) > _LONGEST_TOKEN:
            return None
        digest = token_digest(token)
        found = await self._sessions.find(digest)
        if found is None:
            return None
        session, person = found
        if (
            person.removed
            or now >= session.seen + self._lifetime.idle
            or now >= session.begun + self._lifetime.absolute
        ):
            await self._sessions.end(digest)
            return None
        if now >= session.seen + _SEEN_EVERY:
            await self._sessions.seen(digest, now=now)
        return Visitor(person=person, form_token=form_token(token))

    async def sign_out(self, token: str) -> None:
        await self._sessions.end(token_digest(token))

    async def change_password(
        self, visitor: Visitor, *, old: str, new: str, now: datetime
    ) -> SignedIn | TooManyTries | None:
        """A new session in the place of every old one; None where `old` is wrong. Raises Refused for a bad `new`."""
        login = visitor.person.login
        good = demand_good_password(new, login=login)
        checked = await self._checked(login.open(), old)
        if not isinstance(checked, Person):
            return checked
        if good == read_password(old):
            raise Refused(Problem(SIGN_IN_REFUSED, at="/new", detail="this is the password that you have already"))
        newer = await self._passwords.hash(good)
        await self._people.set_password(checked.id, newer, must_change=False)
        return await self._begin(replace(checked, password_hash=newer), now=now)

    async def _checked(self, login: str, password: str) -> Person | TooManyTries | None:
        """The person, after the same work whether there is one or not."""
        try:
            address = read_login(login)
        except Refused:
            address = Personal("")
        counted = hashlib.sha256(address.open().encode("utf-8", "surrogatepass")).digest()
        if wait := self._attempts.take(counted, at=self._steady_clock()):
            return TooManyTries(wait)
        person = await self._people.by_login(address)
        readable = read_password(password)
        known_hash = person.password_hash if person else self._passwords.nobodys
        right = await self._passwords.verify(readable or "", known_hash)
        if person is None or readable is None or not right:
            return None
        self._attempts.forget(counted)
        if self._passwords.is_outdated(person.password_hash):
            newer = await self._passwords.hash(readable)
            await self._people.rehash(person.id, old=person.password_hash, new=newer)
            return replace(person, password_hash=newer)
        return person

    async def _begin(self, person: Person, *, now: datetime) -> SignedIn | None:
        """None where the person was removed, or got another password, while theirs was checked."""
        token = self._new_token()
        session = Session(token_sha256=token_digest(token), person_id=person.id, begun=now, seen=now)
        begun = await self._sessions.begin(
            session, password_hash=person.password_hash, forget_before=now - self._lifetime.absolute
        )
        return SignedIn(person=person, token=token) if begun else None


def token_digest(token: str) -> bytes:
    """What is kept of a session's token, to look it up."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def form_token(token: str) -> str:
    """What a form of this session carries: it follows from the session's token, and does not lead back to it."""
    mac = hmac.digest(token.encode("utf-8", "surrogatepass"), b"testamur console form", "sha256")
    return urlsafe_b64encode(mac).rstrip(b"=").decode()
