"""`testamur keys`: the keys of an institution: which there are, a new one, the end of one, one that others may have."""

import argparse
import asyncio
import json
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from app.adapters.database import Database
from app.adapters.keys.file import ALGORITHMS
from app.adapters.keys.maker import FileKeyMaker
from app.cli.exit_codes import DONE
from app.cli.given import Commands, institution_of
from app.core.problems import MALFORMED_VALUE_ERROR, NOT_FOUND, Problem, Refused
from app.issuer import keys, published_keys
from app.main import administering, clock
from app.ports import Institution, InstitutionKey, KeyPurpose
from app.settings import Settings


def add_to(commands: Commands) -> None:
    """What may be typed."""
    group = commands.add_parser(
        "keys", help="an institution's keys: list, rotate, add, retire, revoke (see docs/keys.md)"
    )
    acts = group.add_subparsers(dest="act", required=True)
    listed = acts.add_parser("list", help="every key that there ever was, and what it is for")
    listed.add_argument("institution", nargs="?", metavar="INSTITUTION", help="of all, where none is named")
    rotate = acts.add_parser("rotate", help="make new keys, which sign from now on; what the old signed stays good")
    rotate.add_argument("institution", metavar="INSTITUTION")
    rotate.add_argument(
        "--purpose",
        action="append",
        choices=[purpose.value for purpose in keys.INSTITUTION_PURPOSES],
        help="the key for this alone; for both, where none is named",
    )
    rotate.add_argument(
        "--algorithm",
        choices=ALGORITHMS,
        help="how the new key signs; like the key whose place it takes, where none is named (see docs/keys.md)",
    )
    added = acts.add_parser("add", help="one more key for credentials, beside those in use: for another mechanism")
    added.add_argument("institution", metavar="INSTITUTION")
    added.add_argument("--algorithm", choices=ALGORITHMS, required=True, help="how it signs (see docs/keys.md)")
    retire = acts.add_parser("retire", help="stop signing with a key, without another in its place")
    revoke = acts.add_parser("revoke", help="give up a key that others may have: what it signed counts no more")
    for act in (retire, revoke):
        act.add_argument("method", metavar="METHOD", help="the key as `keys list` tells it: did:web:…#credential-1")
    revoke.add_argument(
        "--since",
        required=True,
        metavar="DATE",
        help="when others may have had it first, such as 2026-11-20 or 2026-11-20T14:30; what our own register "
        "recorded before stays good at our own verifier",
    )
    for act in (listed, rotate, added, retire, revoke):
        act.add_argument("--json", action="store_true", help="for a program")
        act.set_defaults(run=run)


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Does it, over the database and the key files; the keys that sign now need not open."""
    return asyncio.run(_run(settings, chosen))


async def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    maker = FileKeyMaker(settings.keys_dir, settings.passphrase)
    async with administering(settings) as database:
        directory = database.directory
        match chosen.act:
            case "rotate":
                institution = await institution_of(directory, chosen.institution)
                purposes = frozenset(map(KeyPurpose, chosen.purpose or keys.INSTITUTION_PURPOSES))
                new_kind = ALGORITHMS[chosen.algorithm] if chosen.algorithm else None
                rotated = await keys.rotate(
                    directory, maker, institution, purposes=purposes, now=clock(), kind=new_kind
                )
                _tell(rotated, chosen)
            case "add":
                institution = await institution_of(directory, chosen.institution)
                kind = ALGORITHMS[chosen.algorithm]
                _tell(await keys.add(directory, maker, institution, kind=kind, now=clock()), chosen)
            case "retire":
                institution = await _owner(database, chosen.method)
                _tell(await keys.retire(directory, institution, chosen.method, now=clock()), chosen)
            case "revoke":
                await _revoke(database, maker, chosen)
            case _:
                await _list(database, chosen)
    return DONE


async def _revoke(database: Database, maker: FileKeyMaker, chosen: argparse.Namespace) -> None:
    institution = await _owner(database, chosen.method)
    since = since_when(chosen.since, time_zone=institution.time_zone)
    changed = await keys.revoke(database.directory, maker, institution, chosen.method, since=since, now=clock())
    before, after = await database.recorded_proofs.count(chosen.method, before=since)
    if chosen.json:
        print(json.dumps({**_as_json(changed), "recordedBefore": before, "recordedSince": after}))
        return
    _tell(changed, chosen)
    print(f"Credentials recorded before then: {before}. They are good at our own verifier alone: award them anew.")
    print(f"Credentials recorded since then: {after}. They are good nowhere: look at each, award anew what was yours.")


async def _list(database: Database, chosen: argparse.Namespace) -> None:
    one = chosen.institution
    shown = [await institution_of(database.directory, one)] if one else await database.directory.institutions()
    if chosen.json:
        print(json.dumps([_keys_as_json(institution) for institution in shown], indent=2))
        return
    for institution in shown:
        print(f"{institution.name}: {institution.profile.name}")
        for key in institution.keys:
            print(f"  {_state(key):8} {', '.join(sorted(key.purposes)):25} {key.verification_method}")
            print(f"  {'':8} {_dates(key)}; {key.uri}")


def since_when(text: str, *, time_zone: str) -> datetime:
    """A day, from its beginning, or a moment; where it names no zone, in the institution's. Raises Refused."""
    zone = ZoneInfo(time_zone)
    try:
        if len(text) == len("2026-11-20"):
            return datetime.combine(date.fromisoformat(text), time(), zone).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        detail = f"{text!r} is no day and no moment."
        remedy = "Write --since 2026-11-20, or --since 2026-11-20T14:30"
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=detail, remedy=remedy)) from None


