"""Base64url without padding, in the one form that every text of bytes has.

https://www.rfc-editor.org/rfc/rfc7515#section-2
"""

from app.core.multiformats import decode_multibase, encode_base64url

# Multibase writes base64url just so, behind one character that names the base.
_HEADER = "u"


def read(text: str) -> bytes:
    """Raises Refused (MALFORMED_VALUE_ERROR): padding, stray bits and any other character are refused."""
    return decode_multibase(_HEADER + text, bases=_HEADER)


def write(data: bytes) -> str:
    return encode_base64url(data).removeprefix(_HEADER)
