"""did:key: the identifier is the key, so its document is worked out of it, and nobody is asked.

https://w3c-ccg.github.io/did-key-spec/
"""

from app.core.did.document import MULTIKEY, ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.problems import INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID, Problem, Refused

PREFIX = "did:key:"

_SIGNING = frozenset(Relationship) - {Relationship.KEY_AGREEMENT}


def locate(identifier: str) -> ControlledIdentifierDocument | str:
    """The document itself. Raises Refused: UNSUPPORTED_MECHANISM, INVALID_VERIFICATION_METHOD for an unsound key."""
    multibase = identifier.removeprefix(PREFIX)
    if not multibase.isascii() or not multibase.isalnum():
        raise Refused(
            Problem(INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID, detail=f"{identifier!r:.200} is no did:key with one key")
        )
    method = VerificationMethod(
        id=f"{identifier}#{multibase}", type=MULTIKEY, controller=identifier, public_key_multibase=multibase
    )
    method.public_key()
    return ControlledIdentifierDocument(
        id=identifier,
        verification_methods=(method,),
        relationships=frozenset((relationship, method.id) for relationship in _SIGNING),
    )
