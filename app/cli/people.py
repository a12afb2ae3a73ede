"""`testamur person …`: who may sign in to the console."""

import argparse
import asyncio
import secrets

from app.access.people import NewPerson, Role, add_person, read_login, read_name
from app.cli.exit_codes import DONE
from app.cli.given import Commands, institution
from app.core.problems import NOT_FOUND, Problem, Refused
from app.main import Service, clock, composed, new_id
from app.ports import Person
from app.settings import Settings


def add_to(commands: Commands) -> None:
    """What may be typed."""
    person = commands.add_parser("person", help="who may sign in to the console")
    acts = person.add_subparsers(dest="act", required=True)
    add = acts.add_parser("add", help="add somebody; tells their first password, once")
    add.add_argument("institution", metavar="INSTITUTION")
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("--name", help="as colleagues read it beside what the person did; else the address")
    add.add_argument(
        "--role",
        action="append",
        choices=[role.value for role in Role],
        help="registrar (awards, revokes) where none is given, or administrator (looks); both may be given",
    )
    listed = acts.add_parser("list", help="who may sign in")
    listed.add_argument("--institution", metavar="NAME", help="where there are several")
    for name, does in (
        ("reset", "tells a new first password, once, and signs them out everywhere"),
        ("remove", "signs them out everywhere; what they did keeps their name"),
    ):
        acts.add_parser(name, help=does).add_argument("email", metavar="EMAIL")
    person.set_defaults(run=lambda settings, chosen: asyncio.run(run(settings, chosen)))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Adds, lists, resets or removes."""
    async with composed(settings, inline=True) as service:
        match chosen.act:
            case "add":
                await _add(service, chosen)
            case "list":
                await _list(service, chosen)
            case "reset":
                await _reset(service, chosen.email)
            case "remove":
                person = await _known(service, chosen.email)
                await service.database.people.remove(person.id, now=clock())
                print(f"Removed: {person.login.open()}. Signed out everywhere.")
    return DONE


async def _add(service: Service, chosen: argparse.Namespace) -> None:
    password = first_password()
    login = read_login(chosen.email)
    person = await add_person(
        NewPerson(
            institution=institution(service, chosen.institution).name,
            login=login,
            name=read_name(chosen.name or login.open()),
            roles=frozenset(Role(role) for role in chosen.role or (Role.REGISTRAR,)),
            password=password,
        ),
        people=service.database.people,
        passwords=service.passwords,
        new_id=new_id,
        must_change=True,
        now=clock(),
    )
    print(f"Added: {person.login.open()}, {', '.join(sorted(person.roles))}")
    _tell(service, password)


async def _list(service: Service, chosen: argparse.Namespace) -> None:
    for person in await service.database.people.list(institution=institution(service, chosen.institution).name):
        state = "removed" if person.removed else "has a first password" if person.must_change else "signs in"
        print(f"{person.login.open()}\t{person.name.open()}\t{', '.join(sorted(person.roles))}\t{state}")


async def _reset(service: Service, email: str) -> None:
    person = await _known(service, email)
    password = first_password()
    hashed = await service.passwords.hash(password)
    await service.database.people.set_password(person.id, hashed, must_change=True)
    print(f"A new first password for {person.login.open()}; signed out everywhere.")
    _tell(service, password)


async def _known(service: Service, email: str) -> Person:
    person = await service.database.people.by_login(read_login(email))
    if person is None:
        raise Refused(Problem(NOT_FOUND, detail="Nobody signs in by this address.", remedy="See: testamur person list"))
    return person


def _tell(service: Service, password: str) -> None:
    print(f"First password:     {password}")
    print(f"To be changed at:   {service.settings.public_url}/console")
    print("It is shown this once, and works until it is changed there.")


def first_password() -> str:
    """100 random bits, in groups that can be read out."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
