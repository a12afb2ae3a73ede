"""EdDSA Cryptosuites 1.0: the published vectors of eddsa-rdfc-2022, byte for byte.

https://www.w3.org/TR/vc-di-eddsa/#test-vectors
"""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core import did
from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.json_ld import Contexts, canonicalize
from app.core.multiformats import decode_secret_multikey
from app.core.problems import JsonObject, Refused
from app.core.proof import data_integrity, received_proof
from app.core.proof.received_proof import DataIntegrityProof
from tests.shared import shared

SUITE = "eddsa-rdfc-2022"
CASES = ("", "employ")


@pytest.fixture(scope="module")
def vector_contexts() -> Contexts:
    """The contexts that the vectors are written with, two of which the service itself does not take."""
    folder = shared("vectors", "contexts")
    listed = json.loads((folder / "contexts.json").read_bytes())
    return Contexts({entry["url"]: (folder / entry["file"]).read_bytes() for entry in listed})


def vector(case: str, name: str) -> bytes:
    return (shared("vectors", "vc-di-eddsa", SUITE) / case / name).read_bytes()


def document(case: str, name: str) -> JsonObject:
    read: JsonObject = json.loads(vector(case, name))
    return read


def unsigned(case: str) -> JsonObject:
    return {member: value for member, value in document(case, "signedDataInt.json").items() if member != "proof"}


def options(case: str) -> JsonObject:
    """The proof options as the vector has them, without the context that they are hashed under."""
    config = document(case, "proofConfigDataInt.json")
    return {member: value for member, value in config.items() if member != "@context"}


def keyed(secured: JsonObject) -> list[tuple[DataIntegrityProof, VerificationMethod]]:
    """Each proof with its key: the vectors sign by did:key."""
    found = []
    for proof in received_proof.read(secured):
        controller = did.locate(proof.verification_method.partition("#")[0])
        assert isinstance(controller, ControlledIdentifierDocument)
        found.append((proof, controller.method(proof.verification_method, Relationship.ASSERTION_METHOD)))
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_document_is_canonicalised_as_published(vector_contexts: Contexts, case: str) -> None:
    assert canonicalize(vector_contexts, unsigned(case)) == vector(case, "canonDocDataInt.txt")


@pytest.mark.parametrize("case", CASES)
def test_the_hash_of_the_document_is_the_published_one(vector_contexts: Contexts, case: str) -> None:
    canonical = canonicalize(vector_contexts, unsigned(case))
    assert hashlib.sha256(canonical).hexdigest() == vector(case, "docHashDataInt.txt").decode().strip()


@pytest.mark.parametrize("case", CASES)
def test_the_proof_configuration_is_canonicalised_as_published(vector_contexts: Contexts, case: str) -> None:
    config = document(case, "proofConfigDataInt.json")
    assert canonicalize(vector_contexts, config) == vector(case, "proofCanonDataInt.txt")


@pytest.mark.parametrize("case", CASES)
def test_the_bytes_to_sign_are_both_published_hashes(vector_contexts: Contexts, case: str) -> None:
    data = data_integrity.sign_input(vector_contexts, unsigned(case), options(case))
    assert data.hex() == vector(case, "combinedHashDataInt.txt").decode().strip()


@pytest.mark.parametrize("case", CASES)
def test_signing_gives_the_published_credential(vector_contexts: Contexts, case: str) -> None:
    pair = json.loads((shared("vectors", "vc-di-eddsa") / "keyPair.json").read_bytes())
    _, secret = decode_secret_multikey(pair["privateKeyMultibase"])
    data = data_integrity.sign_input(vector_contexts, unsigned(case), options(case))
    signature = Ed25519PrivateKey.from_private_bytes(secret).sign(data)
    (proof,) = data_integrity.attach_proof(unsigned(case), options(case), signature)["proof"]
    assert proof == document(case, "signedDataInt.json")["proof"]


@pytest.mark.parametrize("case", CASES)
def test_the_published_credential_verifies(vector_contexts: Contexts, case: str) -> None:
    secured = document(case, "signedDataInt.json")
    data_integrity.verify_proofs(vector_contexts, secured, keyed(secured))


@pytest.mark.parametrize("case", CASES)
def test_another_name_in_the_published_credential_does_not_verify(vector_contexts: Contexts, case: str) -> None:
    secured = document(case, "signedDataInt.json") | {"name": "Another Credential"}
    with pytest.raises(Refused, match="PROOF_VERIFICATION_ERROR"):
        data_integrity.verify_proofs(vector_contexts, secured, keyed(secured))


@pytest.mark.parametrize(
    "name", ["signedProofSet1.json", "signedProofSet2.json", "signedProofChain1.json", "signedProofChain2.json"]
)
def test_every_proof_of_a_published_set_or_chain_holds(vector_contexts: Contexts, name: str) -> None:
    secured = json.loads((shared("vectors", "vc-di-eddsa", "proof-set-chain") / name).read_bytes())
    data_integrity.verify_proofs(vector_contexts, secured, keyed(secured))


def test_a_chain_does_not_hold_when_its_first_proof_is_another(vector_contexts: Contexts) -> None:
    folder = shared("vectors", "vc-di-eddsa", "proof-set-chain")
    secured = json.loads((folder / "signedProofChain1.json").read_bytes())
    first, second, third = secured["proof"]
    secured["proof"] = [first | {"created": "2023-02-24T23:36:39Z"}, second, third]
    with pytest.raises(Refused) as refused:
        data_integrity.verify_proofs(vector_contexts, secured, keyed(secured))
    assert {problem.at for problem in refused.value.problems} == {"/proof/0", "/proof/2"}


def test_a_chain_that_names_a_missing_proof_is_refused(vector_contexts: Contexts) -> None:
    folder = shared("vectors", "vc-di-eddsa", "proof-set-chain")
    secured = json.loads((folder / "signedProofChain1.json").read_bytes())
    with pytest.raises(Refused, match="there is no proof"):
        received_proof.read(secured | {"proof": secured["proof"][1:]})
