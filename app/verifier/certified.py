"""The key that signed a token, where an authority whom policy names vouches for it (`x5c`), as its issuer's one key.

https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/, "Issuer-signed JWT Verification Key Validation"
"""

from datetime import datetime

from app.core.did.document import ControlledIdentifierDocument
from app.core.problems import INVALID_VERIFICATION_METHOD, Problem, Refused
from app.core.proof import jwt_vc_issuer
from app.core.proof.certificates import certified_key
from app.core.proof.signed_jwt import SignedJwt
from app.verifier.policy import VerificationPolicy


def certified(
    issued: SignedJwt, chain: tuple[bytes, ...], *, issuer: str, policy: VerificationPolicy, now: datetime
) -> ControlledIdentifierDocument:
    """Raises Refused where the chain leads to nobody who is named, does not hold, or names another than `issuer`."""
    found = certified_key(chain, authorities=policy.authorities, now=now)
    if not found.names(issuer):
        detail = f"its certificate is {found.subject}'s, and does not name its issuer, {issuer:.200}"
        raise Refused(Problem(INVALID_VERIFICATION_METHOD, at="/x5c", detail=detail))
    return jwt_vc_issuer.document(issuer, (jwt_vc_issuer.named(found.key, issued),))
