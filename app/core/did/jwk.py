"""did:jwk: the identifier is the key, as a JSON Web Key, so its document is worked out of it, and nobody is asked.

https://github.com/quartzjer/did-jwk/blob/main/spec.md
"""

from app.core import strict_json
from app.core.did.document import JSON_WEB_KEY, ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.json_web_key import SECRET_MEMBERS
from app.core.multiformats import decode_multibase
from app.core.problems import INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID, JsonObject, Problem, Refused

PREFIX = "did:jwk:"

# The longest public key that is in use, RSA of 4,096 bits with a name, has some 800.
MAX_CHARACTERS = 2_048

_SIGNING = frozenset(Relationship) - {Relationship.KEY_AGREEMENT}


def locate(identifier: str) -> ControlledIdentifierDocument | str:
    """The document itself.

    Raises Refused: INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID for what is no key or a secret one, UNSUPPORTED_MECHANISM,
    INVALID_VERIFICATION_METHOD for an unsound key.
    """
    jwk = _read(identifier, identifier.removeprefix(PREFIX))
    method = VerificationMethod(
        id=f"{identifier}#0",
        type=JSON_WEB_KEY,
        controller=identifier,
        public_key_multibase="",
        public_key_jwk=jwk,
    )
    # A key that is for encryption is published all the same: it is used for nothing here.
    is_for_encryption = jwk.get("use") == "enc"
    if not is_for_encryption:
        method.public_key()
    return ControlledIdentifierDocument(
        id=identifier,
        verification_methods=(method,),
        relationships=frozenset(
            (relationship, method.id)
            for relationship in ({Relationship.KEY_AGREEMENT} if is_for_encryption else _SIGNING)
        ),
    )


def _read(identifier: str, encoded: str) -> JsonObject:
    if len(encoded) > MAX_CHARACTERS:
        raise _malformed(identifier, "is longer than any key")
    try:
        jwk = strict_json.read_object(decode_multibase("u" + encoded))
    except Refused as refused:
        raise _malformed(identifier, "holds no JSON object in base64url") from refused
    if SECRET_MEMBERS.intersection(jwk):
        raise _malformed(identifier, "holds a private key")
    return jwk


def _malformed(identifier: str, what: str) -> Refused:
    return Refused(
        Problem(INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID, detail=f"{identifier!r:.200} is no did:jwk: it {what}")
    )
