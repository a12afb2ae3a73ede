"""However a credential is secured, by proofs in it or as a token, the same steps: told apart here, and nowhere else."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from app.core.credential.received import ReceivedCredential
from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.proof import jwt_key, jwt_vc_issuer
from app.core.proof.received_proof import DataIntegrityProof
from app.core.proof.sd_jwt import ReceivedSdJwt
from app.core.proof.vc_jwt import SignedToken
from app.verifier import verify_proofs, verify_sd_jwt, verify_token
from app.verifier.claims import are_claims
from app.verifier.policy import VerificationPolicy
from app.verifier.verify_proofs import KeyedProof, Recorded, VerifiedCredential
from app.verifier.verify_sd_jwt import KeyedSdJwt
from app.verifier.verify_token import KeyedToken

Secured: TypeAlias = tuple[DataIntegrityProof, ...] | SignedToken | ReceivedSdJwt
Keyed: TypeAlias = tuple[KeyedProof, ...] | KeyedToken | KeyedSdJwt

_NOTHING_RECORDED: Recorded = MappingProxyType({})


def read(received: ReceivedCredential, *, policy: VerificationPolicy) -> Secured:
    """How it is secured. Raises Refused where it is not, or in a way that we do not know."""
    if received.sd_jwt is not None and not are_claims(received.document):
        return verify_token.read_part(received.sd_jwt, policy=policy)
    if received.sd_jwt is not None:
        return verify_sd_jwt.read_sd_jwt(received.sd_jwt, policy=policy)
    if received.token is not None:
        return verify_token.read_token(received.token, policy=policy)
    return verify_proofs.read_proofs(received, policy=policy)


def read_aside(_contexts: Contexts, received: ReceivedCredential, *, policy: VerificationPolicy) -> Secured:
    """As `read`, in the pool: a token is decoded and parsed again, all of it."""
    return read(received, policy=policy)


def keys_wanted(secured: Secured, issuer: str) -> frozenset[str]:
    """The keys that are wanted of the issuer, by their URLs."""
    match secured:
        case SignedToken():
            return jwt_key.keys_wanted(secured, issuer)
        case ReceivedSdJwt():
            return frozenset()
        case proofs:
            return frozenset(proof.verification_method for proof in proofs)


def refuse_foreign_keys(secured: Secured, issuer: str) -> None:
    """Raises Refused where it says itself that its key is another's. Of a chain, which has witnesses, not told here."""
    if isinstance(secured, SignedToken):
        jwt_key.refuse_foreign_key(secured, issuer)


def find_keys(
    secured: Secured,
    controller: ControlledIdentifierDocument,
    *,
    now: datetime,
    recorded: Mapping[str, datetime] = _NOTHING_RECORDED,
) -> Keyed:
    """Raises Refused where a key is not the issuer's to sign with now."""
    match secured:
        case SignedToken():
            return verify_token.find_token_key(secured, controller, now=now, recorded=recorded)
        case ReceivedSdJwt():
            return verify_sd_jwt.find_key(secured, controller, now=now, recorded=recorded)
        case proofs:
            return verify_proofs.find_keys(proofs, controller, now=now, recorded=recorded)


def verify(
    contexts: Contexts,
    received: ReceivedCredential,
    keyed: Keyed,
    *,
    now: datetime,
    policy: VerificationPolicy,
    recorded: Recorded = _NOTHING_RECORDED,
) -> VerifiedCredential:
    """Raises Refused where a signature does not hold; what it returns is true."""
    match keyed:
        case KeyedToken():
            return verify_token.verify_token(
                keyed, media_type=received.media_type, now=now, policy=policy, recorded=recorded
            )
        case KeyedSdJwt():
            return verify_sd_jwt.verify_sd_jwt(
                contexts, keyed, media_type=received.media_type, now=now, policy=policy, recorded=recorded
            )
        case proofs:
            return verify_proofs.verify_proofs(contexts, received, proofs, now=now, policy=policy, recorded=recorded)


def signed_by_revoked_keys(
    contexts: Contexts,
    received: ReceivedCredential,
    controller: ControlledIdentifierDocument,
    *,
    policy: VerificationPolicy,
) -> tuple[tuple[str, bytes], ...]:
    """Of what is signed by a key that its issuer revoked: where that stands, and what was signed. Raises Refused."""
    match read(received, policy=policy):
        case SignedToken() as token:
            method, _ = jwt_key.find_key(token, controller)
            return () if method.revoked is None else ((verify_token.AT, token.jws.signing_input),)
        case ReceivedSdJwt(issuer_signed=issued):
            method = jwt_vc_issuer.find_key(issued, controller)
            return () if method.revoked is None else ((verify_sd_jwt.AT, issued.signing_input),)
        case _:
            return verify_proofs.signed_by_revoked_keys(contexts, received, controller, policy=policy)
