"""A base proof: what the issuer's key and the proof's own key are to sign, and the document with their signatures.

https://www.w3.org/TR/vc-di-ecdsa/#create-base-proof-ecdsa-sd-2023

1. name what is nameless so that its name tells nothing, by a key of this proof alone
2. find the statements that must always be shown
3. hand out what is to be signed: signing waits, so it is done elsewhere
4. attach what was signed
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.core.json_ld import Contexts
from app.core.json_ld.n_quads import Quad
from app.core.json_ld.parts import Labelled, NamedDocument, labelled, named, statements_of
from app.core.multiformats import KeyKind, PublicKey
from app.core.problems import PROOF_GENERATION_ERROR, PROOF_TRANSFORMATION_ERROR, JsonObject, Problem, Refused
from app.core.proof.cryptosuites import CRYPTOSUITES
from app.core.proof.data_integrity import attach_proof_value, proof_hash
from app.core.proof.ecdsa_sd.labels import hmac_labels
from app.core.proof.ecdsa_sd.proof_value import (
    HMAC_KEY_BYTES,
    MAX_POINTERS,
    MAX_STATEMENTS,
    MAX_STATEMENTS_OF_THE_WHOLE,
    BaseProofValue,
    write_base,
)
from app.core.proof.ecdsa_sd.selection import select
from app.core.proof.ecdsa_sd.signed import base_data, divided


@dataclass(frozen=True, slots=True)
class ToSign:
    """A base proof before it is signed. The issuer's key signs `base`; the proof's own key signs each of `statements`.

    That key is made for this proof and forgotten with it: `proof_key` is the public part.
    """

    base: bytes
    statements: tuple[bytes, ...]
    mandatory_pointers: tuple[str, ...]
    proof_key: PublicKey
    hmac_key: bytes = field(repr=False)


def to_sign(
    contexts: Contexts,
    unsigned: JsonObject,
    options: JsonObject,
    *,
    mandatory_pointers: Sequence[str],
    proof_key: PublicKey,
    hmac_key: bytes,
) -> ToSign:
    """Steps 1 to 3. `proof_key` and `hmac_key` are fresh and random; `options` are as `proof_options` makes them.

    Raises Refused: PROOF_GENERATION_ERROR (a pointer that leads nowhere: `at` is its place among the pointers; too many
    statements), and as `canonicalize` does.
    """
    if proof_key.kind is not KeyKind.P256 or len(hmac_key) != HMAC_KEY_BYTES:
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail="needs a key of P-256, and one of 32 bytes for its names"))
    if len(mandatory_pointers) > MAX_POINTERS:
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=f"has more than {MAX_POINTERS:,} mandatory pointers"))
    suite = CRYPTOSUITES[options["cryptosuite"]]
    algorithm = suite.algorithms[proof_key.kind]
    configuration_hash = proof_hash(contexts, unsigned, options, suite=suite, algorithm=algorithm)
    whole = named(contexts, unsigned)
    signed = labelled_whole(contexts, whole, hmac_key)
    mandatory, others = divided(signed, signed.indexes_of(statements_at(contexts, whole, mandatory_pointers)))
    if len(others) > MAX_STATEMENTS:
        detail = f"makes {len(others):,} statements that could be shown or not; at most {MAX_STATEMENTS:,} are signed"
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=detail, remedy="make more of it mandatory"))
    return ToSign(
        base=base_data(configuration_hash, proof_key, mandatory),
        statements=others,
        mandatory_pointers=tuple(mandatory_pointers),
        proof_key=proof_key,
        hmac_key=hmac_key,
    )


def attach_proof(
    unsigned: JsonObject, options: JsonObject, signed: ToSign, *, base_signature: bytes, signatures: Sequence[bytes]
) -> JsonObject:
    """Step 4, the document for its holder: `signatures` are of the statements, in their order, each r ‖ s."""
    if len(signatures) != len(signed.statements):
        detail = f"has {len(signatures)} signatures for {len(signed.statements)} statements"
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=detail))
    value = BaseProofValue(
        base_signature=base_signature,
        proof_key=signed.proof_key,
        hmac_key=signed.hmac_key,
        signatures=tuple(signatures),
        mandatory_pointers=signed.mandatory_pointers,
    )
    return attach_proof_value(unsigned, options, write_base(value))


def labelled_whole(contexts: Contexts, whole: NamedDocument, hmac_key: bytes) -> Labelled:
    """Every statement of the document, as it is signed. Raises Refused (PROOF_TRANSFORMATION_ERROR): too many."""
    quads = statements_of(contexts, whole, whole.document)
    if len(quads) > MAX_STATEMENTS_OF_THE_WHOLE:
        detail = f"makes {len(quads):,} statements; parts are taken of at most {MAX_STATEMENTS_OF_THE_WHOLE:,}"
        raise Refused(Problem(PROOF_TRANSFORMATION_ERROR, detail=detail))
    return labelled(quads, hmac_labels(hmac_key))


def statements_at(contexts: Contexts, whole: NamedDocument, pointers: Sequence[str]) -> tuple[Quad, ...]:
    """The statements that `pointers` select; none where there are none, not even what the credential is."""
    return statements_of(contexts, whole, select(whole.document, pointers)) if pointers else ()
