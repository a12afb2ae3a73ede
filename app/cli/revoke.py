"""`testamur revoke`: revokes an award, for good."""

import argparse
import asyncio
import json

from app.cli.exit_codes import DONE
from app.cli.given import Commands, actor, add_institution_to, institution
from app.core.personal import Personal
from app.issuer.life import Act
from app.main import clock, composed
from app.settings import Settings


def add_to(commands: Commands) -> None:
    """What may be typed."""
    revoke = commands.add_parser("revoke", help="revoke an award, for good")
    revoke.add_argument("award", metavar="AWARD_ID")
    revoke.add_argument("--reason", required=True, help="kept for the institution, never published")
    add_institution_to(revoke)
    revoke.add_argument("--json", action="store_true")
    revoke.set_defaults(run=lambda settings, chosen: asyncio.run(run(settings, chosen)))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Revokes, and tells what was revoked."""
    async with composed(settings, inline=True) as service:
        award = await service.issuer.act(
            chosen.award,
            Act.REVOKE,
            institution=institution(service, chosen.institution),
            actor=actor(),
            reason=Personal(chosen.reason),
            now=clock(),
        )
    if chosen.json:
        print(json.dumps({"id": award.id, "state": award.state}))
    else:
        print(f"Revoked: {award.title}, {award.id}. The published list says so from now on.")
    return DONE
