"""HOW it is secured, as a token: VC-JOSE-COSE's `vc+jwt`, and Open Badges 3.0's own form of a JWT.

https://www.w3.org/TR/vc-jose-cose/ and https://www.imsglobal.org/spec/ob/v3p0#jwt-proof. To verify one:

1. `read` it: which of the two it is, by its own header, its algorithm, the forms of its claims.
2. `jwt_key.find_key` in its issuer's document, and nowhere else.
3. `verify` the signature.
4. `check_claims`: they say the same as the credential, and the signature is in force.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.core import strict_json
from app.core.problems import (
    CRYPTOGRAPHIC_SECURITY_ERROR,
    INVALID_VERIFICATION_METHOD,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import compact_jws, jwk, jwt_claims
from app.core.proof.compact_jws import CompactJws
from app.core.proof.jwk import ALGORITHMS, NOT_MADE_HERE, JoseKey

MEDIA_TYPES = ("application/vc+jwt", "application/jwt", "text/plain")
PRESENTATION = "application/vp+jwt"

_MAX_KID_CHARACTERS = 2_048
# RFC 7515 §4.1.9: "application/" may be left out, and case means nothing.
_PREFIX = re.compile(r"^application/(?!.*/)", re.ASCII)


class Profile(StrEnum):
    """By whose rules a token is made, as its `typ` says; the value is that `typ`. None at all means Open Badges'."""

    CREDENTIAL = "vc+jwt"
    PRESENTATION = "vp+jwt"
    OPEN_BADGE = "JWT"


# VC-JOSE-COSE §3.1.1: `cty`, where it is there. Open Badges knows no such parameter.
_CONTENT_TYPES = {Profile.CREDENTIAL: "vc", Profile.PRESENTATION: "vp"}
_OPEN_BADGE_ALGORITHMS = ("RS256", "ES256")


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token as it was read: of a form that we know, not yet verified. `claims` is the whole payload.

    `is_part`: of an SD-JWT, what is shown of the payload, where more was signed.
    """

    profile: Profile
    algorithm: str
    kid: str | None
    key_it_brings: JoseKey | None
    issuer_in_header: str | None
    claims: JsonObject = field(repr=False)
    jws: CompactJws = field(repr=False)
    is_part: bool = False

    @property
    def document(self) -> JsonObject:
        return jwt_claims.document(self.claims)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def read(text: str) -> SignedToken:
    """Raises Refused: CRYPTOGRAPHIC_SECURITY_ERROR, INVALID_VERIFICATION_METHOD, UNSUPPORTED_MECHANISM, and where a
    claim is not of its kind MALFORMED_VALUE_ERROR.
    """
    jws = compact_jws.read(text)
    return read_claims(jws, strict_json.read_object(jws.payload))


def read_claims(
    jws: CompactJws, claims: JsonObject, *, wanted: str | None = None, is_part: bool = False
) -> SignedToken:
    """The token whose payload says `claims`. `wanted` is its one `typ`, where a credential's is not the usual one."""
    profile = _profile(jws.header, wanted)
    algorithm = _algorithm(jws.header, profile)
    jwt_claims.check_forms(claims)
    if profile is Profile.OPEN_BADGE and jwt_claims.INSIDE in claims:
        raise Refused(*jwt_claims.contradictions(claims), *jwt_claims.open_badge_problems(claims))
    return SignedToken(
        profile=profile,
        algorithm=algorithm,
        kid=_kid(jws.header),
        key_it_brings=_key_it_brings(jws.header, profile),
        issuer_in_header=_issuer_in_header(jws.header),
        claims=claims,
        jws=jws,
        is_part=is_part,
    )


def _profile(header: JsonObject, wanted: str | None) -> Profile:
    match header.get("typ", Profile.OPEN_BADGE.value):
        case str(typ):
            named = _PREFIX.sub("", typ.lower())
        case _:
            raise insecure("its header has a typ that is no string")
    known = {profile.value.lower(): profile for profile in Profile} if wanted is None else {wanted: Profile.CREDENTIAL}
    if named in known:
        profile = known[named]
    else:
        raise insecure(f"its header says that it is {typ!r:.80}, and that is no credential")
    match header.get("cty"):
        case None if "cty" not in header:
            return profile
        case str(content) if profile in _CONTENT_TYPES and _PREFIX.sub("", content.lower()) == _CONTENT_TYPES[profile]:
            return profile
        case other:
            raise insecure(f"its header says that what is in it is {other!r:.80}, and that is no credential")


