"""A URL as an identifier: the controlled identifier document is what stands there.

https://www.w3.org/TR/cid-1.0/
"""

import re

from app.core.did.document import ControlledIdentifierDocument
from app.core.did.host import check_host
from app.core.problems import INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID, Problem, Refused

PREFIX = "https://"

_PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_URL = re.compile(
    rf"https://(?P<host>[^/?#@:\[\]\\\s]+)(?::(?P<port>[1-9][0-9]{{0,4}}))?(?P<path>(?:/{_PCHAR}*)*)(?:\?(?:{_PCHAR}|[/?])*)?",
    re.ASCII,
)


def locate(identifier: str) -> ControlledIdentifierDocument | str:
    """`identifier` itself. Raises Refused where it is no plain https URL without user, fragment and dot segments."""
    named = _URL.fullmatch(identifier)
    if named is None or (named["port"] and int(named["port"]) > 65535):
        raise _malformed(identifier)
    if not {".", ".."}.isdisjoint(named["path"].lower().replace("%2e", ".").split("/")):
        raise _malformed(identifier)
    check_host(named["host"], identifier=identifier)
    return identifier


def _malformed(identifier: str) -> Refused:
    return Refused(
        Problem(
            INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID,
            detail=f"{identifier!r:.200} is not a URL that a document of keys can be read from",
        )
    )