async def _owner(database: Database, method: str) -> Institution:
    institution = await database.directory.institution_by_did(method.partition("#")[0])
    if institution is None:
        detail = f"No institution here has a key {method}."
        raise Refused(Problem(NOT_FOUND, detail=detail, remedy="Type: testamur keys list"))
    return institution


def _tell(changed: keys.KeysChanged, chosen: argparse.Namespace) -> None:
    if chosen.json:
        print(json.dumps(_as_json(changed)))
        return
    if changed.revoked and changed.revoked.revoked:
        print(f"Revoked: {changed.revoked.verification_method}, since {changed.revoked.revoked:%Y-%m-%d %H:%M} UTC")
    for key in changed.retired:
        print(f"Retired: {key.verification_method}. What it signed stays good.")
        print("  Awards that were begun are finished with it: its file may go in an hour.")
    for key in changed.made:
        print(f"Made: {key.verification_method}, for {', '.join(sorted(key.purposes))}, in {key.uri}")
    if changed.made:
        print("A service that runs signs with what is new from now on. Keep a copy of the new files.")
    if not changed.awards:
        name = changed.institution.name
        print(f"{name} awards nothing until: testamur keys rotate {name} --purpose {KeyPurpose.CREDENTIAL}")


def _state(key: InstitutionKey) -> str:
    return "revoked" if key.revoked else "retired" if key.retired else "in use"


def _dates(key: InstitutionKey) -> str:
    retired = f", retired {key.retired:%Y-%m-%d}" if key.retired else ""
    revoked = f", revoked since {key.revoked:%Y-%m-%d %H:%M} UTC" if key.revoked else ""
    return f"made {key.created:%Y-%m-%d}{retired}{revoked}"


def _as_json(changed: keys.KeysChanged) -> dict[str, Any]:
    return {
        **_keys_as_json(changed.institution),
        "made": [key.verification_method for key in changed.made],
        "retired": [key.verification_method for key in changed.retired],
        "revoked": changed.revoked.verification_method if changed.revoked else None,
    }


def _keys_as_json(institution: Institution) -> dict[str, Any]:
    return {
        "institution": institution.name,
        "did": institution.did,
        "keys": [
            {
                "verificationMethod": key.verification_method,
                **published_keys.form(key),
                "purposes": sorted(key.purposes),
                "state": _state(key),
                "uri": key.uri,
                "created": key.created.isoformat(),
                "retired": key.retired.isoformat() if key.retired else None,
                "revoked": key.revoked.isoformat() if key.revoked else None,
            }
            for key in institution.keys
        ],
    }
