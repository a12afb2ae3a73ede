"""`testamur mail test`: sends a sample letter by the mail server that is set, and tells what it answered."""

import argparse
import asyncio
import sys

from app.cli.exit_codes import DONE, REFUSED
from app.cli.given import Commands, add_institution_to, institution
from app.core.personal import Personal
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.main import clock, composed, new_id
from app.ports import MailRefused
from app.settings import Settings


def add_to(commands: Commands) -> None:
    """What may be typed."""
    mail = commands.add_parser("mail", help="the mail server").add_subparsers(dest="what", required=True)
    test = mail.add_parser("test", help="send a sample letter, and tell what the mail server answered")
    test.add_argument("address", metavar="ADDRESS", help="an address of your own")
    add_institution_to(test)
    test.set_defaults(run=lambda settings, chosen: asyncio.run(run(settings, chosen)))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Sends one letter at once, past the outbox."""
    async with composed(settings, inline=True, offline=True) as service:
        if service.delivery is None:
            detail = "No mail server is set."
            raise Refused(Problem(SETTING_ERROR, detail=detail, remedy="Set SMTP_URL and MAIL_FROM: docs/mail.md"))
        sender = institution(service, chosen.institution)
        try:
            answer = await service.delivery.try_out(Personal(chosen.address), sender, message_id=new_id(), now=clock())
        except MailRefused as refused:
            lasting = "for good" if refused.permanent else "for now"
            print(f"testamur: The mail server refused it {lasting}: {refused.answer.open()}", file=sys.stderr)
            return REFUSED
    print(f"The mail server took it: {answer}")
    return DONE
