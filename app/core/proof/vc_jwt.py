"""HOW it is secured, as a token: VC-JOSE-COSE's `vc+jwt`, and Open Badges 3.0's own form of a JWT.

https://www.w3.org/TR/vc-jose-cose/ and https://www.imsglobal.org/spec/ob/v3p0#jwt-proof. To verify one:

1. `read` it: which of the two it is, by its own header, its algorithm, the forms of its claims.
2. `find_key` in its issuer's document, and nowhere else. `key_url` is where an Open Badges issuer may publish it alone.
3. `verify` the signature.
4. `check_claims`: they say the same as the credential, and the signature is in force.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from app.core import strict_json
from app.core.did import https
from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
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
    """A token as it was read: of a form that we know, not yet verified. `claims` is the whole payload."""

    profile: Profile
    algorithm: str
    kid: str | None
    key_it_brings: JoseKey | None
    issuer_in_header: str | None
    claims: JsonObject = field(repr=False)
    jws: CompactJws = field(repr=False)

    @property
    def document(self) -> JsonObject:
        return jwt_claims.document(self.claims)


# ── 1. reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def read(text: str) -> SignedToken:
    """Raises Refused: CRYPTOGRAPHIC_SECURITY_ERROR, INVALID_VERIFICATION_METHOD, UNSUPPORTED_MECHANISM, and where a
    claim is not of its kind MALFORMED_VALUE_ERROR.
    """
    jws = compact_jws.read(text)
    profile = _profile(jws.header)
    algorithm = _algorithm(jws.header, profile)
    claims = strict_json.read_object(jws.payload)
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
    )


def _profile(header: JsonObject) -> Profile:
    match header.get("typ", Profile.OPEN_BADGE.value):
        case str(typ):
            named = _PREFIX.sub("", typ.lower())
        case _:
            raise _insecure("its header has a typ that is no string")
    for profile in Profile:
        if named == profile.value.lower():
            break
    else:
        raise _insecure(f"its header says that it is {typ!r:.80}, and that is no credential")
    match header.get("cty"):
        case None if "cty" not in header:
            return profile
        case str(content) if profile in _CONTENT_TYPES and _PREFIX.sub("", content.lower()) == _CONTENT_TYPES[profile]:
            return profile
        case other:
            raise _insecure(f"its header says that what is in it is {other!r:.80}, and that is no credential")


def _algorithm(header: JsonObject, profile: Profile) -> str:
    match header.get("alg"):
        case str(name) if name in NOT_MADE_HERE:
            raise _unsupported(f"a token signed by {name}")
        case str(name) if name in ALGORITHMS and profile is Profile.OPEN_BADGE and name not in _OPEN_BADGE_ALGORITHMS:
            raise _unsupported(f"an Open Badges token signed by {name}, which Open Badges 3.0 does not name,")
        case str(name) if name in ALGORITHMS:
            return name
        case other:
            raise _insecure(f"its header says that its algorithm is {other!r:.40}")


def _kid(header: JsonObject) -> str | None:
    match header.get("kid"):
        case None if "kid" not in header:
            return None
        case str(kid) if 0 < len(kid) <= _MAX_KID_CHARACTERS and kid.isascii() and kid.isprintable():
            return kid
        case _:
            raise _no_key("its header has a kid that is the name of no key")


def _key_it_brings(header: JsonObject, profile: Profile) -> JoseKey | None:
    """Open Badges 3.0 lets a token bring its key. It is compared with those of its issuer, and never used."""
    if "jwk" not in header:
        return None
    if profile is not Profile.OPEN_BADGE:
        raise _no_key("its header has 'jwk': a key that a token brings itself shows nothing of its issuer")
    return jwk.read(header["jwk"])


def _issuer_in_header(header: JsonObject) -> str | None:
    match header.get("iss"):
        case None if "iss" not in header:
            return None
        case str(issuer):
            return issuer
        case _:
            raise _insecure("its header has an iss that is no string")


# ── 2. the key ───────────────────────────────────────────────────────────────────────────────────────────────────────


def refuse_foreign_key(token: SignedToken, issuer: str) -> None:
    """Raises Refused (INVALID_VERIFICATION_METHOD) where `kid` is another's, which needs nobody to be asked."""
    kid = token.kid
    if kid is None or not kid.lower().startswith(("did:", "http:", "https:")):
        return
    if kid.partition("#")[0] != issuer and not (token.profile is Profile.OPEN_BADGE and _on_host_of(kid, issuer)):
        raise _no_key(
            f"the key {kid:.200} is not one of the issuer, {issuer:.200}",
            remedy="anyone can sign with a key of their own: ask the issuer for the credential",
        )


def key_named(token: SignedToken, issuer: str) -> str | None:
    """The URL of the key in its issuer's document, where the token says as much."""
    match token.kid:
        case str(kid) if kid.startswith("#"):
            return issuer + kid
        case str(kid) if kid.partition("#")[0] == issuer:
            return kid
        case _:
            return None


def key_url(token: SignedToken, issuer: str) -> str | None:
    """Where an Open Badges issuer publishes the one key, on its own host; None where it says nothing of the kind."""
    if token.profile is not Profile.OPEN_BADGE or token.kid is None or not _on_host_of(token.kid, issuer):
        return None
    return token.kid.partition("#")[0]


