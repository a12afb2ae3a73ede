"""What is wrong with a badge: by Open Badges' JSON Schema and rules, and by our own schema for the elements."""

from collections.abc import Iterator

from app.core.credential import json_schema
from app.core.credential.badge_reading import is_micro_credential, read
from app.core.json_ld import Contexts
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Problem, Refused

CONTEXT = "https://w3id.org/testamur/contexts/micro-credential-v1"
SCHEMA = "https://w3id.org/testamur/schemas/micro-credential-v1"
OPEN_BADGE_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"

_TYPES = ("OpenBadgeCredential", "AchievementCredential")


def problems(document: JsonObject, *, contexts: Contexts) -> tuple[Problem, ...]:
    """What makes it no Open Badge 3.0; none where it is a good one."""
    return (*json_schema.problems(contexts, OPEN_BADGE_SCHEMA, document), *_broken_rules(document))


def micro_credential_problems(document: JsonObject, *, contexts: Contexts) -> tuple[Problem, ...]:
    """What the sixteen elements lack, by our schema and by reading them back.

    Only for a document that claims to have them (`is_micro_credential`).
    """
    found = {(problem.at, problem.detail): problem for problem in json_schema.problems(contexts, SCHEMA, document)}
    try:
        read(document)
    except Refused as refused:
        found |= {(problem.at, problem.detail): problem for problem in refused.problems}
    return tuple(found.values())


def _broken_rules(document: JsonObject) -> Iterator[Problem]:
    """What the specification says beside its schema."""
    match document:
        case {"type": list(types)} if all(kind in types for kind in _TYPES):
            detail = f"{' and '.join(_TYPES)} are two names of one type: together, one can be taken away unseen"
            yield Problem(MALFORMED_VALUE_ERROR, at="/type", detail=detail, remedy="keep one of them")
    match document:
        # 5.7.1: a Profile, which the data model would also let be a bare URL.
        case {"issuer": str()}:
            yield Problem(MALFORMED_VALUE_ERROR, at="/issuer", detail="is a URL alone; Open Badges want a Profile")
    match document:
        case {"credentialSubject": {"achievement": {"criteria": dict(criteria)}}} if not {"id", "narrative"} & set(
            criteria
        ):
            at = "/credentialSubject/achievement/criteria"
            yield Problem(MALFORMED_VALUE_ERROR, at=at, detail="has neither id nor narrative")
    match document:
        case {"credentialSubject": dict(subject)} if not ("id" in subject or subject.get("identifier")):
            yield Problem(MALFORMED_VALUE_ERROR, at="/credentialSubject", detail="has neither id nor identifier")
    match document:
        case {"credentialSubject": list()}:
            yield Problem(MALFORMED_VALUE_ERROR, at="/credentialSubject", detail="is more than one learner")


__all__ = ["CONTEXT", "OPEN_BADGE_SCHEMA", "SCHEMA", "is_micro_credential", "micro_credential_problems", "problems"]
