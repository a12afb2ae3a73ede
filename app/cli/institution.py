"""`testamur institution`: one more institution, what one says of itself, and a change of that."""

import argparse
import asyncio
import json
from typing import Any

from app.access.scopes import Scope
from app.adapters.contexts import load_contexts
from app.adapters.database import Database
from app.adapters.keys.maker import FileKeyMaker
from app.cli.exit_codes import DONE
from app.cli.given import Commands, institution_of, read
from app.core.problems import MALFORMED_VALUE_ERROR, Problem, Refused
from app.issuer import institutions
from app.issuer.institution_file import read_institution, table
from app.main import administering, clock
from app.ports import Institution
from app.settings import Settings

_LISTS = ("languages", "mechanisms", "status")
_ADDRESS = ("street_address", "postal_code", "locality")


def add_to(commands: Commands) -> None:
    """What may be typed."""
    group = commands.add_parser("institution", help="the institutions of this service: add one, show, change")
    acts = group.add_subparsers(dest="act", required=True)
    add = acts.add_parser("add", help="one more institution, with keys and a client of its own")
    add.add_argument("file", metavar="institution.toml", help="as docs/institution.example.toml; - for standard input")
    show = acts.add_parser("show", help="what an institution says of itself, and its DID")
    show.add_argument("name", nargs="?", metavar="NAME", help="all, where none is named")
    change = acts.add_parser("set", help="change what it says of itself from now on")
    change.add_argument("name", metavar="NAME", help="its slug, as `institution show` tells it")
    change.add_argument(
        "given",
        nargs="+",
        metavar="member=value | institution.toml",
        help='such as url=https://… or languages=lt,en; with nothing after "=" the member is left out from now on',
    )
    for act in (add, show, change):
        act.add_argument("--json", action="store_true", help="for a program")
        act.set_defaults(run=run)


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Does it, over the database alone: no key that signs is opened."""
    return asyncio.run(_run(settings, chosen))


async def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    async with administering(settings) as database:
        match chosen.act:
            case "add":
                await _add(settings, database, chosen)
            case "set":
                await _set(settings, database, chosen)
            case _:
                await _show(database, chosen)
    return DONE


async def _add(settings: Settings, database: Database, chosen: argparse.Namespace) -> None:
    made = await institutions.add(
        database.directory,
        FileKeyMaker(settings.keys_dir, settings.passphrase),
        read_institution(read(chosen.file), load_contexts(settings.contexts_dir)),
        public_url=await database.directory.public_url() or settings.public_url,
        scopes=frozenset(scope.value for scope in Scope),
        now=clock(),
    )
    if chosen.json:
        print(json.dumps({**_as_json(made.institution), "clientFile": str(made.client_file)}, ensure_ascii=False))
        return
    print(f"Made: {made.institution.profile.name}, {made.institution.did}")
    print(f"Its client's id and secret: {made.client_file}")
    print("A service that runs knows it from now on. Keep a copy of its keys, too, where you keep the others'.")


async def _show(database: Database, chosen: argparse.Namespace) -> None:
    everyone = await database.directory.institutions()
    shown = [await institution_of(database.directory, chosen.name)] if chosen.name else list(everyone)
    if chosen.json:
        print(json.dumps([_as_json(each) for each in shown], ensure_ascii=False, indent=2))
        return
    for number, institution in enumerate(shown):
        print(*([""] if number else []), institution.profile.name, sep="\n" if number else "")
        for member, value in _flat(institution).items():
            print(f"  {member:17} {value}")
        print(f"  {'DID':17} {institution.did}")
        if institution == everyone[0]:
            print("  It runs this service: the pages bear its name.")
        if institution.demo:
            print("  A demonstration.")


async def _set(settings: Settings, database: Database, chosen: argparse.Namespace) -> None:
    before = await institution_of(database.directory, chosen.name)
    changes = _changed(before, chosen.given)
    after = await institutions.change(database.directory, before, changes, load_contexts(settings.contexts_dir))
    was, now = _flat(before), _flat(after)
    changed = [member for member in {**was, **now} if was.get(member) != now.get(member)]
    if chosen.json:
        print(json.dumps({**_as_json(after), "changed": changed}, ensure_ascii=False))
        return
    if not changed:
        print(f"{before.name} says that already. Nothing was changed.")
        return
    for member in changed:
        print(f"{member}: {was.get(member, '–')} → {now.get(member, '–')}")
    print("Credentials awarded from now on say so. Those awarded before say what they said, and stay good.")
    if "name" in changed and (await database.directory.institutions())[0] == after:
        print("The pages of the service bear the new name from its next start.")


def _changed(institution: Institution, given: list[str]) -> dict[str, Any]:
    """The institution's members with those that were given in their place; or a file's, whole."""
    if len(given) == 1 and "=" not in given[0]:
        described = table(read(given[0]))
        return described if "slug" in described else {**described, "slug": institution.name}
    members = institutions.describe(institution)
    address, signing = members.setdefault("address", {}), members.setdefault("signing", {})
    for assignment in given:
        member, equals, value = assignment.partition("=")
        if not equals:
            detail = f"{assignment!r} is no member=value."
            remedy = "A file of TOML stands alone: testamur institution set NAME institution.toml"
            raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=detail, remedy=remedy))
        member = member.strip().removeprefix("address.")
        place = address if member in _ADDRESS else members
        if member.startswith("signing."):
            place, member = signing, member.removeprefix("signing.")
        if value == "" and member != "status":
            place.pop(member, None)
        else:
            place[member] = _typed(member, value)
    for name in ("address", "signing"):
        if not members[name]:
            del members[name]
    return members


def _typed(member: str, value: str) -> object:
    """As the file would have it: a list, a number, or a text."""
    if member in _LISTS:
        return [each.strip() for each in value.split(",") if each.strip()]
    return int(value) if member == "per_minute" and value.isascii() and value.isdecimal() else value


def _flat(institution: Institution) -> dict[str, str]:
    described = institutions.describe(institution)
    signing = {f"signing.{name}": value for name, value in described.pop("signing", {}).items()}
    members = {**described, **described.pop("address", {}), **signing}
    return {
        name: ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in members.items()
        if name != "address"
    }


def _as_json(institution: Institution) -> dict[str, Any]:
    return {**institutions.describe(institution), "did": institution.did, "demo": institution.demo}
