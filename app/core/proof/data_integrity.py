"""HOW it is secured, embedded: Data Integrity proofs, made for a document and verified over it.

https://www.w3.org/TR/vc-data-integrity/
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from app.core import date_time_stamp
from app.core.did.document import VerificationMethod
from app.core.json_ld import Contexts
from app.core.multiformats import decode_multibase, encode_base58btc
from app.core.problems import (
    INVALID_CHALLENGE_ERROR,
    INVALID_DOMAIN_ERROR,
    PROOF_GENERATION_ERROR,
    PROOF_VERIFICATION_ERROR,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof.configuration import Configurations
from app.core.proof.cryptosuites import (
    CRYPTOSUITES,
    DATA_INTEGRITY_PROOF,
    ED25519,
    Cryptosuite,
    WhatTheIssuerSigned,
)
from app.core.proof.received_proof import DataIntegrityProof
from app.core.proof.signatures import SignatureAlgorithm

MEDIA_TYPES = ("application/vc", "application/json", "application/ld+json", "application/vc+ld+json")

# By what makes it differ: the suite, its hash, the proofs that stood in the document, and its contexts.
Hashes: TypeAlias = dict[tuple[object, ...], bytes]

# ── making ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def proof_options(
    cryptosuite: str, *, verification_method: str, created: datetime, proof_purpose: str = "assertionMethod"
) -> JsonObject:
    """The proof that is to be, without its value. Raises Refused (PROOF_GENERATION_ERROR) for an unknown suite."""
    if cryptosuite not in CRYPTOSUITES or CRYPTOSUITES[cryptosuite].proof_type != DATA_INTEGRITY_PROOF:
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=f"there is no cryptosuite {cryptosuite!r:.80}"))
    return {
        "type": DATA_INTEGRITY_PROOF,
        "created": date_time_stamp.write(created),
        "verificationMethod": verification_method,
        "cryptosuite": cryptosuite,
        "proofPurpose": proof_purpose,
    }


def sign_input(contexts: Contexts, unsigned: JsonObject, options: JsonObject, *, key_kind: str = ED25519) -> bytes:
    """The bytes that a key of `key_kind` signs. Raises Refused where JSON-LD would lose a part of what is said."""
    suite = CRYPTOSUITES[options["cryptosuite"]]
    if suite.what_the_issuer_signed is not None:
        raise Refused(Problem(PROOF_GENERATION_ERROR, detail=f"{suite.name} signs statements, not a document"))
    algorithm = suite.algorithms[key_kind]
    return suite.sign_input(
        proof_hash(contexts, unsigned, _kept(unsigned, options), suite=suite, algorithm=algorithm),
        document_hash(contexts, unsigned, suite=suite, algorithm=algorithm),
    )


def attach_proof(unsigned: JsonObject, options: JsonObject, signature: bytes) -> JsonObject:
    """The secured document. Open Badges 3.0 wants an array of proofs, of one too."""
    return attach_proof_value(unsigned, _kept(unsigned, options), encode_base58btc(signature))


def attach_proof_value(unsigned: JsonObject, options: JsonObject, proof_value: str) -> JsonObject:
    return {**unsigned, "proof": [{**options, "proofValue": proof_value}]}


def _kept(unsigned: JsonObject, options: JsonObject) -> JsonObject:
    """The options of a suite that signs what is written: with the document's own contexts, which stay in the proof."""
    if CRYPTOSUITES[options["cryptosuite"]].signs_statements_alone or "@context" not in unsigned:
        return options
    return {**options, "@context": unsigned["@context"]}


def proof_hash(
    contexts: Contexts, document: JsonObject, options: JsonObject, *, suite: Cryptosuite, algorithm: SignatureAlgorithm
) -> bytes:
    """The hash of the proof configuration: the options, read under the document's own contexts, or those they keep."""
    return algorithm.digest(proof_configuration(contexts, document, options, suite=suite, algorithm=algorithm))


def proof_configuration(
    contexts: Contexts, document: JsonObject, options: JsonObject, *, suite: Cryptosuite, algorithm: SignatureAlgorithm
) -> bytes:
    aliases, hash_algorithm = _aliases(contexts, document), algorithm.hash_algorithm
    if suite.signs_statements_alone:
        under_its_contexts = {"@context": document.get("@context"), **options}
        configurations = contexts.worked_out(Configurations)
        return configurations.canonicalize(under_its_contexts, aliases=aliases, hash_algorithm=hash_algorithm)
    return suite.canonicalize(contexts, options, aliases=aliases, hash_algorithm=hash_algorithm)


