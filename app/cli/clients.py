"""`testamur client`: the programs that may call the API for an institution."""

import argparse
import asyncio
import json
from typing import Any

from app.access.scopes import DESCRIPTIONS, Scope
from app.adapters.database import Database
from app.adapters.keys.maker import FileKeyMaker
from app.cli.exit_codes import DONE
from app.cli.given import Commands, institution_of
from app.issuer import clients
from app.issuer.mechanisms import BROUGHT
from app.main import administering, clock
from app.ports import Client
from app.settings import Settings

_SCOPES = "\n".join(["scopes:", *(f"  {scope.value:22} {told}" for scope, told in DESCRIPTIONS.items())])


def add_to(commands: Commands) -> None:
    """What may be typed."""
    group = commands.add_parser("client", help="the programs that call the API: add one, list, new secret, revoke")
    acts = group.add_subparsers(dest="act", required=True)
    add = acts.add_parser(
        "add",
        help="one more program of an institution",
        epilog=_SCOPES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add.add_argument("institution", metavar="INSTITUTION")
    add.add_argument(
        "--scope",
        action="append",
        choices=[scope.value for scope in Scope],
        help="what it may do, once for each; everything, where none is named",
    )
    add.add_argument(
        "--mechanism",
        choices=BROUGHT,
        help="how what it composed itself is signed; as its institution has it, where none is named",
    )
    listed = acts.add_parser("list", help="who may call the API")
    listed.add_argument("institution", nargs="?", metavar="INSTITUTION", help="of all, where none is named")
    rotate = acts.add_parser("rotate", help="a new secret for a client; the one before it ends at once")
    revoke = acts.add_parser("revoke", help="end a client, and every access token that it has")
    for act in (rotate, revoke):
        act.add_argument("client", metavar="CLIENT_ID")
    for act in (add, listed, rotate, revoke):
        act.add_argument("--json", action="store_true", help="for a program; a secret is never in it")
        act.set_defaults(run=run)


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Does it, over the database alone: no key that signs is opened."""
    return asyncio.run(_run(settings, chosen))


async def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    maker = FileKeyMaker(settings.keys_dir, settings.passphrase)
    async with administering(settings) as database:
        match chosen.act:
            case "add":
                institution = await institution_of(database.directory, chosen.institution)
                scopes = frozenset(chosen.scope or [scope.value for scope in Scope])
                made = await clients.add(
                    database.directory, maker, institution, scopes=scopes, mechanism=chosen.mechanism
                )
                _tell(made, chosen)
            case "rotate":
                _tell(await clients.rotate(database.directory, maker, chosen.client), chosen)
            case "revoke":
                _tell(await clients.revoke(database.directory, chosen.client, now=clock()), chosen)
            case _:
                await _list(database, chosen)
    return DONE


async def _list(database: Database, chosen: argparse.Namespace) -> None:
    if chosen.institution:
        await institution_of(database.directory, chosen.institution)
    found = await database.directory.clients(chosen.institution)
    if chosen.json:
        print(json.dumps([_as_json(client) for client in found], indent=2))
        return
    for client in found:
        may = ", ".join(sorted(client.scopes)) or "nothing"
        state = f"revoked {client.revoked:%Y-%m-%d %H:%M} UTC" if client.revoked else f"may {may}"
        print(f"{client.id}  {client.institution}  {state}")


def _tell(done: clients.ClientMade | Client, chosen: argparse.Namespace) -> None:
    match done:
        case clients.ClientMade(client, file) if chosen.json:
            print(json.dumps({**_as_json(client), "file": str(file)}))
        case clients.ClientMade(client, file):
            print(f"{'A new secret for' if chosen.act == 'rotate' else 'Made:'} {client.id}")
            print(f"Its id and secret: {file}")
            print("Move the file to whoever runs the program; nobody else has the secret, and it is not told again.")
            if chosen.act == "rotate":
                print("The secret before it works no more; access tokens that it got end within minutes.")
        case client if chosen.json:
            print(json.dumps(_as_json(client)))
        case client:
            print(f"Revoked: {client.id}. It gets no token any more, and those that it has work no more.")


def _as_json(client: Client) -> dict[str, Any]:
    return {
        "id": client.id,
        "institution": client.institution,
        "scopes": sorted(client.scopes),
        **({"mechanism": client.mechanism} if client.mechanism else {}),
        "revoked": client.revoked.isoformat() if client.revoked else None,
    }
