"""A credential or presentation in an envelope: JSON that holds a token, and says nothing itself.

https://www.w3.org/TR/vc-data-model-2.0/#enveloped-verifiable-credentials
"""

import re
from dataclasses import dataclass, field
from typing import Final

from app.core.credential import data_model
from app.core.problems import MALFORMED_VALUE_ERROR, UNSUPPORTED_MECHANISM, JsonObject, Problem, Refused

CREDENTIAL: Final = "EnvelopedVerifiableCredential"
PRESENTATION: Final = "EnvelopedVerifiablePresentation"

_MEMBERS = frozenset({"@context", "id", "type"})
# RFC 2397 §3. What is signed as a token is written in letters that need no escape, and no second encoding.
_DATA_URL = re.compile(r"data:(?P<type>[a-z0-9+.-]+/[a-z0-9+.-]+)(?P<parameters>(?:;[^,]*)?),(?P<data>.*)", re.I | re.S)
_READ: Final = {CREDENTIAL: "application/vc+jwt", PRESENTATION: "application/vp+jwt"}
# What else an envelope may hold: SD-JWTs, the learning credential of wallets among them, and Open Badges 3.0's token.
_READ_TOO: Final = {CREDENTIAL: ("application/dc+sd-jwt", "application/vc+sd-jwt", "application/jwt"), PRESENTATION: ()}
_NOT_READ: Final = {
    CREDENTIAL: ("application/vc+cose",),
    PRESENTATION: ("application/vp+sd-jwt", "application/vp+cose"),
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is inside, as its `data:` URL has it: of `media_type`, unread."""

    media_type: str
    token: str = field(repr=False)


def is_one(document: object, kind: str) -> bool:
    return isinstance(document, dict) and data_model.types(document) == {kind}


def read(document: JsonObject, kind: str, *, at: str = "") -> Envelope:
    """The token in an envelope of `kind`. Raises Refused: MALFORMED_VALUE_ERROR; UNSUPPORTED_MECHANISM."""
    match document.get("@context"):
        case data_model.CONTEXT | [data_model.CONTEXT, *_]:
            pass
        case _:
            raise _malformed(f"{at}/@context", f"must be {data_model.CONTEXT}, or begin with it")
    if more := sorted(set(document) - _MEMBERS):
        raise _malformed(
            f"{at}/{more[0]:.80}", "nobody signed what stands on an envelope: only @context, id and type may"
        )
    match document.get("id"):
        case str(url) if (read_url := _DATA_URL.fullmatch(url)) is not None:
            return _envelope(read_url, kind, at=f"{at}/id")
        case _:
            raise _malformed(f"{at}/id", "must be a data: URL that holds the credential")


def write(token: str, kind: str, *, media_type: str | None = None) -> JsonObject:
    """The envelope of a token; of `media_type`, where it is not the usual one of its kind."""
    return {"@context": data_model.CONTEXT, "id": f"data:{media_type or _READ[kind]},{token}", "type": kind}


def _envelope(url: re.Match[str], kind: str, *, at: str) -> Envelope:
    media_type = url["type"].lower()
    if media_type in _NOT_READ[kind]:
        detail = f"what is signed as {media_type} cannot be checked here"
        remedy = "ask whether the institution has it in another form"
        raise Refused(Problem(UNSUPPORTED_MECHANISM, at=at, detail=detail, remedy=remedy))
    if media_type not in (_READ[kind], *_READ_TOO[kind]) or url["parameters"]:
        raise _malformed(at, f"holds {url['type']:.80}{url['parameters']:.80}; it must be {_READ[kind]}, as it is")
    return Envelope(media_type, url["data"])


def _malformed(at: str, detail: str) -> Refused:
    return Refused(Problem(MALFORMED_VALUE_ERROR, at=at, detail=detail, remedy="see VC Data Model 2.0, §4.13"))