def document_hash(
    contexts: Contexts, document: JsonObject, *, suite: Cryptosuite, algorithm: SignatureAlgorithm
) -> bytes:
    canonical = suite.canonicalize(
        contexts, document, aliases=_aliases(contexts, document), hash_algorithm=algorithm.hash_algorithm
    )
    return algorithm.digest(canonical)


def _aliases(contexts: Contexts, document: JsonObject) -> Mapping[str, str]:
    """The contexts that are known by their digests; a credential in a presentation says its own."""
    found = dict(contexts.aliases(document))
    presented = document.get("verifiableCredential", [])
    for credential in presented if isinstance(presented, list) else [presented]:
        if isinstance(credential, dict):
            found |= contexts.aliases(credential)
    return found


# ── verifying ────────────────────────────────────────────────────────────────────────────────────────────────────────


def check_times(proof: DataIntegrityProof, *, now: datetime, clock_skew: timedelta) -> None:
    """Raises Refused (PROOF_VERIFICATION_ERROR) where the proof was made in the future, or has run out."""
    if proof.created is not None and proof.created > now + clock_skew:
        raise _malformed(f"{proof.at}/created", f"it says that it was made later than now, {proof.created.isoformat()}")
    if proof.expires is not None and proof.expires <= now:
        raise _malformed(f"{proof.at}/expires", f"the proof ended {proof.expires.isoformat()}")


def check_challenge(proof: DataIntegrityProof, challenge: str) -> None:
    """Raises Refused (INVALID_CHALLENGE_ERROR) where the proof does not answer `challenge` (§4.4)."""
    if proof.challenge != challenge:
        detail = "it answers another question" if proof.challenge is not None else "it answers no question"
        raise Refused(Problem(INVALID_CHALLENGE_ERROR, at=f"{proof.at}/challenge", detail=detail))


def check_domain(proof: DataIntegrityProof, domain: str) -> None:
    """Raises Refused (INVALID_DOMAIN_ERROR) where the proof was not made for `domain`, and for it alone (§4.4)."""
    if proof.domain != {domain}:
        made_for = ", ".join(sorted(proof.domain)) or "no place"
        detail = f"it was made for {made_for:.200}, not for {domain:.200}"
        raise Refused(Problem(INVALID_DOMAIN_ERROR, at=f"{proof.at}/domain", detail=detail))


def verify_proof(
    contexts: Contexts, document: JsonObject, proof: DataIntegrityProof, method: VerificationMethod
) -> None:
    """Raises Refused where `proof`, one of `document`'s, is not a signature over it by `method`'s key."""
    verify_proofs(contexts, document, [(proof, method)])


def verify_proofs(
    contexts: Contexts, document: JsonObject, proofs: Sequence[tuple[DataIntegrityProof, VerificationMethod]]
) -> None:
    """Each proof over the document as it stood when that proof was made (§2.1.1, §2.1.2). All must hold.

    Raises Refused with the problems of every proof that does not.
    """
    hashes: Hashes = {}
    problems: list[Problem] = []
    for proof, method in proofs:
        suite = CRYPTOSUITES[proof.cryptosuite]
        try:
            key, algorithm = _key(proof, method, suite)
            if suite.what_the_issuer_signed is not None:
                data, signature = _signed_of_a_part(
                    contexts, document, proof, algorithm, what_the_issuer_signed=suite.what_the_issuer_signed
                )
            else:
                signature = _signature(proof, algorithm)
                data = _signed_as_a_whole(contexts, document, proof, algorithm, hashes)
            algorithm.verify(key, data, signature)
        except Refused as refused:
            problems += (_placed(problem, proof.at) for problem in refused.problems)
    if problems:
        raise Refused(*dict.fromkeys(problems))


def signed_data(
    contexts: Contexts, document: JsonObject, proof: DataIntegrityProof, method: VerificationMethod
) -> bytes:
    """What `proof`, one of `document`'s, says was signed, whether or not it was: as `sign_input` made it.

    Raises Refused where that can't be worked out.
    """
    suite = CRYPTOSUITES[proof.cryptosuite]
    _, algorithm = _key(proof, method, suite)
    if suite.what_the_issuer_signed is not None:
        return _signed_of_a_part(
            contexts, document, proof, algorithm, what_the_issuer_signed=suite.what_the_issuer_signed
        )[0]
    return _signed_as_a_whole(contexts, document, proof, algorithm, {})


