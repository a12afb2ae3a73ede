"""A derived proof: of a base proof, the part that its holder chose to show, and the signatures of exactly that.

https://www.w3.org/TR/vc-di-ecdsa/#add-derived-proof-ecdsa-sd-2023

1. find the base proof
2. name what is nameless as the issuer did
3. find the statements that must be shown, and those that are to be
4. keep the signatures of these, which must fit: nothing is made that could not be verified
5. say by what names a verifier will find the nameless, and what was mandatory
"""

from collections.abc import Sequence

from app.core.json_ld import Contexts
from app.core.json_ld.canonical import canonical_names
from app.core.json_ld.n_quads import Quad
from app.core.json_ld.parts import Labelled, named
from app.core.problems import (
    PROOF_GENERATION_ERROR,
    PROOF_VERIFICATION_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
    pointer,
)
from app.core.proof.cryptosuites import ECDSA_SD_2023
from app.core.proof.ecdsa_sd.base import labelled_whole, statements_at
from app.core.proof.ecdsa_sd.labels import to_disclose
from app.core.proof.ecdsa_sd.proof_value import (
    MAX_POINTERS,
    BaseProofValue,
    DerivedProofValue,
    read_base,
    write_derived,
)
from app.core.proof.ecdsa_sd.selection import select
from app.core.proof.ecdsa_sd.signatures import first_that_does_not_fit
from app.core.proof.received_proof import read


def derive(contexts: Contexts, credential: JsonObject, selective_pointers: Sequence[str]) -> JsonObject:
    """What `selective_pointers` select of a credential with a base proof, and what must be shown, with a derived proof.

    Raises Refused: UNSUPPORTED_MECHANISM (no such proof), PROOF_GENERATION_ERROR at `/selectivePointers/…`, the place
    among the pointers, where one leads nowhere; PROOF_VERIFICATION_ERROR where the proof is no base proof, or the
    credential is not as it was signed; and as `canonicalize` does.
    """
    entry, at = _base_proof(credential)
    unsecured = {member: value for member, value in credential.items() if member != "proof"}
    try:
        (proof,) = read({"proof": entry})
        part, value = _derived(contexts, unsecured, read_base(proof.proof_value), selective_pointers)
    except Refused as refused:
        raise Refused(*(_placed(problem, at) for problem in refused.problems)) from refused
    derived = {**entry, "proofValue": value}
    return {**part, "proof": [derived] if isinstance(credential["proof"], list) else derived}


def _base_proof(credential: JsonObject) -> tuple[JsonObject, str]:
    """Step 1: the proof, and where it stands. Proofs by other suites are over the whole, and do not go along."""
    listed = credential.get("proof")
    places = (
        [(entry, f"/proof/{place}") for place, entry in enumerate(listed)]
        if isinstance(listed, list)
        else [(listed, "/proof")]
    )
    match [(entry, at) for entry, at in places if _is_ecdsa_sd(entry)]:
        case [({"previousProof": _}, at)]:
            detail = "is about other proofs too, which would not hold for a part"
            raise Refused(Problem(PROOF_GENERATION_ERROR, at=f"{at}/previousProof", detail=detail))
        case [(dict(entry), at)]:
            return entry, at
        case found:
            detail = f"has {len(found)} proofs by {ECDSA_SD_2023}; a part can be shown of one with one"
            raise Refused(Problem(UNSUPPORTED_MECHANISM, at="/proof", detail=detail))


def _is_ecdsa_sd(entry: object) -> bool:
    match entry:
        case {"cryptosuite": "ecdsa-sd-2023"}:
            return True
        case _:
            return False


