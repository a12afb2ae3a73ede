"""The cryptosuites we know, one record each: the one form of a document, and what each kind of key does with it.

https://www.w3.org/TR/vc-di-eddsa/ and https://www.w3.org/TR/vc-di-ecdsa/
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
from app.core.proof.ecdsa_sd.signatures import verify_p256
from app.core.proof.ecdsa_sd.verify import what_the_issuer_signed

ED25519 = "Ed25519"
P256 = "P-256"
ECDSA_SD_2023 = "ecdsa-sd-2023"

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


class WhatTheIssuerSigned(Protocol):
    """Of a proof that shows a part: the data and the signature that the issuer's key must verify, all else being so.

    Raises Refused where a statement of `part` was not signed.
    """

    def __call__(
        self, contexts: Contexts, part: JsonObject, *, proof_value: str, configuration_hash: bytes
    ) -> tuple[bytes, bytes]: ...


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
    """A Data Integrity cryptosuite. `sign_input(proof hash, document hash)` are the bytes that are signed.

    One that signs statement by statement, so that a part can be shown, tells `what_the_issuer_signed` instead.
    """

    name: str
    canonicalize: Canonicalize
    algorithms: Mapping[str, SignatureAlgorithm]
    sign_input: Callable[[bytes, bytes], bytes]
    what_the_issuer_signed: WhatTheIssuerSigned | None = None

    @property
    def shows_parts(self) -> bool:
        return self.what_the_issuer_signed is not None

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
        ECDSA_SD_2023: Cryptosuite(
            name=ECDSA_SD_2023,
            canonicalize=canonicalize,
            algorithms=MappingProxyType({P256: SignatureAlgorithm("sha256", 64, verify_p256)}),
            sign_input=_proof_then_document,
            what_the_issuer_signed=what_the_issuer_signed,
        ),
    }
)
