"""`testamur restore`: makes a service again from a backup, into an empty database and a KEYS_DIR without keys."""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.adapters.act_journal import Entry, ReadJournal, read_journal
from app.adapters.backup_archive import Archive, Manifest, key_files
from app.adapters.database import Database
from app.adapters.database.restored import Replayed
from app.adapters.keys.private_file import write_private
from app.adapters.keys.ring import DATA_FILE, open_data_key
from app.adapters.vault import AesGcmVault
from app.cli.exit_codes import DONE
from app.cli.given import Commands
from app.core.problems import KEY_ERROR, PARSING_ERROR, SETTING_ERROR, Problem, Refused
from app.main import clock
from app.settings import Settings

_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Journals:
    """All that the journals say; `given` is False where there is none to be had."""

    given: bool
    entries: tuple[Entry, ...] = ()
    cut_off: int = 0


def add_to(commands: Commands) -> None:
    """What may be typed."""
    restore = commands.add_parser("restore", help="make the service again from a backup")
    restore.add_argument("backup", type=Path, metavar="FILE", help="what `testamur backup` saved")
    restore.add_argument(
        "--journal",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="the journal of acts of the lost service, one of each machine; else ACT_JOURNAL_FILE where it is there",
    )
    restore.add_argument(
        "--without-journal",
        action="store_true",
        help="the journal is lost: revocations and erasures since the backup are undone, and you know it",
    )
    restore.set_defaults(run=lambda settings, chosen: asyncio.run(run(settings, chosen)))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Examines everything, then restores, and tells what is different from before."""
    with Archive.open(chosen.backup) as archive:
        manifest = archive.manifest
        _demand_place(settings, manifest)
        journals = _journals(settings, chosen, manifest)
        _make_keys_dir(settings.keys_dir)
        vault = _opened(settings, archive)
        archive.demand_seal(vault)
        replayed = await _restore_database(settings, archive, journals, vault)
        _restore_keys(settings, archive)
    _tell(manifest, journals, replayed)
    return DONE


def _demand_place(settings: Settings, manifest: Manifest) -> None:
    if manifest.public_url != settings.public_url:
        detail = f"This backup is of {manifest.public_url}, and PUBLIC_URL is {settings.public_url}."
        remedy = "What was signed names that address: set PUBLIC_URL to it."
        raise Refused(Problem(SETTING_ERROR, at="/PUBLIC_URL", detail=detail, remedy=remedy))
    if present := key_files(settings.keys_dir):
        detail = f"{settings.keys_dir} is not empty: {present[0].name} is there."
        remedy = "Name a new folder, or move what is there away, and keep it until all is well."
        raise Refused(Problem(SETTING_ERROR, at="/KEYS_DIR", detail=detail, remedy=remedy))


def _make_keys_dir(keys_dir: Path) -> None:
    try:
        keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        detail = f"KEYS_DIR, {keys_dir}, can't be made: {error.strerror}."
        raise Refused(Problem(SETTING_ERROR, at="/KEYS_DIR", detail=detail)) from None


def _journals(settings: Settings, chosen: argparse.Namespace, manifest: Manifest) -> Journals:
    paths: Sequence[Path] = chosen.journal
    if not paths and not chosen.without_journal and settings.act_journal.exists():
        paths = (settings.act_journal,)
    if bool(paths) == chosen.without_journal:
        detail = "Give either --journal FILE or --without-journal."
        if not paths:
            detail = (
                f"There is no journal at {settings.act_journal}. Without it, credentials that were revoked since "
                f"{manifest.made:%Y-%m-%d %H:%M} UTC are good again, and learners that were erased since are back."
            )
        remedy = "Find it and say --journal FILE. Only where it is lost: --without-journal"
        raise Refused(Problem(SETTING_ERROR, at="/ACT_JOURNAL_FILE", detail=detail, remedy=remedy))
    read = [_journal(path) for path in paths]
    if read and not any(journal.continues(manifest.journal) for journal in read):
        detail = "None of these journals continues the one of this backup: another service's, or not whole."
        remedy = "Give the journal that the service wrote when the backup was made."
        raise Refused(Problem(SETTING_ERROR, at="/ACT_JOURNAL_FILE", detail=detail, remedy=remedy))
    newest = max([manifest.made, *(journal.newest for journal in read if journal.newest)])
    if newest > clock() + _CLOCKS_DIFFER:
        detail = f"This machine's clock is behind: there are acts of {newest:%Y-%m-%d %H:%M:%S} UTC."
        remedy = "Set the clock: a status list must not be dated before one that was published."
        raise Refused(Problem(SETTING_ERROR, detail=detail, remedy=remedy))
    entries = tuple(entry for journal in read for entry in journal.entries)
    return Journals(bool(read), entries, sum(journal.cut_off for journal in read))


def _journal(path: Path) -> ReadJournal:
    try:
        return read_journal(path.read_bytes())
    except OSError as error:
        raise Refused(Problem(PARSING_ERROR, detail=f"{path} can't be read: {error.strerror}.")) from None


def _opened(settings: Settings, archive: Archive) -> AesGcmVault:
    """What the data key of the backup seals. It is looked at in a folder of its own, which does not stay."""
    with tempfile.TemporaryDirectory(dir=settings.keys_dir, prefix=".restoring-") as folder:
        for name, content in archive.private_files():
            if name == DATA_FILE:
                write_private(Path(folder) / name, content)
        return AesGcmVault(open_data_key(Path(folder), passphrase=settings.passphrase, may_be_unencrypted=True))


async def _restore_database(settings: Settings, archive: Archive, journals: Journals, vault: AesGcmVault) -> Replayed:
    try:
        database = Database.connect(settings.database_url, vault=vault)
    except ValueError as error:
        raise Refused(Problem(SETTING_ERROR, at="/DATABASE_URL", detail=f"{error}.")) from None
    try:
        await database.prepare()
        return await database.keeping.restore(
            archive.manifest.schema, archive.rows(), journal=journals.entries, now=clock()
        )
    finally:
        await database.close()


def _restore_keys(settings: Settings, archive: Archive) -> None:
    """The data key last: without it no service starts."""
    for name, content in sorted(archive.private_files(), key=lambda key: key[0] == DATA_FILE):
        if not write_private(settings.keys_dir / name, content):
            detail = f"{name} appeared in {settings.keys_dir} meanwhile."
            remedy = "Begin again, with an empty database and an empty KEYS_DIR."
            raise Refused(Problem(KEY_ERROR, detail=detail, remedy=remedy))


def _tell(manifest: Manifest, journals: Journals, replayed: Replayed) -> None:
    print(f"Restored: {manifest.public_url} as it was at {manifest.made:%Y-%m-%d %H:%M:%S} UTC.")
    if journals.given:
        print(
            f"From the journal since then: {replayed.bits_set + replayed.lost_entries} revocations, "
            f"{replayed.awards_erased} erasures, {replayed.links_ended} claim links ended, "
            f"{replayed.access_ended} keys, clients and people ended or changed."
        )
    else:
        print("WITHOUT A JOURNAL: what was revoked, erased or ended since then is not any more. Do it again, now.")
    if replayed.lost_entries:
        print(f"{replayed.lost_entries} of these are of awards that only their learners have now: they stay revoked.")
    if replayed.unknown:
        print(f"Lists of institutions that the backup does not have: {', '.join(sorted(replayed.unknown))}")
    if journals.cut_off:
        print(f"{journals.cut_off} lines of the journal were cut off while they were written; nothing hung on them.")
    print("Keys, clients and people that were made since then are not here: make them again.")
    print("Awards made since then are not here; those who have them keep them, and new ones get entries in new lists.")
