"""What a token really says, where a credential is signed as one: the same steps as `verify_proofs` has.

1. `read_token`: one that is not of its form, or that we do not know, ends here.
2. `find_token_key`: its key is looked up in the issuer's document; may it still be used?
3. `verify_token`: its signature, and that its claims say the same as the credential. What it returns is true.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.problems import UNSUPPORTED_MECHANISM, Problem, Refused
from app.core.proof import jwt_key, vc_jwt, vc_sd_jwt
from app.core.proof.jwk import JoseKey
from app.core.proof.vc_jwt import Profile, SignedToken
from app.verifier.policy import VerificationPolicy
from app.verifier.verify_proofs import VerifiedCredential, VerifiedProof, demand_usable

# Where the one proof of a token stands: it is the whole.
AT = ""


@dataclass(frozen=True, slots=True)
class KeyedToken:
    token: SignedToken
    method: VerificationMethod
    key: JoseKey


def read_token(text: str, *, policy: VerificationPolicy) -> SignedToken:
    """Step 1. Raises Refused as `vc_jwt.read` does, and UNSUPPORTED_MECHANISM for what the policy does not name."""
    return _accepted(vc_jwt.read(text), policy=policy)


def read_part(text: str, *, policy: VerificationPolicy) -> SignedToken:
    """Step 1, of an SD-JWT: as `read_token`, and raises Refused as `vc_sd_jwt.read` does."""
    return _accepted(vc_sd_jwt.read(text), policy=policy)


def _accepted(token: SignedToken, *, policy: VerificationPolicy) -> SignedToken:
    if token.profile is Profile.PRESENTATION:
        detail = "the token is signed as a presentation: that shows who handed a credential over, not who issued one"
        raise Refused(Problem(UNSUPPORTED_MECHANISM, detail=detail, remedy="hand over the credential in it"))
    if token.algorithm not in policy.jose_algorithms:
        raise Refused(Problem(UNSUPPORTED_MECHANISM, detail=f"tokens by {token.algorithm} are not accepted here"))
    return token


def find_token_key(
    token: SignedToken, controller: ControlledIdentifierDocument, *, now: datetime, recorded: Mapping[str, datetime]
) -> KeyedToken:
    """Step 2. Raises Refused where its key is not the issuer's to sign with now."""
    jwt_key.refuse_foreign_key(token, controller.id)
    method, key = jwt_key.find_key(token, controller, Relationship.ASSERTION_METHOD)
    demand_usable(method, now=now, recorded=recorded.get(AT))
    return KeyedToken(token, method, key)


def verify_token(
    keyed: KeyedToken, *, media_type: str, now: datetime, policy: VerificationPolicy, recorded: Mapping[str, datetime]
) -> VerifiedCredential:
    """Step 3. Raises Refused where the signature does not fit, or a claim contradicts the credential."""
    token, method = keyed.token, keyed.method
    vc_jwt.verify(token, keyed.key)
    vc_jwt.check_claims(token, now=now, clock_skew=policy.clock_skew)
    return VerifiedCredential(
        document={member: value for member, value in token.document.items() if member != "proof"},
        media_type=media_type,
        proofs=(
            VerifiedProof(
                method.id,
                cryptosuite=None,
                created=None,
                revoked=method.revoked,
                recorded=recorded.get(AT),
                algorithm=token.algorithm,
            ),
        ),
        is_part=token.is_part,
    )
