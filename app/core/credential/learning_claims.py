"""The parts of a micro-credential as claims of the learning credential, each an object, and read back from one.

Every part carries its labels with it and stands by itself: a holder may show any of them without the others.
"""

from collections.abc import Sequence

from app.core.credential.badge_nodes import without_empty
from app.core.credential.elements import element
from app.core.credential.members import PLACEHOLDER, PLACEHOLDER_IRI, PLACEHOLDER_MAP, Members
from app.core.credential.micro_credential import (
    Achievement,
    Concept,
    CreditPoint,
    Identifier,
    LanguageMap,
    LearningOutcome,
    Organisation,
    QualityAssurance,
    Skill,
)
from app.core.problems import JsonObject

_NO_CONCEPT = Concept(PLACEHOLDER_IRI, PLACEHOLDER_MAP)


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def write_organisation(about: Organisation) -> JsonObject:
    return without_empty(
        {
            "id": about.id,
            "name": about.name,
            "country": about.country,
            "region": about.region,
            "locality": about.locality,
            "street_address": about.street_address,
            "postal_code": about.postal_code,
            "url": about.url,
            "email": about.email,
            "legal_identifier": about.legal_identifier,
            "identifiers": write_identifiers(about.identifiers),
        }
    )


def write_identifiers(identifiers: Sequence[Identifier]) -> list[JsonObject]:
    return [{"scheme": identifier.scheme, "value": identifier.value} for identifier in identifiers]


def write_achievement(about: Achievement) -> JsonObject:
    return without_empty(
        {
            "id": about.id,
            "language": about.language,
            "title": about.title.as_json(),
            "description": about.description.as_json(),
            "learning_outcome": [_write_outcome(outcome) for outcome in about.learning_outcome],
            "credit_point": [_write_credit(credit) for credit in about.credit_point],
            "volume_of_learning": about.volume_of_learning,
            "eqf_level": _write_optional_concept(about.eqf_level),
            "nqf_level": [_write_concept(level) for level in about.nqf_level],
            "qf_ehea_cycle": _write_optional_concept(about.qf_ehea_cycle),
            "level_not_applicable": _write_text(about.level_not_applicable),
            "assessment_type": [_write_concept(kind) for kind in about.assessment_type],
            "mode": [_write_concept(mode) for mode in about.mode],
            "quality_assurance": [_write_quality(quality) for quality in about.quality_assurance],
            "awarding_body": [write_organisation(body) for body in about.awarding_body],
            "criteria": _write_text(about.criteria),
            "entry_requirement": _write_text(about.entry_requirement),
            "supervision_verification": _write_optional_concept(about.supervision_verification),
            "stackability": _write_optional_concept(about.stackability),
            "stacks_into": list(about.stacks_into),
            "further_information": _write_text(about.further_information),
            "identifiers": write_identifiers(about.identifiers),
            "thematic_area": [_write_concept(area) for area in about.thematic_area],
            "learning_opportunity_type": _write_optional_concept(about.learning_opportunity_type),
        }
    )


def _write_text(text: LanguageMap | None) -> JsonObject | None:
    return None if text is None else text.as_json()


def _write_concept(about: Concept) -> JsonObject:
    return without_empty({"uri": about.uri, "pref_label": about.pref_label.as_json(), "notation": about.notation})


def _write_optional_concept(about: Concept | None) -> JsonObject | None:
    return None if about is None else _write_concept(about)


def _write_skill(about: Skill) -> JsonObject:
    return without_empty({"uri": about.uri, "pref_label": _write_text(about.pref_label)})


def _write_outcome(about: LearningOutcome) -> JsonObject:
    return without_empty(
        {
            "id": about.id,
            "title": about.title.as_json(),
            "related_esco_skill": [_write_skill(skill) for skill in about.related_esco_skill],
            "related_skill": [_write_skill(skill) for skill in about.related_skill],
        }
    )


def _write_credit(about: CreditPoint) -> JsonObject:
    # As text: a JSON number has no decimals that every reader counts alike.
    return {"framework": _write_concept(about.framework), "point": format(about.point, "f")}


def _write_quality(about: QualityAssurance) -> JsonObject:
    return without_empty(
        {
            "accreditation_type": _write_concept(about.accreditation_type),
            "title": _write_text(about.title),
            "description": _write_text(about.description),
            "reference": about.reference,
            "accrediting_agent": about.accrediting_agent and write_organisation(about.accrediting_agent),
            "report": about.report,
        }
    )


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_organisation(about: Members) -> Organisation:
    about.required("id", "the organisation's id")
    about.required("name", "the organisation's name")
    return Organisation(
        id=about.iri("id") or PLACEHOLDER_IRI,
        name=about.name("name") or PLACEHOLDER,
        country=about.name("country"),
        region=about.name("region"),
        locality=about.name("locality"),
        street_address=about.name("street_address"),
        postal_code=about.name("postal_code"),
        url=about.url("url"),
        email=about.name("email"),
        legal_identifier=about.name("legal_identifier"),
        identifiers=read_identifiers(about, "identifiers"),
    )


