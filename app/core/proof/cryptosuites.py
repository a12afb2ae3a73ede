"""The cryptosuites we know, one record each: the one form of a document, and what each kind of key does with it.

https://www.w3.org/TR/vc-di-eddsa/
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.json_ld import Contexts, canonicalize
from app.core.problems import (
    CRYPTOGRAPHIC_SECURITY_ERROR,
    PROOF_VERIFICATION_ERROR,
    JsonObject,
    Problem,
    Refused,
)

ED25519 = "Ed25519"

# The order of Ed25519's base point, RFC 8032 §5.1.
_ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


class Canonicalize(Protocol):
    """A document in the one form that is hashed: of its contexts alone, `aliases` for those of other deployments."""

    def __call__(
        self,
        contexts: Contexts,
        document: JsonObject,
        *,
        aliases: Mapping[str, str] | None = None,
        hash_algorithm: str = "sha256",
    ) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """What a cryptosuite does with one kind of key. `verify(key, data, signature)` raises Refused."""

    hash_algorithm: str
    signature_bytes: int
    verify: Callable[[bytes, bytes, bytes], None]

    def digest(self, data: bytes) -> bytes:
        return hashlib.new(self.hash_algorithm, data).digest()


@dataclass(frozen=True, slots=True)
class Cryptosuite:
    """A Data Integrity cryptosuite. `sign_input(proof hash, document hash)` are the bytes that are signed."""

    name: str
    canonicalize: Canonicalize
    algorithms: Mapping[str, SignatureAlgorithm]
    sign_input: Callable[[bytes, bytes], bytes]

    @property
    def signs_statements_alone(self) -> bool:
        """What RDFC-1.0 signs is what a document says, not how: a context that changes no statement is not signed."""
        return self.canonicalize is canonicalize


def verify_ed25519(key: bytes, data: bytes, signature: bytes) -> None:
    """RFC 8032. `key` has passed `multiformats`, which refuses small-order and non-canonical ones."""
    # §5.1.7: a scalar beyond the order would be a second signature of the same bytes.
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= _ED25519_ORDER:
        raise Refused(Problem(CRYPTOGRAPHIC_SECURITY_ERROR, detail="the signature is not in the form of Ed25519"))
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except (InvalidSignature, ValueError) as invalid:
        raise Refused(
            Problem(
                PROOF_VERIFICATION_ERROR,
                detail="the signature does not fit: the credential or its proof is not as it was signed",
                remedy="ask for the original file",
            )
        ) from invalid


def _proof_then_document(proof_hash: bytes, document_hash: bytes) -> bytes:
    return proof_hash + document_hash


# A suite named here has its published vectors in tests/vectors/.
CRYPTOSUITES: Mapping[str, Cryptosuite] = MappingProxyType(
    {
        "eddsa-rdfc-2022": Cryptosuite(
            name="eddsa-rdfc-2022",
            canonicalize=canonicalize,
            algorithms=MappingProxyType({ED25519: SignatureAlgorithm("sha256", 64, verify_ed25519)}),
            sign_input=_proof_then_document,
        ),
    }
)
