"""Names for what an institution did not name itself: made of the content, so that the same has the same name."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from app.core.credential.micro_credential import (
    Achievement,
    Concept,
    Grade,
    LearningOutcome,
    MicroCredential,
    Organisation,
)
from app.core.problems import MALFORMED_VALUE_ERROR, Problem, Refused

# RFC 9562, 5.5: our namespace for UUIDs that are made of a name.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/testamur/v1")


def content_name(described: Achievement | LearningOutcome | Grade, within: str) -> str:
    """A `urn:uuid:` of what is said, and of whose it is (`within`). A member that says nothing has no part in it.

    Of a grade only the scale counts, as it is the same for every learner.
    """
    content = {
        name: value for name, value in asdict(described).items() if not (name == "value" or value in (None, (), ""))
    }
    text = json.dumps([type(described).__name__, within, content], sort_keys=True, ensure_ascii=False, default=str)
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, text)}"


def refuse_one_name_for_two_things(claimed: MicroCredential) -> None:
    """In RDF all that is said under one name is said of one thing: two descriptions would become one, unseen."""
    seen: dict[str, Any] = {}
    for uri, described in _named(claimed):
        if seen.setdefault(uri, described) != described:
            detail = f"{uri} names two different things, or one thing described in two ways"
            raise Refused(Problem(MALFORMED_VALUE_ERROR, at="", detail=detail, remedy="give each thing its own id"))


def _named(claimed: MicroCredential) -> Iterator[tuple[str, object]]:
    about = claimed.achievement
    organisations = (claimed.issuer, *about.awarding_body, *(q.accrediting_agent for q in about.quality_assurance))
    concepts = (
        *(credit.framework for credit in about.credit_point),
        *(quality.accreditation_type for quality in about.quality_assurance),
        *(about.eqf_level, *about.nqf_level, about.qf_ehea_cycle, *about.assessment_type, *about.mode),
        *(about.supervision_verification, about.stackability, *about.thematic_area, about.learning_opportunity_type),
    )
    skills = [s for outcome in about.learning_outcome for s in (*outcome.related_esco_skill, *outcome.related_skill)]
    yield about.id, about
    yield from ((claimed.learner.id, claimed.learner),) if claimed.learner.id else ()
    yield from (
        (organisation.id, organisation) for organisation in organisations if isinstance(organisation, Organisation)
    )
    yield from ((concept.uri, concept) for concept in concepts if isinstance(concept, Concept))
    yield from ((outcome.id, outcome) for outcome in about.learning_outcome)
    yield from ((skill.uri, skill) for skill in skills)
    # Named without a description, by a link alone.
    yield from ((uri, uri) for uri in about.stacks_into)
    yield from ((quality.report, quality.report) for quality in about.quality_assurance if quality.report)
    yield from ((claimed.supersedes, claimed.supersedes),) if claimed.supersedes else ()