def _derived(
    contexts: Contexts, unsecured: JsonObject, proof: BaseProofValue, selective_pointers: Sequence[str]
) -> tuple[JsonObject, str]:
    """Steps 2 to 5: the part without its proof, and its `proofValue`."""
    _check_pointers(unsecured, proof.mandatory_pointers, selective_pointers)
    whole = named(contexts, unsecured)
    signed = labelled_whole(contexts, whole, proof.hmac_key)
    # What ties a context to a pinned one must be shown, or nobody could read the part.
    along = ("/relatedResource",) if whole.aliases else ()
    pointers = (*proof.mandatory_pointers, *along, *selective_pointers)
    if not pointers:
        detail = "nothing must be shown and nothing is selected, so there is nothing to show"
        raise Refused(Problem(PROOF_GENERATION_ERROR, at="/selectivePointers", detail=detail))
    mandatory = frozenset(signed.indexes_of(statements_at(contexts, whole, proof.mandatory_pointers)))
    part = statements_at(contexts, whole, pointers)
    shown = signed.indexes_of(part)
    derived = DerivedProofValue(
        base_signature=proof.base_signature,
        proof_key=proof.proof_key,
        signatures=_signatures_of(signed, proof, mandatory=mandatory, shown=shown),
        labels=_labels_of(signed, part),
        mandatory_indexes=tuple(place for place, index in enumerate(shown) if index in mandatory),
    )
    return select(unsecured, pointers), write_derived(derived)


def _check_pointers(document: JsonObject, mandatory: Sequence[str], selective: Sequence[str]) -> None:
    """Before any work: each leads somewhere."""
    if len(selective) > MAX_POINTERS:
        detail = f"are {len(selective):,} pointers; at most {MAX_POINTERS:,} are taken"
        raise Refused(Problem(PROOF_GENERATION_ERROR, at="/selectivePointers", detail=detail))
    try:
        select(document, mandatory)
    except Refused as refused:
        detail = f"is of another credential: {refused.problems[0].detail}"
        raise Refused(Problem(PROOF_VERIFICATION_ERROR, at="/proofValue", detail=detail)) from refused
    try:
        select(document, selective)
    except Refused as refused:
        at = pointer("selectivePointers")
        raise Refused(*(Problem(each.type, at + each.at, each.detail) for each in refused.problems)) from refused


def _signatures_of(
    signed: Labelled, proof: BaseProofValue, *, mandatory: frozenset[int], shown: Sequence[int]
) -> tuple[bytes, ...]:
    """The signatures of what is shown and not mandatory."""
    optional = [index for index in range(len(signed.lines)) if index not in mandatory]
    if len(proof.signatures) != len(optional):
        detail = f"has {len(proof.signatures)} signatures for the {len(optional)} statements of the credential"
        raise Refused(Problem(PROOF_VERIFICATION_ERROR, at="/proofValue", detail=detail))
    signature_of = dict(zip(optional, proof.signatures, strict=True))
    chosen = [index for index in shown if index not in mandatory]
    unfit = first_that_does_not_fit(
        proof.proof_key, ((signed.lines[index].encode(), signature_of[index]) for index in chosen)
    )
    if unfit is not None:
        detail = f"the credential is not as it was signed: {signed.lines[chosen[unfit]].strip():.200}"
        raise Refused(Problem(PROOF_VERIFICATION_ERROR, detail=detail, remedy="derive from the original file"))
    return tuple(signature_of[index] for index in chosen)


def _labels_of(signed: Labelled, part: Sequence[Quad]) -> dict[int, bytes]:
    """By the names that the part's nameless objects will have in the part's own canonical form."""
    names = canonical_names(part)
    return dict(to_disclose({canonical: signed.labels[node].removeprefix("_:") for node, canonical in names.items()}))


def _placed(problem: Problem, at: str) -> Problem:
    """What is wrong with the proof, at its place among the others."""
    match problem.at:
        case "/proofValue":
            place = at + problem.at
        case inner if inner == "/proof" or inner.startswith("/proof/"):
            place = at + inner.removeprefix("/proof")
        case other:
            place = other
    return Problem(problem.type, place, problem.detail, problem.remedy)
