"""`testamur certificate`: prints an award, a PDF with the signed credential attached."""

import argparse
import asyncio
from pathlib import Path

from app.cli.exit_codes import DONE
from app.cli.given import Commands, add_institution_to, institution, write_new
from app.exchange.claim import ClaimOffer
from app.main import clock, composed
from app.settings import Settings


def add_to(commands: Commands) -> None:
    """What may be typed."""
    certificate = commands.add_parser("certificate", help="print an award: a PDF with the signed credential attached")
    certificate.add_argument("award", metavar="AWARD_ID")
    certificate.add_argument("--output", type=Path, metavar="FILE", help="a new file; else named after its title")
    certificate.add_argument("--language", default="en", metavar="TAG", help="the reader's language, as de")
    add_institution_to(certificate)
    certificate.set_defaults(run=lambda settings, chosen: asyncio.run(run(settings, chosen)))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Prints, and tells where the file is."""
    async with composed(settings, inline=True) as service:
        owner = institution(service, chosen.institution)
        award = await service.issuer.find(chosen.award, institution=owner)
        offer = ClaimOffer.of(award, owner)
        filename, content = await service.certificates.printed(offer, language=chosen.language, now=clock())
    output = chosen.output or Path(filename)
    write_new(output, content)
    print(f"The certificate: {output}")
    return DONE
