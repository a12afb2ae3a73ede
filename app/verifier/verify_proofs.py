"""What a proof really covers: step 4 of the way in.

1. `read_proofs`: none, or one that we do not know, ends here.
2. `find_keys`: each proof's key is looked up in the issuer's document; may it still be used? Of one by a key that was
   revoked since, our own register may have a record that is older: `signed_by_revoked_keys` says what to ask for.
3. `verify_proofs`: every signature is checked, and under which contexts it was made. What it returns is true.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from app.core import did
from app.core.credential.received import ReceivedCredential
from app.core.date_time_stamp import write
from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.json_ld import Contexts
from app.core.problems import (
    INVALID_VERIFICATION_METHOD,
    KEY_REVOKED,
    PROOF_VERIFICATION_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import data_integrity
from app.core.proof.received_proof import DataIntegrityProof, read
from app.verifier.context_rules import as_signed
from app.verifier.policy import VerificationPolicy


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """One proof that holds: by a cryptosuite, or, where a token holds it all, by a JOSE algorithm."""

    verification_method: str
    cryptosuite: str | None
    created: datetime | None
    revoked: datetime | None = None
    recorded: datetime | None = None
    algorithm: str | None = None


@dataclass(frozen=True, slots=True)
class VerifiedCredential:
    """A credential as its proofs cover it: the only thing whose links are followed and that is drawn as paper.

    `document` is without its `proof`, under the contexts that were signed; of an SD-JWT, the claims that are shown.
    `is_part`: more was signed than is shown, as far as anybody can tell. `against_its_type`: where its type is one
    whose metadata are pinned here, what of it breaks them.
    """

    document: JsonObject
    media_type: str
    proofs: tuple[VerifiedProof, ...]
    is_part: bool = False
    against_its_type: tuple[Problem, ...] | None = None


# What a credential is signed for: that it is so.
ASSERTION: frozenset[Relationship] = frozenset({Relationship.ASSERTION_METHOD})

KeyedProof: TypeAlias = tuple[DataIntegrityProof, VerificationMethod]
# Where a proof stands, and when our own register recorded what it signs.
Recorded: TypeAlias = Mapping[str, datetime]


def read_proofs(received: ReceivedCredential, *, policy: VerificationPolicy) -> tuple[DataIntegrityProof, ...]:
    """Step 1. Raises Refused: MISSING_PROOF, UNSUPPORTED_MECHANISM, PROOF_VERIFICATION_ERROR and its like."""
    return accepted(read(received.document), policy=policy)


def accepted(proofs: tuple[DataIntegrityProof, ...], *, policy: VerificationPolicy) -> tuple[DataIntegrityProof, ...]:
    """The proofs, where the policy takes their suites. Raises Refused (UNSUPPORTED_MECHANISM)."""
    refused = tuple(
        Problem(UNSUPPORTED_MECHANISM, at=f"{proof.at}/cryptosuite", detail=f"{proof.cryptosuite} is not accepted here")
        for proof in proofs
        if proof.cryptosuite not in policy.cryptosuites
    )
    if refused:
        raise Refused(*refused)
    return proofs


def signed_by_revoked_keys(
    contexts: Contexts,
    received: ReceivedCredential,
    controller: ControlledIdentifierDocument,
    *,
    policy: VerificationPolicy,
) -> tuple[tuple[str, bytes], ...]:
    """Of each proof by a key that its issuer revoked: where it stands, and what it says was signed. Raises Refused."""
    return tuple(
        (proof.at, data_integrity.signed_data(contexts, received.document, proof, method))
        for proof in read_proofs(received, policy=policy)
        for method in controller.verification_methods
        if method.id == proof.verification_method and method.revoked is not None
    )


def find_keys(
    proofs: tuple[DataIntegrityProof, ...],
    controller: ControlledIdentifierDocument,
    *,
    now: datetime,
    recorded: Recorded = MappingProxyType({}),
    purposes: frozenset[Relationship] = ASSERTION,
) -> tuple[KeyedProof, ...]:
    """Step 2, for proofs that are made for one of `purposes`.

    Raises Refused with every proof whose key is not the issuer's to sign with now.
    """
    witnessed = {named for proof in proofs for named in proof.previous_proof}
    keyed: list[KeyedProof] = []
    problems: list[Problem] = []
    for proof in proofs:
        try:
            method = _method(proof, controller, purposes=purposes, witness=proof.id in witnessed)
            demand_usable(method, now=now, recorded=recorded.get(proof.at))
            keyed.append((proof, method))
        except Refused as refused:
            at = f"{proof.at}/verificationMethod"
            problems += (Problem(problem.type, at, problem.detail, problem.remedy) for problem in refused.problems)
    if problems:
        raise Refused(*problems)
    return tuple(keyed)


def verify_proofs(
    contexts: Contexts,
    received: ReceivedCredential,
    keyed: tuple[KeyedProof, ...],
    *,
    now: datetime,
    policy: VerificationPolicy,
    recorded: Recorded = MappingProxyType({}),
) -> VerifiedCredential:
    """Step 3. Raises Refused with the problems of every proof that does not hold; all must (Data Integrity §2.1.1)."""
    proofs = verify_each(contexts, received.document, keyed, now=now, policy=policy, recorded=recorded)
    return VerifiedCredential(
        document=as_signed(contexts, received.document, tuple(proof for proof, _ in keyed)),
        media_type=received.media_type,
        proofs=proofs,
    )


def verify_each(
    contexts: Contexts,
    document: JsonObject,
    keyed: tuple[KeyedProof, ...],
    *,
    now: datetime,
    policy: VerificationPolicy,
    recorded: Recorded = MappingProxyType({}),
    purposes: frozenset[Relationship] = ASSERTION,
) -> tuple[VerifiedProof, ...]:
    """Each signature over `document`, a credential or a presentation. Raises Refused as `verify_proofs` does."""
    for proof, _ in keyed:
        data_integrity.check_times(proof, now=now, clock_skew=policy.clock_skew)
        if proof.proof_purpose not in purposes:
            wanted = " or ".join(sorted(purposes))
            detail = f"was made for {proof.proof_purpose!r:.80}; this is signed for {wanted}"
            raise Refused(Problem(PROOF_VERIFICATION_ERROR, at=f"{proof.at}/proofPurpose", detail=detail))
    data_integrity.verify_proofs(contexts, document, keyed)
    return tuple(
        VerifiedProof(
            proof.verification_method,
            proof.cryptosuite,
            proof.created,
            revoked=method.revoked,
            recorded=recorded.get(proof.at),
        )
        for proof, method in keyed
    )


def _method(
    proof: DataIntegrityProof,
    controller: ControlledIdentifierDocument,
    *,
    purposes: frozenset[Relationship],
    witness: bool,
) -> VerificationMethod:
    owner = proof.verification_method.partition("#")[0]
    document = _witness(owner) if witness and owner != controller.id else controller
    if owner != document.id:
        raise Refused(
            Problem(
                INVALID_VERIFICATION_METHOD,
                detail=f"the key {proof.verification_method:.200} is not one of the issuer, {controller.id:.200}",
                remedy="anyone can sign with a key of their own: ask the issuer for the credential",
            )
        )
    # One that was made for something else is told so where it is verified.
    made_for = next((purpose for purpose in purposes if purpose == proof.proof_purpose), Relationship.ASSERTION_METHOD)
    return document.method(proof.verification_method, made_for)


def demand_usable(method: VerificationMethod, *, now: datetime, recorded: datetime | None) -> None:
    """Raises Refused where its issuer gave it up, or it ended; `recorded` is when our register recorded the proof."""
    # What a proof says of its own time was written by whoever held the key: `created` cannot excuse it. What our own
    # register wrote down before that day can: it was this very statement, and a key alone adds nothing to a register.
    if method.revoked is not None and not (recorded is not None and recorded < method.revoked):
        raise Refused(
            Problem(
                KEY_REVOKED,
                detail=f"the key {method.id:.200} was revoked since {write(method.revoked)}: others may have had it",
                remedy="ask the issuer for the credential anew, signed with its present key",
            )
        )
    if method.expires is not None and method.expires <= now:
        raise _unusable(method, f"ended {method.expires.isoformat()}")


def _witness(identifier: str) -> ControlledIdentifierDocument:
    """Another party's document, where it takes no request: before the proof holds, only the issuer's host is asked."""
    located = did.locate(identifier)
    if isinstance(located, str):
        raise Refused(
            Problem(UNSUPPORTED_MECHANISM, detail=f"the keys of a witness, {identifier:.200}, are not asked for")
        )
    return located


def _unusable(method: VerificationMethod, why: str) -> Refused:
    return Refused(Problem(INVALID_VERIFICATION_METHOD, detail=f"the key {method.id:.200} {why}"))
