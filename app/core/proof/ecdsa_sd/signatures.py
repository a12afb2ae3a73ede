"""Many P-256 signatures by one key, which is read once.

https://www.rfc-editor.org/rfc/rfc6979 tells how they may be made, FIPS 186-5 §6.4.2 how they are checked.
"""

from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from app.core.multiformats import PublicKey

_COORDINATE_BYTES = 32


def first_that_does_not_fit(key: PublicKey, signed: Iterable[tuple[bytes, bytes]]) -> int | None:
    """Of (data, r ‖ s) in `signed`, the place of the first that `key` did not sign; None where all fit."""
    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), key.raw)
    for place, (data, signature) in enumerate(signed):
        r, s = (int.from_bytes(half, "big") for half in (signature[:_COORDINATE_BYTES], signature[_COORDINATE_BYTES:]))
        try:
            public.verify(encode_dss_signature(r, s), data, ECDSA(SHA256()))
        except InvalidSignature:
            return place
    return None
