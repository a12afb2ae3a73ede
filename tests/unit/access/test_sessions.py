"""Sessions over a real database and real hashes: begun, found, and ended in each of the ways that there are."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from app.access.attempts import Attempts
from app.access.people import NewPerson, Role, add_person
from app.access.sessions import SessionLifetime, SignedIn, SignIn, TooManyTries, form_token, token_digest
from app.adapters.database import Database
from app.adapters.passwords import Argon2Passwords
from app.core.personal import Personal
from app.core.problems import Refused
from app.ports import Person
from tests.unit.adapters.database.awarding import CLIENT, INSTITUTION

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PASSWORD, OTHER = "correct horse battery staple", "another horse battery staple"
LIFETIME = SessionLifetime(idle=timedelta(hours=1), absolute=timedelta(hours=12))


@pytest.fixture(scope="module")
def passwords() -> Iterator[Argon2Passwords]:
    made = Argon2Passwords(memory_kib=64, passes=1, lanes=1)
    yield made
    made.close()


@dataclass
class Desk:
    database: Database
    passwords: Argon2Passwords
    person: Person
    sign_in: SignIn = field(init=False)

    def __post_init__(self) -> None:
        numbers = count(1)
        self.sign_in = SignIn(
            people=self.database.people,
            sessions=self.database.sessions,
            passwords=self.passwords,
            attempts=Attempts(tries=3),
            lifetime=LIFETIME,
            new_token=lambda: f"token-{next(numbers)}",
            steady_clock=lambda: 0,
        )

    async def begin(self, *, brought: str | None = None, now: datetime = NOW) -> str:
        outcome = await self.sign_in.sign_in("ANA@example.edu", PASSWORD, brought=brought, now=now)
        assert isinstance(outcome, SignedIn)
        return outcome.token

    async def who(self, token: str | None, *, after: timedelta = timedelta()) -> str | None:
        visitor = await self.sign_in.visitor(token, now=NOW + after)
        return None if visitor is None else visitor.person.id


@pytest.fixture
async def desk(database: Database, passwords: Argon2Passwords) -> Desk:
    await database.directory.add_institution(INSTITUTION, CLIENT, public_url="https://example.org")
    new = NewPerson(
        INSTITUTION.name, Personal("ana@example.edu"), Personal("Ana Lind"), frozenset({Role.REGISTRAR}), PASSWORD
    )
    person = await add_person(
        new, people=database.people, passwords=passwords, new_id=lambda: "ana", must_change=True, now=NOW
    )
    return Desk(database, passwords, person)


async def test_who_signs_in_is_known_by_the_token(desk: Desk) -> None:
    assert await desk.who(await desk.begin()) == "ana"


@pytest.mark.parametrize("token", [None, "", "token-9", "x" * 10_000, "\0", "\ud800"])
async def test_a_token_that_was_never_given_is_nobodys(desk: Desk, token: str | None) -> None:
    assert await desk.who(token) is None


async def test_the_token_is_kept_as_a_digest_alone(desk: Desk) -> None:
    token = await desk.begin()
    found = await desk.database.sessions.find(token_digest(token))
    assert found is not None
    assert await desk.database.sessions.find(token.encode()) is None


@pytest.mark.parametrize(
    ("login", "password"), [("ana@example.edu", "wrong"), ("bob@example.edu", PASSWORD), ("", ""), ("\ud800", "\ud800")]
)
async def test_a_wrong_login_and_a_wrong_password_are_answered_alike(desk: Desk, login: str, password: str) -> None:
    assert await desk.sign_in.sign_in(login, password, brought=None, now=NOW) is None


async def test_an_unknown_login_is_hashed_as_a_known_one_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    verify = desk.passwords.verify

    async def counted(password: str, password_hash: str) -> bool:
        asked.append(password_hash)
        return await verify(password, password_hash)

    monkeypatch.setattr(desk.passwords, "verify", counted)
    for login in ("ana@example.edu", "bob@example.edu", "no address"):
        await desk.sign_in.sign_in(login, "wrong", brought=None, now=NOW)
    kinds = {password_hash.rpartition("$")[0].rpartition("$")[0] for password_hash in asked}
    assert (len(asked), len(kinds)) == (3, 1)


async def test_too_many_wrong_passwords_have_to_wait_though_the_next_is_right(desk: Desk) -> None:
    for _ in range(3):
        await desk.sign_in.sign_in("ana@example.edu", "wrong", brought=None, now=NOW)
    assert await desk.sign_in.sign_in("ana@example.edu", PASSWORD, brought=None, now=NOW) == TooManyTries(60)


async def test_an_unknown_login_has_to_wait_as_a_known_one_has(desk: Desk) -> None:
    for _ in range(3):
        await desk.sign_in.sign_in("bob@example.edu", "wrong", brought=None, now=NOW)
    assert await desk.sign_in.sign_in("bob@example.edu", "wrong", brought=None, now=NOW) == TooManyTries(60)


async def test_a_right_password_ends_the_counting(desk: Desk) -> None:
    for _ in range(10):
        await desk.begin()


async def test_the_token_that_a_browser_brought_is_not_the_one_that_it_gets(desk: Desk) -> None:
    brought = await desk.begin()
    got = await desk.begin(brought=brought)
    assert (await desk.who(brought), await desk.who(got)) == (None, "ana")


async def test_a_token_that_a_stranger_chose_never_becomes_a_session(desk: Desk) -> None:
    await desk.begin(brought="chosen by a stranger")
    assert await desk.who("chosen by a stranger") is None


async def test_a_session_ends_by_idleness(desk: Desk) -> None:
    assert await desk.who(await desk.begin(), after=LIFETIME.idle) is None


async def test_a_session_that_is_used_goes_on(desk: Desk) -> None:
    token = await desk.begin()
    step = timedelta(minutes=40)
    assert [await desk.who(token, after=step * number) for number in range(1, 6)] == ["ana"] * 5


async def test_a_session_ends_by_age_however_it_is_used(desk: Desk) -> None:
    token = await desk.begin()
    seen = [await desk.who(token, after=timedelta(minutes=40) * number) for number in range(1, 20)]
    assert seen == ["ana"] * 17 + [None, None]


async def test_signing_out_ends_it_at_the_server(desk: Desk) -> None:
    token = await desk.begin()
    await desk.sign_in.sign_out(token)
    assert await desk.who(token) is None


async def test_a_new_password_ends_every_other_session(desk: Desk) -> None:
    mine, elsewhere = await desk.begin(), await desk.begin()
    visitor = await desk.sign_in.visitor(mine, now=NOW)
    assert visitor is not None
    changed = await desk.sign_in.change_password(visitor, old=PASSWORD, new=OTHER, now=NOW)
    assert isinstance(changed, SignedIn)
    assert [await desk.who(token) for token in (mine, elsewhere, changed.token)] == [None, None, "ana"]


async def test_a_new_password_is_the_persons_own(desk: Desk) -> None:
    visitor = await desk.sign_in.visitor(await desk.begin(), now=NOW)
    assert visitor is not None
    assert visitor.person.must_change
    await desk.sign_in.change_password(visitor, old=PASSWORD, new=OTHER, now=NOW)
    again = await desk.sign_in.sign_in("ana@example.edu", OTHER, brought=None, now=NOW)
    assert isinstance(again, SignedIn)
    assert not again.person.must_change


async def test_a_password_is_changed_by_who_knows_the_old_one(desk: Desk) -> None:
    visitor = await desk.sign_in.visitor(await desk.begin(), now=NOW)
    assert visitor is not None
    assert await desk.sign_in.change_password(visitor, old="wrong", new=OTHER, now=NOW) is None


@pytest.mark.parametrize("new", [PASSWORD, "short"])
async def test_the_same_or_a_bad_password_is_refused(desk: Desk, new: str) -> None:
    visitor = await desk.sign_in.visitor(await desk.begin(), now=NOW)
    assert visitor is not None
    with pytest.raises(Refused):
        await desk.sign_in.change_password(visitor, old=PASSWORD, new=new, now=NOW)


async def test_who_is_removed_is_signed_out_and_stays_so(desk: Desk) -> None:
    token = await desk.begin()
    await desk.database.people.remove("ana", now=NOW)
    assert await desk.who(token) is None
    assert await desk.sign_in.sign_in("ana@example.edu", PASSWORD, brought=None, now=NOW) is None


async def test_a_hash_of_other_parameters_is_made_anew_at_sign_in(desk: Desk) -> None:
    stronger = Argon2Passwords(memory_kib=128, passes=1, lanes=1)
    renewed = replace(desk, passwords=stronger)
    await renewed.begin()
    person = await desk.database.people.by_login(Personal("ana@example.edu"))
    assert person is not None
    assert (desk.passwords.is_outdated(person.password_hash), stronger.is_outdated(person.password_hash)) == (
        True,
        False,
    )
    assert isinstance(await renewed.sign_in.sign_in("ana@example.edu", PASSWORD, brought=None, now=NOW), SignedIn)
    stronger.close()


def test_the_token_of_a_form_is_of_one_session() -> None:
    assert form_token("one") != form_token("other")


def test_the_token_of_a_form_does_not_hold_the_sessions() -> None:
    assert "session" not in form_token("session")


class Interrupting(Argon2Passwords):
    """Lets something happen while a password is being checked."""

    def __init__(self, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__(memory_kib=64, passes=1, lanes=1)
        self.meanwhile = meanwhile

    async def verify(self, password: str, password_hash: str) -> bool:
        right = await super().verify(password, password_hash)
        await self.meanwhile()
        return right


async def signed_in_while(desk: Desk, meanwhile: Callable[[], Awaitable[None]]) -> object:
    interrupted = Interrupting(meanwhile)
    try:
        slow = Desk(desk.database, interrupted, desk.person)
        return await slow.sign_in.sign_in("ana@example.edu", PASSWORD, brought=None, now=NOW)
    finally:
        interrupted.close()


async def test_who_is_removed_while_their_password_is_checked_is_not_let_in(desk: Desk) -> None:
    assert await signed_in_while(desk, lambda: desk.database.people.remove("ana", now=NOW)) is None


async def test_an_old_password_that_is_taken_away_while_it_is_checked_lets_nobody_in(desk: Desk) -> None:
    async def reset() -> None:
        await desk.database.people.set_password("ana", await desk.passwords.hash(OTHER), must_change=True)

    assert await signed_in_while(desk, reset) is None
