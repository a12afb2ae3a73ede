"""A JWS in its compact form, read so that one text alone means it: canonical base64url, strict JSON, a closed header.

https://www.rfc-editor.org/rfc/rfc7515
"""

import base64
import binascii
import re
from dataclasses import dataclass, field

from app.core import strict_json
from app.core.multiformats import decode_multibase
from app.core.problems import (
    CRYPTOGRAPHIC_SECURITY_ERROR,
    INVALID_VERIFICATION_METHOD,
    JsonObject,
    Problem,
    Refused,
)

# The names of a few algorithms and keys; a header of more is not decoded.
MAX_HEADER_CHARACTERS = 16_384
# A chain of six, of 2 KB each, in base64 twice over.
MAX_CERTIFICATES_CHARACTERS = 24_576

# RFC 8725 §3.10: whoever made the token wrote these, so no key is taken from them, and nobody is asked.
_KEYS_OF_ITS_OWN = ("jku", "x5u", "x5c")
# Each says how else the token is to be read; a reader that does not know of it would read another one.
_READ_OTHERWISE = ("crit", "b64", "zip", "enc")

# What is told from JSON and pictures, and read no further: the letters of every way of writing base64, and of padding.
_THREE_PARTS = re.compile(r"[A-Za-z0-9_+/=\s-]*\.[A-Za-z0-9_+/=\s-]*\.[A-Za-z0-9_+/=\s-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class CompactJws:
    """Well-formed, not verified. `signing_input` is what `signature` would be of (§5.2)."""

    header: JsonObject
    payload: bytes = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def read(text: str, *, certified: bool = False) -> CompactJws:
    """`certified`: its key may come in a certificate (`x5c`), which whoever reads it judges, or refuses.

    Raises Refused: CRYPTOGRAPHIC_SECURITY_ERROR where it is no JWS in its one form or has a header that asks for
    more than a signature; INVALID_VERIFICATION_METHOD where it brings a key, or where to get one, in its header.
    """
    most = MAX_HEADER_CHARACTERS + (MAX_CERTIFICATES_CHARACTERS if certified else 0)
    match text.split("."):
        case [header, payload, signature] if len(header) <= most:
            pass
        case _:
            raise _malformed("it is not three parts in base64url")
    read_header = _header(_decode("header", header), certified=certified)
    return CompactJws(
        header=read_header,
        payload=_decode("payload", payload),
        signing_input=f"{header}.{payload}".encode(),
        signature=_decode("signature", signature),
    )


def write(header: JsonObject, payload: bytes) -> bytes:
    """The signing input: what is to be signed, and what the token begins with."""
    return f"{_encode(strict_json.write(header))}.{_encode(payload)}".encode()


def assemble(signing_input: bytes, signature: bytes) -> str:
    return f"{signing_input.decode()}.{_encode(signature)}"


def looks_like_one(text: str) -> bool:
    """Whether it was meant as one, however badly it is written."""
    return "." in text and _THREE_PARTS.fullmatch(text) is not None


def glance(text: str) -> tuple[JsonObject, JsonObject] | None:
    """Header and payload as they were probably meant, to have something to speak of; nothing of it is believed.

    None where they are no JSON objects. Raises Refused where they are, and no strict parser would read them.
    """
    if not looks_like_one(text) or len(text.partition(".")[0]) > MAX_HEADER_CHARACTERS:
        return None
    parts = [_as_meant(part) for part in text.split(".")[:2]]
    if not all(part.lstrip().startswith(b"{") for part in parts):
        return None
    header, payload = map(strict_json.read_object, parts)
    return header, payload


def _as_meant(part: str) -> bytes:
    letters = "".join(part.split()).rstrip("=").translate(str.maketrans("+/", "-_"))
    try:
        return base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    except binascii.Error:
        return b""


def _header(raw: bytes, *, certified: bool) -> JsonObject:
    try:
        header = strict_json.read_object(raw)
    except Refused as refused:
        raise _malformed(f"its header is no JSON object: {refused.problems[0].detail}") from refused
    for name in _READ_OTHERWISE:
        if name in header:
            raise _malformed(f"its header has {name!r}, which is not taken here")
    for name in _KEYS_OF_ITS_OWN:
        if name in header and not (certified and name == "x5c"):
            detail = f"its header has {name!r}: a key that a token brings itself shows nothing of its issuer"
            raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail=detail))
    return header


def _decode(name: str, part: str) -> bytes:
    try:
        return decode_multibase("u" + part, bases="u")
    except Refused as refused:
        raise _malformed(f"its {name} {refused.problems[0].detail}") from refused


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _malformed(detail: str) -> Refused:
    return Refused(Problem(CRYPTOGRAPHIC_SECURITY_ERROR, detail=f"the token cannot be relied on: {detail:.400}"))
