"""A presentation on its way in, the steps that are pure: what it says, whose it is, and whether they signed it.

https://www.w3.org/TR/vc-data-model-2.0/#verifiable-presentations

1. `read_presentation`: bytes, to what is presented; where it is a token, what is in that.
2. `read_secured`, `presenter`: how it is signed, and whose keys are wanted: its holder's; where it names none, those of
   whoever signed it.
3. `prove_presentation`: the signatures, and that they answer what was asked.
4. `self_asserted`: a credential that is signed by nothing but the presentation, and by its own issuer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from app.core import strict_json
from app.core.credential import data_model, enveloped, presentation
from app.core.credential.received import ReceivedCredential
from app.core.did.document import ControlledIdentifierDocument, Relationship
from app.core.json_ld import Contexts, demand_meaning
from app.core.problems import (
    INVALID_CHALLENGE_ERROR,
    INVALID_DOMAIN_ERROR,
    INVALID_VERIFICATION_METHOD,
    MALFORMED_VALUE_ERROR,
    MISSING_PROOF,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import data_integrity, jwt_key, received_proof, vc_jwt
from app.core.proof.received_proof import DataIntegrityProof
from app.core.proof.vc_jwt import Profile, SignedToken
from app.verifier.context_rules import as_signed
from app.verifier.policy import VerificationPolicy
from app.verifier.verify_proofs import (
    VerifiedCredential,
    VerifiedProof,
    accepted,
    demand_usable,
    find_keys,
    verify_each,
)

# A holder shows who they are (authentication); where no question is to be answered, that they assert it is as good.
_ANSWERING = frozenset({Relationship.AUTHENTICATION})
_ASSERTING = frozenset({Relationship.AUTHENTICATION, Relationship.ASSERTION_METHOD})

Secured: TypeAlias = tuple[DataIntegrityProof, ...] | SignedToken


@dataclass(frozen=True, slots=True)
class Asked:
    """What whoever verifies asked the holder: None is not looked at. `secured`: whether it must be signed at all."""

    challenge: str | None = None
    domain: str | None = None
    secured: bool = True


@dataclass(frozen=True, slots=True)
class ReceivedPresentation:
    """Untrusted, well-formed. `document` is what is presented; `whole` what was handed over, with its envelope."""

    document: JsonObject = field(repr=False)
    whole: JsonObject = field(repr=False)
    token: str | None = field(default=None, repr=False)

    @property
    def credentials(self) -> list[object]:
        return presentation.credentials(self.document)


@dataclass(frozen=True, slots=True)
class ProvenPresentation:
    """A presentation that its holder signed; what was asked and is not answered, by its kind."""

    proofs: tuple[VerifiedProof, ...]
    unanswered: tuple[Problem, ...] = ()


def read_presentation(_contexts: Contexts, content: bytes) -> ReceivedPresentation:
    """Step 1. Raises Refused: PARSING_ERROR, MALFORMED_VALUE_ERROR, UNSUPPORTED_MECHANISM."""
    whole = strict_json.read_object(content)
    if not enveloped.is_one(whole, enveloped.PRESENTATION):
        return ReceivedPresentation(whole, whole)
    token = enveloped.read(whole, enveloped.PRESENTATION).token
    claims = vc_jwt.read(token).document
    return ReceivedPresentation({name: value for name, value in claims.items() if name != "nonce"}, whole, token)


def read_secured(received: ReceivedPresentation, *, policy: VerificationPolicy) -> Secured:
    """Step 2. Raises Refused: MISSING_PROOF, UNSUPPORTED_MECHANISM, PROOF_VERIFICATION_ERROR and its like."""
    if received.token is None:
        return accepted(received_proof.read(received.document, presented=True), policy=policy)
    token = vc_jwt.read(received.token)
    if token.profile is not Profile.PRESENTATION:
        raise vc_jwt.insecure("its header says that it is no presentation")
    if token.algorithm not in policy.jose_algorithms:
        raise Refused(Problem(UNSUPPORTED_MECHANISM, detail=f"tokens by {token.algorithm} are not accepted here"))
    return token


def read_secured_aside(
    _contexts: Contexts, received: ReceivedPresentation, *, policy: VerificationPolicy
) -> tuple[Secured, str]:
    """How it is signed, and who presents, by the URL of their document; in the pool. Raises Refused."""
    secured = read_secured(received, policy=policy)
    return secured, presenter(received, secured)


def presenter(received: ReceivedPresentation, secured: Secured) -> str:
    """Whose keys are wanted. Raises Refused (MALFORMED_VALUE_ERROR, INVALID_VERIFICATION_METHOD)."""
    if "holder" in received.document:
        holder = presentation.holder_id(received.document)
        if holder is None:
            raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/holder", detail="does not name one holder by a URL"))
        return holder
    match secured:
        case SignedToken(kid=kid):
            signer = kid.partition("#")[0] if kid is not None else ""
        case proofs:
            signer = _last(proofs).verification_method.partition("#")[0]
    if not signer:
        detail = "it names neither a holder nor a key by its URL: nobody's keys could be looked up"
        raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail=detail))
    return signer


def keys_wanted(secured: Secured, signer: str) -> frozenset[str]:
    match secured:
        case SignedToken():
            return jwt_key.keys_wanted(secured, signer)
        case proofs:
            return frozenset(proof.verification_method for proof in proofs)


def prove_presentation(
    contexts: Contexts,
    received: ReceivedPresentation,
    signer: ControlledIdentifierDocument,
    *,
    asked: Asked,
    now: datetime,
    policy: VerificationPolicy,
) -> ProvenPresentation:
    """Step 3. Raises Refused where it is not signed by `signer`, with every problem."""
    match read_secured(received, policy=policy):
        case SignedToken() as token:
            verified = _verify_token(token, signer, now=now, policy=policy)
            return ProvenPresentation((verified,), tuple(_unanswered_by_token(token, asked)))
        case read:
            purposes = _ASSERTING if asked.challenge is None else _ANSWERING
            keyed = find_keys(read, signer, now=now, purposes=purposes)
            proofs = verify_each(contexts, received.document, keyed, now=now, policy=policy, purposes=purposes)
            return ProvenPresentation(proofs, tuple(_unanswered(_holders(read, signer.id), asked)))


def self_asserted(
    contexts: Contexts, credential: JsonObject, holder: str, proven: ProvenPresentation
) -> tuple[ReceivedCredential, VerifiedCredential] | None:
    """Step 4, §4.13.3: a credential without a proof of its own, whose issuer is the holder; None where it is not one.

    Raises Refused where it lists contexts that nothing shows to be its issuer's.
    """
    if "proof" in credential or data_model.TYPE not in data_model.types(credential):
        return None
    if data_model.issuer_id(credential) != holder:
        return None
    received = ReceivedCredential(document=credential, media_type="application/vc", presented=True)
    document = as_signed(contexts, credential, ())
    demand_meaning(contexts, document, aliases=contexts.aliases(document))
    return received, VerifiedCredential(document=document, media_type=received.media_type, proofs=proven.proofs)


def unsigned() -> Refused:
    return Refused(Problem(MISSING_PROOF, detail="it has no proof: nothing shows who presents it"))


def _verify_token(
    token: SignedToken, signer: ControlledIdentifierDocument, *, now: datetime, policy: VerificationPolicy
) -> VerifiedProof:
    jwt_key.refuse_foreign_key(token, signer.id)
    method, key = jwt_key.find_key(token, signer, Relationship.AUTHENTICATION)
    demand_usable(method, now=now, recorded=None)
    vc_jwt.verify(token, key)
    vc_jwt.check_claims(token, now=now, clock_skew=policy.clock_skew)
    return VerifiedProof(method.id, cryptosuite=None, created=None, algorithm=token.algorithm)


def _holders(proofs: tuple[DataIntegrityProof, ...], signer: str) -> tuple[DataIntegrityProof, ...]:
    """The proofs that are the holder's own: a witness in a chain answers nothing."""
    return tuple(proof for proof in proofs if proof.verification_method.partition("#")[0] == signer)


