"""What the client sends and what it would like back: media types, RFC 9110 §8.3 and §12.5.1; names of files."""

import re
from enum import StrEnum, auto

from fastapi import Request

from app.core.problems import PARSING_ERROR, Problem, Refused

_RANGE = re.compile(r"\s*([a-z0-9!#$&^_.+-]+|\*)/([a-z0-9!#$&^_.+-]+|\*)\s*((?:;[^;]*)*)\Z", re.ASCII)
_WEIGHT = re.compile(r";\s*q\s*=\s*([^;\s]*)", re.ASCII)
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?", re.ASCII)
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([a-z0-9_.:-]*)"?\s*(?:;|\Z)', re.ASCII)
_MOST_RANGES = 32

# A reason, an address, `{}`: what is read where the request came in, and must not hold up the others.
SMALL_BODY_BYTES = 65_536


class Refusal(StrEnum):
    """Why a request is turned away before anyone looked at what it says. `problems` knows the status of each."""

    SIGN_IN = auto()
    MALFORMED = auto()
    FOREIGN = auto()
    METHOD = auto()
    TOO_SLOW = auto()
    TOO_LARGE = auto()
    MEDIA_TYPE = auto()
    TOO_MANY = auto()
    HEADERS_TOO_LARGE = auto()
    BUSY = auto()


class HttpRefused(Exception):  # noqa: N818 - like Refused
    """A request that is refused as a request."""

    def __init__(self, kind: Refusal, detail: str, *, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.headers = headers


def best(accept: str | None, offered: tuple[str, ...]) -> str | None:
    """Which of `offered` (the first is our own preference) the client likes best; None where it takes none of them.

    The most specific range decides for each (§12.5.1); what can't be read as a range counts for nothing.
    """
    if accept is None or not accept.strip():
        return offered[0] if offered else None
    ranges = [parsed for each in accept.lower().split(",")[:_MOST_RANGES] if (parsed := _range(each))]
    chosen, most = None, 0.0
    for candidate in offered:
        quality = _quality(candidate, ranges)
        if quality > most:
            chosen, most = candidate, quality
    return chosen


def takes_gzip(request: Request) -> bool:
    """Whether the client says so, without a weight (RFC 9110 §12.5.3): browsers do."""
    said = request.headers.get("accept-encoding", "").lower()
    return "gzip" in [coding.strip() for coding in said.split(",")]


def wants_json(request: Request) -> bool:
    """A program, or a person's browser? A browser names text/html; who names nothing gets JSON."""
    return best(request.headers.get("accept"), ("application/json", "text/html")) != "text/html"


async def read_body(request: Request, *, allowed: tuple[str, ...], max_bytes: int | None = None) -> tuple[bytes, str]:
    """The raw body and its media type, one of `allowed`. An empty body needs no type.

    `max_bytes` is for a body that can only be small; every body is limited where its bytes come in, by `limits`.
    Raises HttpRefused (another type, a content coding, too large), Refused (a charset that JSON does not have,
    RFC 8259 §8.1).
    """
    declared = request.headers.get("content-type", "").lower()
    media_type = declared.partition(";")[0].strip()
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise HttpRefused(
            Refusal.MEDIA_TYPE,
            "Send the body as it is, without a content coding.",
            headers=(("Accept-Encoding", "identity"),),
        )
    if media_type in allowed:
        charset = _CHARSET.search(declared)
        if charset is not None and charset[1] not in {"utf-8", "utf8"}:
            raise Refused(Problem(PARSING_ERROR, detail=f"the charset is {charset[1]!r}; JSON is UTF-8"))
        return await _bytes(request, max_bytes), media_type
    if not media_type and not await _bytes(request, max_bytes):
        return b"", allowed[0]
    named = repr(media_type[:100]) if media_type else "missing"
    raise HttpRefused(
        Refusal.MEDIA_TYPE,
        f"The Content-Type is {named}; this address takes {' or '.join(allowed)}.",
        headers=(("Accept", ", ".join(allowed)),),
    )


async def _bytes(request: Request, max_bytes: int | None) -> bytes:
    if max_bytes is None:
        return await request.body()
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > max_bytes:
            raise HttpRefused(Refusal.TOO_LARGE, f"The body is larger than {max_bytes:,} bytes.")
    return bytes(content)


def _range(text: str) -> tuple[str, str, float] | None:
    read = _RANGE.match(text)
    if read is None:
        return None
    weight = _WEIGHT.search(read[3])
    if weight is None:
        return read[1], read[2], 1.0
    return (read[1], read[2], float(weight[1])) if _QUALITY.fullmatch(weight[1]) else None


def _quality(candidate: str, ranges: list[tuple[str, str, float]]) -> float:
    kind, _, subtype = candidate.partition("/")
    for wanted in ((kind, subtype), (kind, "*"), ("*", "*")):
        found = [quality for *range_, quality in ranges if tuple(range_) == wanted]
        if found:
            return max(found)
    return 0.0
