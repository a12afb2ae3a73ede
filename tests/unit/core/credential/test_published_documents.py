"""What is published under a version can never change: signed credentials carry its digest."""

import hashlib
import json
from typing import Any

import pytest

from app.core.credential import open_badge
from app.core.json_ld import Contexts

V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

ELM = "http://data.europa.eu/snb/model/elm/"
# European Learning Model 3 has a term for these; the others are ours, or Dublin Core's.
ELM_TERMS = {
    "learningOutcome": "learningOutcome",
    "creditPoint": "creditPoint",
    "volumeOfLearning": "volumeOfLearning",
    "eqfLevel": "EQFLevel",
    "nqfLevel": "NQFLevel",
    "thematicArea": "ISCEDFCode",
    "mode": "mode",
    "qualityAssurance": "accreditation",
    "awardingBody": "awardingBody",
    "supervisionVerification": "idVerification",
    "stacksInto": "isPartOf",
}


def _context(contexts: Contexts, url: str) -> dict[str, Any]:
    context: dict[str, Any] = json.loads(contexts.document(url))["@context"]
    return context


def _terms(context: dict[str, Any]) -> set[str]:
    return {name for name in context if not name.startswith("@")} - {"id", "type"}


@pytest.mark.parametrize(
    ("url", "sha256"),
    [
        (open_badge.CONTEXT, "88644fe7d032fbce0719b86c5c476a3edb46f29c73ccfcefa2a31af5723f93f2"),
        (open_badge.SCHEMA, "8b94525af61cde221b6f95b194331ac588593b1f7d28e67bc35d969a62ce5612"),
    ],
)
def test_the_bytes_are_the_published_ones(contexts: Contexts, url: str, sha256: str) -> None:
    assert hashlib.sha256(contexts.document(url)).hexdigest() == sha256


def test_every_context_in_ours_is_protected(contexts: Contexts) -> None:
    ours = _context(contexts, open_badge.CONTEXT)
    scoped = [definition["@context"] for definition in ours.values() if "@context" in str(definition)]
    assert [context for context in (ours, *scoped) if context["@protected"] is not True] == []


@pytest.mark.parametrize("url", [V2, OPEN_BADGES])
def test_our_terms_are_nobody_else_s(contexts: Contexts, url: str) -> None:
    assert _terms(_context(contexts, open_badge.CONTEXT)) & _terms(_context(contexts, url)) == set()


def test_the_terms_of_our_achievement_are_none_of_open_badges_achievement(contexts: Contexts) -> None:
    ours = _context(contexts, open_badge.CONTEXT)["EuMicroCredential"]["@context"]
    theirs = _context(contexts, OPEN_BADGES)
    assert _terms(ours) & (_terms(theirs["Achievement"]["@context"]) | _terms(theirs)) == set()


@pytest.mark.parametrize(("term", "name"), ELM_TERMS.items())
def test_what_elm_has_is_named_as_elm_names_it(contexts: Contexts, term: str, name: str) -> None:
    ours = _context(contexts, open_badge.CONTEXT)["EuMicroCredential"]["@context"]
    assert ours[term]["@id"] == ELM + name


def test_our_schema_knows_itself_by_its_url(contexts: Contexts) -> None:
    assert json.loads(contexts.document(open_badge.SCHEMA))["$id"] == open_badge.SCHEMA
