"""A public key of any kind as one text, by which a directory keeps it: a Multikey, or, RSA having none, its multicodec.

https://github.com/multiformats/multicodec/blob/master/table.csv has `rsa-pub`; a Multikey (Controlled Identifiers
§2.2.2) knows no RSA, so that such a text is published nowhere.
"""

from app.core import rsa_public_key
from app.core.multiformats import (
    KeyKind,
    PublicKey,
    decode_multibase,
    decode_multikey,
    encode_base64url,
    encode_multikey,
)
from app.core.problems import INVALID_VERIFICATION_METHOD, Problem, Refused

_RSA_PUB = b"\x85\x24"


def write(key: PublicKey) -> str:
    return encode_base64url(_RSA_PUB + key.raw) if key.kind is KeyKind.RSA else encode_multikey(key)


def read(text: str) -> PublicKey:
    """The key, checked. Raises Refused (INVALID_VERIFICATION_METHOD)."""
    if not text.startswith("u"):
        return decode_multikey(text)
    try:
        data = decode_multibase(text, bases="u")
    except Refused as refused:
        raise _unknown() from refused
    if not data.startswith(_RSA_PUB):
        raise _unknown()
    return rsa_public_key.from_der(data.removeprefix(_RSA_PUB))


def _unknown() -> Refused:
    return Refused(Problem(INVALID_VERIFICATION_METHOD, detail="is no public key of a known kind"))
