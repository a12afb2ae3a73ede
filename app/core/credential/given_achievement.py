"""The `achievement` of a request: elements 2, 4, 6 to 13, 15 and 16, the same for every learner of a class."""

import re
from dataclasses import replace
from decimal import Decimal

from app.core.credential import vocabularies
from app.core.credential.content_names import content_name
from app.core.credential.elements import element
from app.core.credential.given_concepts import GivenConcepts
from app.core.credential.given_organisations import GivenOrganisations, read_identifiers
from app.core.credential.members import PLACEHOLDER, PLACEHOLDER_IRI, PLACEHOLDER_MAP, Members
from app.core.credential.micro_credential import (
    Achievement,
    Concept,
    CreditPoint,
    LearningOutcome,
    Organisation,
    QualityAssurance,
    Skill,
)
from app.core.credential.readable_text import show
from app.core.json_ld import Contexts
from app.core.problems import MALFORMED_VALUE_ERROR, said

_HOURS = re.compile(r"PT(?=[0-9])(?:[0-9]{1,5}H)?(?:[0-9]{1,5}M)?")
_NONE = re.compile(r"PT(?:0+H)?(?:0+M)?")
_MONTHS = re.compile(r"P([0-9]{1,5})M")
_DAYS_AND_HOURS = re.compile(r"P([0-9]{1,4})D(?:T([0-9]{1,5})H)?")

_NO_CONCEPT = Concept(PLACEHOLDER_IRI, PLACEHOLDER_MAP)


def read_achievement(members: Members, contexts: Contexts, issuer: Organisation) -> Achievement:
    about = members.inside("achievement") or Members({}, at="/achievement", problems=members.problems)
    title = about.language_map("title", prose=False)
    language = about.language("language") or (title or PLACEHOLDER_MAP).entries[0][0]
    given, organisations = GivenConcepts(contexts, language), GivenOrganisations(contexts, issuer)
    found = Achievement(
        id=about.iri("id") or "",
        title=title or PLACEHOLDER_MAP,
        language=language,
        description=about.language_map("description") or title or PLACEHOLDER_MAP,
        learning_outcome=_learning_outcomes(about, issuer),
        credit_point=_credit_points(about, given),
        volume_of_learning=_volume_of_learning(about),
        eqf_level=given.one(about, "eqfLevel", vocabularies.EQF_LEVELS, element(8)),
        nqf_level=given.several(about, "nqfLevel", vocabularies.NQF_LEVELS, element(8)),
        qf_ehea_cycle=given.one(about, "qfEheaCycle", vocabularies.QF_EHEA_CYCLES, element(8)),
        level_not_applicable=about.language_map("levelNotApplicable"),
        assessment_type=given.several(about, "assessmentType", vocabularies.ASSESSMENT_TYPES, element(9)),
        mode=given.several(about, "mode", vocabularies.MODES, element(10)),
        awarding_body=_awarding_bodies(about, organisations, issuer),
        quality_assurance=_quality_assurance(about, given, organisations),
        criteria=about.language_map("criteria"),
        entry_requirement=about.language_map("entryRequirement"),
        supervision_verification=given.one(about, "supervisionVerification", vocabularies.SUPERVISION, element(13)),
        stackability=given.one(about, "stackability", vocabularies.STACKABILITY, element(15)),
        stacks_into=about.iris("stacksInto"),
        further_information=about.language_map("furtherInformation"),
        identifiers=read_identifiers(about),
        thematic_area=given.several(about, "thematicArea", vocabularies.THEMATIC_AREAS, None),
        learning_opportunity_type=given.one(
            about, "learningOpportunityType", vocabularies.LEARNING_OPPORTUNITY_TYPES, None
        ),
    )
    about.refuse_unread()
    _refuse_missing(about)
    _refuse_untranslated(about, found)
    return found if found.id else replace(found, id=content_name(found, issuer.id))


def _refuse_missing(about: Members) -> None:
    for number, name in (
        (2, "title"),
        (6, "learningOutcome"),
        (9, "assessmentType"),
        (10, "mode"),
        (11, "qualityAssurance"),
    ):
        if name not in about:
            about.missing(element(number), name)
    if not ("creditPoint" in about or "volumeOfLearning" in about):
        about.missing(element(7), "creditPoint", remedy="give credits (creditPoint) or hours (volumeOfLearning, PT60H)")
    levels = "eqfLevel" in about or "nqfLevel" in about
    reason = "levelNotApplicable" in about
    if not levels and not reason:
        remedy = "give eqfLevel or nqfLevel; or, in levelNotApplicable, why there is none"
        about.missing(element(8), "eqfLevel", remedy=remedy)
    elif reason and (levels or "qfEheaCycle" in about):
        detail = "says that no level applies, beside a level"
        about.problem(MALFORMED_VALUE_ERROR, detail, "levelNotApplicable", said=said("level.both"))


def _refuse_empty(part: Members, number: int, *names: str) -> None:
    """An entry that lacks what makes it say the element is no more than a missing one."""
    for name in names:
        if name not in part:
            part.missing(element(number), name)


def _refuse_untranslated(about: Members, found: Achievement) -> None:
    """Open Badges' own `name`, `description` and `criteria` are in the one language of the achievement."""
    for name, text in (("title", found.title), ("description", found.description), ("criteria", found.criteria)):
        if name in about and text is not None and found.language not in text.as_json() and text != PLACEHOLDER_MAP:
            detail = f"is not given in {found.language}, the achievement's language"
            which = said("text.other_language", language=found.language)
            about.problem(
                MALFORMED_VALUE_ERROR, detail, name, remedy=f"add {found.language}, or set `language`", said=which
            )


