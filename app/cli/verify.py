"""`testamur verify`: verifies a credential, as the service's page does."""

import argparse
import asyncio
import json
import os
import sys

from app.cli.exit_codes import DONE, UNREADABLE
from app.cli.given import Commands, in_sentences, read
from app.core.problems import Refused
from app.main import clock, verifying
from app.settings import Settings
from app.verifier.parse import ANY_FILE
from app.verifier.report import Verdict
from app.web.languages import choose
from app.web.plain_text import report_lines

_ISSUER_UNKNOWN = 10
_EXIT_CODES = {
    Verdict.VALID: DONE,
    Verdict.REVOKED: 11,
    Verdict.SUSPENDED: 12,
    Verdict.EXPIRED: 13,
    Verdict.NOT_YET_VALID: 14,
    Verdict.INDETERMINATE: 20,
    Verdict.INVALID: 21,
}
_EXIT_CODES_TOLD = """exit codes: 0 valid, by a known issuer; 10 valid, by an unknown issuer; 11 revoked;
12 suspended; 13 expired; 14 not yet valid; 20 could not be told; 21 invalid; 65 no credential can be read in it"""


def add_to(commands: Commands) -> None:
    """What may be typed."""
    verify = commands.add_parser("verify", help="verify a credential", epilog=_EXIT_CODES_TOLD)
    verify.add_argument(
        "file",
        metavar="FILE",
        help="a signed credential: JSON, a token, or a PDF, PNG or SVG with one in it; - for standard input",
    )
    verify.add_argument("--offline", action="store_true", help="ask no other host")
    verify.add_argument("--json", action="store_true", help="the whole report")
    verify.set_defaults(run=lambda settings, chosen: asyncio.run(run(settings, chosen)))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Tells the verdict, and says it by the exit code."""
    content = read(chosen.file)
    async with verifying(settings, offline=chosen.offline) as verifier:
        try:
            report = await verifier.verify(content, ANY_FILE, now=clock())
        except Refused as refused:
            for problem in refused.problems:
                print(f"testamur: We found no credential in this: {in_sentences(problem)}", file=sys.stderr)
            return UNREADABLE
    if chosen.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        print(*report_lines(report, language=choose(asked=None, accept_language=_terminal_language())), sep="\n")
    if report.verdict is Verdict.VALID and report.known_issuer is None:
        return _ISSUER_UNKNOWN
    return _EXIT_CODES[report.verdict]


def _terminal_language() -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return spoken.partition(".")[0].replace("_", "-")
