"""EdDSA Cryptosuites 1.0: the published vector of Ed25519Signature2020, byte for byte.

https://www.w3.org/TR/vc-di-eddsa/#representation-ed25519signature2020
"""

import pytest

from app.core.problems import Refused
from app.core.proof import data_integrity
from tests.vectors.published import Published, keyed, verify

PUBLISHED = Published(("vc-di-eddsa", "Ed25519Signature2020"), "EdSig")


def test_the_document_is_canonicalised_as_published() -> None:
    assert PUBLISHED.canonical_document == PUBLISHED.text("canonDoc.txt")


def test_the_proof_configuration_is_canonicalised_as_published() -> None:
    assert PUBLISHED.canonical_configuration == PUBLISHED.text("proofCanon.txt")


def test_the_bytes_to_verify_are_both_published_hashes() -> None:
    assert PUBLISHED.signed_data.hex() == PUBLISHED.hexadecimal("combinedHash.txt")


def test_the_published_credential_verifies() -> None:
    verify(PUBLISHED.secured)


def test_another_name_in_the_published_credential_does_not_verify() -> None:
    with pytest.raises(Refused, match="PROOF_VERIFICATION_ERROR"):
        verify(PUBLISHED.secured | {"name": "Another Credential"})


def test_it_is_never_made() -> None:
    ((proof, _),) = keyed(PUBLISHED.secured)
    assert proof.created is not None
    with pytest.raises(Refused, match="PROOF_GENERATION_ERROR"):
        data_integrity.proof_options(
            proof.cryptosuite, verification_method=proof.verification_method, created=proof.created
        )
