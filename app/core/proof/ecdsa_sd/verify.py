"""A derived proof over the part that is shown: every statement of it signed, none that must be shown left out.

https://www.w3.org/TR/vc-di-ecdsa/#verify-derived-proof-ecdsa-sd-2023

1. read the proof value; a base proof is refused
2. name what is nameless in the part as it was named when the whole was signed
3. as many signatures as there are statements that are not mandatory
4. each of these statements is signed by the proof's key
5. what the issuer must have signed follows: that key, and the mandatory statements
"""

from app.core.json_ld import Contexts
from app.core.json_ld.parts import labelled_document
from app.core.problems import PROOF_VERIFICATION_ERROR, JsonObject, Problem, Refused
from app.core.proof.ecdsa_sd.labels import disclosed_labels
from app.core.proof.ecdsa_sd.proof_value import read_derived
from app.core.proof.ecdsa_sd.signatures import first_that_does_not_fit
from app.core.proof.ecdsa_sd.signed import base_data, divided


def what_the_issuer_signed(
    contexts: Contexts, part: JsonObject, *, proof_value: str, configuration_hash: bytes
) -> tuple[bytes, bytes]:
    """Data and signature, both worthless until the issuer's key has verified the one over the other.

    Raises Refused (PROOF_VERIFICATION_ERROR, and as `canonicalize` does) where a statement of `part` was not signed.
    """
    proof = read_derived(proof_value)
    shown = labelled_document(contexts, part, disclosed_labels(proof.labels), aliases=contexts.aliases(part))
    if len(shown.labels) != len(proof.labels):
        raise _refused(f"gives {len(proof.labels)} labels; what is shown has {len(shown.labels)} objects without an id")
    if any(index >= len(shown.lines) for index in proof.mandatory_indexes):
        raise _refused(f"names a mandatory statement beyond the {len(shown.lines)} that are shown")
    mandatory, others = divided(shown, proof.mandatory_indexes)
    if len(proof.signatures) != len(others):
        raise _refused(f"has {len(proof.signatures)} signatures for {len(others)} statements")
    unfit = first_that_does_not_fit(proof.proof_key, zip(others, proof.signatures, strict=True))
    if unfit is not None:
        detail = f"what is shown is not what was signed: {others[unfit].decode().strip():.200}"
        raise Refused(Problem(PROOF_VERIFICATION_ERROR, detail=detail, remedy="ask for the original file"))
    return base_data(configuration_hash, proof.proof_key, mandatory), proof.base_signature


def _refused(detail: str) -> Refused:
    return Refused(Problem(PROOF_VERIFICATION_ERROR, at="/proofValue", detail=detail))
