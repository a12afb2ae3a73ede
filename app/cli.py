"""`testamur …`: the command line, thin over the same composition as the service."""

import argparse
import asyncio
import getpass
import json
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
from app.core import strict_json
from app.core.credential import award_request
from app.core.problems import PARSING_ERROR, SETTING_ERROR, Problem, Refused
from app.exchange.claim import ClaimOffer
from app.issuer.institution_file import DEMONSTRATION, InstitutionProfile, read_institution
from app.issuer.set_up import SetUp, first_institution
from app.main import Service, clock, composed, listening, serve, verifying
from app.ports import Institution, Unavailable
from app.settings import Settings, from_environment
from app.verifier.report import Verdict
from app.web.languages import choose
from app.web.plain_text import report_lines

_MOST_BYTES = 10_485_760
_DONE, _REFUSED, _UNAVAILABLE = 0, 1, 75  # EX_TEMPFAIL of sysexits(3): it may be tried again
_UNREADABLE = 65  # EX_DATAERR: there is no credential in it
_ISSUER_UNKNOWN = 10
_EXIT_CODES = {
    Verdict.VALID: _DONE,
    Verdict.REVOKED: 11,
    Verdict.SUSPENDED: 12,
    Verdict.EXPIRED: 13,
    Verdict.NOT_YET_VALID: 14,
    Verdict.INDETERMINATE: 20,
    Verdict.INVALID: 21,
}
_EXIT_CODES_TOLD = """exit codes: 0 valid, by a known issuer; 10 valid, by an unknown issuer; 11 revoked;
12 suspended; 13 expired; 14 not yet valid; 20 could not be told; 21 invalid; 65 no credential can be read in it"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = from_environment(os.environ)
        match chosen.command:
            case "setup":
                return _setup(settings, chosen.institution)
            case "award":
                return asyncio.run(_award(settings, chosen))
            case "verify":
                return asyncio.run(_verify(settings, chosen))
            case "certificate":
                return asyncio.run(_certificate(settings, chosen))
            case "revoke":
                return asyncio.run(_revoke(settings, chosen))
            case _:
                return _serve(settings, set_up=chosen.set_up)
    except Refused as refusal:
        for problem in refusal.problems:
            where = f"{problem.at}: " if problem.at and problem.type != SETTING_ERROR else ""
            print(f"testamur: {where}{problem.detail} {problem.remedy}".rstrip(), file=sys.stderr)
        return _REFUSED
    except BrokenPipeError:
        # Whoever read us has enough, as `head` does; what is still buffered must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _DONE
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
    award = commands.add_parser("award", help="award a micro-credential")
    what = award.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", metavar="award.json", help="the body of POST /awards; - for standard input")
    what.add_argument("--example", action="store_true", help="the example of the documentation")
    award.add_argument("--institution", metavar="NAME", help="where there are several")
    award.add_argument("--idempotency-key", metavar="KEY", help="the same key again gives the same award again")
    award.add_argument("--save", type=Path, metavar="FILE", help="write the signed credential to a new file")
    award.add_argument("--json", action="store_true", help="what POST /awards answers")
    verify = commands.add_parser("verify", help="verify a credential", epilog=_EXIT_CODES_TOLD)
    verify.add_argument("file", metavar="credential.json", help="a signed credential; - for standard input")
    verify.add_argument("--offline", action="store_true", help="ask no other host")
    verify.add_argument("--json", action="store_true", help="the whole report")
    revoke = commands.add_parser("revoke", help="revoke an award, for good")
    revoke.add_argument("award", metavar="AWARD_ID")
    revoke.add_argument("--reason", required=True, help="kept for the institution, never published")
    revoke.add_argument("--institution", metavar="NAME", help="where there are several")
    revoke.add_argument("--json", action="store_true")
    certificate = commands.add_parser("certificate", help="print an award: a PDF with the signed credential attached")
    certificate.add_argument("award", metavar="AWARD_ID")
    certificate.add_argument("--output", type=Path, metavar="FILE", help="a new file; else named after its title")
    certificate.add_argument("--language", default="en", metavar="TAG", help="the reader's language, as de")
    certificate.add_argument("--institution", metavar="NAME", help="where there are several")
    serve = commands.add_parser("serve", help="start the service")
    serve.add_argument("--set-up", action="store_true", help="first do what `testamur setup` does")
    return parser


def _setup(settings: Settings, institution_file: Path | None) -> int:
    _tell(asyncio.run(set_up(settings, institution_file=institution_file or settings.institution_file)))
    return _DONE


def _serve(settings: Settings, *, set_up: bool) -> int:
    listener = listening(settings)
    if set_up or settings.institution_file:
        _setup(settings, None)
    serve(settings, listener)
    return _DONE


async def _award(settings: Settings, chosen: argparse.Namespace) -> int:
    body = strict_json.write(award_request.EXAMPLE) if chosen.example else _read(chosen.file)
    if chosen.save and chosen.save.exists():
        raise Refused(Problem(SETTING_ERROR, detail=f"{chosen.save} exists already.", remedy="Choose another name."))
    async with composed(settings, inline=True) as service:
        receipt = await service.issuer.award(
            body,
            institution=_institution(service, chosen.institution),
            actor=_actor(),
            idempotency_key=chosen.idempotency_key,
            now=clock(),
        )
    if chosen.save:
        chosen.save.write_bytes(receipt.credential)
    if chosen.json:
        print(receipt.as_json_bytes().decode())
        return _DONE
    print(f"Awarded and signed: {receipt.id}")
    print(f"The learner's link: {receipt.claim_url}")
    if chosen.save:
        print(f"The credential:     {chosen.save}")
    return _DONE


async def _verify(settings: Settings, chosen: argparse.Namespace) -> int:
    content = _read(chosen.file)
    async with verifying(settings, offline=chosen.offline) as verifier:
        try:
            report = await verifier.verify(content, "application/vc", now=clock())
        except Refused as refused:
            for problem in refused.problems:
                print(f"testamur: We found no credential in this: {problem.detail}", file=sys.stderr)
            return _UNREADABLE
    if chosen.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        print(*report_lines(report, language=choose(asked=None, accept_language=_terminal_language())), sep="\n")
    if report.verdict is Verdict.VALID and report.known_issuer is None:
        return _ISSUER_UNKNOWN
    return _EXIT_CODES[report.verdict]


async def _revoke(settings: Settings, chosen: argparse.Namespace) -> int:
    async with composed(settings, inline=True) as service:
        award = await service.issuer.revoke(
            chosen.award,
            institution=_institution(service, chosen.institution),
            actor=_actor(),
            reason=chosen.reason,
            now=clock(),
        )
    if chosen.json:
        print(json.dumps({"id": award.id, "state": award.state}))
    else:
        print(f"Revoked: {award.title}, {award.id}. The published list says so from now on.")
    return _DONE


async def _certificate(settings: Settings, chosen: argparse.Namespace) -> int:
    async with composed(settings, inline=True) as service:
        institution = _institution(service, chosen.institution)
        award = await service.issuer.find(chosen.award, institution=institution)
        offer = ClaimOffer.of(award, institution)
        filename, content = await service.certificates.printed(offer, language=chosen.language, now=clock())
    output = chosen.output or Path(filename)
    try:
        with output.open("xb") as file:
            file.write(content)
    except OSError as error:
        detail = f"{output} can't be written: {error.strerror}."
        raise Refused(Problem(SETTING_ERROR, detail=detail, remedy="Choose another name.")) from None
    print(f"The certificate: {output}")
    return _DONE


def _read(name: str) -> bytes:
    """A file, or standard input. Not more than a credential may have is read."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(_MOST_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Refused(Problem(PARSING_ERROR, detail=f"{name} can't be read: {error.strerror}.")) from None


def _institution(service: Service, name: str | None) -> Institution:
    match [each for each in service.institutions if name in (None, each.name)]:
        case [institution]:
            return institution
        case _:
            names = ", ".join(each.name for each in service.institutions)
            detail = "It is not clear which institution is meant."
            raise Refused(Problem(SETTING_ERROR, detail=detail, remedy=f"Say --institution and one of: {names}"))


def _actor() -> str:
    """Who types: the account on this machine, as the register keeps it beside each act."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"cli:{os.getuid()}"


def _terminal_language() -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return spoken.partition(".")[0].replace("_", "-")


async def set_up(settings: Settings, *, institution_file: Path | None) -> SetUp:
    """Brings the database up to date and makes the first institution in it, where there is none."""
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
            lambda: _profile(settings, institution_file),
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
