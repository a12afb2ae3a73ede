"""WHAT every verifiable presentation must be, whatever is in it: the structural MUSTs of VC Data Model 2.0, §4.13.

https://www.w3.org/TR/vc-data-model-2.0/#verifiable-presentations
"""

from collections.abc import Iterator
from typing import Final

from app.core.credential import data_model
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Problem

TYPE: Final = "VerifiablePresentation"

# Each costs what a verification costs, and may send us to another host.
MAX_CREDENTIALS: Final = 8


def problems(document: JsonObject) -> tuple[Problem, ...]:
    """Everything in which `document` breaks the data model. Neither its proof nor what is in its credentials counts."""
    return (
        *data_model.context_problems(document),
        *data_model.id_problems(document),
        *data_model.type_problems(document, TYPE),
        *_holder(document),
        *_verifiable_credential(document),
        *data_model.typed_problems(document, "termsOfUse", clause="§5.5"),
    )


def holder_id(document: JsonObject) -> str | None:
    """Who presents, as the presentation says; None where it does not say, or not by one URL."""
    match document.get("holder"):
        case str(identifier) | {"id": str(identifier)} if data_model.is_url(identifier):
            return identifier
        case _:
            return None


def credentials(document: JsonObject) -> list[object]:
    """The credentials in it, each as it is; none where there are none."""
    return data_model.entries(document.get("verifiableCredential", []))


def _holder(document: JsonObject) -> Iterator[Problem]:
    if "holder" in document and holder_id(document) is None:
        yield _malformed("/holder", "must be one URL, or one object whose id is a URL")


def _verifiable_credential(document: JsonObject) -> Iterator[Problem]:
    if document.get("verifiableCredential") in ([], None) and "verifiableCredential" in document:
        yield _malformed("/verifiableCredential", "must be one credential or more; leave it out where there is none")
    if (count := len(credentials(document))) > MAX_CREDENTIALS:
        yield _malformed("/verifiableCredential", f"has {count:,} credentials; at most {MAX_CREDENTIALS} are read")
    for credential, at in data_model.each_value(document, "verifiableCredential"):
        if not isinstance(credential, dict) and credential is not None:
            yield _malformed(at, "must be an object: a credential, or one in its envelope")


def _malformed(at: str, detail: str) -> Problem:
    return Problem(MALFORMED_VALUE_ERROR, at=at, detail=f"{detail} (VC Data Model 2.0 §4.13)")
