"""`testamur send`: writes to the learner of an award again, with the link as it is now."""

import argparse
import asyncio
import json

from app.cli.exit_codes import DONE
from app.cli.given import Commands, actor, add_institution_to, institution
from app.core.credential.award_request import read_email
from app.core.credential.members import Members
from app.core.personal import Personal
from app.issuer.life import Act
from app.main import clock, composed
from app.settings import Settings


def add_to(commands: Commands) -> None:
    """What may be typed."""
    send = commands.add_parser("send", help="write to the learner of an award again, with the link")
    send.add_argument("award", metavar="AWARD_ID")
    send.add_argument("--email", metavar="ADDRESS", help="where to, from now on; else where it went before")
    send.add_argument("--reason", help="kept for the institution, never published")
    add_institution_to(send)
    send.add_argument("--json", action="store_true")
    send.set_defaults(run=lambda settings, chosen: asyncio.run(run(settings, chosen)))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Writes the message down; the running service sends it."""
    given = Members({"email": chosen.email} if chosen.email is not None else {})
    email = read_email(given)
    given.end()
    async with composed(settings, inline=True) as service:
        award = await service.issuer.act(
            chosen.award,
            Act.SEND,
            institution=institution(service, chosen.institution),
            actor=actor(),
            reason=Personal(chosen.reason) if chosen.reason else None,
            now=clock(),
            learner_email=email,
        )
    if chosen.json:
        print(json.dumps({"id": award.id, "state": award.state}))
    else:
        print(f"Written down: {award.title}, {award.id}. The running service sends it within seconds.")
    return DONE
