"""The registered claims of a token beside the credential in it: their forms, and that they say nothing else than it.

https://www.rfc-editor.org/rfc/rfc7519#section-4.1, https://www.w3.org/TR/vc-jose-cose/#using-header-params-claims-key-discovery
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from app.core import date_time_stamp
from app.core.problems import (
    CRYPTOGRAPHIC_SECURITY_ERROR,
    MALFORMED_VALUE_ERROR,
    PROOF_GENERATION_ERROR,
    PROOF_VERIFICATION_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
)

# Of the token, not of the credential: whoever reads the credential does not meet them.
_OF_THE_TOKEN = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf"})
_TEXTS = ("iss", "sub", "jti")
_MOMENTS = ("exp", "nbf", "iat")
# Data Model 1.1 put the credential into a claim of its own, and called its dates otherwise.
INSIDE = "vc"
_STARTS, _ENDS = ("validFrom", "issuanceDate"), ("validUntil", "expirationDate")
_LAST_SECOND = 253_402_300_799


def document(claims: JsonObject) -> JsonObject:
    """The credential or presentation in a token, without the claims that are the token's."""
    match claims:
        case {"vc": dict(inside)} if "@context" not in claims:
            return inside
        case _:
            return {name: value for name, value in claims.items() if name not in _OF_THE_TOKEN}


def check_forms(claims: JsonObject) -> None:
    """Raises Refused (MALFORMED_VALUE_ERROR) with every claim that is not of its kind (RFC 7519 §4.1)."""
    problems = [_malformed(name, "is no string") for name in _TEXTS if not isinstance(claims.get(name, ""), str)]
    for name in _MOMENTS:
        try:
            _moment(claims, name)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(*problems)


def forbidden(claims: JsonObject) -> Iterator[Problem]:
    """VC-JOSE-COSE §3.1.3: the payload is the credential, and holds no second one."""
    for name in (INSIDE, "vp"):
        if name in claims:
            yield _contradicting(f"/{name}", f"the claim {name!r} must not be there (VC-JOSE-COSE §3.1.3)")


def contradictions(claims: JsonObject, *, issuer_in_header: str | None = None) -> Iterator[Problem]:
    """What a claim says otherwise than the credential does: readers of the two would believe different things."""
    said = document(claims)
    issuer = said.get("issuer", said.get("holder"))
    expected = {"iss": _id(issuer), "sub": _id(said.get("credentialSubject")), "jti": said.get("id")}
    for name, value in expected.items():
        if name in claims and value is not None and claims[name] != value:
            yield _contradicting(f"/{name}", f"is {claims[name]!r:.120}, and the credential says {value!r:.120}")
    if "iss" in claims and expected["iss"] is None:
        yield _contradicting("/iss", "names an issuer, and the credential names none")
    if issuer_in_header is not None and issuer_in_header != expected["iss"]:
        yield _contradicting("", f"its header names the issuer {issuer_in_header!r:.120}, and the credential another")


def open_badge_problems(claims: JsonObject) -> Iterator[Problem]:
    """Open Badges 3.0, "JWT Payload Format": which claims must be there, and what each must equal."""
    said = document(claims)
    for name, member in (("iss", "issuer.id"), ("jti", "id"), ("sub", "credentialSubject.id"), ("nbf", "validFrom")):
        if name not in claims:
            yield _contradicting(f"/{name}", f"is missing; Open Badges 3.0 wants {member} there")
    if "jti" in claims and "id" not in said:
        yield _contradicting("/jti", "names the credential, which does not name itself")
    if "sub" in claims and _id(said.get("credentialSubject")) is None:
        yield _contradicting("/sub", "names a subject, and the credential does not name exactly one")
    for name, members in (("nbf", _STARTS), ("exp", _ENDS)):
        moment, own = _moment(claims, name), _own_moment(said, members)
        if moment is not None and own is not None and moment != own.replace(microsecond=0):
            yield _contradicting(
                f"/{name}", f"is {date_time_stamp.write(moment)}, and the credential says another time"
            )
    if "nbf" in claims and _own_moment(said, _STARTS) is None:
        yield _contradicting("/nbf", "says from when it is valid, and the credential does not")
    if "exp" not in claims and _own_moment(said, _ENDS) is not None:
        yield _contradicting("/exp", "is missing, and the credential has an end")
    if INSIDE in claims and "@context" in claims:
        yield _contradicting(f"/{INSIDE}", "is a second credential in the token")
    elif INSIDE in claims:
        yield Problem(
            UNSUPPORTED_MECHANISM,
            at=f"/{INSIDE}",
            detail="a credential of Data Model 1.1 in a token (vc) cannot be checked here",
            remedy="ask whether the institution has it in a newer form",
        )


