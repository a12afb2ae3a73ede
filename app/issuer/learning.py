"""The learning credential of a wallet of the EU's, on its way out: what of it can be withheld, and how it is looked at.

It is no JSON-LD and has no proof in it: an SD-JWT VC by the key that the institution's host publishes.
"""

from datetime import datetime

from app.core.credential import learning_credential
from app.core.did import web as did_web
from app.core.did.document import ControlledIdentifierDocument, Relationship
from app.core.json_ld import Contexts
from app.core.problems import INVALID_VERIFICATION_METHOD, MALFORMED_VALUE_ERROR, Problem, Refused
from app.core.proof import jwt_key, sd_jwt, sd_jwt_vc
from app.core.proof.concealing import SALT_BYTES

__all__ = ["DECOYS", "DISCLOSABLE", "SALT_BYTES", "checked"]

DISCLOSABLE = learning_credential.DISCLOSABLE
# How many claims were withheld is not told by how many digests there are.
DECOYS = 3


def checked(_contexts: Contexts, signed: bytes, controller: ControlledIdentifierDocument, _now: datetime) -> None:
    """Raises Refused where a wallet, or whoever is shown all of it, would not take it."""
    received = sd_jwt.read(signed)
    match received.issuer_signed.header:
        case {"kid": str(key)}:
            method = controller.method(key, Relationship.ASSERTION_METHOD)
        case _:
            raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail="its header names no key (kid)"))
    credential = sd_jwt_vc.verify(received, key=dict(jwt_key.jose_key(method).members), wanted=None)
    if credential.issuer != did_web.address(controller.id):
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/iss", detail=f"is not the address of {controller.id}"))
    if problems := learning_credential.problems(credential.claims):
        raise Refused(*problems)