def _signed_as_a_whole(
    contexts: Contexts, document: JsonObject, proof: DataIntegrityProof, algorithm: SignatureAlgorithm, hashes: Hashes
) -> bytes:
    suite = CRYPTOSUITES[proof.cryptosuite]
    secured = (suite.name, algorithm.hash_algorithm, proof.previous_proof, proof.contexts)
    if secured not in hashes:
        hashes[secured] = _document_hash(contexts, document, proof, suite=suite, algorithm=algorithm)
    configuration = _configuration_hash(contexts, document, proof, suite=suite, algorithm=algorithm)
    return suite.sign_input(configuration, hashes[secured])


def _signed_of_a_part(
    contexts: Contexts,
    document: JsonObject,
    proof: DataIntegrityProof,
    algorithm: SignatureAlgorithm,
    *,
    what_the_issuer_signed: WhatTheIssuerSigned,
) -> tuple[bytes, bytes]:
    """What the issuer's key must have signed for `document` to be a part of what it signed, and its signature."""
    suite = CRYPTOSUITES[proof.cryptosuite]
    configuration = _configuration_hash(contexts, document, proof, suite=suite, algorithm=algorithm)
    try:
        return what_the_issuer_signed(
            contexts, _as_it_stood(document, proof), proof_value=proof.proof_value, configuration_hash=configuration
        )
    except Refused as refused:
        raise Refused(*(_within(problem, proof) for problem in refused.problems)) from refused


def _document_hash(
    contexts: Contexts,
    document: JsonObject,
    proof: DataIntegrityProof,
    *,
    suite: Cryptosuite,
    algorithm: SignatureAlgorithm,
) -> bytes:
    return document_hash(contexts, _as_it_stood(document, proof), suite=suite, algorithm=algorithm)


def _configuration_hash(
    contexts: Contexts,
    document: JsonObject,
    proof: DataIntegrityProof,
    *,
    suite: Cryptosuite,
    algorithm: SignatureAlgorithm,
) -> bytes:
    options = {member: value for member, value in proof.received.items() if member != "proofValue"}
    return proof_hash(contexts, document, options, suite=suite, algorithm=algorithm)


def _as_it_stood(document: JsonObject, proof: DataIntegrityProof) -> JsonObject:
    """The document with exactly the proofs that `proof` names, else with none; under the contexts that it keeps."""
    unsecured = {member: value for member, value in under_contexts_of(document, proof).items() if member != "proof"}
    if not proof.previous_proof:
        return unsecured
    entries = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
    return {**unsecured, "proof": [entry for entry in entries if entry.get("id") in proof.previous_proof]}


def under_contexts_of(document: JsonObject, proof: DataIntegrityProof) -> JsonObject:
    """`document` under those of its contexts that `proof` covers: all, where it keeps none."""
    match proof.contexts:
        case None:
            return document
        case str(one):
            return {**document, "@context": one}
        case several:
            return {**document, "@context": list(several)}


def _key(proof: DataIntegrityProof, method: VerificationMethod, suite: Cryptosuite) -> tuple[bytes, SignatureAlgorithm]:
    try:
        key = method.public_key()
    except Refused as refused:
        at = f"{proof.at}/verificationMethod"
        raise Refused(*(_placed(problem, at) for problem in refused.problems)) from refused
    if key.kind not in suite.algorithms:
        raise _malformed(f"{proof.at}/cryptosuite", f"{suite.name} is not for keys of the kind {key.kind}")
    return key.raw, suite.algorithms[key.kind]


def _signature(proof: DataIntegrityProof, algorithm: SignatureAlgorithm) -> bytes:
    at = f"{proof.at}/proofValue"
    try:
        signature = decode_multibase(proof.proof_value, bases="z")
    except Refused as refused:
        raise _malformed(at, refused.problems[0].detail) from refused
    if len(signature) != algorithm.signature_bytes:
        raise _malformed(at, f"has {len(signature)} bytes; a signature has {algorithm.signature_bytes}")
    return signature


def _within(problem: Problem, proof: DataIntegrityProof) -> Problem:
    """What is wrong with a member of the proof stands in the proof."""
    if problem.at != "/proofValue":
        return problem
    return Problem(problem.type, proof.at + problem.at, problem.detail, problem.remedy)


def _placed(problem: Problem, at: str) -> Problem:
    """A problem of the whole is a problem of the proof that was being verified."""
    return problem if problem.at else Problem(problem.type, at, problem.detail, problem.remedy)


def _malformed(at: str, detail: str) -> Refused:
    return Refused(Problem(PROOF_VERIFICATION_ERROR, at=at, detail=detail))
