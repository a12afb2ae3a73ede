"""Where the key of an SD-JWT VC's issuer is found: in its certificate, or in the metadata that its host publishes.

https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/, "Issuer-signed JWT Verification Key Validation" and "JWT
VC Issuer Metadata"
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import TypeAlias

from app.core.did import https
from app.core.did.document import (
    JSON_WEB_KEY,
    ControlledIdentifierDocument,
    Relationship,
    VerificationMethod,
)
from app.core.problems import (
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT,
    INVALID_VERIFICATION_METHOD,
    MALFORMED_VALUE_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import jwk
from app.core.proof.signed_jwt import SignedJwt

_WELL_KNOWN = "/.well-known/jwt-vc-issuer"
_AUTHORITY_AND_PATH = re.compile(r"(https://[^/?]+)([^?]*)", re.ASCII)

MAX_CERTIFICATES = 6
MAX_KEYS = 64


@dataclass(frozen=True, slots=True)
class Certified:
    """The key is that of the first of these certificates (DER), if the chain is one that we trust."""

    chain: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Published:
    """The key is among those that `issuer` publishes at `metadata_url`."""

    issuer: str
    metadata_url: str


@dataclass(frozen=True, slots=True)
class KeysAt:
    """The keys are not in the metadata, but at `jwks_uri`."""

    jwks_uri: str


WhereTheKeyIs: TypeAlias = Certified | Published


def locate(issued: SignedJwt) -> WhereTheKeyIs:
    """Nothing was verified yet: what it returns is where to ask, not whom to trust.

    Raises Refused: MALFORMED_VALUE_ERROR, UNSUPPORTED_MECHANISM, and as `did.https.locate` for an `iss` that no
    document can be had from.
    """
    if chain := chain_of(issued):
        return Certified(chain)
    match issued.payload:
        case {"iss": str(issuer)} if issuer.startswith(https.PREFIX):
            return Published(issuer, metadata_url(issuer))
        case _:
            raise Refused(
                Problem(
                    UNSUPPORTED_MECHANISM,
                    at="/iss",
                    detail="its key cannot be found: there is no certificate (x5c), and iss is no https URL",
                )
            )


def chain_of(token: SignedJwt) -> tuple[bytes, ...]:
    """The certificates (DER) that it came with, none where there are none. Raises Refused (MALFORMED_VALUE_ERROR)."""
    match token.header:
        case {"x5c": [_, *_] as certificates} if len(certificates) <= MAX_CERTIFICATES:
            return tuple(_certificate(text) for text in certificates)
        case {"x5c": _}:
            raise _malformed("/x5c", f"must be an array of 1 to {MAX_CERTIFICATES} certificates")
        case _:
            return ()


def metadata_url(issuer: str) -> str:
    """The well-known name stands between host and path, whose last `/` is taken away. Raises Refused."""
    https.locate(issuer)
    match _AUTHORITY_AND_PATH.fullmatch(issuer):
        case None:
            raise _malformed("/iss", "an issuer's URL has no query")
        case found:
            return found[1] + _WELL_KNOWN + found[2].removesuffix("/")


def read_metadata(metadata: JsonObject, *, issuer: str) -> tuple[JsonObject, ...] | KeysAt:
    """The keys that `issuer` publishes, or where they are.

    Raises Refused: INVALID_CONTROLLED_IDENTIFIER_DOCUMENT where the metadata are another's, or malformed, and as
    `did.https.locate`.
    """
    match metadata:
        case {"issuer": str(named)} if named != issuer:
            raise _unfit("/issuer", f"the metadata found for {issuer:.200} are those of {named:.200}")
        case {"issuer": str(), "jwks": _, "jwks_uri": _}:
            raise _unfit("", "the metadata have both jwks and jwks_uri")
        case {"issuer": str(), "jwks": dict(jwks)}:
            return read_keys(jwks)
        case {"issuer": str(), "jwks_uri": str(url)}:
            return KeysAt(_document_url(url))
        case _:
            raise _unfit("", "the metadata need issuer, and jwks or an https jwks_uri")


def read_keys(jwks: JsonObject) -> tuple[JsonObject, ...]:
    """A JWK Set (RFC 7517 §5). Raises Refused (INVALID_CONTROLLED_IDENTIFIER_DOCUMENT)."""
    match jwks:
        case {"keys": list(keys)} if len(keys) <= MAX_KEYS:
            pass
        case _:
            raise _unfit("/jwks", f"is no JWK Set of at most {MAX_KEYS} keys")
    found = tuple(key for key in keys if isinstance(key, dict))
    if len(found) != len(keys):
        raise _unfit("/jwks/keys", "holds what is no key")
    return found


def choose(keys: tuple[JsonObject, ...], issued: SignedJwt) -> JsonObject:
    """The one that the header's `kid` names; without a `kid`, the only one. Raises Refused."""
    match issued.header:
        case {"kid": str(kid)}:
            chosen = [key for key in keys if key.get("kid") == kid]
        case {"kid": _}:
            raise _malformed("/kid", "must be a string")
        case _:
            chosen = list(keys)
    match chosen:
        case [key]:
            return key
        case _:
            detail = f"{len(chosen)} of the issuer's {len(keys)} keys fit what the token says of its key"
            raise Refused(Problem(INVALID_VERIFICATION_METHOD, at="/kid", detail=detail))


