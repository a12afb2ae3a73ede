"""Which contexts a credential may list, where its proofs are over what it says and not over its letters.

https://www.w3.org/TR/vc-data-integrity/#context-validation. Such a proof is the same whether a context that changes no
statement is listed or not: what nothing shows to be the issuer's is refused (docs/adr/0016).
"""

from app.core.credential import open_badge
from app.core.json_ld import Contexts, problems_of_contexts
from app.core.problems import PROOF_VERIFICATION_ERROR, JsonObject, Problem, Refused
from app.core.proof.cryptosuites import CRYPTOSUITES
from app.core.proof.received_proof import DataIntegrityProof


def refuse_unsigned_contexts(contexts: Contexts, document: JsonObject, proofs: tuple[DataIntegrityProof, ...]) -> None:
    """Raises Refused (PROOF_VERIFICATION_ERROR) with every context that may stand there without the issuer's doing."""
    suites = [CRYPTOSUITES[proof.cryptosuite] for proof in proofs]
    if not all(suite.signs_statements_alone for suite in suites):
        return
    # A part may not need every context of the whole that its issuer listed (docs/adr/0044).
    in_part = any(suite.shows_parts for suite in suites)
    problems = (
        *problems_of_contexts(contexts, document, in_part=in_part),
        *_of_a_micro_credential(contexts, document),
    )
    if problems:
        raise Refused(*problems)


def _of_a_micro_credential(contexts: Contexts, document: JsonObject) -> tuple[Problem, ...]:
    """Our own context says which others stand beside it, and in which order: any other list is not the issuer's."""
    expected = open_badge.expected_contexts(contexts, document)
    if expected is None or document["@context"] == list(expected):
        return ()
    detail = f"context not allowed: a European micro-credential lists these, in this order: {', '.join(expected)}"
    return (Problem(PROOF_VERIFICATION_ERROR, at="/@context", detail=detail, remedy="ask for the original file"),)
