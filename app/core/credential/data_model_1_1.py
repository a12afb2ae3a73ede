"""WHAT a credential of the data model before the present one must be: its structural MUSTs. None is issued here.

https://www.w3.org/TR/vc-data-model-1.1/
"""

from collections.abc import Iterator

from app.core import date_time_stamp
from app.core.credential import data_model
from app.core.credential.data_model import CONTEXT_1_1, TYPE, each_value, is_url
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Problem, Refused

# Member → clause; whether each of its objects needs an id, too.
_TYPED = {
    "credentialStatus": ("§4.9", True),
    "credentialSchema": ("§5.4", True),
    "refreshService": ("§5.5", True),
    "termsOfUse": ("§5.6", False),
    "evidence": ("§5.7", False),
}


def problems(document: JsonObject) -> tuple[Problem, ...]:
    """Everything in which `document` breaks the data model, each with its clause. The proof is not looked at."""
    rules = (_context, _id, _type, _credential_subject, _issuer, _dates, _typed)
    return tuple(problem for rule in rules for problem in rule(document))


def _context(document: JsonObject) -> Iterator[Problem]:
    match document.get("@context"):
        case [first, *_] if first == CONTEXT_1_1:
            pass
        case _:
            yield _malformed("/@context", f"must be an array that begins with {CONTEXT_1_1}", "§4.1")


def _id(document: JsonObject) -> Iterator[Problem]:
    if "id" in document and not is_url(document["id"]):
        yield _malformed("/id", "must be one URI", "§4.2")


def _type(document: JsonObject) -> Iterator[Problem]:
    if TYPE not in data_model.types(document):
        yield _malformed("/type", f"must be strings that include {TYPE}", "§4.3")


def _credential_subject(document: JsonObject) -> Iterator[Problem]:
    if document.get("credentialSubject") in (None, []):
        yield _malformed("/credentialSubject", "is missing or empty", "§4.4")
    for subject, at in each_value(document, "credentialSubject"):
        match subject:
            case {"id": identifier} if not is_url(identifier):
                yield _malformed(f"{at}/id", "must be one URI", "§4.2")
            case dict() if subject:
                pass
            case _:
                yield _malformed(at, "must be an object that claims something", "§4.4")


def _issuer(document: JsonObject) -> Iterator[Problem]:
    if data_model.issuer_id(document) is None:
        yield _malformed("/issuer", "must be one URI, or one object whose id is a URI", "§4.5")


def _dates(document: JsonObject) -> Iterator[Problem]:
    if "issuanceDate" not in document:
        yield _malformed("/issuanceDate", "is missing", "§4.6")
    for member, clause in (("issuanceDate", "§4.6"), ("expirationDate", "§4.8")):
        try:
            if member in document:
                date_time_stamp.read(document[member], at=f"/{member}")
        except Refused as refused:
            yield from (_malformed(problem.at, problem.detail, clause) for problem in refused.problems)


def _typed(document: JsonObject) -> Iterator[Problem]:
    for member, (clause, id_required) in _TYPED.items():
        for entry, at in each_value(document, member):
            if not isinstance(entry, dict) or not data_model.types(entry):
                yield _malformed(at, "must be an object with a type", clause)
            elif ("id" in entry or id_required) and not is_url(entry.get("id")):
                yield _malformed(f"{at}/id", "must be one URI", clause)


def _malformed(at: str, detail: str, clause: str) -> Problem:
    return Problem(MALFORMED_VALUE_ERROR, at=at, detail=f"{detail} (VC Data Model 1.1 {clause})")