def _learning_outcomes(about: Members, issuer: Organisation) -> tuple[LearningOutcome, ...]:
    """Element 6."""
    found = []
    for outcome in about.each("learningOutcome"):
        _refuse_empty(outcome, 6, "title")
        read = LearningOutcome(
            id=outcome.iri("id") or "",
            title=outcome.language_map("title") or PLACEHOLDER_MAP,
            related_esco_skill=_skills(outcome, "relatedESCOSkill"),
            related_skill=_skills(outcome, "relatedSkill"),
        )
        outcome.refuse_unread()
        found.append(read if read.id else replace(read, id=content_name(read, issuer.id)))
    skills = [skill for outcome in found for skill in (*outcome.related_esco_skill, *outcome.related_skill)]
    names = {skill.uri: skill for skill in skills if skill.pref_label is not None}
    found = [_named_once(outcome, names) for outcome in found]
    about.refuse_twice(tuple(outcome.id for outcome in found), "learningOutcome")
    return tuple(found)


def _named_once(outcome: LearningOutcome, names: dict[str, Skill]) -> LearningOutcome:
    """A skill that has a name somewhere in the request has it everywhere."""
    return replace(
        outcome,
        related_esco_skill=tuple(names.get(skill.uri, skill) for skill in outcome.related_esco_skill),
        related_skill=tuple(names.get(skill.uri, skill) for skill in outcome.related_skill),
    )


def _skills(outcome: Members, name: str) -> tuple[Skill, ...]:
    """Each a URI, or `{id, prefLabel}` where the skill's name is to be signed as well."""
    found = []
    for number, item in outcome.items(name):
        match item:
            case dict():
                skill = Members(item, at=f"{outcome.at}/{name}/{number}", problems=outcome.problems)
                skill.required("id", "the skill's URI")
                found.append(Skill(skill.iri("id") or PLACEHOLDER_IRI, skill.language_map("prefLabel", prose=False)))
                skill.refuse_unread()
            case _:
                found.append(Skill(outcome.iri_value(item, name, number)))
    outcome.refuse_twice(tuple(skill.uri for skill in found), name)
    return tuple(found)


def _credit_points(about: Members, given: GivenConcepts) -> tuple[CreditPoint, ...]:
    """Element 7 in credits."""
    found = []
    for credit in about.each("creditPoint"):
        _refuse_empty(credit, 7, "framework", "point")
        framework = given.one(credit, "framework", vocabularies.CREDIT_SYSTEMS, element(7))
        point = credit.decimal("point") if "point" in credit else Decimal(0)
        found.append(CreditPoint(framework or _NO_CONCEPT, point))
        credit.refuse_unread()
    about.refuse_twice(tuple(credit.framework.uri for credit in found), "creditPoint")
    return tuple(found)


def _volume_of_learning(about: Members) -> str | None:
    """Element 7 in time: hours and minutes, the only units of xsd:duration that everyone counts alike."""
    value = about.name("volumeOfLearning")
    if value in (None, PLACEHOLDER) or (_HOURS.fullmatch(value) and not _NONE.fullmatch(value)):
        return value
    remedy = "write hours and minutes: 60 hours is PT60H"
    if months := _MONTHS.fullmatch(value):
        detail = f"{show(value)} is {months[1]} months"
        remedy = f"{months[1]} hours is PT{months[1]}H, {months[1]} minutes PT{months[1]}M"
    elif days := _DAYS_AND_HOURS.fullmatch(value):
        detail = f"{show(value)} counts days, which are not a measure of work"
        remedy = f"if it is days of 24 hours: PT{24 * int(days[1]) + int(days[2] or 0)}H"
    else:
        detail = f"{show(value)} is not a duration in hours and minutes"
    which = said("hours", value=value[:80])
    about.problem(MALFORMED_VALUE_ERROR, detail, "volumeOfLearning", remedy=remedy, said=which)
    return None


def _awarding_bodies(
    about: Members, organisations: GivenOrganisations, issuer: Organisation
) -> tuple[Organisation, ...]:
    """Element 4: those who award beside the issuer."""
    found = tuple(organisations.read(body) for body in about.each("awardingBody"))
    about.refuse_twice((issuer.id, *(body.id for body in found))[1:], "awardingBody")
    for number, body in enumerate(found):
        if body.id == issuer.id:
            about.problem(MALFORMED_VALUE_ERROR, "is the issuer, which awards anyway", "awardingBody", number)
    return found


def _quality_assurance(
    about: Members, given: GivenConcepts, organisations: GivenOrganisations
) -> tuple[QualityAssurance, ...]:
    """Element 11."""
    found = []
    for quality in about.each("qualityAssurance"):
        _refuse_empty(quality, 11, "accreditationType")
        agent = quality.inside("accreditingAgent")
        read = QualityAssurance(
            accreditation_type=given.one(quality, "accreditationType", vocabularies.ACCREDITATION_TYPES, element(11))
            or _NO_CONCEPT,
            title=quality.language_map("title", prose=False),
            description=quality.language_map("description"),
            reference=quality.name("reference"),
            accrediting_agent=None if agent is None else organisations.read(agent),
            report=quality.url("report"),
        )
        quality.refuse_unread()
        found.append(read)
    about.refuse_twice(tuple(found), "qualityAssurance")
    return tuple(found)
