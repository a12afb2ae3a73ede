"""An institution's keys as its document publishes them: one method for proofs in documents, one beside it for tokens.

https://www.w3.org/TR/cid-1.0/#verification-methods: a method holds a key in one form, and who reads tokens may know
JOSE's alone (https://www.w3.org/TR/vc-jose-cose/#key-discovery). So a key for credentials stands there twice: as a
Multikey, and, by the same name and `-jwk`, as a JsonWebKey. An RSA key has no Multikey: it is a JsonWebKey by its name.
"""

from collections.abc import Iterable

from app.core.did import web as did_web
from app.core.did.document import (
    JSON_WEB_KEY,
    MULTIKEY,
    ControlledIdentifierDocument,
    Relationship,
    VerificationMethod,
)
from app.core.multiformats import KeyKind, PublicKey
from app.core.problems import JsonObject
from app.core.proof import jwk
from app.ports import InstitutionKey, KeyPurpose

_FOR_TOKENS = "-jwk"


def document(did: str, keys: Iterable[InstitutionKey]) -> ControlledIdentifierDocument:
    """As anyone may read it: a retired key stays, a compromised one says since when, in both its forms."""
    published = methods(did, keys)
    relationships = frozenset((Relationship.ASSERTION_METHOD, method.id) for method in published)
    return ControlledIdentifierDocument(id=did, verification_methods=published, relationships=relationships)


def methods(did: str, keys: Iterable[InstitutionKey]) -> tuple[VerificationMethod, ...]:
    return tuple(method for key in keys for method in _methods(did, key))


def name_in_tokens(verification_method: str, key: PublicKey) -> str:
    """The `kid` of a token that the key signs: where it is published in the form that tokens know."""
    return verification_method + _FOR_TOKENS if _is_published_twice(verification_method, key) else verification_method


def form(key: InstitutionKey) -> JsonObject:
    """The key in its one form, as a member."""
    if key.public_key.kind is KeyKind.RSA:
        return {"publicKeyJwk": dict(jwk.of_public_key(key.public_key).members)}
    return {"publicKeyMultibase": key.public_key_multibase}


def _methods(did: str, key: InstitutionKey) -> tuple[VerificationMethod, ...]:
    public_key = key.public_key
    if public_key.kind is KeyKind.RSA:
        return (_json_web_key(did, key, name=key.verification_method),)
    multikey = VerificationMethod(
        id=key.verification_method,
        type=MULTIKEY,
        controller=did,
        public_key_multibase=key.public_key_multibase,
        revoked=key.revoked,
    )
    if KeyPurpose.CREDENTIAL not in key.purposes or not _is_published_twice(key.verification_method, public_key):
        return (multikey,)
    return (multikey, _json_web_key(did, key, name=name_in_tokens(key.verification_method, public_key)))


def _json_web_key(did: str, key: InstitutionKey, *, name: str) -> VerificationMethod:
    jose = jwk.of_public_key(key.public_key)
    return VerificationMethod(
        id=name,
        type=JSON_WEB_KEY,
        controller=did,
        public_key_multibase="",
        revoked=key.revoked,
        public_key_jwk={**dict(jose.members), "alg": jose.algorithm, "use": "sig", "kid": name.rpartition("#")[2]},
    )


def _is_published_twice(verification_method: str, key: PublicKey) -> bool:
    """The document of a did:key is worked out of it by whoever reads it: nothing can be added there."""
    return verification_method.startswith(did_web.PREFIX) and key.kind is not KeyKind.RSA
