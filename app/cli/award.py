"""`testamur award`: awards a micro-credential, to one learner or to a class."""

import argparse
import asyncio
from pathlib import Path

from app.cli import award_class
from app.cli.exit_codes import DONE
from app.cli.given import Commands, actor, add_institution_to, institution, new_file, read
from app.core import strict_json
from app.core.credential import award_request
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.issuer.award import Receipt
from app.main import clock, composed
from app.settings import Settings


def add_to(commands: Commands) -> None:
    """What may be typed."""
    award = commands.add_parser("award", help="award a micro-credential")
    what = award.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", metavar="award.json", help="the body of POST /awards; - for standard input")
    what.add_argument("--example", action="store_true", help="the example of the documentation")
    what.add_argument("--achievement", metavar="achievement.toml", help="what a class is awarded; with --learners")
    award_class.add_options_to(award)
    add_institution_to(award)
    award.add_argument("--idempotency-key", metavar="KEY", help="the same key again gives the same award again")
    award.add_argument("--save", type=Path, metavar="FILE", help="write the signed credential to a new file")
    award.add_argument("--json", action="store_true", help="what POST /awards answers")
    award.set_defaults(run=lambda settings, chosen: asyncio.run(run(settings, chosen)))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Awards, and tells the learner's link."""
    if chosen.achievement:
        return await award_class.run(settings, chosen)
    if chosen.learners:
        raise Refused(Problem(SETTING_ERROR, detail="A class is awarded something.", remedy="Say --achievement FILE"))
    body = strict_json.write(award_request.EXAMPLE) if chosen.example else read(chosen.file)
    if not chosen.save:
        _tell(await _award(settings, chosen, body), chosen)
        return DONE
    with new_file(chosen.save) as save:
        receipt = await _award(settings, chosen, body)
        # Told first: it is awarded, whether the file can be written or not.
        _tell(receipt, chosen)
        save(receipt.credential)
    if not chosen.json:
        print(f"The credential:     {chosen.save}")
    return DONE


async def _award(settings: Settings, chosen: argparse.Namespace, body: bytes) -> Receipt:
    async with composed(settings, inline=True) as service:
        return await service.issuer.award(
            body,
            institution=institution(service, chosen.institution),
            actor=actor(),
            idempotency_key=chosen.idempotency_key,
            now=clock(),
        )


def _tell(receipt: Receipt, chosen: argparse.Namespace) -> None:
    if chosen.json:
        print(receipt.as_json_bytes().decode())
        return
    print(f"Awarded and signed: {receipt.id}")
    print(f"The learner's link: {receipt.claim_url}")
