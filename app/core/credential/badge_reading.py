"""Reads a badge back into a `MicroCredential`: the whole inverse of writing it, or a refusal with every problem.

What other software adds to a badge (images, tags, evidence) is no part of a `MicroCredential` and is passed over.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from app.core.credential.elements import element
from app.core.credential.given_organisations import LEGAL_IDENTIFIER
from app.core.credential.members import PLACEHOLDER, PLACEHOLDER_IRI, PLACEHOLDER_MAP, Members
from app.core.credential.micro_credential import (
    Achievement,
    Concept,
    CreditPoint,
    Grade,
    Identifier,
    LanguageMap,
    Learner,
    LearnerIdentifier,
    LearningOutcome,
    MicroCredential,
    Organisation,
    QualityAssurance,
    Skill,
)
from app.core.credential.readable_text import show
from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject

EU_MICRO_CREDENTIAL = "EuMicroCredential"

_NO_CONCEPT = Concept(PLACEHOLDER_IRI, PLACEHOLDER_MAP)
_NO_TIME = datetime(1, 1, 1, tzinfo=UTC)


def is_micro_credential(document: JsonObject) -> bool:
    """Whether it claims to have the elements: its achievement is typed so."""
    match document:
        case {"credentialSubject": {"achievement": {"type": list(types)}}}:
            return EU_MICRO_CREDENTIAL in types
        case {"credentialSubject": {"achievement": {"type": kind}}}:
            return bool(kind == EU_MICRO_CREDENTIAL)
        case _:
            return False


def read(document: JsonObject) -> MicroCredential:
    """Raises Refused where the document is not one that says all of a micro-credential."""
    members = Members(document)
    described = _described(members, document)
    organisations = _Organisations(described)
    subject = members.inside("credentialSubject") or Members({}, at="/credentialSubject", problems=members.problems)
    about = subject.inside("achievement") or Members({}, at=subject.at + "/achievement", problems=members.problems)
    if not is_micro_credential(document):
        about.problem(MALFORMED_VALUE_ERROR, f"{EU_MICRO_CREDENTIAL} is not among the types", "type")
    found = MicroCredential(
        learner=_learner(subject),
        achievement=_Reading(described, organisations).achievement(about),
        issuer=organisations.one(members, "issuer") or Organisation(PLACEHOLDER_IRI, PLACEHOLDER),
        awarded_date=_required_time(members, "awardedDate"),
        valid_from=_required_time(members, "validFrom"),
        valid_until=members.timestamp("validUntil"),
        grade=_grade(subject, about),
        supersedes=members.iri("supersedes"),
    )
    if found.issuer.country is None:
        members.missing(element(3), "issuer")
    if not (found.achievement.credit_point or found.achievement.volume_of_learning):
        about.missing(element(7), "creditPoint")
    if not (found.achievement.eqf_level or found.achievement.nqf_level or found.achievement.level_not_applicable):
        about.missing(element(8), "eqfLevel")
    _refuse_other_credits(subject, about, found.achievement)
    members.end()
    return found


def _described(members: Members, document: JsonObject) -> dict[str, JsonObject]:
    """Every node that is described under an id; the others only name it. Two descriptions of one thing are none."""
    described: dict[str, JsonObject] = {}
    waiting: list[object] = [document]
    while waiting:
        match waiting.pop():
            case dict() as node:
                waiting.extend(node.values())
                uri = node.get("id") if "type" in node else None
                if isinstance(uri, str) and described.setdefault(uri, node) != node:
                    members.problem(MALFORMED_VALUE_ERROR, f"{show(uri)} is described in two ways")
            case list() as items:
                waiting.extend(items)
    return described


def _required_time(members: Members, name: str) -> datetime:
    if name not in members:
        members.missing(element(5), name)
    return members.timestamp(name) or _NO_TIME


def _learner(subject: Members) -> Learner:
    """Element 1, out of IdentityObjects. A hash names nobody to a reader, and is passed over."""
    known: dict[str, str] = {}
    others: list[LearnerIdentifier] = []
    for identity in subject.each("identifier"):
        scheme, value = identity.name("identityType") or PLACEHOLDER, identity.name("identityHash") or PLACEHOLDER
        match identity.value("hashed"):
            case True:
                continue
            case False:
                pass
            case other:
                identity.problem(MALFORMED_VALUE_ERROR, f"{show(other)} is not true or false", "hashed")
        if scheme in ("name", "ext:givenName", "ext:familyName", "ext:dateOfBirth") and scheme not in known:
            known[scheme] = value
        else:
            others.append(LearnerIdentifier(scheme, Personal(value)))
    if "name" not in known:
        subject.missing(element(1), "identifier", remedy="an IdentityObject of type name, not hashed")
    return Learner(
        full_name=Personal(known.get("name", PLACEHOLDER)),
        given_name=_personal(known.get("ext:givenName")),
        family_name=_personal(known.get("ext:familyName")),
        date_of_birth=_day_of_birth(subject, known.get("ext:dateOfBirth")),
        identifiers=tuple(others),
        id=subject.iri("id"),
    )


def _personal(value: str | None) -> Personal[str] | None:
    return None if value is None else Personal(value)


def _day_of_birth(subject: Members, value: str | None) -> Personal[date] | None:
    day = Members({"dateOfBirth": value}, at=subject.at + "/identifier", problems=subject.problems).day("dateOfBirth")
    return None if day is None else Personal(day)


def _grade(subject: Members, about: Members) -> Grade | None:
    """Element 14: the result, and the description that it names."""
    scales = {scale.iri("id"): scale for scale in about.each("resultDescription")}
    for result in subject.each("result"):
        scale = scales.get(result.iri("resultDescription"))
        value = result.name("value")
        if scale is None or value is None:
            result.problem(MALFORMED_VALUE_ERROR, "has no value, or names no resultDescription of the achievement")
            continue
        return Grade(
            value=Personal(value),
            scale=tuple(
                scale.text_value(item, "allowedValue", n, prose=False) for n, item in scale.items("allowedValue")
            ),
            minimum=scale.name("valueMin"),
            maximum=scale.name("valueMax"),
            required=scale.name("requiredValue"),
            name=scale.name("name") or "Grade",
            result_type=scale.name("resultType") or "Result",
        )
    return None


def _identifiers(members: Members) -> tuple[Identifier, ...]:
    return tuple(
        Identifier(entry.name("identifierType") or PLACEHOLDER, entry.name("identifier") or PLACEHOLDER)
        for entry in members.each("otherIdentifier")
    )


def _refuse_other_credits(subject: Members, about: Members, found: Achievement) -> None:
    """Open Badges' credits are the ECTS credits: no reader is told something else than another."""
    ects = found.ects()
    for members, name in ((about, "creditsAvailable"), (subject, "creditsEarned")):
        match members.value(name):
            case None if ects is None:
                pass
            case int() | float() as number if (
                ects is not None and not isinstance(number, bool) and _equal(number, ects)
            ):
                pass
            case other:
                said = f"{show(other)} is not the number of ECTS credits in creditPoint"
                members.problem(MALFORMED_VALUE_ERROR, said, name)


