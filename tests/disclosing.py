"""Credentials signed by ecdsa-sd-2023 in tests: keys of P-256, the same for the same seed, and their proofs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.core import did
from app.core.did.document import ControlledIdentifierDocument, Relationship
from app.core.json_ld import Contexts
from app.core.multiformats import KeyKind, PublicKey, encode_multikey, public_key
from app.core.problems import JsonObject
from app.core.proof import data_integrity, received_proof
from app.core.proof.cryptosuites import ECDSA_SD_2023
from app.core.proof.data_integrity import proof_options
from app.core.proof.ecdsa_sd.base import attach_proof, to_sign
from tests.verifying import CREATED, badge

MANDATORY = ("/issuer", "/validFrom", "/credentialSubject/achievement")


@dataclass(frozen=True)
class P256Key:
    private: EllipticCurvePrivateKey
    public: PublicKey

    @classmethod
    def of(cls, seed: str) -> "P256Key":
        private = derive_private_key(int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big") >> 1, SECP256R1())
        raw = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return cls(private, public_key(KeyKind.P256, raw))

    @property
    def multibase(self) -> str:
        return encode_multikey(self.public)

    @property
    def did(self) -> str:
        return f"did:key:{self.multibase}"

    @property
    def did_method(self) -> str:
        return f"{self.did}#{self.multibase}"

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(data, ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


ISSUER = P256Key.of("the university's key of P-256")
PROOF_KEY = P256Key.of("a key of one proof")
HMAC_KEY = hashlib.sha256(b"the names in one proof").digest()


def sign_base(
    contexts: Contexts,
    unsigned: JsonObject,
    *,
    mandatory_pointers: Sequence[str] = MANDATORY,
    key: P256Key = ISSUER,
    proof_key: P256Key = PROOF_KEY,
    created: datetime = CREATED,
    **options: Any,
) -> JsonObject:
    """`unsigned` with a base proof by `key`, for its holder; `options` stand among the proof's, signed."""
    made = proof_options(ECDSA_SD_2023, verification_method=key.did_method, created=created) | options
    ready = to_sign(
        contexts,
        unsigned,
        made,
        mandatory_pointers=mandatory_pointers,
        proof_key=proof_key.public,
        hmac_key=HMAC_KEY,
    )
    return attach_proof(
        unsigned,
        made,
        ready,
        base_signature=key.sign(ready.base),
        signatures=[proof_key.sign(statement) for statement in ready.statements],
    )


def badge_by_did_key(**members: Any) -> JsonObject:
    """An unsigned badge whose issuer's identifier is its key, with identifiers and results that have no id."""
    unsigned = badge(issuer={"id": ISSUER.did, "type": ["Profile"], "name": "University of Examples"})
    subject = unsigned["credentialSubject"] | {
        "identifier": [
            {"type": "IdentityObject", "hashed": False, "identityHash": "Zoë Marković", "identityType": "name"},
            {"type": "IdentityObject", "hashed": False, "identityHash": "4711", "identityType": "identifier"},
        ],
        "result": [
            {"type": ["Result"], "resultDescription": "urn:uuid:6f3c2c0e-0c53-4a2e-9c55-0f5d2d6b0a11", "value": "2"},
            {"type": ["Result"], "resultDescription": "urn:uuid:6f3c2c0e-0c53-4a2e-9c55-0f5d2d6b0a12", "value": "B"},
        ],
    }
    return {**unsigned, "credentialSubject": subject, **members}


def verify_shown(contexts: Contexts, document: JsonObject) -> None:
    """Raises Refused where `document`, signed by a did:key, is not a part of what its issuer signed."""
    (proof,) = received_proof.read(document)
    controller = did.locate(proof.verification_method.partition("#")[0])
    assert isinstance(controller, ControlledIdentifierDocument)
    method = controller.method(proof.verification_method, Relationship.ASSERTION_METHOD)
    data_integrity.verify_proof(contexts, document, proof, method)
