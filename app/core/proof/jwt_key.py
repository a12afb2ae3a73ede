"""Which key a token is verified with: one that its issuer publishes, and never one that the token brings.

https://www.w3.org/TR/vc-jose-cose/#key-discovery and https://www.imsglobal.org/spec/ob/v3p0#dereference
"""

from urllib.parse import urlsplit

from app.core.did import https
from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.problems import JsonObject, Refused
from app.core.proof import jwk
from app.core.proof.jwk import JoseKey
from app.core.proof.vc_jwt import Profile, SignedToken, insecure, no_key


def refuse_foreign_key(token: SignedToken, issuer: str) -> None:
    """Raises Refused (INVALID_VERIFICATION_METHOD) where `kid` is another's, which needs nobody to be asked."""
    kid = token.kid
    if kid is None or not kid.lower().startswith(("did:", "http:", "https:")):
        return
    if kid.partition("#")[0] != issuer and not (token.profile is Profile.OPEN_BADGE and _on_host_of(kid, issuer)):
        raise no_key(
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


def keys_wanted(token: SignedToken, issuer: str) -> frozenset[str]:
    """What its key may be called in the issuer's document. A document without it may be old, and is asked for again."""
    named = key_named(token, issuer)
    if named is not None:
        return frozenset({named})
    own_names = (token.kid, token.key_it_brings.thumbprint if token.key_it_brings else None)
    return frozenset(f"{issuer}#{name}" for name in own_names if name is not None and ":" not in name)


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
        raise no_key("its header names no key (kid), as it must where the issuer is a DID (VC-JOSE-COSE §4.1.1)")
    if token.kid is None and token.key_it_brings is None and token.profile is Profile.OPEN_BADGE:
        raise no_key("its header names no key: Open Badges 3.0 wants kid or jwk")
    found = [
        (method, key)
        for method in controller.verification_methods
        if (key := _readable(method)) is not None and _is_meant(token, method, key)
    ]
    match found:
        case [(_, key), *others] if all(other == key for _, other in others):
            # One key in two forms, as a document may well publish it; where either says that it was given up, it was.
            methods = (method for method, _ in found)
            method = min(
                methods, key=lambda each: (each.revoked is None, (purpose, each.id) not in controller.relationships)
            )
            return controller.method(method.id, purpose), _checked(token, key)
        case []:
            raise no_key(f"{controller.id:.200} publishes no key as the one that its header names")
        case _:
            raise no_key(f"{controller.id:.200} publishes more than one key that its header could mean")


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
        raise insecure(f"its header says {token.algorithm}, and the issuer's key is for {key.algorithm}")
    if token.key_it_brings not in (None, key):
        raise no_key("the key in its header (jwk) is not the one of the issuer's that it names")
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