def _equal(number: float, points: Decimal) -> bool:
    return abs(number) < 2**53 and float(number) == float(points)


@dataclass(frozen=True, slots=True)
class _Organisations:
    """Profiles by id: described where they first stand."""

    described: dict[str, JsonObject]

    def one(self, members: Members, name: str) -> Organisation | None:
        about = members.inside(name)
        return None if about is None else self.read(about)

    def read(self, named: Members) -> Organisation:
        named.required("id", "the organisation's id")
        uri = named.iri("id") or PLACEHOLDER_IRI
        about = Members(self.described.get(uri, {}), at=named.at, problems=named.problems)
        about.required("name", "the organisation's name")
        address = about.inside("address") or Members({}, problems=named.problems)
        identifiers = _identifiers(about)
        legal = next((i.value for i in identifiers if i.scheme == LEGAL_IDENTIFIER), None)
        return Organisation(
            id=uri,
            name=about.name("name") or PLACEHOLDER,
            country=address.name("addressCountryCode"),
            region=address.name("addressRegion"),
            locality=address.name("addressLocality"),
            street_address=address.name("streetAddress"),
            postal_code=address.name("postalCode"),
            url=about.url("url"),
            email=about.name("email"),
            legal_identifier=legal,
            identifiers=tuple(i for i in identifiers if i.scheme != LEGAL_IDENTIFIER),
        )


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads the achievement of one document."""

    described: dict[str, JsonObject]
    organisations: _Organisations

    def achievement(self, about: Members) -> Achievement:
        about.required("id", "the achievement's id")
        about.required("inLanguage", "the achievement's language")
        return Achievement(
            id=about.iri("id") or PLACEHOLDER_IRI,
            title=self._twin(about, "title", "name") or self._missing(about, 2, "title"),
            language=about.language("inLanguage") or "und",
            description=self._twin(about, "summary", "description") or self._missing(about, 2, "summary"),
            learning_outcome=tuple(self._outcome(item) for item in about.each("learningOutcome"))
            or self._none(about, 6, "learningOutcome"),
            credit_point=tuple(self._credit(item) for item in about.each("creditPoint")),
            volume_of_learning=about.name("volumeOfLearning"),
            eqf_level=self._concept(about, "eqfLevel"),
            nqf_level=self._concepts(about, "nqfLevel"),
            qf_ehea_cycle=self._concept(about, "qfEheaCycle"),
            level_not_applicable=about.language_map("levelNotApplicable"),
            assessment_type=self._concepts(about, "assessmentType") or self._none(about, 9, "assessmentType"),
            mode=self._concepts(about, "mode") or self._none(about, 10, "mode"),
            quality_assurance=tuple(self._quality(item) for item in about.each("qualityAssurance"))
            or self._none(about, 11, "qualityAssurance"),
            awarding_body=tuple(self.organisations.read(body) for body in about.each("awardingBody")),
            criteria=self._criteria(about),
            entry_requirement=about.language_map("entryRequirement"),
            supervision_verification=self._concept(about, "supervisionVerification"),
            stackability=self._concept(about, "stackability"),
            stacks_into=about.iris("stacksInto"),
            further_information=about.language_map("furtherInformation"),
            identifiers=_identifiers(about),
            thematic_area=self._concepts(about, "thematicArea"),
            learning_opportunity_type=self._concept(about, "learningOpportunityType"),
        )

    def _missing(self, about: Members, number: int, name: str) -> LanguageMap:
        about.missing(element(number), name)
        return PLACEHOLDER_MAP

    def _none(self, about: Members, number: int, name: str) -> tuple[()]:
        about.missing(element(number), name)
        return ()

    def _twin(self, about: Members, name: str, twin: str) -> LanguageMap | None:
        """A language map, and Open Badges' own member in the achievement's language: the two must say the same."""
        text, language = about.language_map(name), about.language("inLanguage")
        if text is not None and language is not None and about.value(twin) != text.as_json().get(language):
            about.problem(MALFORMED_VALUE_ERROR, f"says something else than {name} in {language}", twin)
        return text

    def _criteria(self, about: Members) -> LanguageMap | None:
        text = about.language_map("achievementCriteria")
        narrative = about.inside("criteria")
        if text is not None and narrative is not None:
            language = about.language("inLanguage") or "und"
            if narrative.value("narrative") != text.as_json().get(language):
                narrative.problem(MALFORMED_VALUE_ERROR, "says something else than achievementCriteria", "narrative")
        return text

    def _concept(self, about: Members, name: str) -> Concept | None:
        value = about.value(name)
        return None if value is None else self._concept_value(about, value, name)

    def _concepts(self, about: Members, name: str) -> tuple[Concept, ...]:
        return tuple(self._concept_value(about, value, name, number) for number, value in about.items(name))

    def _concept_value(self, about: Members, value: object, *parts: str | int) -> Concept:
        concept = self._node(about, value, *parts)
        label = concept.language_map("prefLabel", prose=False)
        if label is None:
            about.problem(MALFORMED_VALUE_ERROR, "is a concept without prefLabel", *parts)
        return Concept(concept.iri("id") or PLACEHOLDER_IRI, label or PLACEHOLDER_MAP, concept.name("notation"))

    def _node(self, about: Members, value: object, *parts: str | int) -> Members:
        """The description of what `value` names, by itself or by its id."""
        at = about.at + "".join(f"/{part}" for part in parts)
        match value:
            case str(uri) | {"id": str(uri)}:
                return Members(self.described.get(uri, {"id": uri}), at=at, problems=about.problems)
            case _:
                return Members(value, at=at, problems=about.problems)

    def _skills(self, outcome: Members, name: str) -> tuple[Skill, ...]:
        nodes = [self._node(outcome, value, name, number) for number, value in outcome.items(name)]
        return tuple(
            Skill(node.iri("id") or PLACEHOLDER_IRI, node.language_map("prefLabel", prose=False)) for node in nodes
        )

    def _outcome(self, outcome: Members) -> LearningOutcome:
        outcome.required("id", "the learning outcome's id")
        outcome.required("title", "what the learner knows, understands or can do")
        return LearningOutcome(
            id=outcome.iri("id") or PLACEHOLDER_IRI,
            title=outcome.language_map("title") or PLACEHOLDER_MAP,
            related_esco_skill=self._skills(outcome, "relatedESCOSkill"),
            related_skill=self._skills(outcome, "relatedSkill"),
        )

    def _credit(self, credit: Members) -> CreditPoint:
        credit.required("framework", "the credit system")
        return CreditPoint(self._concept(credit, "framework") or _NO_CONCEPT, credit.decimal("point"))

    def _quality(self, quality: Members) -> QualityAssurance:
        quality.required("accreditationType", "the type of quality assurance")
        return QualityAssurance(
            accreditation_type=self._concept(quality, "accreditationType") or _NO_CONCEPT,
            title=quality.language_map("title", prose=False),
            description=quality.language_map("summary"),
            reference=quality.name("reference"),
            accrediting_agent=self.organisations.one(quality, "accreditingAgent"),
            report=quality.url("report"),
        )