def document_of_key(token: SignedToken, issuer: str, published: JsonObject) -> ControlledIdentifierDocument:
    """The document that the issuer could as well publish, of the one key at `key_url`. Raises Refused."""
    key = jwk.read(published)
    method = VerificationMethod(
        id=f"{issuer}#{key.thumbprint}",
        type="JsonWebKey",
        controller=issuer,
        public_key_multibase="",
        public_key_jwk={**published, "kid": token.kid},
    )
    return ControlledIdentifierDocument(
        id=issuer,
        verification_methods=(method,),
        relationships=frozenset({(Relationship.ASSERTION_METHOD, method.id)}),
    )


def find_key(
    token: SignedToken,
    controller: ControlledIdentifierDocument,
    purpose: Relationship = Relationship.ASSERTION_METHOD,
) -> tuple[VerificationMethod, JoseKey]:
    """The one key of its issuer's that the token is to be verified with.

    Raises Refused: INVALID_VERIFICATION_METHOD and its like, CRYPTOGRAPHIC_SECURITY_ERROR where it is for another
    algorithm, UNSUPPORTED_MECHANISM.
    """
    named = key_named(token, controller.id)
    if named is not None:
        method = controller.method(named, purpose)
        return method, _checked(token, jose_key(method))
    if token.kid is None and token.key_it_brings is None and controller.id.startswith("did:"):
        raise _no_key("its header names no key (kid), as it must where the issuer is a DID (VC-JOSE-COSE §4.1.1)")
    if token.kid is None and token.key_it_brings is None and token.profile is Profile.OPEN_BADGE:
        raise _no_key("its header names no key: Open Badges 3.0 wants kid or jwk")
    found = [
        (method, key)
        for method in controller.verification_methods
        if (key := _readable(method)) is not None and _is_meant(token, method, key)
    ]
    match found:
        case [(method, key)]:
            return controller.method(method.id, purpose), _checked(token, key)
        case []:
            raise _no_key(f"{controller.id:.200} publishes no key as the one that its header names")
        case _:
            raise _no_key(f"{controller.id:.200} publishes more than one key that its header could mean")


def jose_key(method: VerificationMethod) -> JoseKey:
    """Raises Refused: UNSUPPORTED_MECHANISM, INVALID_VERIFICATION_METHOD."""
    if method.public_key_jwk is not None:
        return jwk.read(method.public_key_jwk)
    return jwk.of_public_key(method.public_key())


def _readable(method: VerificationMethod) -> JoseKey | None:
    """None for a key that cannot be the one, since none can be read in it: another of the document's may be."""
    try:
        return jose_key(method)
    except Refused:
        return None


def _is_meant(token: SignedToken, method: VerificationMethod, key: JoseKey) -> bool:
    if token.kid is not None:
        return token.kid in (key.kid, key.thumbprint, method.id.partition("#")[2])
    return key == token.key_it_brings if token.key_it_brings else key.algorithm == token.algorithm


def _checked(token: SignedToken, key: JoseKey) -> JoseKey:
    if key.algorithm != token.algorithm:
        raise _insecure(f"its header says {token.algorithm}, and the issuer's key is for {key.algorithm}")
    if token.key_it_brings not in (None, key):
        raise _no_key("the key in its header (jwk) is not the one of the issuer's that it names")
    return key


def _on_host_of(kid: str, issuer: str) -> bool:
    url = kid.partition("#")[0]
    if not (url.startswith(https.PREFIX) and issuer.startswith(https.PREFIX)):
        return False
    try:
        https.locate(url)
        https.locate(issuer)
    except Refused:
        return False
    return urlsplit(url).netloc == urlsplit(issuer).netloc


# ── 3. and 4. ────────────────────────────────────────────────────────────────────────────────────────────────────────


def verify(token: SignedToken, key: JoseKey) -> None:
    """Raises Refused (PROOF_VERIFICATION_ERROR, CRYPTOGRAPHIC_SECURITY_ERROR) where the signature is not `key`'s."""
    _checked(token, key)
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
    document: JsonObject, *, algorithm: str, verification_method: str, issued: datetime, profile: Profile
) -> bytes:
    """What `verification_method`'s key signs to secure `document`, which has no proof; `assemble` makes the token.

    Raises Refused (PROOF_GENERATION_ERROR) for what no such token can hold.
    """
    header: JsonObject = {"alg": algorithm, "typ": profile.value}
    if profile in _CONTENT_TYPES:
        header["cty"] = _CONTENT_TYPES[profile]
    claims = jwt_claims.of_document(document, issued=issued, open_badge=profile is Profile.OPEN_BADGE)
    if algorithm not in (_OPEN_BADGE_ALGORITHMS if profile is Profile.OPEN_BADGE else ALGORITHMS):
        raise jwt_claims.cannot_be_made(f"{algorithm!r:.40} signs no token of the kind {profile.value}")
    return compact_jws.write({**header, "kid": verification_method}, strict_json.write(claims))


assemble = compact_jws.assemble


def _insecure(detail: str) -> Refused:
    return Refused(Problem(CRYPTOGRAPHIC_SECURITY_ERROR, detail=f"the token cannot be relied on: {detail}"))


def _no_key(detail: str, *, remedy: str = "") -> Refused:
    return Refused(Problem(INVALID_VERIFICATION_METHOD, detail=detail, remedy=remedy))


def _unsupported(what: str) -> Refused:
    remedy = "ask whether the institution has it in another form"
    return Refused(Problem(UNSUPPORTED_MECHANISM, detail=f"{what} cannot be checked here", remedy=remedy))
