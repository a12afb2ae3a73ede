"""WHO: a controlled identifier document, its keys, and what each may be used for, and since and until when.

https://www.w3.org/TR/cid-1.0/
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.core import date_time_stamp, json_web_key
from app.core.json_web_key import SECRET_MEMBERS
from app.core.multiformats import (
    KEY_TYPES,
    MAX_BASE58_CHARACTERS,
    KeyKind,
    PublicKey,
    decode_multibase,
    decode_multikey,
)
from app.core.problems import (
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT,
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID,
    INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD,
    INVALID_VERIFICATION_METHOD,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Problem,
    Refused,
    pointer,
)

MULTIKEY = "Multikey"
JSON_WEB_KEY = "JsonWebKey"
# A Multikey of one kind, as it was called before Multikey was; JsonWebKey was JsonWebKey2020.
_ED25519_MULTIKEY_OF_2020 = "Ed25519VerificationKey2020"

# More keys than any issuer has use for; a document is read at the cost of one pass over them.
MAX_VERIFICATION_METHODS = 64

_DID_CONTEXT = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")
_JSON_WEB_KEY_CONTEXT = "https://w3id.org/security/jwk/v1"
_CID_CONTEXT = ("https://www.w3.org/ns/cid/v1",)


class Relationship(StrEnum):
    """Verification relationships, Controlled Identifiers 1.0 §2.3; the values of `proofPurpose`."""

    ASSERTION_METHOD = "assertionMethod"
    AUTHENTICATION = "authentication"
    KEY_AGREEMENT = "keyAgreement"
    CAPABILITY_INVOCATION = "capabilityInvocation"
    CAPABILITY_DELEGATION = "capabilityDelegation"


@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """A public key as a document publishes it, read where it is used.

    A retired key stands here like any other; a compromised one has `revoked`, and nothing by it counts. A Multikey has
    `public_key_multibase`, a JsonWebKey `public_key_jwk`; a method of another type is kept, its key unread.
    """

    id: str
    type: str
    controller: str
    public_key_multibase: str
    expires: datetime | None = None
    revoked: datetime | None = None
    public_key_jwk: JsonObject | None = field(default=None, hash=False)

    def public_key(self) -> PublicKey:
        """The key itself. Raises Refused: UNSUPPORTED_MECHANISM (another kind of key), INVALID_VERIFICATION_METHOD."""
        if self.public_key_jwk is not None:
            return json_web_key.read(self.public_key_jwk)
        try:
            key = decode_multikey(self.public_key_multibase)
        except Refused as refused:
            if self.public_key_multibase and _is_of_known_kind(self.public_key_multibase):
                raise
            detail = f"the key {self.id:.200} is of a kind that cannot be used here"
            raise Refused(Problem(UNSUPPORTED_MECHANISM, detail=detail)) from refused
        if self.type == _ED25519_MULTIKEY_OF_2020 and key.kind is not KeyKind.ED25519:
            detail = f"the key {self.id:.200} is of {key.kind}, and says that it is an {self.type}"
            raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail=detail))
        return key


@dataclass(frozen=True, slots=True)
class ControlledIdentifierDocument:
    """Keys by their full URL, and the relationships that each stands in."""

    id: str
    verification_methods: tuple[VerificationMethod, ...]
    relationships: frozenset[tuple[Relationship, str]]

    def method(self, url: str, purpose: Relationship) -> VerificationMethod:
        """The method at `url`, where it may be used for `purpose` (Controlled Identifiers §3.3).

        Raises Refused: INVALID_VERIFICATION_METHOD, INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD.
        """
        found = next((method for method in self.verification_methods if method.id == url), None)
        if found is None or url.partition("#")[0] != self.id:
            raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail=f"{self.id} publishes no key {url}"))
        if found.controller != self.id:
            raise Refused(
                Problem(
                    INVALID_VERIFICATION_METHOD,
                    detail=f"the key {url} is controlled by {found.controller}, not {self.id}",
                )
            )
        if (purpose, url) not in self.relationships:
            raise Refused(
                Problem(
                    INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD,
                    detail=f"{self.id} does not use the key {url} for {purpose}",
                )
            )
        return found


def read(document: JsonObject, *, identifier: str) -> ControlledIdentifierDocument:
    """The document that `identifier` names, as its host (or its own DID) gave it.

    Raises Refused: INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID where it is another's, and where it is malformed
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT.
    """
    if document.get("id") != identifier:
        detail = f"the document found for {identifier} says that it is {document.get('id')!r:.200}"
        raise Refused(Problem(INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID, at="/id", detail=detail))
    entries: list[tuple[Relationship | None, object, str]] = [
        (None, entry, pointer("verificationMethod", place))
        for place, entry in enumerate(_list(document.get("verificationMethod", []), at="/verificationMethod"))
    ]
    for relationship in Relationship:
        at = pointer(relationship)
        entries += [
            (relationship, entry, f"{at}/{place}")
            for place, entry in enumerate(_list(document.get(relationship, []), at=at))
        ]
    return _assemble(entries, identifier)


def write(document: ControlledIdentifierDocument) -> JsonObject:
    """The document as its host publishes it; every method by reference."""
    context: tuple[str, ...] = _DID_CONTEXT if document.id.startswith("did:") else _CID_CONTEXT
    if context is _DID_CONTEXT and any(method.type == JSON_WEB_KEY for method in document.verification_methods):
        context = (*context, _JSON_WEB_KEY_CONTEXT)
    relationships = {
        relationship: [m.id for m in document.verification_methods if (relationship, m.id) in document.relationships]
        for relationship in Relationship
    }
    return {
        "@context": list(context),
        "id": document.id,
        "verificationMethod": [_write_method(method) for method in document.verification_methods],
        **{str(relationship): methods for relationship, methods in relationships.items() if methods},
    }


def _assemble(entries: list[tuple[Relationship | None, object, str]], identifier: str) -> ControlledIdentifierDocument:
    """§2.3: a relationship names a method by its URL, or holds one that is of use for nothing else."""
    methods: dict[str, VerificationMethod] = {}
    relationships: set[tuple[Relationship, str]] = set()
    for relationship, entry, at in entries:
        match entry:
            case str(reference) if relationship is not None:
                relationships.add((relationship, _absolute(reference, identifier)))
                continue
            case dict():
                method = _read_method(entry, identifier=identifier, at=at)
            case _:
                raise _malformed(at, "is not a verification method")
        if method.id in methods:
            raise _malformed(at, f"a second key is called {method.id!r:.200}")
        if len(methods) == MAX_VERIFICATION_METHODS:
            raise _malformed(at, f"there are more than {MAX_VERIFICATION_METHODS} keys")
        methods[method.id] = method
        if relationship is not None:
            relationships.add((relationship, method.id))
    return ControlledIdentifierDocument(identifier, tuple(methods.values()), frozenset(relationships))


def _read_method(entry: JsonObject, *, identifier: str, at: str) -> VerificationMethod:
    match entry:
        case {"publicKeyMultibase": _, "publicKeyJwk": _}:
            raise _malformed(at, "has both publicKeyMultibase and publicKeyJwk (Controlled Identifiers §2.2)")
        case {"secretKeyMultibase": _} | {"secretKeyJwk": _}:
            raise _malformed(at, "publishes a secret key")
        case {"publicKeyJwk": dict(published)} if SECRET_MEMBERS.intersection(published):
            raise _malformed(at, "publishes a secret key")
        case {"id": str(method_id), "type": str(kind), "controller": str(controller)}:
            pass
        case _:
            raise _malformed(at, "a verification method needs id, type and controller")
    key, jwk = _published_key(entry, kind, at=at)
    return VerificationMethod(
        id=_absolute(method_id, identifier),
        type=kind,
        controller=controller,
        public_key_multibase=key,
        expires=_moment(entry, "expires", at=at),
        revoked=_moment(entry, "revoked", at=at),
        public_key_jwk=jwk,
    )


def _published_key(entry: JsonObject, kind: str, *, at: str) -> tuple[str, JsonObject | None]:
    """`publicKeyMultibase` and `publicKeyJwk`, of which a method of a type that we know has exactly one."""
    match entry:
        case {"type": "Multikey" | "Ed25519VerificationKey2020", "publicKeyMultibase": str(key)} if key:
            return key, None
        case {"type": "JsonWebKey" | "JsonWebKey2020", "publicKeyJwk": dict(jwk)}:
            return "", jwk
        case {"type": "Multikey" | "Ed25519VerificationKey2020"}:
            raise _malformed(at, f"a method of the type {kind} needs publicKeyMultibase")
        case {"type": "JsonWebKey" | "JsonWebKey2020"}:
            raise _malformed(at, f"a method of the type {kind} needs publicKeyJwk")
        case _:
            return "", None


def _write_method(method: VerificationMethod) -> JsonObject:
    written: JsonObject = {"id": method.id, "type": method.type, "controller": method.controller}
    if method.public_key_multibase:
        written["publicKeyMultibase"] = method.public_key_multibase
    if method.public_key_jwk is not None:
        written["publicKeyJwk"] = method.public_key_jwk
    if method.expires:
        written["expires"] = date_time_stamp.write(method.expires)
    if method.revoked:
        written["revoked"] = date_time_stamp.write(method.revoked)
    return written


def _is_of_known_kind(multikey: str) -> bool:
    """False only for a Multikey that is sound, as far as can be seen, but of another kind: an RSA key, say."""
    if len(multikey) > MAX_BASE58_CHARACTERS:
        return False
    try:
        data = decode_multibase(multikey, bases="z")
    except Refused:
        return True
    return len(data) < 2 or any(data.startswith(known.public_header) for known in KEY_TYPES)


def _moment(entry: JsonObject, member: str, *, at: str) -> datetime | None:
    if member not in entry:
        return None
    return date_time_stamp.read(entry[member], at=f"{at}/{member}", problem_type=INVALID_CONTROLLED_IDENTIFIER_DOCUMENT)


def _absolute(reference: str, identifier: str) -> str:
    """DID Core §3.2.2: `#key-1` in a document is a key of that document."""
    return identifier + reference if reference.startswith("#") else reference


def _list(value: object, *, at: str) -> list[object]:
    if not isinstance(value, list):
        raise _malformed(at, "is not an array")
    if len(value) > MAX_VERIFICATION_METHODS:
        raise _malformed(at, f"has more than {MAX_VERIFICATION_METHODS} entries")
    return value


def _malformed(at: str, detail: str) -> Refused:
    return Refused(Problem(INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, at=at, detail=detail))
