"""EdDSA Cryptosuites 1.0: the published vectors of eddsa-jcs-2022, byte for byte.

https://www.w3.org/TR/vc-di-eddsa/#test-vectors
"""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.multiformats import decode_secret_multikey
from app.core.problems import Refused
from app.core.proof import data_integrity
from tests.shared import shared
from tests.vectors.published import Published, vector_contexts, verify

PUBLISHED = Published(("vc-di-eddsa", "eddsa-jcs-2022"), "JCS")


def test_the_document_is_canonicalised_as_published() -> None:
    assert PUBLISHED.canonical_document == PUBLISHED.text("canonDoc.txt")


def test_the_proof_configuration_is_canonicalised_as_published() -> None:
    assert PUBLISHED.canonical_configuration == PUBLISHED.text("proofCanon.txt")


def test_the_bytes_to_verify_are_both_published_hashes() -> None:
    assert PUBLISHED.signed_data.hex() == PUBLISHED.hexadecimal("combinedHash.txt")


def test_the_bytes_to_sign_are_both_published_hashes() -> None:
    data = data_integrity.sign_input(vector_contexts(), PUBLISHED.unsigned, PUBLISHED.options)
    assert data.hex() == PUBLISHED.hexadecimal("combinedHash.txt")


def test_signing_gives_the_published_credential() -> None:
    pair = json.loads((shared("vectors", "vc-di-eddsa") / "keyPair.json").read_bytes())
    _, secret = decode_secret_multikey(pair["privateKeyMultibase"])
    data = data_integrity.sign_input(vector_contexts(), PUBLISHED.unsigned, PUBLISHED.options)
    signature = Ed25519PrivateKey.from_private_bytes(secret).sign(data)
    (proof,) = data_integrity.attach_proof(PUBLISHED.unsigned, PUBLISHED.options, signature)["proof"]
    assert proof == PUBLISHED.secured["proof"]


def test_the_published_credential_verifies() -> None:
    verify(PUBLISHED.secured)


def test_another_name_in_the_published_credential_does_not_verify() -> None:
    with pytest.raises(Refused, match="PROOF_VERIFICATION_ERROR"):
        verify(PUBLISHED.secured | {"name": "Another Credential"})