def time_problems(
    claims: JsonObject, *, now: datetime, clock_skew: timedelta, credential_ends_itself: bool
) -> Iterator[Problem]:
    """`exp` and `iat` are the signature's (VC-JOSE-COSE §3.1.3), but in a badge those that its own dates say."""
    said = document(claims)
    begins, ends, issued = (_moment(claims, name) for name in ("nbf", "exp", "iat"))
    if issued is not None and issued > now + clock_skew:
        yield _malformed("iat", f"it says that it was signed later than now, {date_time_stamp.write(issued)}")
    if credential_ends_itself and _own_moment(said, _STARTS) is not None:
        begins = None
    if credential_ends_itself and _own_moment(said, _ENDS) is not None:
        ends = None
    if begins is not None and begins > now + clock_skew:
        yield _malformed("nbf", f"the signature is not in force before {date_time_stamp.write(begins)}")
    if ends is not None and ends <= now:
        detail = f"the signature ended {date_time_stamp.write(ends)}"
        yield Problem(PROOF_VERIFICATION_ERROR, "/exp", detail, "ask for a copy that was signed since")


def of_document(document: JsonObject, *, issued: datetime, open_badge: bool) -> JsonObject:
    """The payload of a token that secures `document`. Raises Refused (PROOF_GENERATION_ERROR)."""
    if taken := sorted(set(document) & (_OF_THE_TOKEN | {INSIDE, "vp", "proof"})):
        raise cannot_be_made(f"it has members that would be read as the token's own: {', '.join(taken)}")
    issuer = _id(document.get("issuer", document.get("holder")))
    if not open_badge:
        signed = {"iat": int(issued.timestamp())}
        return {**document, **({"iss": issuer} if issuer is not None else {}), **signed}
    claims = {"iss": issuer, "jti": document.get("id"), "sub": _id(document.get("credentialSubject"))}
    for name, (member, _) in (("nbf", _STARTS), ("exp", _ENDS)):
        moment = date_time_stamp.read(document[member], at=f"/{member}") if member in document else None
        if moment is not None:
            claims[name] = int(moment.timestamp())
    missing = [name for name in ("iss", "jti", "sub", "nbf") if claims.get(name) is None]
    if missing:
        raise cannot_be_made(f"an Open Badges token needs {', '.join(missing)}, and the credential has nothing for it")
    return {**document, **claims}


def cannot_be_made(detail: str) -> Refused:
    return Refused(Problem(PROOF_GENERATION_ERROR, detail=detail))


def _moment(claims: JsonObject, name: str) -> datetime | None:
    """RFC 7519 §2, NumericDate. Raises Refused (MALFORMED_VALUE_ERROR)."""
    match claims.get(name):
        case None if name not in claims:
            return None
        case bool():
            raise Refused(_malformed(name, "is no number of seconds"))
        case int() | float() as seconds if math.isfinite(seconds) and 0 <= seconds <= _LAST_SECOND:
            return datetime.fromtimestamp(seconds, UTC)
        case str(text) if name == "iat":
            # W3C's own test suite writes it so. It is only ever compared with now, and nothing is lost by reading it.
            return date_time_stamp.read(text, at="/iat")
        case _:
            raise Refused(_malformed(name, "is no number of seconds"))


def _own_moment(said: JsonObject, members: tuple[str, ...]) -> datetime | None:
    """The credential's own date. One that is none is the data model's to complain of, and equals nothing."""
    for member in members:
        if member in said:
            try:
                return date_time_stamp.read(said[member], at=f"/{member}")
            except Refused:
                return None
    return None


def _id(value: object) -> object:
    match value:
        case str(identifier) | {"id": str(identifier)} | [{"id": str(identifier)}]:
            return identifier
        case _:
            return None


def _malformed(name: str, detail: str) -> Problem:
    return Problem(MALFORMED_VALUE_ERROR, at=f"/{name}", detail=detail)


def _contradicting(at: str, detail: str) -> Problem:
    return Problem(CRYPTOGRAPHIC_SECURITY_ERROR, at=at, detail=detail)
