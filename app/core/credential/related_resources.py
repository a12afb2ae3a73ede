"""Whether a resource that a credential names is the one that its issuer had: by its digest, where we have it pinned.

https://www.w3.org/TR/vc-data-model-2.0/#integrity-of-related-resources. No other resource is ever fetched.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import Final

from app.core.credential import data_model
from app.core.json_ld import Contexts
from app.core.multiformats import decode_multibase
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Problem, Refused

# https://www.w3.org/TR/SRI/#the-integrity-attribute, the strongest last; options behind a `?` say nothing of the bytes.
_STRENGTH: Final = ("sha256", "sha384", "sha512")
_SRI: Final = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/]{1,88}={0,2})(?:\?[\x21-\x7e]*)?", re.ASCII)
# https://www.w3.org/TR/cid-1.0/#multihash: which hash, and how long it is.
_MULTIHASH: Final = ((b"\x12\x20", "sha256"), (b"\x20\x30", "sha384"), (b"\x13\x40", "sha512"))
_SHA256_BYTES: Final = 32


def problems(contexts: Contexts, document: JsonObject) -> tuple[Problem, ...]:
    """Every digest that is not that of the pinned document under the same URL."""
    return tuple(_problems(contexts, document))


def _problems(contexts: Contexts, document: JsonObject) -> Iterator[Problem]:
    for resource, at in data_model.each_value(document, "relatedResource"):
        match resource:
            case {"id": str(url), **digests} if (content := _pinned(contexts, url)) is not None:
                for member, is_of in (("digestSRI", _is_of_sri), ("digestMultibase", _is_of_multibase)):
                    match digests.get(member):
                        case str(digest) if not is_of(digest, content):
                            detail = f"is not the digest of {url:.200} (VC Data Model 2.0 §5.3)"
                            yield Problem(MALFORMED_VALUE_ERROR, at=f"{at}/{member}", detail=detail)


def _pinned(contexts: Contexts, url: str) -> bytes | None:
    try:
        return contexts.document(url)
    except Refused:
        return None


def _is_of_sri(text: str, content: bytes) -> bool:
    """Of several, the strongest count, and one of them must fit (SRI §3.3.4)."""
    found = [match.groups() for each in text.split() if (match := _SRI.fullmatch(each))]
    if not found:
        return False
    strongest = max((name for name, _ in found), key=_STRENGTH.index)
    digest = base64.b64encode(hashlib.new(strongest, content).digest())
    return any(name == strongest and _same(digest, encoded) for name, encoded in found)


def _same(digest: bytes, encoded: str) -> bool:
    try:
        return base64.b64decode(encoded, validate=True) == base64.b64decode(digest)
    except (binascii.Error, ValueError):
        return False


def _is_of_multibase(text: str, content: bytes) -> bool:
    """A multihash, in base58btc or base64url; or, as some write it, SHA-256 alone."""
    try:
        digest = decode_multibase(text, bases="zu")
    except Refused:
        return False
    for header, name in _MULTIHASH:
        if digest[:2] == header and len(digest) == 2 + header[1]:
            return digest[2:] == hashlib.new(name, content).digest()
    return len(digest) == _SHA256_BYTES and digest == hashlib.sha256(content).digest()
