"""`testamur badge`: saves an award as a picture with its credential inside."""

import argparse
import asyncio
from pathlib import Path

from app.cli.exit_codes import DONE
from app.cli.given import Commands, add_institution_to, institution, write_new
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.exchange.picture_badge import MEDIA_TYPES
from app.main import composed
from app.settings import Settings


def add_to(commands: Commands) -> None:
    """What may be typed."""
    badge = commands.add_parser("badge", help="save an award as a picture with its credential inside")
    badge.add_argument("award", metavar="AWARD_ID")
    badge.add_argument("--output", type=Path, required=True, metavar="FILE", help="a new file, badge.svg or badge.png")
    add_institution_to(badge)
    badge.set_defaults(run=lambda settings, chosen: asyncio.run(run(settings, chosen)))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Bakes, and tells where the file is."""
    output: Path = chosen.output
    media_type = MEDIA_TYPES.get(output.suffix.lower().removeprefix("."))
    if media_type is None:
        raise Refused(Problem(SETTING_ERROR, detail=f"{output} ends neither in .svg nor in .png."))
    async with composed(settings, inline=True) as service:
        owner = institution(service, chosen.institution)
        award = await service.issuer.find(chosen.award, institution=owner)
        badge = await service.badges.of_award(award, institution=owner, media_type=media_type)
    write_new(output, badge.content)
    print(f"The badge: {output}")
    return DONE
