"""Under which contexts a credential is read: those that its issuer signed, and no other.

https://www.w3.org/TR/vc-data-integrity/#context-validation. A proof over what a document says is the same whether a
context that changes no statement is listed or not: what nothing shows to be the issuer's is refused (docs/adr/0016). A
proof over its letters keeps the contexts that were signed: others behind them do not count, and under those that do,
all that it says has to mean something (docs/adr/0041).
"""

from app.core.credential import data_model, open_badge
from app.core.json_ld import Contexts, demand_meaning, problems_of_contexts
from app.core.problems import PROOF_VERIFICATION_ERROR, JsonObject, Problem, Refused
from app.core.proof.cryptosuites import CRYPTOSUITES
from app.core.proof.data_integrity import under_contexts_of
from app.core.proof.received_proof import DataIntegrityProof


def as_signed(contexts: Contexts, document: JsonObject, proofs: tuple[DataIntegrityProof, ...]) -> JsonObject:
    """The document without its proofs, which hold, under the contexts that its issuer signed.

    Raises Refused: PROOF_VERIFICATION_ERROR with every context that may stand there without the issuer's doing; what
    `demand_meaning` raises.
    """
    unsecured = {member: value for member, value in document.items() if member != "proof"}
    # A witness signs for no context: what the issuer listed is the issuer's to say.
    issuer = data_model.issuer_id(document)
    over_letters = [
        proof
        for proof in proofs
        if not CRYPTOSUITES[proof.cryptosuite].signs_statements_alone
        and proof.verification_method.partition("#")[0] == issuer
    ]
    if not over_letters:
        # A part may not need every context of the whole that its issuer listed (docs/adr/0044).
        in_part = any(CRYPTOSUITES[proof.cryptosuite].shows_parts for proof in proofs)
        _refuse_unsigned_contexts(contexts, unsecured, in_part=in_part)
        return unsecured
    signed = max((under_contexts_of(unsecured, proof) for proof in over_letters), key=_listed_contexts)
    demand_meaning(contexts, signed, aliases=contexts.aliases(signed))
    return signed


def _listed_contexts(document: JsonObject) -> int:
    return len(data_model.entries(document.get("@context")))


def _refuse_unsigned_contexts(contexts: Contexts, document: JsonObject, *, in_part: bool) -> None:
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
