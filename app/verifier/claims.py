"""What a credential without JSON-LD, the claims of an SD-JWT VC, says of its issuer, its dates and its status.

https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/
"""

from datetime import datetime

from app.core.credential import data_model
from app.core.problems import JsonObject
from app.core.proof import numeric_date


def are_claims(document: JsonObject) -> bool:
    """Whether it is such a one: it has a type of its own, `vct`, and no context."""
    return "vct" in document and "@context" not in document


def issuer_id(document: JsonObject) -> str | None:
    """Of a credential of any form; None where it names no issuer by a URL."""
    if not are_claims(document):
        return data_model.issuer_id(document)
    match document:
        case {"iss": str(issuer)}:
            return issuer
        case _:
            return None


def period(claims: JsonObject) -> tuple[datetime | None, datetime | None]:
    """From when until when, `nbf` and `exp`. Raises Refused (MALFORMED_VALUE_ERROR)."""
    return numeric_date.read(claims, "nbf"), numeric_date.read(claims, "exp")
