"""Every cryptosuite with every kind of key that it is for: what it signs verifies, and nothing else does."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import did
from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.json_ld import Contexts
from app.core.multiformats import decode_multibase, encode_base58btc
from app.core.problems import PROOF_VERIFICATION_ERROR, JsonObject, Refused
from app.core.proof import data_integrity
from app.core.proof.cryptosuites import CRYPTOSUITES
from app.core.proof.received_proof import read
from tests.verifying import KEYS, P256_KEY, P384_KEY, SIGNING, CurveKey, Key, badge, sign

NOT_FITTING = [(suite, key) for suite in dict(SIGNING) for key in KEYS if (suite, key) not in SIGNING]


def each(pairs: Sequence[tuple[str, Key | CurveKey]] = SIGNING) -> pytest.MarkDecorator:
    found = [pytest.param(name, key, id=f"{name}-{key.kind}") for name, key in pairs]
    return pytest.mark.parametrize(("suite", "key"), found)


def method(key: Key | CurveKey) -> VerificationMethod:
    document = did.locate(key.did)
    assert isinstance(document, ControlledIdentifierDocument)
    return document.method(key.did_method, Relationship.ASSERTION_METHOD)


def signed(contexts: Contexts, suite: str, key: Key | CurveKey) -> JsonObject:
    return sign(contexts, badge(), key=key, verification_method=key.did_method, suite=suite)


def with_signature(document: JsonObject, signature: bytes) -> JsonObject:
    return document | {"proof": [document["proof"][0] | {"proofValue": encode_base58btc(signature)}]}


def refusal(contexts: Contexts, document: JsonObject, key: Key | CurveKey) -> tuple[str, str]:
    (proof,) = read(document)
    with pytest.raises(Refused) as refused:
        data_integrity.verify_proof(contexts, document, proof, method(key))
    (problem,) = refused.value.problems
    return problem.type, problem.at


@each()
def test_what_was_signed_verifies(contexts: Contexts, suite: str, key: Key | CurveKey) -> None:
    document = signed(contexts, suite, key)
    (proof,) = read(document)
    data_integrity.verify_proof(contexts, document, proof, method(key))


@each(NOT_FITTING)
def test_a_key_of_a_kind_that_the_suite_is_not_for_is_refused(
    contexts: Contexts, suite: str, key: Key | CurveKey
) -> None:
    fitting = next(other for name, other in SIGNING if name == suite)
    document = signed(contexts, suite, fitting)
    document["proof"][0]["verificationMethod"] = key.did_method
    assert refusal(contexts, document, key) == (PROOF_VERIFICATION_ERROR, "/proof/0/cryptosuite")


@each()
def test_a_proof_that_names_another_suite_does_not_verify(contexts: Contexts, suite: str, key: Key | CurveKey) -> None:
    document = signed(contexts, suite, key)
    document["proof"][0]["cryptosuite"] = next(
        other for other, other_key in SIGNING if other != suite and other_key is key
    )
    document["proof"][0].pop("@context", None)
    assert refusal(contexts, document, key) == (PROOF_VERIFICATION_ERROR, "/proof/0")


@each()
@pytest.mark.parametrize("change", [-64, -1, 1, 64])
def test_a_signature_of_another_length_is_refused(
    contexts: Contexts, suite: str, key: Key | CurveKey, change: int
) -> None:
    document = signed(contexts, suite, key)
    signature = decode_multibase(document["proof"][0]["proofValue"])
    other = (signature + bytes(64))[: len(signature) + change]
    assert refusal(contexts, with_signature(document, other), key) == (PROOF_VERIFICATION_ERROR, "/proof/0/proofValue")


@pytest.mark.parametrize("key", KEYS, ids=[key.kind for key in KEYS])
@given(bit=st.integers(min_value=0, max_value=767))
def test_a_signature_with_any_bit_flipped_does_not_verify(key: Key | CurveKey, bit: int) -> None:
    algorithm = next(suite for suite in CRYPTOSUITES.values() if key.kind in suite.algorithms).algorithms[key.kind]
    data, raw = b"what was signed", method(key).public_key().raw
    flipped = bytearray(key.sign(data))
    flipped[bit // 8 % len(flipped)] ^= 1 << bit % 8
    with pytest.raises(Refused):
        algorithm.verify(raw, data, bytes(flipped))


@pytest.mark.parametrize("key", [P256_KEY, P384_KEY], ids=["P-256", "P-384"])
def test_no_signature_of_zeros_and_none_in_asn_1_verifies(key: CurveKey) -> None:
    algorithm = CRYPTOSUITES["ecdsa-rdfc-2019"].algorithms[key.kind]
    raw, length = method(key).public_key().raw, algorithm.signature_bytes
    asn_1 = key.private.sign(b"data", key.hashed)
    for signature in (bytes(length), b"\0" * (length // 2) + b"\1" * (length // 2), asn_1, b""):
        with pytest.raises(Refused):
            algorithm.verify(raw, b"data", signature)
