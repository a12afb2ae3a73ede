"""`testamur serve`: starts the service."""

import argparse

from app.cli.exit_codes import DONE
from app.cli.given import Commands
from app.cli.setup import set_up_and_tell
from app.serving import listening
from app.serving import serve as serve_on
from app.settings import Settings


def add_to(commands: Commands) -> None:
    """What may be typed."""
    serve = commands.add_parser("serve", help="start the service")
    serve.add_argument("--set-up", action="store_true", help="first do what `testamur setup` does")
    serve.set_defaults(run=run)


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Serves until it is told to stop."""
    listener = listening(settings)
    if chosen.set_up or settings.institution_file:
        set_up_and_tell(settings, institution_file=settings.institution_file)
    serve_on(settings, listener)
    return DONE
