"""The cryptosuites we know, one record each: the one form of a document, and what each kind of key does with it.

https://www.w3.org/TR/vc-di-eddsa/ (its §3.4 has Ed25519Signature2020) and https://www.w3.org/TR/vc-di-ecdsa/
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from app.core import jcs
from app.core.json_ld import Contexts, canonicalize
from app.core.multiformats import KeyKind
from app.core.problems import JsonObject
from app.core.proof import signatures
from app.core.proof.ecdsa_sd.verify import what_the_issuer_signed
from app.core.proof.signatures import SignatureAlgorithm

ED25519 = KeyKind.ED25519
DATA_INTEGRITY_PROOF = "DataIntegrityProof"
ED25519_SIGNATURE_2020 = "Ed25519Signature2020"
ECDSA_SD_2023 = "ecdsa-sd-2023"


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
class Cryptosuite:
    """A Data Integrity cryptosuite. `sign_input(proof hash, document hash)` are the bytes that are signed.

    One that signs statement by statement, so that a part can be shown, tells `what_the_issuer_signed` instead.
    One from before Data Integrity is named by the type of its proofs, `proof_type`: it is verified, and signs nothing.
    """

    name: str
    canonicalize: Canonicalize
    algorithms: Mapping[str, SignatureAlgorithm]
    sign_input: Callable[[bytes, bytes], bytes]
    proof_type: str = DATA_INTEGRITY_PROOF
    what_the_issuer_signed: WhatTheIssuerSigned | None = None

    @property
    def shows_parts(self) -> bool:
        return self.what_the_issuer_signed is not None

    @property
    def signs_statements_alone(self) -> bool:
        """What RDFC-1.0 signs is what a document says, not how: a context that changes no statement is not signed.

        Other suites sign a document as it is written; their proofs keep the contexts that it had.
        """
        return self.canonicalize is canonicalize


def as_written(
    contexts: Contexts,
    document: JsonObject,
    *,
    aliases: Mapping[str, str] | None = None,
    hash_algorithm: str = "sha256",
) -> bytes:
    """RFC 8785: every letter of the document, whatever its terms mean, and its contexts by the names that it has."""
    del contexts, aliases, hash_algorithm
    return jcs.canonicalize(document)


def _proof_then_document(proof_hash: bytes, document_hash: bytes) -> bytes:
    return proof_hash + document_hash


EDDSA: Mapping[str, SignatureAlgorithm] = MappingProxyType({KeyKind.ED25519: signatures.ED25519})
ECDSA: Mapping[str, SignatureAlgorithm] = MappingProxyType(
    {KeyKind.P256: signatures.P256, KeyKind.P384: signatures.P384}
)

# A suite named here has its published vectors in tests/vectors/.
CRYPTOSUITES: Mapping[str, Cryptosuite] = MappingProxyType(
    {
        suite.name: suite
        for suite in (
            Cryptosuite("eddsa-rdfc-2022", canonicalize, EDDSA, sign_input=_proof_then_document),
            Cryptosuite("eddsa-jcs-2022", as_written, EDDSA, sign_input=_proof_then_document),
            Cryptosuite("ecdsa-rdfc-2019", canonicalize, ECDSA, sign_input=_proof_then_document),
            Cryptosuite("ecdsa-jcs-2019", as_written, ECDSA, sign_input=_proof_then_document),
            Cryptosuite(
                ECDSA_SD_2023,
                canonicalize,
                MappingProxyType({KeyKind.P256: signatures.P256}),
                sign_input=_proof_then_document,
                what_the_issuer_signed=what_the_issuer_signed,
            ),
            Cryptosuite(
                ED25519_SIGNATURE_2020,
                canonicalize,
                EDDSA,
                sign_input=_proof_then_document,
                proof_type=ED25519_SIGNATURE_2020,
            ),
        )
    }
)
