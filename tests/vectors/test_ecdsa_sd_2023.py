"""ECDSA Cryptosuites 1.0: the published vectors of ecdsa-sd-2023, byte for byte where nothing in them is random.

https://www.w3.org/TR/vc-di-ecdsa/#representation-ecdsa-sd-2023
"""

import json
from typing import Any

import pytest

from app.core import did, strict_json
from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.json_ld import Contexts, canonicalize
from app.core.json_ld.parts import labelled_document, named
from app.core.multiformats import KeyKind, PublicKey, decode_multikey, encode_multikey
from app.core.problems import JsonObject, Refused
from app.core.proof import data_integrity
from app.core.proof.cryptosuites import CRYPTOSUITES
from app.core.proof.ecdsa_sd import proof_value, verify
from app.core.proof.ecdsa_sd.base import ToSign, attach_proof, labelled_whole, statements_at, to_sign
from app.core.proof.ecdsa_sd.derive import derive
from app.core.proof.ecdsa_sd.labels import disclosed_labels
from app.core.proof.ecdsa_sd.selection import select
from app.core.proof.ecdsa_sd.signatures import first_that_does_not_fit
from app.core.proof.ecdsa_sd.signed import divided
from app.core.proof.received_proof import DataIntegrityProof, read
from tests.shared import contexts_of_the_vectors, shared

SUITE = "ecdsa-sd-2023"
CASES = ("employ", "prc")
POINTERS = {
    "employ": ("employMandatory.json", "employSelective.json"),
    "prc": ("prCredMandatory.json", "prCredSelective.json"),
}


@pytest.fixture(scope="module")
def vector_contexts() -> Contexts:
    return contexts_of_the_vectors()


def vector(case: str, name: str) -> Any:
    return json.loads((shared("vectors", "vc-di-ecdsa", SUITE) / case / name).read_bytes())


def pointers(case: str) -> tuple[list[str], list[str]]:
    mandatory, selective = (shared("vectors", "vc-di-ecdsa", name) for name in POINTERS[case])
    return json.loads(mandatory.read_bytes()), json.loads(selective.read_bytes())


def unsigned(case: str) -> JsonObject:
    """The document that was signed: in one of the cases another than the file of that name."""
    return {member: value for member, value in vector(case, "addSignedSDBase.json").items() if member != "proof"}


def options(case: str) -> JsonObject:
    return {member: value for member, value in vector(case, "addProofConfig.json").items() if member != "@context"}


def key_material(name: str) -> PublicKey:
    return decode_multikey(vector("", "SDKeyMaterial.json")[name]["publicKeyMultibase"])


def hmac_key() -> bytes:
    return bytes.fromhex(vector("", "SDKeyMaterial.json")["hmacKeyString"])


def prepared(contexts: Contexts, case: str) -> ToSign:
    return to_sign(
        contexts,
        unsigned(case),
        options(case),
        mandatory_pointers=pointers(case)[0],
        proof_key=key_material("proofKeyPair"),
        hmac_key=hmac_key(),
    )


def keyed(secured: JsonObject) -> list[tuple[DataIntegrityProof, VerificationMethod]]:
    (proof,) = read(secured)
    controller = did.locate(proof.verification_method.partition("#")[0])
    assert isinstance(controller, ControlledIdentifierDocument)
    return [(proof, controller.method(proof.verification_method, Relationship.ASSERTION_METHOD))]


# ── the base proof ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("case", CASES)
def test_the_document_is_canonicalised_as_published(vector_contexts: Contexts, case: str) -> None:
    canonical = canonicalize(vector_contexts, unsigned(case)).decode()
    assert canonical.splitlines(keepends=True) == vector(case, "addBaseDocCanon.json")


@pytest.mark.parametrize("case", CASES)
def test_the_nameless_are_called_as_published(vector_contexts: Contexts, case: str) -> None:
    whole = named(vector_contexts, unsigned(case))
    found = labelled_whole(vector_contexts, whole, hmac_key())
    assert list(found.lines) == vector(case, "addBaseDocHMACCanon.json")


