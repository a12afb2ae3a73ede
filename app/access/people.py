"""People of an institution: what each of their roles may do, their logins, and which passwords are good enough."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from app.access.scopes import Scope
from app.core.normalized import normalized
from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, NOT_ALLOWED, SIGN_IN_REFUSED, Problem, Refused
from app.ports import Passwords, People, Person

# NIST SP 800-63B-4 §3.1.1.2: a password that stands alone has 15 characters or more, of any kind; no other rule.
SHORTEST_PASSWORD = 15
LONGEST_PASSWORD = 256
_LONGEST_LOGIN = 254
_LONGEST_NAME = 200
# As typed, before its letters are composed of their parts.
_LONGEST_GIVEN = 2_048


class Role(StrEnum):
    """What somebody does at the institution."""

    REGISTRAR = "registrar"
    ADMINISTRATOR = "administrator"


# The console asks for the same scopes that the API does. An administrator keeps people and keys, and awards nothing.
ALLOWED: Mapping[Role, frozenset[Scope]] = MappingProxyType(
    {
        Role.REGISTRAR: frozenset({Scope.AWARD, Scope.READ_AWARDS, Scope.REVOKE, Scope.ERASE}),
        Role.ADMINISTRATOR: frozenset({Scope.READ_AWARDS}),
    }
)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to be added, with the password that is told once."""

    institution: str
    login: Personal[str]
    name: Personal[str]
    roles: frozenset[Role]
    password: str = field(repr=False)


def allowed(person: Person) -> frozenset[Scope]:
    """All that any of the person's roles may do."""
    return frozenset(scope for role in Role if role in person.roles for scope in ALLOWED[role])


def demand(scope: Scope, person: Person) -> None:
    """Raises Refused (NOT_ALLOWED) where no role of the person's allows it."""
    if scope not in allowed(person):
        raise Refused(
            Problem(
                NOT_ALLOWED,
                detail="your roles at this institution do not allow this",
                remedy="ask whoever runs the service for the role of a registrar",
            )
        )


def read_login(text: str) -> Personal[str]:
    """An e-mail address as a login: its case and its way of being composed do not matter. Raises Refused."""
    login = normalized(_bounded(text).strip(), form="NFC").casefold()
    local, at, domain = login.rpartition("@")
    if not (local and at and domain) or len(login) > _LONGEST_LOGIN or not login.isprintable() or " " in login:
        raise Refused(
            Problem(MALFORMED_VALUE_ERROR, at="/login", detail="the login is an e-mail address, like a@example.edu")
        )
    return Personal(login)


def read_name(text: str) -> Personal[str]:
    """A name as colleagues read it beside what the person did. Raises Refused."""
    name = normalized(" ".join(_bounded(text).split()), form="NFC")
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/name", detail="a name is one line of 1 to 200 characters"))
    return Personal(name)


def read_password(text: str) -> str | None:
    """A password as it is hashed (NFC, so that every keyboard's é is one); None for what can be none."""
    password = normalized(_bounded(text), form="NFC")
    return password if 0 < len(password) <= LONGEST_PASSWORD and _is_storable(password) else None


def demand_good_password(text: str, *, login: Personal[str]) -> str:
    """Raises Refused (SIGN_IN_REFUSED at /new) where it is too short, too long, or the login itself."""
    password = read_password(text)
    if password is None or len(password) < SHORTEST_PASSWORD:
        detail = f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        raise Refused(Problem(SIGN_IN_REFUSED, at="/new", detail=detail, remedy="four or five words make a good one"))
    if login.open() in password.casefold() or len(set(password)) < 5:
        raise Refused(Problem(SIGN_IN_REFUSED, at="/new", detail="this password is easily guessed"))
    return password


async def add_person(
    new: NewPerson,
    *,
    people: People,
    passwords: Passwords,
    new_id: Callable[[], str],
    must_change: bool,
    now: datetime,
) -> Person:
    """Raises Refused (STATE_CONFLICT) where somebody signs in by that address already."""
    person = Person(
        id=new_id(),
        institution=new.institution,
        login=new.login,
        name=new.name,
        roles=frozenset(role.value for role in new.roles),
        password_hash=await passwords.hash(new.password),
        must_change=must_change,
    )
    await people.add(person, now=now)
    return person


def _bounded(text: str) -> str:
    """Nothing where it is longer than a person types: whoever has not signed in must not set us to work."""
    return text if len(text) <= _LONGEST_GIVEN else ""


def _is_storable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
