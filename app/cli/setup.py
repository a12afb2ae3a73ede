"""`testamur setup`: makes the first institution, its keys and its client, where there is none."""

import argparse
import asyncio
import secrets
from datetime import UTC, datetime
from pathlib import Path

from app.access.people import NewPerson, Role, add_person, read_login, read_name
from app.access.scopes import Scope
from app.adapters.contexts import load_contexts
from app.adapters.database import Database
from app.adapters.keys.maker import FileKeyMaker
from app.adapters.keys.ring import open_data_key, open_key_ring
from app.adapters.passwords import Argon2Passwords
from app.adapters.vault import AesGcmVault
from app.cli.exit_codes import DONE
from app.cli.given import Commands
from app.core.problems import SETTING_ERROR, STATE_CONFLICT, Problem, Refused
from app.issuer.institution_file import DEMONSTRATION, InstitutionProfile, read_institution
from app.issuer.set_up import SetUp, first_institution
from app.main import new_id
from app.ports import Institution
from app.settings import Settings


def add_to(commands: Commands) -> None:
    """What may be typed."""
    setup = commands.add_parser("setup", help="make the first institution, its keys and its client")
    setup.add_argument("--institution", type=Path, metavar="institution.toml", help="a real one; else a demonstration")
    setup.set_defaults(run=run)


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Sets up, from the file that was named, or else the settings' one, or else as a demonstration."""
    set_up_and_tell(settings, institution_file=chosen.institution or settings.institution_file)
    return DONE


def set_up_and_tell(settings: Settings, *, institution_file: Path | None) -> None:
    """Sets up, and tells what was made."""
    _tell(asyncio.run(set_up(settings, institution_file=institution_file)))


async def set_up(settings: Settings, *, institution_file: Path | None) -> SetUp:
    """Brings the database up to date and makes the first institution in it, where there is none."""
    # The directory holds nothing that is sealed; the key for what is may not exist yet.
    vault = AesGcmVault(secrets.token_bytes(32))
    database = Database.connect(settings.database_url, vault=vault)
    try:
        await database.upgrade()
        result = await first_institution(
            database.directory,
            FileKeyMaker(settings.keys_dir, settings.passphrase),
            lambda: _profile(settings, institution_file),
            public_url=settings.public_url,
            scopes=frozenset(scope.value for scope in Scope),
            now=datetime.now(UTC),
        )
        # An institution that was there before must still have the keys it was made with.
        open_key_ring(
            await database.directory.institutions(),
            keys_dir=settings.keys_dir,
            passphrase=settings.passphrase,
            find_institution=database.directory.institution_by_did,
        )
    finally:
        await database.close()
    if result.institution.demo:
        await _demo_registrar(settings, result.institution)
    return result


async def _demo_registrar(settings: Settings, institution: Institution) -> None:
    """A demonstration can be tried in its console too: somebody to sign in as, where there is nobody yet."""
    vault = AesGcmVault(open_data_key(settings.keys_dir, passphrase=settings.passphrase, may_be_unencrypted=True))
    database, passwords = Database.connect(settings.database_url, vault=vault), Argon2Passwords()
    try:
        if await database.people.list(institution=institution.name):
            return
        made = FileKeyMaker(settings.keys_dir, settings.passphrase).make_registrar(institution.name)
        await add_person(
            NewPerson(
                institution=institution.name,
                login=read_login(made.login),
                name=read_name("Demo Registrar"),
                roles=frozenset(Role),
                password=made.password,
            ),
            people=database.people,
            passwords=passwords,
            new_id=new_id,
            must_change=False,
            now=datetime.now(UTC),
        )
    except Refused as refusal:
        # Another process that sets up at the same time was first: the address and password in the file are the same.
        if any(problem.type != STATE_CONFLICT for problem in refusal.problems):
            raise
    finally:
        passwords.close()
        await database.close()


def _profile(settings: Settings, institution_file: Path | None) -> InstitutionProfile:
    if institution_file is not None:
        try:
            return read_institution(institution_file.read_bytes(), load_contexts(settings.contexts_dir))
        except OSError as error:
            detail = f"{institution_file} can't be read: {error.strerror}."
            raise Refused(Problem(SETTING_ERROR, at="/INSTITUTION_FILE", detail=detail)) from None
    if settings.host_is_loopback:
        return DEMONSTRATION
    detail = f"HOST is {settings.host}: a demonstration is made only where no other machine reaches it."
    remedy = "Describe your institution in a file and type: testamur setup --institution institution.toml"
    raise Refused(Problem(SETTING_ERROR, at="/HOST", detail=detail, remedy=remedy))


def _tell(result: SetUp) -> None:
    if result.client_file is None:
        print(f"Set up already: {result.institution.profile.name}. Nothing was made anew.")
        return
    print(f"Made: {result.institution.profile.name}, {result.institution.did}")
    print(f"Its client's id and secret: {result.client_file}")
    if not result.institution.demo:
        print("Keep a copy of the keys and of the passphrase where this machine's loss does not reach them.")