@pytest.mark.parametrize("case", CASES)
def test_the_pointers_of_the_issuer_select_the_published_statements(vector_contexts: Contexts, case: str) -> None:
    whole = named(vector_contexts, unsigned(case))
    found = labelled_whole(vector_contexts, whole, hmac_key())
    indexes = found.indexes_of(statements_at(vector_contexts, whole, pointers(case)[0]))
    published = vector(case, "addBaseTransform.json")
    assert [[index, found.lines[index]] for index in indexes] == published["mandatory"]["value"]


@pytest.mark.parametrize("case", CASES)
def test_the_proof_configuration_is_canonicalised_as_published(vector_contexts: Contexts, case: str) -> None:
    published = shared("vectors", "vc-di-ecdsa", SUITE) / case / "addProofConfigCanon.txt"
    assert canonicalize(vector_contexts, vector(case, "addProofConfig.json")) == published.read_bytes()


@pytest.mark.parametrize("case", CASES)
def test_the_bytes_for_the_issuers_key_are_the_published_ones(vector_contexts: Contexts, case: str) -> None:
    hashes = vector(case, "addHashData.json")
    proof_key = proof_value.write_proof_key(key_material("proofKeyPair"))
    wanted = bytes.fromhex(hashes["proofHash"]) + proof_key + bytes.fromhex(hashes["mandatoryHash"])
    assert prepared(vector_contexts, case).base == wanted


@pytest.mark.parametrize("case", CASES)
def test_the_statements_for_the_proofs_key_are_the_published_ones(vector_contexts: Contexts, case: str) -> None:
    published = vector(case, "addBaseTransform.json")["nonMandatory"]["value"]
    assert [statement.decode() for statement in prepared(vector_contexts, case).statements] == [
        line for _, line in published
    ]


@pytest.mark.parametrize("case", CASES)
def test_the_published_signatures_fit_what_is_handed_out_to_be_signed(vector_contexts: Contexts, case: str) -> None:
    ready, raw = prepared(vector_contexts, case), vector(case, "addRawBaseSignatureInfo.json")
    base = [(ready.base, bytes.fromhex(raw["baseSignature"]))]
    assert first_that_does_not_fit(key_material("baseKeyPair"), base) is None
    signatures = map(bytes.fromhex, raw["signatures"])
    assert first_that_does_not_fit(ready.proof_key, zip(ready.statements, signatures, strict=True)) is None


@pytest.mark.parametrize("case", CASES)
def test_the_published_signatures_give_the_published_base_credential(vector_contexts: Contexts, case: str) -> None:
    raw = vector(case, "addRawBaseSignatureInfo.json")
    secured = attach_proof(
        unsigned(case),
        options(case),
        prepared(vector_contexts, case),
        base_signature=bytes.fromhex(raw["baseSignature"]),
        signatures=[bytes.fromhex(signature) for signature in raw["signatures"]],
    )
    assert secured["proof"] == [vector(case, "addSignedSDBase.json")["proof"]]


# ── the derived proof ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("case", CASES)
def test_the_base_proof_is_read_as_published(case: str) -> None:
    read_back = proof_value.read_base(vector(case, "addSignedSDBase.json")["proof"]["proofValue"])
    assert {
        "baseSignature": read_back.base_signature.hex(),
        "proofPublicKey": encode_multikey(read_back.proof_key),
        "hmacKey": read_back.hmac_key.hex(),
        "signatures": [signature.hex() for signature in read_back.signatures],
        "mandatoryPointers": list(read_back.mandatory_pointers),
    } == vector(case, "derivedRecoveredBaseData.json")


@pytest.mark.parametrize("case", CASES)
def test_the_statements_are_chosen_as_published(vector_contexts: Contexts, case: str) -> None:
    mandatory, selective = pointers(case)
    whole = named(vector_contexts, unsigned(case))
    found = labelled_whole(vector_contexts, whole, hmac_key())
    chosen = [found.indexes_of(statements_at(vector_contexts, whole, each)) for each in (mandatory, selective)]
    combined = found.indexes_of(statements_at(vector_contexts, whole, mandatory + selective))
    published = vector(case, "derivedGroupIndexes.json")
    assert [*map(list, chosen), list(combined)] == [
        published[name] for name in ("mandatoryIndexes", "selectiveIndexes", "combinedIndexes")
    ]


@pytest.mark.parametrize("case", CASES)
def test_the_part_is_the_published_one(case: str) -> None:
    mandatory, selective = pointers(case)
    part = select(unsigned(case), mandatory + selective)
    assert strict_json.write(part) == strict_json.write(vector(case, "derivedUnsignedReveal.json"))


