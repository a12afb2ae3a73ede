"""What every container holds its credential to: bounds on the file and on what is in it, and the refusals' words."""

import re

from app.core import strict_json
from app.core.problems import PARSING_ERROR, Problem, Refused

MAX_FILE_BYTES = 10_485_760
MAX_CREDENTIAL_BYTES = strict_json.MAX_BYTES

# RFC 7515 §7.1: three parts in base64url. Whether it is one that can be trusted is for whoever verifies it.
_COMPACT_JWS = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

_WHOLE_FILE = (
    "ask for the file itself, as the institution gave it: many programs drop what they do not know when they save"
)
_VERSION_3 = "ask the institution for the Open Badges 3.0 version of this badge"


def refusal(detail: str, *, remedy: str = _WHOLE_FILE) -> Refused:
    return Refused(Problem(PARSING_ERROR, detail=detail, remedy=remedy))


def open_badges_2(kind: str) -> Refused:
    detail = (
        f"it is a {kind} picture with a badge of Open Badges 2.0 in it, which is older than what can be checked here"
    )
    return refusal(detail, remedy=_VERSION_3)


def check_file(content: bytes, kind: str) -> None:
    if len(content) > MAX_FILE_BYTES:
        raise refusal(f"it is a {kind} picture of {len(content):,} bytes; at most {MAX_FILE_BYTES:,} are read")


def check_credential(credential: bytes) -> None:
    """What is baked is what could be read again: a JSON object or a compact JWS, of at most 1 MiB. Raises Refused."""
    if not is_compact_jws(credential):
        strict_json.read_object(credential, max_bytes=MAX_CREDENTIAL_BYTES)


def is_compact_jws(credential: bytes) -> bool:
    return len(credential) <= MAX_CREDENTIAL_BYTES and _COMPACT_JWS.fullmatch(credential) is not None
