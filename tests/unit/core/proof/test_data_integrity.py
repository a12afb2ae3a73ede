"""Data Integrity proofs: made, and verified over the document as it stands."""

from copy import deepcopy
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import did
from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.json_ld import Contexts
from app.core.multiformats import decode_multibase, encode_base58btc
from app.core.problems import (
    CRYPTOGRAPHIC_SECURITY_ERROR,
    DATA_LOSS_DETECTION_ERROR,
    INVALID_VERIFICATION_METHOD,
    PROOF_GENERATION_ERROR,
    PROOF_VERIFICATION_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Refused,
)
from app.core.proof import data_integrity
from app.core.proof.cryptosuites import CRYPTOSUITES
from app.core.proof.received_proof import DataIntegrityProof, read
from tests.verifying import CREATED, KEY, NOW, STRANGER, Key, badge, sign

ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.fixture(scope="module")
def signed(contexts: Contexts) -> JsonObject:
    return sign(contexts, badge(), verification_method=KEY.did_method)


def method(key: Key = KEY) -> VerificationMethod:
    document = did.locate(key.did)
    assert isinstance(document, ControlledIdentifierDocument)
    return document.method(key.did_method, Relationship.ASSERTION_METHOD)


def verify(contexts: Contexts, document: JsonObject, by: VerificationMethod | None = None) -> None:
    (proof,) = read(document)
    data_integrity.verify_proof(contexts, document, proof, by or method())


def refusal(contexts: Contexts, document: JsonObject, by: VerificationMethod | None = None) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        verify(contexts, document, by)
    (problem,) = refused.value.problems
    return problem.type, problem.at


def with_signature(document: JsonObject, signature: bytes) -> JsonObject:
    (proof,) = document["proof"]
    return {**document, "proof": [{**proof, "proofValue": encode_base58btc(signature)}]}


def signature_of(document: JsonObject) -> bytes:
    return decode_multibase(document["proof"][0]["proofValue"])


def test_what_was_signed_verifies(contexts: Contexts, signed: JsonObject) -> None:
    verify(contexts, signed)


def test_a_signature_by_another_key_does_not_verify(contexts: Contexts, signed: JsonObject) -> None:
    assert refusal(contexts, signed, method(STRANGER)) == (PROOF_VERIFICATION_ERROR, "/proof/0")


@given(st.integers(min_value=0, max_value=511))
def test_a_signature_with_any_bit_flipped_does_not_verify(bit: int) -> None:
    key, data = method().public_key(), b"what was signed"
    flipped = bytearray(KEY.private.sign(data))
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Refused):
        CRYPTOSUITES["eddsa-rdfc-2022"].algorithms[key.kind].verify(key.raw, data, bytes(flipped))


def test_the_other_form_of_a_signature_is_refused_as_such(contexts: Contexts, signed: JsonObject) -> None:
    signature = signature_of(signed)
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    other = with_signature(signed, signature[:32] + scalar.to_bytes(32, "little"))
    assert refusal(contexts, other) == (CRYPTOGRAPHIC_SECURITY_ERROR, "/proof/0")


@pytest.mark.parametrize("length", [0, 1, 63, 65])
def test_a_signature_of_another_length_is_refused(contexts: Contexts, signed: JsonObject, length: int) -> None:
    other = with_signature(signed, (signature_of(signed) + b"\0")[:length])
    assert refusal(contexts, other) == (PROOF_VERIFICATION_ERROR, "/proof/0/proofValue")


def test_a_signature_in_another_base_is_refused(contexts: Contexts, signed: JsonObject) -> None:
    other = deepcopy(signed)
    other["proof"][0]["proofValue"] = "u" + other["proof"][0]["proofValue"][1:]
    assert refusal(contexts, other) == (PROOF_VERIFICATION_ERROR, "/proof/0/proofValue")


def test_a_key_of_small_order_fits_no_signature(contexts: Contexts, signed: JsonObject) -> None:
    unsound = VerificationMethod(
        id=KEY.did_method,
        type="Multikey",
        controller=KEY.did,
        public_key_multibase=encode_base58btc(b"\xed\x01\x01" + bytes(31)),
    )
    forged = with_signature(signed, b"\x01" + bytes(63))
    assert refusal(contexts, forged, unsound) == (INVALID_VERIFICATION_METHOD, "/proof/0/verificationMethod")


def test_a_key_of_another_kind_is_not_supported_rather_than_wrong(contexts: Contexts, signed: JsonObject) -> None:
    secp256k1 = VerificationMethod(
        id=KEY.did_method,
        type="Multikey",
        controller=KEY.did,
        public_key_multibase=encode_base58btc(b"\xe7\x01\x02" + bytes(32)),
    )
    assert refusal(contexts, signed, secp256k1) == (UNSUPPORTED_MECHANISM, "/proof/0/verificationMethod")


def test_a_term_without_a_context_is_refused_before_signing(contexts: Contexts) -> None:
    options = data_integrity.proof_options("eddsa-rdfc-2022", verification_method=KEY.did_method, created=CREATED)
    with pytest.raises(Refused) as refused:
        data_integrity.sign_input(contexts, badge(shoeSize="43"), options)
    assert {problem.type for problem in refused.value.problems} == {DATA_LOSS_DETECTION_ERROR}


def test_an_unknown_suite_signs_nothing() -> None:
    with pytest.raises(Refused, match=PROOF_GENERATION_ERROR.rpartition("#")[2]):
        data_integrity.proof_options("eddsa-rdf-2022", verification_method=KEY.did_method, created=CREATED)


def test_a_proof_is_attached_as_the_array_that_open_badges_want(signed: JsonObject) -> None:
    assert isinstance(signed["proof"], list)


@pytest.mark.parametrize(("late", "refused"), [(timedelta(minutes=5), False), (timedelta(minutes=5, seconds=1), True)])
def test_a_proof_may_be_made_no_later_than_the_clocks_may_differ(
    contexts: Contexts, late: timedelta, *, refused: bool
) -> None:
    (proof,) = read(sign(contexts, badge(), created=NOW + late))
    assert is_refused(proof) is refused


@pytest.mark.parametrize(("expires", "refused"), [("2026-11-24T12:00:01Z", False), ("2026-11-24T12:00:00Z", True)])
def test_a_proof_ends_when_it_says(contexts: Contexts, expires: str, *, refused: bool) -> None:
    (proof,) = read(sign(contexts, badge(), expires=expires))
    assert is_refused(proof) is refused


def is_refused(proof: DataIntegrityProof) -> bool:
    try:
        data_integrity.check_times(proof, now=NOW, clock_skew=timedelta(minutes=5))
    except Refused:
        return True
    return False


def test_each_record_stands_under_its_own_name() -> None:
    assert [suite.name for suite in CRYPTOSUITES.values()] == list(CRYPTOSUITES)
