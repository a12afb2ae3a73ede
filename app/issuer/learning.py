"""The learning credential of a wallet of the EU's, on its way out: what of it can be withheld, and how it is looked at.

It is no JSON-LD and has no proof in it: an SD-JWT VC by the key that the institution's host publishes.
"""

from dataclasses import replace
from datetime import datetime

from app.core.credential import learning_credential
from app.core.credential.micro_credential import MicroCredential
from app.core.did import web as did_web
from app.core.did.document import MULTIKEY, ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.json_ld import Contexts
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Problem, Refused
from app.core.proof import jwt_vc_issuer, sd_jwt, sd_jwt_vc, type_metadata
from app.core.proof.concealing import SALT_BYTES
from app.core.status import token_status_list
from app.issuer.examine import STAND_IN, ExaminedCredential
from app.ports import StatusEntry

__all__ = ["DECOYS", "DISCLOSABLE", "SALT_BYTES", "checked", "examine", "token_list_url"]

DISCLOSABLE = learning_credential.DISCLOSABLE
# Of the metadata as they are published, byte by byte: the pinned document of that name.
TYPE_INTEGRITY = type_metadata.write(learning_credential.type_metadata())[1]
# How many claims were withheld is not told by how many digests there are.
DECOYS = 3


def examine(claimed: MicroCredential, *, credential_id: str, public_url: str) -> ExaminedCredential:
    """The claims, with a stand-in status. Raises Refused with every problem of saying it so."""
    claims = {
        "iss": did_web.address(claimed.issuer.id),
        "jti": credential_id,
        "vct#integrity": TYPE_INTEGRITY,
        **learning_credential.write(claimed),
    }
    if problems := learning_credential.problems(claims):
        raise Refused(*(replace(each, detail=f"as a learning credential: {each.detail}") for each in problems))
    draft = _with_entry(claims, STAND_IN, public_url=public_url)
    return ExaminedCredential(draft=draft, public_url=public_url, with_entry=_with_entry)


def token_list_url(public_url: str, list_id: str) -> str:
    """The same list as the badge's, as a Token Status List."""
    return f"{public_url}/token-status-lists/{list_id}"


def _with_entry(document: JsonObject, entry: StatusEntry, *, public_url: str) -> JsonObject:
    uri = token_list_url(public_url, entry.list_id)
    return {**document, "status": token_status_list.entry(uri=uri, index=entry.index)}


def has_address(did: str) -> bool:
    """Whether an institution can be named by a URL on https, as SD-JWT VC wants it."""
    return did.startswith(did_web.PREFIX)


def at_address(controller: ControlledIdentifierDocument) -> ControlledIdentifierDocument:
    """The institution's document under the URL by which its learning credentials name it: the very same keys."""
    address = did_web.address(controller.id)
    methods = tuple(
        replace(method, id=address + method.id.removeprefix(controller.id), controller=address)
        for method in _each_once(controller)
    )
    relationships = frozenset((Relationship.ASSERTION_METHOD, method.id) for method in methods)
    return ControlledIdentifierDocument(id=address, verification_methods=methods, relationships=relationships)


def issuer_metadata(controller: ControlledIdentifierDocument) -> JsonObject:
    """What the institution's host publishes of its keys for SD-JWT VC: those that were not given up."""
    keys = [
        {**jwt_vc_issuer.jwk_of(method), "kid": method.id, "use": "sig"}
        for method in _each_once(controller)
        if method.revoked is None
    ]
    return {"issuer": did_web.address(controller.id), "jwks": {"keys": keys}}


def _each_once(controller: ControlledIdentifierDocument) -> tuple[VerificationMethod, ...]:
    """The keys that can sign an SD-JWT VC, in the form that each has, and not in the second beside it."""
    return tuple(method for method in controller.verification_methods if method.type == MULTIKEY)


def checked(_contexts: Contexts, signed: bytes, controller: ControlledIdentifierDocument, _now: datetime) -> None:
    """Raises Refused where a wallet, or whoever is shown all of it, would not take it."""
    address = did_web.address(controller.id)
    received = sd_jwt.read(signed)
    method = jwt_vc_issuer.find_key(received.issuer_signed, at_address(controller))
    credential = sd_jwt_vc.verify(received, key=jwt_vc_issuer.jwk_of(method), wanted=None)
    if credential.issuer != address:
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/iss", detail=f"is not {address}"))
    if problems := learning_credential.problems(credential.claims):
        raise Refused(*problems)
