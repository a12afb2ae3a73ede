"""`testamur backup`: saves database and keys together, in one file, while the service goes on."""

import argparse
import asyncio
import tempfile
from datetime import datetime
from importlib import metadata
from pathlib import Path

from app.adapters.act_journal import ActJournal
from app.adapters.backup_archive import Manifest, copy_keys, marks, write_archive
from app.adapters.keys.ring import open_data_key
from app.adapters.vault import AesGcmVault
from app.cli.exit_codes import DONE
from app.cli.given import Commands
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.main import clock, composed
from app.settings import Settings


def add_to(commands: Commands) -> None:
    """What may be typed."""
    backup = commands.add_parser("backup", help="save database and keys together in one file")
    backup.add_argument(
        "target", type=Path, metavar="FILE|FOLDER", help="a new file, or a folder for one named by date"
    )
    backup.set_defaults(run=run)


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Saves, and tells where and what."""
    made = clock()
    target: Path = chosen.target
    if target.is_dir():
        target = target / f"testamur-{made:%Y%m%dT%H%M%SZ}.tar"
    if target.exists():
        raise Refused(Problem(SETTING_ERROR, detail=f"{target} exists already.", remedy="Choose another name."))
    try:
        unpacked = tempfile.TemporaryDirectory(dir=target.parent, prefix=".testamur-backup-")
    except OSError as error:
        detail = f"{target.parent} can't be written to: {error.strerror}."
        raise Refused(Problem(SETTING_ERROR, detail=detail)) from None
    with unpacked as folder:
        manifest = asyncio.run(_save(settings, target, Path(folder), made=made))
    size = sum(mark.length for mark in manifest.files.values())
    print(f"Saved: {target}, {size} bytes in {len(manifest.files)} files")
    print(
        "Names and credentials in it are sealed. Its keys are as they lie in KEYS_DIR: keep the passphrase elsewhere."
    )
    print(f"To lose no revocation, keep the journal too, on another disk: {settings.act_journal}")
    return DONE


async def _save(settings: Settings, target: Path, folder: Path, *, made: datetime) -> Manifest:
    """1. How far the journal is. 2. The rows, as of one moment. 3. The keys: all that the rows name are there."""
    async with composed(settings, inline=True) as service:
        journal = ActJournal(settings.act_journal).mark()
        schema = await service.database.keeping.save(folder / "database")
        public_url = service.settings.public_url
    copy_keys(settings.keys_dir, folder / "keys")
    data_key = open_data_key(folder / "keys", passphrase=settings.passphrase, may_be_unencrypted=True)
    manifest = Manifest(
        program=metadata.version("testamur"),
        schema=schema,
        made=made,
        public_url=public_url,
        journal=journal,
        files=marks(folder),
    )
    write_archive(target, folder, manifest, AesGcmVault(data_key))
    return manifest
