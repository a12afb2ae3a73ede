"""HOW it is secured: SD-JWT VC, a credential as an SD-JWT, made and verified.

https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.core.problems import (
    EXPIRED,
    MALFORMED_VALUE_ERROR,
    NOT_YET_VALID,
    PROOF_GENERATION_ERROR,
    JsonObject,
    Problem,
    Refused,
    pointer,
)
from app.core.proof import numeric_date, sd_jwt, signed_jwt
from app.core.proof.concealing import conceal
from app.core.proof.disclosures import ARRAY_DIGEST, DIGESTS, ClaimPath, Disclosure, Place
from app.core.proof.key_binding import KeyBinding, KeyBindingWanted
from app.core.proof.sd_jwt import ReceivedSdJwt, VerifiedSdJwt

MEDIA_TYPES = ("application/dc+sd-jwt",)

TYPE = "dc+sd-jwt"
# The name until November 2024, which W3C now has for something else: accepted where policy says so.
OLDER_TYPE = "vc+sd-jwt"

# A holder could withhold each of them, and so present what is expired, revoked, bound to another, or another thing.
NEVER_DISCLOSABLE = ("iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status")

# Of the protected header, what whoever signs may add to `alg` and `typ`.
_KEY_PARAMETERS = frozenset({"kid", "x5c"})


@dataclass(frozen=True, slots=True)
class UnsignedSdJwtVc:
    """All but the signature over `signing_input`."""

    signing_input: bytes
    disclosures: tuple[Disclosure, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class VerifiedSdJwtVc:
    """A credential as its issuer signed it, as far as it was disclosed.

    `issuer` is None where only the certificate of the key names one. `is_part`: there are digests of what nobody
    disclosed: claims that its holder withholds, or decoys, which nobody can tell apart.
    """

    vct: str
    issuer: str | None
    claims: JsonObject
    disclosed: Mapping[Place, Disclosure] = field(repr=False)
    issued_at: datetime | None = None
    not_before: datetime | None = None
    expires: datetime | None = None
    key_binding: KeyBinding | None = None
    is_part: bool = False


# ── making ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def unsigned(
    claims: JsonObject,
    *,
    algorithm: str,
    key_parameters: JsonObject,
    disclosable: Collection[ClaimPath],
    salts: Iterator[bytes],
    decoys: int = 0,
) -> UnsignedSdJwtVc:
    """The credential that is to be signed by `algorithm`. `key_parameters`: how its key is found, `kid` or `x5c`.

    Raises Refused (PROOF_GENERATION_ERROR) where a claim would be disclosable that must not be, or `vct` is missing.
    """
    if unknown := set(key_parameters) - _KEY_PARAMETERS:
        raise _unmade("", f"the header has no {min(unknown)!r}")
    if forbidden := {path[0] for path in disclosable} & set(NEVER_DISCLOSABLE):
        raise _unmade(pointer(min(map(str, forbidden))), "must not be selectively disclosable")
    if not isinstance(claims.get("vct"), str):
        raise _unmade("/vct", "must be a string")
    concealed = conceal(claims, disclosable=disclosable, salts=salts, decoys=decoys)
    header = {"alg": algorithm, "typ": TYPE, **key_parameters}
    return UnsignedSdJwtVc(signed_jwt.signing_input(header, concealed.payload), concealed.disclosures)


def attach(unsigned: UnsignedSdJwtVc, signature: bytes) -> ReceivedSdJwt:
    """The credential, with everything disclosed."""
    issued = signed_jwt.read(signed_jwt.attach(unsigned.signing_input, signature))
    return ReceivedSdJwt(issued, unsigned.disclosures)


# ── verifying ────────────────────────────────────────────────────────────────────────────────────────────────────────


def verify(
    received: ReceivedSdJwt,
    *,
    key: JsonObject,
    wanted: KeyBindingWanted | None,
    types: Collection[str] = frozenset({TYPE}),
) -> VerifiedSdJwtVc:
    """What the issuer says; `key`, `wanted` and `types` are as `sd_jwt.verify` has them.

    Raises Refused as that does, and MALFORMED_VALUE_ERROR where it is an SD-JWT, but no credential. Whether it is in
    force is asked of `problems_of_time`.
    """
    verified = sd_jwt.verify(received, key=key, types=types, wanted=wanted)
    problems = tuple(_problems(verified))
    if problems:
        raise Refused(*problems)
    return VerifiedSdJwtVc(
        vct=verified.claims["vct"],
        issuer=verified.claims.get("iss"),
        claims=verified.claims,
        disclosed=verified.disclosed,
        issued_at=numeric_date.read(verified.claims, "iat"),
        not_before=numeric_date.read(verified.claims, "nbf"),
        expires=numeric_date.read(verified.claims, "exp"),
        key_binding=verified.key_binding,
        is_part=digests(verified.signed) + sum(digests(each.value) for each in verified.disclosed.values())
        > len(verified.disclosed),
    )


def problems_of_time(credential: VerifiedSdJwtVc, *, now: datetime, clock_skew: timedelta) -> tuple[Problem, ...]:
    """EXPIRED or NOT_YET_VALID; none where it is in force."""
    problems = []
    if credential.expires is not None and credential.expires <= now:
        problems.append(Problem(EXPIRED, at="/exp", detail=f"it ended {credential.expires.isoformat()}"))
    for name, moment in (("nbf", credential.not_before), ("iat", credential.issued_at)):
        if moment is not None and moment > now + clock_skew:
            problems.append(Problem(NOT_YET_VALID, at=pointer(name), detail=f"it begins {moment.isoformat()}"))
    return tuple(problems)


def _problems(verified: VerifiedSdJwt) -> list[Problem]:
    claims = verified.claims
    disclosed = {place[0] for place in verified.disclosed}
    problems = [
        Problem(MALFORMED_VALUE_ERROR, at=pointer(name), detail="must not be selectively disclosable")
        for name in NEVER_DISCLOSABLE
        # A digest that nobody disclosed is one that a holder withheld.
        if name in disclosed or _holds_digests(verified.signed.get(name))
    ]
    if not isinstance(claims.get("vct"), str) or not claims["vct"]:
        problems.append(Problem(MALFORMED_VALUE_ERROR, at="/vct", detail="must be the name of a type"))
    problems += [
        Problem(MALFORMED_VALUE_ERROR, at=pointer(name), detail=f"must be {what}")
        for name, what in (("iss", "a URI"), ("vct#integrity", "a string"))
        if not isinstance(claims.get(name, ""), str)
    ]
    problems += [
        Problem(MALFORMED_VALUE_ERROR, at=pointer(name), detail="must be an object")
        for name in ("cnf", "status")
        if not isinstance(claims.get(name, {}), dict)
    ]
    return problems


def digests(value: object) -> int:
    """How many there are, at any depth."""
    match value:
        case {"_sd": list(listed), **members}:
            return len(listed) + sum(map(digests, members.values()))
        case {"...": str()}:
            return 1
        case dict():
            return sum(map(digests, value.values()))
        case list():
            return sum(map(digests, value))
        case _:
            return 0


def _holds_digests(value: object) -> bool:
    match value:
        case dict():
            return DIGESTS in value or ARRAY_DIGEST in value or any(map(_holds_digests, value.values()))
        case list():
            return any(map(_holds_digests, value))
        case _:
            return False


def _unmade(at: str, detail: str) -> Refused:
    return Refused(Problem(PROOF_GENERATION_ERROR, at=at, detail=detail))
