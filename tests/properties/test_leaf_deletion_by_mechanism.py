"""Nothing can be taken out unseen of what any mechanism signs: the leaf-deletion oracle over all that is issued."""

from collections.abc import Mapping

import pytest

from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.core.proof import data_integrity
from app.core.proof.cryptosuites import ECDSA_SD_2023, Canonicalize
from app.core.proof.ecdsa_sd import base
from app.core.proof.ecdsa_sd.statement_key import StatementKey
from app.issuer import showing
from app.issuer.mechanisms import to_sign
from tests.properties.leaf_deletion import leaf_count, survivors
from tests.signing import CASES, CHANCE, Case, document_for
from tests.verifying import NOW


def what_is_signed(case: Case, whole: JsonObject) -> Canonicalize:
    """All that a key signs of a document: by one mechanism, each statement for itself."""
    mandatory = showing.mandatory_pointers(whole)

    def signed(
        contexts: Contexts,
        document: JsonObject,
        *,
        aliases: Mapping[str, str] | None = None,
        hash_algorithm: str = "sha256",
    ) -> bytes:
        del aliases, hash_algorithm
        if case.mechanism != ECDSA_SD_2023:
            return to_sign(contexts, case.mechanism, document, case.securing()).data
        unsigned = base.to_sign(
            contexts,
            document,
            data_integrity.proof_options(ECDSA_SD_2023, verification_method=case.method, created=NOW),
            mandatory_pointers=mandatory,
            proof_key=StatementKey.of(CHANCE).public,
            hmac_key=CHANCE.bytes_for("names"),
        )
        return unsigned.base + b"".join(sorted(unsigned.statements))

    return signed


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_leaf_can_be_deleted_unseen(case: Case, contexts: Contexts) -> None:
    document = document_for(case, contexts)
    found = survivors(contexts, document, canonical=what_is_signed(case, document))
    assert (found, leaf_count(document) > 50) == ([], True)