def document(issuer: str, keys: tuple[JsonObject, ...]) -> ControlledIdentifierDocument:
    """The keys as the issuer's own, each by its `kid`. Raises Refused (INVALID_CONTROLLED_IDENTIFIER_DOCUMENT)."""
    names = [_name(key, number) for number, key in enumerate(keys, 1)]
    if len(set(names)) != len(names):
        raise _unfit("/jwks/keys", "holds two keys by one name (kid)")
    methods = tuple(
        VerificationMethod(
            id=f"{issuer}#{name}", type=JSON_WEB_KEY, controller=issuer, public_key_multibase="", public_key_jwk=key
        )
        for name, key in zip(names, keys, strict=True)
    )
    relationships = frozenset((Relationship.ASSERTION_METHOD, method.id) for method in methods)
    return ControlledIdentifierDocument(id=issuer, verification_methods=methods, relationships=relationships)


def named(key: JsonObject, issued: SignedJwt) -> JsonObject:
    """A key that nobody named, by what the header calls its key."""
    match issued.header:
        case {"kid": str(kid)}:
            return {**key, "kid": kid}
        case _:
            return key


def find_key(issued: SignedJwt, controller: ControlledIdentifierDocument) -> VerificationMethod:
    """The one that the header's `kid` names; without a `kid`, the only one. Raises Refused."""
    match issued.header:
        case {"kid": str(kid)}:
            return controller.method(f"{controller.id}#{kid.rpartition('#')[2]}", Relationship.ASSERTION_METHOD)
        case {"kid": _}:
            raise _malformed("/kid", "must be a string")
    match controller.verification_methods:
        case (only,):
            return controller.method(only.id, Relationship.ASSERTION_METHOD)
        case methods:
            detail = f"the token names no key, and {controller.id:.200} publishes {len(methods)}"
            raise Refused(Problem(INVALID_VERIFICATION_METHOD, at="/kid", detail=detail))


def jwk_of(method: VerificationMethod) -> JsonObject:
    """The key as JOSE writes it. Raises Refused: UNSUPPORTED_MECHANISM, INVALID_VERIFICATION_METHOD."""
    if method.public_key_jwk is not None:
        return method.public_key_jwk
    return dict(jwk.of_public_key(method.public_key()).members)


def _name(key: JsonObject, number: int) -> str:
    """A URL of a key elsewhere is called by its fragment alone: it is this issuer's word that the key is theirs."""
    match key:
        case {"kid": str(kid)}:
            return kid.rpartition("#")[2]
        case _:
            return f"key-{number}"


def _document_url(url: str) -> str:
    https.locate(url)
    return url


def _certificate(text: object) -> bytes:
    # RFC 7515 §4.1.6: plain base64, not base64url.
    try:
        return base64.b64decode(text if isinstance(text, str) else "·", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed("/x5c", "holds what is no certificate in base64") from error


def _malformed(at: str, detail: str) -> Refused:
    return Refused(Problem(MALFORMED_VALUE_ERROR, at=at, detail=detail))


def _unfit(at: str, detail: str) -> Refused:
    return Refused(Problem(INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, at=at, detail=detail))