def read_identifiers(members: Members, name: str) -> tuple[Identifier, ...]:
    return tuple(
        Identifier(entry.name("scheme") or PLACEHOLDER, entry.name("value") or PLACEHOLDER)
        for entry in members.each(name)
    )


def read_achievement(about: Members) -> Achievement:
    about.required("id", "the achievement's id")
    about.required("language", "the achievement's language")
    found = Achievement(
        id=about.iri("id") or PLACEHOLDER_IRI,
        title=about.language_map("title") or PLACEHOLDER_MAP,
        language=about.language("language") or "und",
        description=about.language_map("description") or PLACEHOLDER_MAP,
        learning_outcome=tuple(_outcome(item) for item in about.each("learning_outcome")),
        credit_point=tuple(_credit(item) for item in about.each("credit_point")),
        volume_of_learning=about.name("volume_of_learning"),
        eqf_level=_optional_concept(about, "eqf_level"),
        nqf_level=_concepts(about, "nqf_level"),
        qf_ehea_cycle=_optional_concept(about, "qf_ehea_cycle"),
        level_not_applicable=about.language_map("level_not_applicable"),
        assessment_type=_concepts(about, "assessment_type"),
        mode=_concepts(about, "mode"),
        quality_assurance=tuple(_quality(item) for item in about.each("quality_assurance")),
        awarding_body=tuple(read_organisation(body) for body in about.each("awarding_body")),
        criteria=about.language_map("criteria"),
        entry_requirement=about.language_map("entry_requirement"),
        supervision_verification=_optional_concept(about, "supervision_verification"),
        stackability=_optional_concept(about, "stackability"),
        stacks_into=about.iris("stacks_into"),
        further_information=about.language_map("further_information"),
        identifiers=read_identifiers(about, "identifiers"),
        thematic_area=_concepts(about, "thematic_area"),
        learning_opportunity_type=_optional_concept(about, "learning_opportunity_type"),
    )
    _refuse_missing(about)
    return found


def _refuse_missing(about: Members) -> None:
    """Elements of which one claim, or any of several, has to be there."""
    for number, *names in (
        (2, "title"),
        (2, "description"),
        (6, "learning_outcome"),
        (7, "credit_point", "volume_of_learning"),
        (8, "eqf_level", "nqf_level", "level_not_applicable"),
        (9, "assessment_type"),
        (10, "mode"),
        (11, "quality_assurance"),
    ):
        if not any(str(name) in about for name in names):
            about.missing(element(int(number)), str(names[0]))


def _concept(about: Members) -> Concept:
    about.required("uri", "the concept's URI")
    about.required("pref_label", "the concept's label")
    return Concept(
        about.iri("uri") or PLACEHOLDER_IRI,
        about.language_map("pref_label", prose=False) or PLACEHOLDER_MAP,
        about.name("notation"),
    )


def _optional_concept(members: Members, name: str) -> Concept | None:
    about = members.inside(name)
    return None if about is None else _concept(about)


def _required_concept(members: Members, name: str) -> Concept:
    members.required(name, "the term of its vocabulary")
    return _optional_concept(members, name) or _NO_CONCEPT


def _concepts(members: Members, name: str) -> tuple[Concept, ...]:
    return tuple(_concept(about) for about in members.each(name))


def _skill(about: Members) -> Skill:
    about.required("uri", "the skill's URI")
    return Skill(about.iri("uri") or PLACEHOLDER_IRI, about.language_map("pref_label", prose=False))


def _outcome(about: Members) -> LearningOutcome:
    about.required("id", "the learning outcome's id")
    about.required("title", "what the learner knows, understands or can do")
    return LearningOutcome(
        id=about.iri("id") or PLACEHOLDER_IRI,
        title=about.language_map("title") or PLACEHOLDER_MAP,
        related_esco_skill=tuple(_skill(skill) for skill in about.each("related_esco_skill")),
        related_skill=tuple(_skill(skill) for skill in about.each("related_skill")),
    )


def _credit(about: Members) -> CreditPoint:
    return CreditPoint(_required_concept(about, "framework"), about.decimal("point"))


def _quality(about: Members) -> QualityAssurance:
    agent = about.inside("accrediting_agent")
    return QualityAssurance(
        accreditation_type=_required_concept(about, "accreditation_type"),
        title=about.language_map("title", prose=False),
        description=about.language_map("description"),
        reference=about.name("reference"),
        accrediting_agent=None if agent is None else read_organisation(agent),
        report=about.url("report"),
    )
