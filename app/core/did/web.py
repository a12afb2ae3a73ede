"""did:web: the document lies on the host that the identifier names, at an address that is worked out, never decoded.

https://w3c-ccg.github.io/did-method-web/
"""

import re

from app.core.did.host import check_host
from app.core.problems import INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID, Problem, Refused

PREFIX = "did:web:"

# The one percent-encoding that is read is the colon before a port; any other could hide an `@`, a `/` or a `..`.
_HOST = re.compile(r"(?P<host>[^%:/?#@\[\]\\\s]+)(?:%3A(?P<port>[1-9][0-9]{0,4}))?", re.ASCII)
_SEGMENT = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)


def locate(identifier: str) -> str:
    """The URL of the document. Raises Refused where the identifier is not one, or names what is no public host."""
    host, *segments = identifier.removeprefix(PREFIX).split(":")
    named = _HOST.fullmatch(host)
    if named is None:
        raise _malformed(identifier, f"{host!r:.80} is not a host name with, perhaps, %3A and a port")
    if named["port"] and int(named["port"]) > 65535:
        raise _malformed(identifier, f"there is no port {named['port']}")
    for segment in segments:
        if not _SEGMENT.fullmatch(segment) or segment in {".", ".."}:
            raise _malformed(identifier, f"{segment!r:.80} cannot be a part of its path")
    check_host(named["host"], identifier=identifier)
    authority = named["host"] + (f":{named['port']}" if named["port"] else "")
    return f"https://{authority}/{'/'.join(segments or ['.well-known'])}/did.json"


def address(did: str) -> str:
    """The same issuer as a URL, for where no DID can stand: what lies around its document. Raises as `locate` does."""
    return locate(did).removesuffix("/did.json").removesuffix("/.well-known")


def did_at(url: str) -> str | None:
    """The way back: the did:web whose document lies around that URL; None where none could."""
    host, *segments = url.removeprefix("https://").split("/")
    named = PREFIX + ":".join((host.replace(":", "%3A"), *segments))
    try:
        return named if address(named) == url else None
    except Refused:
        return None


def _malformed(identifier: str, detail: str) -> Refused:
    return Refused(
        Problem(INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID, detail=f"{identifier!r:.200} is no did:web: {detail}")
    )
