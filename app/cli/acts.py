"""`testamur revoke`, `withdraw`, `suspend`, `reinstate`, `erase`: acts on an award that want a reason and no more."""

import argparse
import asyncio
import json
from functools import partial

from app.cli.exit_codes import DONE
from app.cli.given import Commands, actor, add_institution_to, institution
from app.core.personal import Personal
from app.issuer.life import Act
from app.main import clock, composed
from app.settings import Settings

# What each does, as `--help` has it, and what is told when it is done.
_ACTS = {
    Act.REVOKE: ("revoke an award, for good", "Revoked: {title}, {id}. The published list says so from now on."),
    Act.WITHDRAW: ("withdraw the learner's link and get a new one", "The old link leads nowhere. The new one: {link}"),
    Act.SUSPEND: ("suspend an award, for now; an Open Badge has no room for it", "Suspended: {title}, {id}."),
    Act.REINSTATE: ("reinstate a suspended award", "In force again: {title}, {id}."),
    Act.ERASE: (
        "erase what is kept of the learner, for good (GDPR article 17)",
        "Erased: {id}. The learner's own copy still verifies.",
    ),
}


def add_to(commands: Commands) -> None:
    """What may be typed."""
    for act, (does, _) in _ACTS.items():
        command = commands.add_parser(act, help=does)
        command.add_argument("award", metavar="AWARD_ID")
        command.add_argument("--reason", required=True, help="kept for the institution, never published")
        add_institution_to(command)
        command.add_argument("--json", action="store_true")
        command.set_defaults(run=partial(_run, act))


def _run(act: Act, settings: Settings, chosen: argparse.Namespace) -> int:
    return asyncio.run(run(act, settings, chosen))


async def run(act: Act, settings: Settings, chosen: argparse.Namespace) -> int:
    """Acts, and tells what came of it."""
    async with composed(settings, inline=True) as service:
        award = await service.issuer.act(
            chosen.award,
            act,
            institution=institution(service, chosen.institution),
            actor=actor(),
            reason=Personal(chosen.reason),
            now=clock(),
        )
        link = await service.issuer.claim_url(award) if act is Act.WITHDRAW else None
    if chosen.json:
        print(json.dumps({"id": award.id, "state": award.state, **({"claimUrl": link} if link else {})}))
    else:
        print(_ACTS[act][1].format(title=award.title, id=award.id, link=link))
    return DONE
