"""`testamur …`: the command line, thin over the same composition as the service."""

import argparse
import asyncio
import os
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.access.scopes import Scope
from app.adapters.database import Database
from app.adapters.keys.maker import FileKeyMaker
from app.adapters.keys.ring import open_key_ring
from app.adapters.vault import AesGcmVault
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.issuer.institution_file import DEMONSTRATION, InstitutionProfile, read_institution
from app.issuer.set_up import SetUp, first_institution
from app.ports import Unavailable
from app.settings import Settings, from_environment

_DONE, _REFUSED, _UNAVAILABLE = 0, 1, 75  # EX_TEMPFAIL of sysexits(3): it may be tried again


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = from_environment(os.environ)
        match chosen.command:
            case "setup":
                return _setup(settings, chosen.institution)
            case _:
                return _serve(settings, set_up=chosen.set_up)
    except Refused as refusal:
        for problem in refusal.problems:
            print(f"testamur: {problem.detail} {problem.remedy}".rstrip(), file=sys.stderr)
        return _REFUSED
    except Unavailable as unavailable:
        print(f"testamur: {unavailable}", file=sys.stderr)
        return _UNAVAILABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="testamur", description="European micro-credentials as verifiable credentials."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    setup = commands.add_parser("setup", help="make the first institution, its keys and its client")
    setup.add_argument("--institution", type=Path, metavar="institution.toml", help="a real one; else a demonstration")
    serve = commands.add_parser("serve", help="start the service")
    serve.add_argument("--set-up", action="store_true", help="first do what `testamur setup` does")
    return parser


def _setup(settings: Settings, institution_file: Path | None) -> int:
    _tell(asyncio.run(set_up(settings, institution_file=institution_file or settings.institution_file)))
    return _DONE


def _serve(settings: Settings, *, set_up: bool) -> int:
    if set_up or settings.institution_file:
        _setup(settings, None)
    # Only this command needs the web framework, which takes the others' time to load.
    from app.main import serve  # noqa: PLC0415

    serve(settings)
    return _DONE


async def set_up(settings: Settings, *, institution_file: Path | None) -> SetUp:
    """Brings the database up to date and makes the first institution in it, where there is none."""
    profile = _profile(settings, institution_file)
    # The directory holds nothing that is sealed; the key for what is may not exist yet.
    vault = AesGcmVault(secrets.token_bytes(32))
    try:
        database = Database.connect(settings.database_url, vault=vault)
    except ValueError as error:
        raise Refused(Problem(SETTING_ERROR, at="/DATABASE_URL", detail=f"{error}.")) from None
    try:
        await database.upgrade()
        result = await first_institution(
            database.directory,
            FileKeyMaker(settings.keys_dir, settings.passphrase),
            profile,
            public_url=settings.public_url,
            scopes=frozenset(scope.value for scope in Scope),
            now=datetime.now(UTC),
        )
        # An institution that was there before must still have the keys it was made with.
        open_key_ring([result.institution], keys_dir=settings.keys_dir, passphrase=settings.passphrase)
        return result
    finally:
        await database.close()


def _profile(settings: Settings, institution_file: Path | None) -> InstitutionProfile:
    if institution_file is not None:
        try:
            return read_institution(institution_file.read_bytes())
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


if __name__ == "__main__":
    sys.exit(main())
