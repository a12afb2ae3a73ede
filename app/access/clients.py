"""Programs of an institution prove who they are: client credentials, RFC 6749 §2.3 and §4.4.

1. `read_token_request`: the form and the Authorization header → a `TokenRequest`.
2. `authenticate`: its id and secret → a `Client`; an unknown one costs what a known one does.
3. `granted`: what it asked for, within what it was given.
What the specification calls an error response (§5.2) is a value, `TokenRefusal`: no route decides anything.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote_plus

from app.access.scopes import Scope, read_scope
from app.ports import Client, Directory

_NOBODY = Client(id="", institution="", secret_sha256=bytes(32), scopes=frozenset())
_LONGEST = 256


class TokenError(StrEnum):
    """The `error` codes of RFC 6749 §5.2 that this endpoint can answer."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_SCOPE = "invalid_scope"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"


@dataclass(frozen=True, slots=True)
class TokenRefusal:
    """Why there is no token. `basic` where the client used the Authorization header, and is answered in kind."""

    error: TokenError
    description: str
    basic: bool = False


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A well-formed request of the client credentials grant; nothing in it is believed yet."""

    client_id: str
    secret: str = field(repr=False)
    scope: str | None
    basic: bool


def read_token_request(form: Sequence[tuple[str, str]], *, authorization: str | None) -> TokenRequest | TokenRefusal:
    """`form` is the body's fields in their order, repeated ones included; `authorization` the header's value."""
    fields = dict(form)
    if len(fields) != len(form):
        return TokenRefusal(TokenError.INVALID_REQUEST, "A parameter stands twice.")
    match fields:
        case {"grant_type": "client_credentials"}:
            pass
        case {"grant_type": _}:
            return TokenRefusal(TokenError.UNSUPPORTED_GRANT_TYPE, "The one grant_type here is client_credentials.")
        case _:
            return TokenRefusal(TokenError.INVALID_REQUEST, "grant_type is missing; here it is client_credentials.")
    credentials = _basic(authorization) if authorization is not None else None
    match credentials, fields:
        case None, {"client_id": client_id, "client_secret": secret} if authorization is None:
            return TokenRequest(client_id, secret, fields.get("scope"), basic=False)
        case (str(client_id), str(secret)), fields if "client_secret" not in fields:
            if fields.get("client_id", client_id) == client_id:
                return TokenRequest(client_id, secret, fields.get("scope"), basic=True)
            return TokenRefusal(TokenError.INVALID_REQUEST, "client_id is another in the body than in the header.")
        case (_, _), _:
            # §2.3: no more than one authentication method in each request.
            return TokenRefusal(TokenError.INVALID_REQUEST, "The client authenticates in the header and in the body.")
    description = "The client authenticates by HTTP Basic, or by client_id and client_secret in the body."
    return TokenRefusal(TokenError.INVALID_CLIENT, description, basic=authorization is not None)


async def authenticate(request: TokenRequest, directory: Directory) -> Client | TokenRefusal:
    """The client that the secret belongs to. Which of id, secret and revocation was wrong is not told."""
    readable = (
        0 < len(request.client_id) <= _LONGEST and request.client_id.isascii() and request.client_id.isprintable()
    )
    found = await directory.client(request.client_id) if readable else None
    client = found or _NOBODY
    digest = hashlib.sha256(request.secret.encode("utf-8", "surrogatepass")).digest()
    same = hmac.compare_digest(digest, client.secret_sha256)
    if found is None or not same or found.revoked is not None:
        return TokenRefusal(TokenError.INVALID_CLIENT, "No client has this id and secret.", basic=request.basic)
    return found


def granted(request: TokenRequest, client: Client) -> frozenset[Scope] | TokenRefusal:
    """Every scope of the client where it asked for none; else what it asked for, or nothing at all."""
    given = frozenset(scope for scope in Scope if scope in client.scopes)
    if request.scope is None:
        return given
    wanted = read_scope(request.scope)
    if wanted is None or not wanted <= given:
        allowed = " ".join(sorted(given)) or "none"
        return TokenRefusal(TokenError.INVALID_SCOPE, f"This client may ask for: {allowed}.", basic=request.basic)
    return wanted


def _basic(authorization: str) -> tuple[str, str] | None:
    """id and secret of `Basic …` (RFC 7617), each form-encoded within (RFC 6749 §2.3.1)."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        pair = base64.b64decode(encoded.strip(" "), validate=True).decode("utf-8")
        client_id, colon, secret = pair.partition(":")
        return (unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")) if colon else None
    except (binascii.Error, ValueError):
        return None
