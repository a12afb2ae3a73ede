"""The nodes of a badge that are written once and named by their id from then on.

In RDF, what is said twice of one thing is said once: a repetition could be taken out of a signed document unseen.
"""

from collections.abc import Sequence
from typing import Any

from app.core.credential.given_organisations import LEGAL_IDENTIFIER
from app.core.credential.micro_credential import (
    Concept,
    CreditPoint,
    Identifier,
    LearningOutcome,
    Organisation,
    QualityAssurance,
    Skill,
)
from app.core.problems import JsonObject


class BadgeNodes:
    """Writes nodes, and remembers which it has described: for one document."""

    def __init__(self) -> None:
        self._described: set[str] = set()

    def organisation(self, about: Organisation) -> JsonObject:
        """A Profile (elements 3 and 4)."""
        if not self._first(about.id):
            return {"id": about.id}
        return without_empty(
            {
                "id": about.id,
                "type": ["Profile"],
                "name": about.name,
                "url": about.url,
                "email": about.email,
                "address": _address(about),
                "otherIdentifier": self.identifiers(
                    (
                        *([Identifier(LEGAL_IDENTIFIER, about.legal_identifier)] if about.legal_identifier else []),
                        *about.identifiers,
                    )
                ),
            }
        )

    def identifiers(self, identifiers: Sequence[Identifier]) -> list[JsonObject]:
        return [
            {"type": "IdentifierEntry", "identifier": identifier.value, "identifierType": identifier.scheme}
            for identifier in identifiers
        ]

    def concept(self, about: Concept) -> JsonObject | str:
        """Label and code are signed with it, so that it can be read when its vocabulary is no longer there."""
        if not self._first(about.uri):
            return about.uri
        described = {"id": about.uri, "type": "Concept", "prefLabel": about.pref_label.as_json()}
        return without_empty({**described, "notation": about.notation})

    def skill(self, about: Skill) -> JsonObject | str:
        if about.pref_label is None or not self._first(about.uri):
            return about.uri
        return {"id": about.uri, "type": "Concept", "prefLabel": about.pref_label.as_json()}

    def learning_outcome(self, about: LearningOutcome) -> JsonObject:
        return without_empty(
            {
                "id": about.id,
                "type": "LearningOutcome",
                "title": about.title.as_json(),
                "relatedESCOSkill": [self.skill(skill) for skill in about.related_esco_skill],
                "relatedSkill": [self.skill(skill) for skill in about.related_skill],
            }
        )

    def credit_point(self, about: CreditPoint) -> JsonObject:
        framework = self.concept(about.framework)
        return {"type": "CreditPoint", "framework": framework, "point": format(about.point, "f")}

    def quality_assurance(self, about: QualityAssurance) -> JsonObject:
        return without_empty(
            {
                "type": "QualityAssurance",
                "accreditationType": self.concept(about.accreditation_type),
                "title": about.title and about.title.as_json(),
                "summary": about.description and about.description.as_json(),
                "reference": about.reference,
                "accreditingAgent": about.accrediting_agent and self.organisation(about.accrediting_agent),
                "report": about.report,
            }
        )

    def _first(self, uri: str) -> bool:
        first = uri not in self._described
        self._described.add(uri)
        return first


def without_empty(members: JsonObject) -> JsonObject:
    """Open Badges leaves out what says nothing: no null, no empty array."""
    return {name: value for name, value in members.items() if value not in (None, [], {})}


def _address(about: Organisation) -> JsonObject | None:
    address: dict[str, Any] = without_empty(
        {
            "addressCountryCode": about.country,
            "addressRegion": about.region,
            "addressLocality": about.locality,
            "streetAddress": about.street_address,
            "postalCode": about.postal_code,
        }
    )
    return {"type": ["Address"], **address} if address else None
