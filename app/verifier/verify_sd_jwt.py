"""What an SD-JWT VC really says, as far as it is shown: the same steps as `verify_proofs` and `verify_token` have.

1. `read_sd_jwt`: one that is not of its form, or that we do not know, ends here.
2. `find_key`: its key is looked up among those that its issuer's host publishes; may it still be used?
3. `verify_sd_jwt`: its signature, and that what is shown was signed. What it returns is true.
Whether whoever shows it is its holder (key binding) is asked by whoever asks for a presentation, and not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.did.document import ControlledIdentifierDocument, VerificationMethod
from app.core.json_ld import Contexts
from app.core.problems import (
    CRYPTOGRAPHIC_SECURITY_ERROR,
    MALFORMED_VALUE_ERROR,
    UNSUPPORTED_MECHANISM,
    Problem,
    Refused,
)
from app.core.proof import jwt_vc_issuer, sd_jwt, sd_jwt_vc, type_metadata
from app.core.proof.jwk import ALGORITHMS, NOT_MADE_HERE
from app.core.proof.sd_jwt import ReceivedSdJwt
from app.core.proof.sd_jwt_vc import VerifiedSdJwtVc
from app.verifier.policy import VerificationPolicy
from app.verifier.verify_proofs import VerifiedCredential, VerifiedProof, demand_usable

# Where the one proof of it stands: it is the whole.
AT = ""
_TYPES = frozenset({sd_jwt_vc.TYPE, sd_jwt_vc.OLDER_TYPE})


@dataclass(frozen=True, slots=True)
class KeyedSdJwt:
    received: ReceivedSdJwt
    method: VerificationMethod


def read_sd_jwt(text: str, *, policy: VerificationPolicy) -> ReceivedSdJwt:
    """Step 1. Raises Refused as `sd_jwt.read` does, and UNSUPPORTED_MECHANISM for what the policy does not name."""
    received = sd_jwt.read(text.encode())
    match received.issuer_signed.header.get("alg"):
        case str(name) if name in NOT_MADE_HERE - {"Ed25519"}:
            raise _unsupported(f"a token signed by {name} cannot be checked here")
        case str(name) if name in ALGORITHMS and name not in policy.jose_algorithms:
            raise _unsupported(f"tokens by {name} are not accepted here")
        case str(name) if name in (*ALGORITHMS, "Ed25519"):
            return received
        case other:
            detail = f"the token cannot be relied on: its header says that its algorithm is {other!r:.40}"
            raise Refused(Problem(CRYPTOGRAPHIC_SECURITY_ERROR, detail=detail))


def find_key(
    received: ReceivedSdJwt,
    controller: ControlledIdentifierDocument,
    *,
    now: datetime,
    recorded: Mapping[str, datetime],
) -> KeyedSdJwt:
    """Step 2. Raises Refused where its key is not the issuer's to sign with now."""
    method = jwt_vc_issuer.find_key(received.issuer_signed, controller)
    demand_usable(method, now=now, recorded=recorded.get(AT))
    return KeyedSdJwt(received, method)


def verify_sd_jwt(
    contexts: Contexts,
    keyed: KeyedSdJwt,
    *,
    media_type: str,
    now: datetime,
    policy: VerificationPolicy,
    recorded: Mapping[str, datetime],
) -> VerifiedCredential:
    """Step 3. Raises Refused where the signature does not fit, or something is shown that was not signed."""
    method = keyed.method
    verified = sd_jwt_vc.verify(keyed.received, key=jwt_vc_issuer.jwk_of(method), wanted=None, types=_TYPES)
    if verified.issued_at is not None and verified.issued_at > now + policy.clock_skew:
        detail = f"it says that it was signed later than now, {verified.issued_at.isoformat()}"
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/iat", detail=detail))
    return VerifiedCredential(
        document=verified.claims,
        media_type=media_type,
        proofs=(
            VerifiedProof(
                method.id,
                cryptosuite=None,
                created=verified.issued_at,
                revoked=method.revoked,
                recorded=recorded.get(AT),
                algorithm=keyed.received.issuer_signed.header["alg"],
            ),
        ),
        is_part=verified.is_part,
        against_its_type=_against_its_type(contexts, verified),
    )


def _against_its_type(contexts: Contexts, verified: VerifiedSdJwtVc) -> tuple[Problem, ...] | None:
    """None where the type's metadata are not pinned here: as with schemas, nobody is asked for them."""
    try:
        pinned = contexts.document(verified.vct)
    except Refused:
        return None
    try:
        integrity = verified.claims.get("vct#integrity")
        return type_metadata.problems(type_metadata.read(pinned, vct=verified.vct, integrity=integrity), verified)
    except Refused as refused:
        return refused.problems


def _unsupported(detail: str) -> Refused:
    return Refused(Problem(UNSUPPORTED_MECHANISM, detail=detail, remedy="ask whether it is there in another form"))
