"""Access tokens: JWTs by RFC 9068, signed by a key that signs nothing else, and read with that one key and algorithm.

PyJWT checks the signature alone. It lets pass what RFC 9068 §4 does not (any `typ`, a member that stands twice, `exp`
as text), so header and claims are read here, by the service's strict parser.
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt

from app.access.scopes import Scope, read_scope, write_scope
from app.core import strict_json
from app.core.problems import INVALID_TOKEN, JsonObject, Problem, Refused
from app.ports import Client, KeyPurpose, Signer

_MAX_TOKEN_BYTES = 4_096
_CLOCKS_APART = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What the token endpoint answers (RFC 6749 §5.1)."""

    value: str = field(repr=False)
    expires_in_seconds: int
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as a token that holds says."""

    client_id: str
    institution: str
    scopes: frozenset[Scope]


class AccessTokens:
    """Issues and reads the tokens of one deployment: issuer and audience are its public URL."""

    def __init__(self, *, signer: Signer, public_key: bytes, public_url: str, lifetime: timedelta) -> None:
        self._signer = signer
        self._public_url = public_url
        self._lifetime = lifetime
        self._key = jwt.PyJWK.from_dict({"kty": "OKP", "crv": "Ed25519", "x": _encode(public_key)}, algorithm="EdDSA")

    async def issue(self, client: Client, scopes: frozenset[Scope], *, jti: str, now: datetime) -> AccessToken:
        """A token for `client`; `jti` is a fresh random name of it."""
        issued_at = int(now.timestamp())
        lifetime = int(self._lifetime.total_seconds())
        header: JsonObject = {"alg": "EdDSA", "typ": "at+jwt"}
        claims: JsonObject = {
            "iss": self._public_url,
            "aud": self._public_url,
            "sub": client.id,
            "client_id": client.id,
            "institution": client.institution,
            "scope": write_scope(scopes),
            "iat": issued_at,
            "exp": issued_at + lifetime,
            "jti": jti,
        }
        signing_input = f"{_encode(strict_json.write(header))}.{_encode(strict_json.write(claims))}"
        signature = await self._signer.sign(signing_input.encode(), purpose=KeyPurpose.ACCESS_TOKEN)
        return AccessToken(f"{signing_input}.{_encode(signature)}", lifetime, scopes)

    def read(self, token: str, *, now: datetime) -> Caller:
        """Who calls. Raises Refused (INVALID_TOKEN) for anything but a token that we signed and that is in force."""
        if len(token) > _MAX_TOKEN_BYTES:
            raise _refused("is too long")
        match token.split("."):
            case [header, claims, _]:
                _demand_header(_segment(header))
            case _:
                raise _refused("is no signed JWT")
        try:
            jwt.PyJWS(options={"enforce_minimum_key_length": True}).decode(token, self._key, algorithms=["EdDSA"])
        except (jwt.PyJWTError, ValueError):
            raise _refused("has a signature that does not hold") from None
        return self._caller(_segment(claims), now=now)

    def _caller(self, claims: JsonObject, *, now: datetime) -> Caller:
        match claims:
            case {
                "iss": self._public_url,
                "aud": self._public_url,
                "sub": str(subject),
                "client_id": str(client_id),
                "institution": str(institution),
                "scope": str(scope),
                "iat": int(issued_at),
                "exp": int(expires),
                "jti": str(),
            } if subject == client_id:
                pass
            case _:
                raise _refused("is not one for this service")
        if isinstance(issued_at, bool) or isinstance(expires, bool):
            raise _refused("has a date that is no number")
        scopes = read_scope(scope) if scope else frozenset[Scope]()
        if scopes is None:
            raise _refused("has a scope that is not known here")
        self._demand_in_force(issued_at, expires, now=now)
        return Caller(client_id, institution, scopes)

    def _demand_in_force(self, issued_at: int, expires: int, *, now: datetime) -> None:
        at = now.timestamp()
        if expires <= at:
            raise _refused("has expired")
        if issued_at > at + _CLOCKS_APART.total_seconds():
            raise _refused("was issued in the future")
        if expires - issued_at > self._lifetime.total_seconds():
            raise _refused("lives longer than tokens of this service do")


def read_bearer(authorization: str | None) -> str:
    """The token of an `Authorization: Bearer …` header (RFC 6750 §2.1). Raises Refused (INVALID_TOKEN)."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(
            Problem(
                INVALID_TOKEN,
                detail="There is no access token.",
                remedy="POST /oauth/token gives one; send it as `Authorization: Bearer <token>`.",
            )
        )
    return token


def _demand_header(header: JsonObject) -> None:
    # RFC 9068 §4. No other member is ours: `crit`, `jwk`, `jku`, `kid`, `x5c`, `b64` and `zip` are refused unread.
    match header:
        case {"alg": "EdDSA", "typ": "at+jwt" | "application/at+jwt"} if len(header) == 2:
            return
    raise _refused("has a header that no token of this service has")


def _segment(segment: str) -> JsonObject:
    try:
        raw = base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
        parsed = strict_json.read_object(raw)
    except (binascii.Error, ValueError, Refused):
        raise _refused("can't be read") from None
    if _encode(raw) != segment:
        raise _refused("is not in the one form that base64url has")
    return parsed


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _refused(why: str) -> Refused:
    return Refused(
        Problem(INVALID_TOKEN, detail=f"The access token {why}.", remedy="Ask POST /oauth/token for another.")
    )
