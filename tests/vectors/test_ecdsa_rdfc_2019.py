"""ECDSA Cryptosuites 1.0: the published vectors of ecdsa-rdfc-2019, byte for byte, for P-256 and P-384.

https://www.w3.org/TR/vc-di-ecdsa/#test-vectors. The one of P-384 with nameless objects (employ)
shows that RDFC-1.0 itself runs with SHA-384.
"""

import pytest

from app.core.multiformats import decode_multibase
from app.core.problems import Refused
from app.core.proof import data_integrity
from tests.vectors.published import Published, keyed, vector_contexts, verify

PUBLISHED = (
    Published(("vc-di-ecdsa", "ecdsa-rdfc-2019-p256"), "ECDSAP256"),
    Published(("vc-di-ecdsa", "ecdsa-rdfc-2019-p256", "employ"), "ECDSAP256"),
    Published(("vc-di-ecdsa", "ecdsa-rdfc-2019-p384"), "ECDSAP384"),
    Published(("vc-di-ecdsa", "ecdsa-rdfc-2019-p384", "employ"), "ECDSAP384"),
)


@pytest.mark.parametrize("published", PUBLISHED, ids=str)
def test_the_document_is_canonicalised_as_published(published: Published) -> None:
    assert published.canonical_document == published.text("canonDoc.txt")


@pytest.mark.parametrize("published", PUBLISHED, ids=str)
def test_the_hash_of_the_document_is_the_published_one(published: Published) -> None:
    assert published.algorithm.digest(published.canonical_document).hex() == published.hexadecimal("docHash.txt")


@pytest.mark.parametrize("published", PUBLISHED, ids=str)
def test_the_proof_configuration_is_canonicalised_as_published(published: Published) -> None:
    assert published.canonical_configuration == published.text("proofCanon.txt")


@pytest.mark.parametrize("published", PUBLISHED, ids=str)
def test_the_bytes_to_verify_are_both_published_hashes(published: Published) -> None:
    assert published.signed_data.hex() == published.hexadecimal("combinedHash.txt")


@pytest.mark.parametrize("published", PUBLISHED, ids=str)
def test_the_bytes_to_sign_are_both_published_hashes(published: Published) -> None:
    ((_, method),) = keyed(published.secured)
    data = data_integrity.sign_input(
        vector_contexts(), published.unsigned, published.options, key_kind=method.public_key().kind
    )
    assert data.hex() == published.hexadecimal("combinedHash.txt")


@pytest.mark.parametrize("published", PUBLISHED, ids=str)
def test_the_published_signature_is_the_one_in_the_proof(published: Published) -> None:
    signature = decode_multibase(published.secured["proof"]["proofValue"])
    assert signature.hex() == published.hexadecimal("sigHex.txt")


@pytest.mark.parametrize("published", PUBLISHED, ids=str)
def test_the_published_credential_verifies(published: Published) -> None:
    verify(published.secured)


@pytest.mark.parametrize("published", PUBLISHED, ids=str)
def test_another_name_in_the_published_credential_does_not_verify(published: Published) -> None:
    with pytest.raises(Refused, match="PROOF_VERIFICATION_ERROR"):
        verify(published.secured | {"name": "Another Credential"})
