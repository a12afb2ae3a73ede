"""The published vectors of a Data Integrity suite, as the specifications lay them out: each step's bytes in a file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from app.core import did
from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.core.proof import data_integrity, received_proof
from app.core.proof.cryptosuites import CRYPTOSUITES
from app.core.proof.received_proof import DataIntegrityProof
from app.core.proof.signatures import SignatureAlgorithm
from tests.shared import shared


@cache
def vector_contexts() -> Contexts:
    """The contexts that the vectors are written with, two of which the service itself does not take."""
    folder = shared("vectors", "contexts")
    listed = json.loads((folder / "contexts.json").read_bytes())
    return Contexts({entry["url"]: (folder / entry["file"]).read_bytes() for entry in listed})


@dataclass(frozen=True)
class Published:
    """One folder of vectors: where it lies, and what its files' names end in."""

    folder: Sequence[str]
    suffix: str

    def __str__(self) -> str:
        return "/".join(self.folder[1:])

    def text(self, name: str) -> bytes:
        stem, _, extension = name.partition(".")
        return (shared("vectors", *self.folder) / f"{stem}{self.suffix}.{extension}").read_bytes()

    def hexadecimal(self, name: str) -> str:
        return self.text(name).decode().strip()

    def document(self, name: str) -> JsonObject:
        read: JsonObject = json.loads(self.text(name))
        return read

    @property
    def secured(self) -> JsonObject:
        return self.document("signed.json")

    @property
    def unsigned(self) -> JsonObject:
        return {member: value for member, value in self.secured.items() if member != "proof"}

    @property
    def options(self) -> JsonObject:
        """The proof options, without the contexts that they are hashed under."""
        return {member: value for member, value in self.document("proofConfig.json").items() if member != "@context"}

    @property
    def algorithm(self) -> SignatureAlgorithm:
        ((proof, method),) = keyed(self.secured)
        return CRYPTOSUITES[proof.cryptosuite].algorithms[method.public_key().kind]

    @property
    def canonical_document(self) -> bytes:
        ((proof, _),) = keyed(self.secured)
        return CRYPTOSUITES[proof.cryptosuite].canonicalize(
            vector_contexts(), self.unsigned, hash_algorithm=self.algorithm.hash_algorithm
        )

    @property
    def canonical_configuration(self) -> bytes:
        ((proof, _),) = keyed(self.secured)
        return data_integrity.proof_configuration(
            vector_contexts(),
            self.unsigned,
            self.document("proofConfig.json"),
            suite=CRYPTOSUITES[proof.cryptosuite],
            algorithm=self.algorithm,
        )

    @property
    def signed_data(self) -> bytes:
        ((proof, method),) = keyed(self.secured)
        return data_integrity.signed_data(vector_contexts(), self.secured, proof, method)


def keyed(secured: JsonObject) -> list[tuple[DataIntegrityProof, VerificationMethod]]:
    """Each proof with its key: the vectors sign by did:key."""
    found = []
    for proof in received_proof.read(secured):
        controller = did.locate(proof.verification_method.partition("#")[0])
        assert isinstance(controller, ControlledIdentifierDocument)
        found.append((proof, controller.method(proof.verification_method, Relationship.ASSERTION_METHOD)))
    return found


def verify(secured: JsonObject) -> None:
    """Raises Refused where a proof of `secured` does not hold."""
    data_integrity.verify_proofs(vector_contexts(), secured, keyed(secured))
