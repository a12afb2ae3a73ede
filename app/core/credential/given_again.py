"""An achievement that was awarded once, as a request gives it: what is read from it again is the same, without loss."""

from collections.abc import Iterable
from dataclasses import replace

from app.core.credential.content_names import content_name
from app.core.credential.micro_credential import (
    Achievement,
    Concept,
    Identifier,
    LanguageMap,
    LearningOutcome,
    Organisation,
    QualityAssurance,
    Skill,
)
from app.core.problems import JsonObject


def achievement_again(about: Achievement, *, issuer_id: str) -> JsonObject:
    """The `achievement` of a body of `POST /awards`. A name that was made of the content is left to be made again."""
    own_name = content_name(replace(about, id=""), issuer_id)
    return _without_empty(
        {
            "id": None if about.id == own_name else about.id,
            "title": about.title.as_json(),
            "language": about.language,
            "description": about.description.as_json(),
            "criteria": _texts(about.criteria),
            "awardingBody": [_organisation(body) for body in about.awarding_body],
            "learningOutcome": [_outcome(outcome, issuer_id) for outcome in about.learning_outcome],
            "creditPoint": [
                {"framework": _concept(credit.framework), "point": str(credit.point)} for credit in about.credit_point
            ],
            "volumeOfLearning": about.volume_of_learning,
            "eqfLevel": _concept(about.eqf_level),
            "nqfLevel": _concepts(about.nqf_level),
            "qfEheaCycle": _concept(about.qf_ehea_cycle),
            "levelNotApplicable": _texts(about.level_not_applicable),
            "assessmentType": _concepts(about.assessment_type),
            "mode": _concepts(about.mode),
            "qualityAssurance": [_quality(quality) for quality in about.quality_assurance],
            "entryRequirement": _texts(about.entry_requirement),
            "supervisionVerification": _concept(about.supervision_verification),
            "stackability": _concept(about.stackability),
            "stacksInto": list(about.stacks_into),
            "furtherInformation": _texts(about.further_information),
            "identifier": _identifiers(about.identifiers),
            "thematicArea": _concepts(about.thematic_area),
            "learningOpportunityType": _concept(about.learning_opportunity_type),
        }
    )


def _outcome(outcome: LearningOutcome, issuer_id: str) -> JsonObject:
    own_name = content_name(replace(outcome, id=""), issuer_id)
    return _without_empty(
        {
            "id": None if outcome.id == own_name else outcome.id,
            "title": outcome.title.as_json(),
            "relatedESCOSkill": [_skill(skill) for skill in outcome.related_esco_skill],
            "relatedSkill": [_skill(skill) for skill in outcome.related_skill],
        }
    )


def _skill(skill: Skill) -> JsonObject:
    return _without_empty({"id": skill.uri, "prefLabel": _texts(skill.pref_label)})


def _quality(quality: QualityAssurance) -> JsonObject:
    agent = quality.accrediting_agent
    return _without_empty(
        {
            "accreditationType": _concept(quality.accreditation_type),
            "title": _texts(quality.title),
            "description": _texts(quality.description),
            "reference": quality.reference,
            "accreditingAgent": None if agent is None else _organisation(agent),
            "report": quality.report,
        }
    )


def _organisation(body: Organisation) -> JsonObject:
    return _without_empty(
        {
            "id": body.id,
            "name": body.name,
            "country": body.country,
            "region": body.region,
            "locality": body.locality,
            "streetAddress": body.street_address,
            "postalCode": body.postal_code,
            "url": body.url,
            "email": body.email,
            "legalIdentifier": body.legal_identifier,
            "identifier": _identifiers(body.identifiers),
        }
    )


def _identifiers(identifiers: Iterable[Identifier]) -> list[JsonObject]:
    return [{"scheme": identifier.scheme, "value": identifier.value} for identifier in identifiers]


def _concepts(concepts: Iterable[Concept]) -> list[JsonObject]:
    return [found for concept in concepts if (found := _concept(concept))]


def _concept(concept: Concept | None) -> JsonObject | None:
    if concept is None:
        return None
    return _without_empty({"id": concept.uri, "prefLabel": concept.pref_label.as_json(), "notation": concept.notation})


def _texts(texts: LanguageMap | None) -> JsonObject | None:
    return None if texts is None else texts.as_json()


def _without_empty(members: JsonObject) -> JsonObject:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