def _unanswered(proofs: tuple[DataIntegrityProof, ...], asked: Asked) -> Iterator[Problem]:
    for proof in proofs:
        try:
            if asked.challenge is not None:
                data_integrity.check_challenge(proof, asked.challenge)
        except Refused as refused:
            yield from refused.problems
        try:
            if asked.domain is not None:
                data_integrity.check_domain(proof, asked.domain)
        except Refused as refused:
            yield from refused.problems


def _unanswered_by_token(token: SignedToken, asked: Asked) -> Iterator[Problem]:
    """A token says by `nonce` what it answers, and by `aud` to whom (RFC 7519 §4.1.3: one string, or an array)."""
    audience = token.claims.get("aud", [])
    if asked.challenge is not None and token.claims.get("nonce") != asked.challenge:
        yield Problem(INVALID_CHALLENGE_ERROR, at="/nonce", detail="it answers another question, or none")
    if asked.domain is not None and audience not in (asked.domain, [asked.domain]):
        yield Problem(INVALID_DOMAIN_ERROR, at="/aud", detail=f"it was not made for {asked.domain:.200}")


def _last(proofs: tuple[DataIntegrityProof, ...]) -> DataIntegrityProof:
    """The end of a chain, or of a set: no other proof names it."""
    named = {each for proof in proofs for each in proof.previous_proof}
    return next((proof for proof in reversed(proofs) if proof.id not in named), proofs[-1])
