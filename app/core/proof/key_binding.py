"""That who presents an SD-JWT holds its key: a Key Binding JWT, made by a wallet, verified by who asked for it.

https://www.rfc-editor.org/rfc/rfc9901#section-4.3; verifying follows its section 7.3, step 4:

a. `_holder_key`: the key that the issuer confirmed.  b, c. `signed_jwt.verify`.  d. `typ`.
e. `_check_times`.  f. the audience and the nonce.  g. `sd_hash`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.core.problems import (
    INVALID_CHALLENGE_ERROR,
    INVALID_DOMAIN_ERROR,
    PROOF_VERIFICATION_ERROR,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import numeric_date, signed_jwt
from app.core.proof.disclosures import digest
from app.core.proof.signed_jwt import SignedJwt

TYPE = "kb+jwt"


@dataclass(frozen=True, slots=True)
class KeyBindingWanted:
    """What a verifier asked for, and when it is answered."""

    audience: str
    nonce: str
    now: datetime
    max_age: timedelta
    clock_skew: timedelta


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """A key binding that holds: whose key (a JWK), and when it was made."""

    holder_key: JsonObject = field(repr=False)
    created: datetime


def signing_input(
    presented: str, *, algorithm: str, audience: str, nonce: str, created: datetime, hash_algorithm: str
) -> bytes:
    """What a holder signs over `presented`: the SD-JWT with its chosen disclosures, final `~` included."""
    claims: JsonObject = {
        "iat": numeric_date.write(created),
        "aud": audience,
        "nonce": nonce,
        "sd_hash": digest(presented, hash_algorithm),
    }
    return signed_jwt.signing_input({"alg": algorithm, "typ": TYPE}, claims)


def verify(
    jwt: SignedJwt, *, confirmation: object, presented: str, hash_algorithm: str, wanted: KeyBindingWanted
) -> KeyBinding:
    """Steps a to g. `confirmation` is the SD-JWT's `cnf`; `presented` all that came before the Key Binding JWT.

    Raises Refused: INVALID_CHALLENGE_ERROR, INVALID_DOMAIN_ERROR, PROOF_VERIFICATION_ERROR, and as `signed_jwt.verify`.
    """
    holder_key = _holder_key(confirmation)
    signed_jwt.verify(jwt, holder_key)
    if jwt.header.get("typ") != TYPE:
        raise _unverified(f"the typ of a Key Binding JWT is {TYPE}, not {jwt.header.get('typ')!r:.40}")
    created = _check_times(jwt.payload, wanted)
    match jwt.payload:
        case {"aud": wanted.audience}:
            pass
        case _:
            detail = f"it was made for {jwt.payload.get('aud')!r:.120}, not for {wanted.audience}"
            raise Refused(Problem(INVALID_DOMAIN_ERROR, at="/aud", detail=detail))
    match jwt.payload:
        case {"nonce": wanted.nonce}:
            pass
        case _:
            raise Refused(Problem(INVALID_CHALLENGE_ERROR, at="/nonce", detail="it answers another question"))
    if jwt.payload.get("sd_hash") != digest(presented, hash_algorithm):
        raise _unverified("it was made for other disclosures, or for another credential", at="/sd_hash")
    return KeyBinding(holder_key, created)


def _holder_key(confirmation: object) -> JsonObject:
    match confirmation:
        case {"jwk": dict(key)}:
            return key
        case None:
            raise _unverified("the issuer bound the credential to no holder's key (cnf)")
        case _:
            raise _unverified("the holder's key is named in a way that is not known here: cnf has no jwk")


def _check_times(claims: JsonObject, wanted: KeyBindingWanted) -> datetime:
    created, not_before, expires = (
        numeric_date.read(claims, name, problem_type=PROOF_VERIFICATION_ERROR) for name in ("iat", "nbf", "exp")
    )
    earliest, latest = wanted.now - wanted.max_age - wanted.clock_skew, wanted.now + wanted.clock_skew
    if created is None:
        raise _unverified("it does not say when it was made", at="/iat")
    if not earliest <= created <= latest:
        raise _unverified(f"it was made at {created.isoformat()}, not just now", at="/iat")
    if not_before is not None and not_before > latest:
        raise _unverified(f"it is not in force before {not_before.isoformat()}", at="/nbf")
    if expires is not None and expires <= wanted.now - wanted.clock_skew:
        raise _unverified(f"it ended {expires.isoformat()}", at="/exp")
    return created


def _unverified(detail: str, *, at: str = "") -> Refused:
    return Refused(
        Problem(
            PROOF_VERIFICATION_ERROR,
            at=at,
            detail=f"key binding: {detail}",
            remedy="present the credential anew, from the wallet that it was issued to",
        )
    )
