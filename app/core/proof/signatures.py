"""What each kind of key does: the digest that goes with it, how long its signatures are, and whether one fits.

Ed25519: https://www.rfc-editor.org/rfc/rfc8032; ECDSA: FIPS 186-5 §6, its signatures r ‖ s (IEEE P1363), never ASN.1.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from app.core.problems import CRYPTOGRAPHIC_SECURITY_ERROR, PROOF_VERIFICATION_ERROR, Problem, Refused

# The order of Ed25519's base point, RFC 8032 §5.1.
_ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """What a cryptosuite does with one kind of key. `verify(key, data, signature)` raises Refused."""

    hash_algorithm: str
    signature_bytes: int
    verify: Callable[[bytes, bytes, bytes], None]

    def digest(self, data: bytes) -> bytes:
        return hashlib.new(self.hash_algorithm, data).digest()


def verify_ed25519(key: bytes, data: bytes, signature: bytes) -> None:
    """RFC 8032. `key` has passed `multiformats`, which refuses small-order and non-canonical ones."""
    # §5.1.7: a scalar beyond the order would be a second signature of the same bytes.
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= _ED25519_ORDER:
        raise Refused(Problem(CRYPTOGRAPHIC_SECURITY_ERROR, detail="the signature is not in the form of Ed25519"))
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except (InvalidSignature, ValueError) as invalid:
        raise _does_not_fit() from invalid


def verify_ecdsa(
    key: bytes, data: bytes, signature: bytes, *, curve: ec.EllipticCurve, hash_algorithm: hashes.HashAlgorithm
) -> None:
    """`key` is a compressed point that has passed `multiformats`.

    Of r and s, s can be replaced by the order less s by anyone: no suite forbids it, and it signs the same bytes.
    """
    half = (curve.key_size + 7) // 8
    if len(signature) != 2 * half:
        raise Refused(Problem(CRYPTOGRAPHIC_SECURITY_ERROR, detail="the signature is not in the form of ECDSA"))
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    try:
        public_key = ec.EllipticCurvePublicKey.from_encoded_point(curve, key)
        public_key.verify(encode_dss_signature(r, s), data, ec.ECDSA(hash_algorithm))
    except (InvalidSignature, ValueError) as invalid:
        raise _does_not_fit() from invalid


ED25519 = SignatureAlgorithm("sha256", 64, verify_ed25519)
P256 = SignatureAlgorithm("sha256", 64, partial(verify_ecdsa, curve=ec.SECP256R1(), hash_algorithm=hashes.SHA256()))
P384 = SignatureAlgorithm("sha384", 96, partial(verify_ecdsa, curve=ec.SECP384R1(), hash_algorithm=hashes.SHA384()))


def _does_not_fit() -> Refused:
    return Refused(
        Problem(
            PROOF_VERIFICATION_ERROR,
            detail="the signature does not fit: the credential or its proof is not as it was signed",
            remedy="ask for the original file",
        )
    )
