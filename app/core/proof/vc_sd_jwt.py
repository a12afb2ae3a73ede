"""HOW it is secured, as an SD-JWT of VC-JOSE-COSE (`vc+sd-jwt`): a token of which its holder may show a part.

https://www.w3.org/TR/vc-jose-cose/#with-sd-jwt. Verified only. What is shown is read as the token that it is a part of,
so that keys, signature and claims are judged by `vc_jwt` and `jwt_key`; here is told what is shown, and what must be.
"""

from app.core.problems import UNSUPPORTED_MECHANISM, JsonObject, Problem, Refused, pointer
from app.core.proof import compact_jws, sd_jwt, vc_jwt
from app.core.proof.disclosing import disclose
from app.core.proof.disclosures import DIGESTS
from app.core.proof.sd_jwt_vc import digests
from app.core.proof.vc_jwt import SignedToken

MEDIA_TYPES = ("application/vc+sd-jwt",)
TYPE = "vc+sd-jwt"

# A holder could withhold each of them, and so present what is expired, revoked, or another thing.
_LIVES_BY = ("@context", "type", "validFrom", "validUntil", "credentialStatus", "iss", "exp", "nbf", "iat", "cnf")


def read(text: str) -> SignedToken:
    """As `vc_jwt.read`, of what is shown.

    Raises Refused as that and `sd_jwt.read` do, MALFORMED_VALUE_ERROR where something is shown that was not signed, and
    UNSUPPORTED_MECHANISM where what is withheld could be an end or a revocation.
    """
    received = sd_jwt.read(text.encode())
    jws = compact_jws.read(received.issuer_signed.text)
    signed = received.issuer_signed.payload
    shown = disclose(signed, received.disclosures)
    _refuse_what_may_be_missing(signed, at_the_top=sum(len(place) == 1 for place in shown.disclosed))
    values = (each.value for each in shown.disclosed.values())
    is_part = digests(signed) + sum(map(digests, values)) > len(shown.disclosed)
    return vc_jwt.read_claims(jws, shown.claims, wanted=TYPE, is_part=is_part)


def _refuse_what_may_be_missing(signed: JsonObject, *, at_the_top: int) -> None:
    listed = signed.get(DIGESTS, [])
    if isinstance(listed, list) and len(listed) > at_the_top:
        raise _unclear("", "what its holder withholds of it could be its end, or that it was revoked")
    for name in _LIVES_BY:
        if digests(signed.get(name)):
            raise _unclear(pointer(name), "holds what can be withheld, and the credential lives by it")


def _unclear(at: str, detail: str) -> Refused:
    remedy = "ask its holder to show all that stands at its top"
    return Refused(Problem(UNSUPPORTED_MECHANISM, at=at, detail=detail, remedy=remedy))
