"""The key that signs the statements of one base proof: made of chance for it, and forgotten with it.

https://www.w3.org/TR/vc-di-ecdsa/#create-base-proof-ecdsa-sd-2023, "proofScopedKeyPair"
"""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.core.multiformats import KeyKind, PublicKey, public_key
from app.core.proof.chance import Chance

# The order of P-256's base point (FIPS 186-5, SP 800-186 §3.2.1.3).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class StatementKey:
    """Outlives no call. What it has signed shows which statements belong together, and no more: the issuer's key signs
    its public half.
    """

    public: PublicKey
    _private: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def of(cls, chance: Chance) -> "StatementKey":
        # FIPS 186-5 §A.2.1: 64 bits and more beyond the order, so that no number is likelier than another.
        drawn = int.from_bytes(chance.bytes_for("statement key 1") + chance.bytes_for("statement key 2"), "big")
        private = ec.derive_private_key(drawn % (_ORDER - 1) + 1, ec.SECP256R1())
        raw = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return cls(public_key(KeyKind.P256, raw), private)

    def sign(self, statement: bytes) -> bytes:
        """r ‖ s, by RFC 6979: a signature needs no chance of its own."""
        r, s = decode_dss_signature(self._private.sign(statement, ec.ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