def _algorithm(header: JsonObject, profile: Profile) -> str:
    match header.get("alg"):
        case str(name) if name in NOT_MADE_HERE:
            raise _unsupported(f"a token signed by {name}")
        case str(name) if name in ALGORITHMS and profile is Profile.OPEN_BADGE and name not in _OPEN_BADGE_ALGORITHMS:
            raise _unsupported(f"an Open Badges token signed by {name}, which Open Badges 3.0 does not name,")
        case str(name) if name in ALGORITHMS:
            return name
        case other:
            raise insecure(f"its header says that its algorithm is {other!r:.40}")


def _kid(header: JsonObject) -> str | None:
    match header.get("kid"):
        case None if "kid" not in header:
            return None
        case str(kid) if 0 < len(kid) <= _MAX_KID_CHARACTERS and kid.isascii() and kid.isprintable():
            return kid
        case _:
            raise no_key("its header has a kid that is the name of no key")


def _key_it_brings(header: JsonObject, profile: Profile) -> JoseKey | None:
    """Open Badges 3.0 lets a token bring its key. It is compared with those of its issuer, and never used."""
    if "jwk" not in header:
        return None
    if profile is not Profile.OPEN_BADGE:
        raise no_key("its header has 'jwk': a key that a token brings itself shows nothing of its issuer")
    return jwk.read(header["jwk"])


def _issuer_in_header(header: JsonObject) -> str | None:
    match header.get("iss"):
        case None if "iss" not in header:
            return None
        case str(issuer):
            return issuer
        case _:
            raise insecure("its header has an iss that is no string")


# ── verifying ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def verify(token: SignedToken, key: JoseKey) -> None:
    """Raises Refused (PROOF_VERIFICATION_ERROR, CRYPTOGRAPHIC_SECURITY_ERROR) where the signature is not `key`'s."""
    if key.algorithm != token.algorithm:
        raise insecure(f"its header says {token.algorithm}, and the issuer's key is for {key.algorithm}")
    key.verify(token.jws.signing_input, token.jws.signature)


def check_claims(token: SignedToken, *, now: datetime, clock_skew: timedelta) -> None:
    """Raises Refused with every claim that contradicts the credential, or says that it is not to be used now."""
    badge = token.profile is Profile.OPEN_BADGE
    problems = [
        *jwt_claims.contradictions(token.claims, issuer_in_header=token.issuer_in_header),
        *(jwt_claims.open_badge_problems(token.claims) if badge else jwt_claims.forbidden(token.claims)),
        *jwt_claims.time_problems(token.claims, now=now, clock_skew=clock_skew, credential_ends_itself=badge),
    ]
    if problems:
        raise Refused(*problems)


# ── making ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def sign_input(
    document: JsonObject,
    *,
    algorithm: str,
    verification_method: str,
    issued: datetime,
    profile: Profile,
    brought: JoseKey | None = None,
) -> bytes:
    """What `verification_method`'s key signs to secure `document`, which has no proof; `assemble` makes the token.

    `brought` is that key, where an Open Badge is to bring it: Open Badges 3.0 names it so, or by a URL that returns it.
    Raises Refused (PROOF_GENERATION_ERROR) for what no such token can hold.
    """
    header: JsonObject = {"alg": algorithm, "typ": profile.value}
    if profile in _CONTENT_TYPES:
        header["cty"] = _CONTENT_TYPES[profile]
    claims = jwt_claims.of_document(document, issued=issued, open_badge=profile is Profile.OPEN_BADGE)
    if algorithm not in (_OPEN_BADGE_ALGORITHMS if profile is Profile.OPEN_BADGE else ALGORITHMS):
        raise jwt_claims.cannot_be_made(f"{algorithm!r:.40} signs no token of the kind {profile.value}")
    key = {"jwk": dict(brought.members)} if brought is not None else {"kid": verification_method}
    return compact_jws.write({**header, **key}, strict_json.write(claims))


assemble = compact_jws.assemble


def insecure(detail: str) -> Refused:
    return Refused(Problem(CRYPTOGRAPHIC_SECURITY_ERROR, detail=f"the token cannot be relied on: {detail}"))


def no_key(detail: str, *, remedy: str = "") -> Refused:
    return Refused(Problem(INVALID_VERIFICATION_METHOD, detail=detail, remedy=remedy))


def _unsupported(what: str) -> Refused:
    remedy = "ask whether the institution has it in another form"
    return Refused(Problem(UNSUPPORTED_MECHANISM, detail=f"{what} cannot be checked here", remedy=remedy))
