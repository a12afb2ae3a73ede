"""The host names that keys may be asked from: plain, lower-case names of the DNS, and nothing that could be an address.

did:web §3.2 forbids IP addresses; what a resolver would take for one (`0x7f.1`, `2130706433`) counts as one.
"""

import re

from app.core.problems import INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, Problem, Refused

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}", re.ASCII)
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)


def check_host(host: str, *, identifier: str) -> None:
    """Raises Refused (INVALID_CONTROLLED_IDENTIFIER_DOCUMENT) where no document can be had from `host`."""
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise _refused(identifier, f"{host!r:.80} is not a full host name in lower-case ASCII")
    # WHATWG URL, "ends in a number": such a host is an IPv4 address, whatever else stands before.
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise _refused(identifier, f"{host!r:.80} is an IP address")


def _refused(identifier: str, detail: str) -> Refused:
    return Refused(
        Problem(INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, detail=f"no keys can be had for {identifier:.200}: {detail}")
    )