@pytest.mark.parametrize("case", CASES)
def test_deriving_gives_the_published_credential_to_the_byte(vector_contexts: Contexts, case: str) -> None:
    derived = derive(vector_contexts, vector(case, "addSignedSDBase.json"), pointers(case)[1])
    assert strict_json.write(derived) == strict_json.write(vector(case, "derivedRevealDocument.json"))


@pytest.mark.parametrize("case", CASES)
def test_the_derived_proof_is_read_as_published(case: str) -> None:
    found = proof_value.read_derived(vector(case, "derivedRevealDocument.json")["proof"]["proofValue"])
    published = vector(case, "derivedDisclosureData.json")
    label = disclosed_labels(found.labels)
    assert {
        "baseSignature": found.base_signature.hex(),
        "publicKey": encode_multikey(found.proof_key),
        "signatures": [signature.hex() for signature in found.signatures],
        "labelMap": {
            "dataType": "Map",
            "value": [[f"c14n{number}", label(f"c14n{number}")] for number in found.labels],
        },
        "mandatoryIndexes": list(found.mandatory_indexes),
    } == published


# ── verifying ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("case", CASES)
def test_the_part_makes_the_published_statements(vector_contexts: Contexts, case: str) -> None:
    part = vector(case, "derivedUnsignedReveal.json")
    proof = proof_value.read_derived(vector(case, "derivedRevealDocument.json")["proof"]["proofValue"])
    shown = labelled_document(vector_contexts, part, disclosed_labels(proof.labels), aliases={})
    assert list(shown.lines) == vector(case, "verifyNQuads.json")
    published = vector(case, "verifyCreateVerifyData.json")
    mandatory, others = divided(shown, proof.mandatory_indexes)
    assert [each.decode() for each in others] == published["nonMandatory"]
    assert len(mandatory) + len(others) == len(shown.lines)


@pytest.mark.parametrize("case", CASES)
def test_what_the_issuer_must_have_signed_is_the_published_data(vector_contexts: Contexts, case: str) -> None:
    published = vector(case, "verifyCreateVerifyData.json")
    data, signature = verify.what_the_issuer_signed(
        vector_contexts,
        vector(case, "derivedUnsignedReveal.json"),
        proof_value=vector(case, "derivedRevealDocument.json")["proof"]["proofValue"],
        configuration_hash=bytes.fromhex(published["proofHash"]),
    )
    assert data == prepared(vector_contexts, case).base
    assert signature.hex() == published["baseSignature"]


@pytest.mark.parametrize("case", CASES)
def test_the_published_derived_credential_verifies(vector_contexts: Contexts, case: str) -> None:
    derived = vector(case, "derivedRevealDocument.json")
    data_integrity.verify_proofs(vector_contexts, derived, keyed(derived))


@pytest.mark.parametrize("case", CASES)
def test_the_key_that_the_proof_carries_is_not_the_issuers(vector_contexts: Contexts, case: str) -> None:
    """The Recommendation's text takes it for the base signature: then anyone could sign for anyone."""
    data = prepared(vector_contexts, case).base
    signature = bytes.fromhex(vector(case, "addRawBaseSignatureInfo.json")["baseSignature"])
    with pytest.raises(Refused):
        CRYPTOSUITES[SUITE].algorithms[KeyKind.P256].verify(key_material("proofKeyPair").raw, data, signature)


@pytest.mark.parametrize("case", CASES)
def test_the_published_base_credential_is_for_the_holder_alone(vector_contexts: Contexts, case: str) -> None:
    base = vector(case, "addSignedSDBase.json")
    with pytest.raises(Refused, match="for the holder alone"):
        data_integrity.verify_proofs(vector_contexts, base, keyed(base))


@pytest.mark.parametrize("case", CASES)
def test_another_value_in_the_published_derived_credential_does_not_verify(
    vector_contexts: Contexts, case: str
) -> None:
    derived = vector(case, "derivedRevealDocument.json")
    derived["credentialSubject"]["birthCountry"] = "Elsewhere"
    with pytest.raises(Refused, match="PROOF_VERIFICATION_ERROR"):
        data_integrity.verify_proofs(vector_contexts, derived, keyed(derived))
