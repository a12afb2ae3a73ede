"""A micro-credential as an Open Badge 3.0: written, read back, and examined.

https://www.imsglobal.org/spec/ob/v3p0 on https://www.w3.org/TR/vc-data-model-2.0/, with the elements of the European
Standard as terms of our own context on the achievement.
"""

import hashlib
from datetime import datetime

from app.core.credential.badge_nodes import BadgeNodes, without_empty
from app.core.credential.badge_problems import CONTEXT, OPEN_BADGE_SCHEMA, SCHEMA, micro_credential_problems, problems
from app.core.credential.badge_reading import EU_MICRO_CREDENTIAL, is_micro_credential, read
from app.core.credential.content_names import content_name
from app.core.credential.micro_credential import Achievement, Grade, Learner, MicroCredential
from app.core.json_ld import Contexts
from app.core.problems import JsonObject

__all__ = [
    "CONTEXT",
    "SCHEMA",
    "TYPE",
    "expected_contexts",
    "is_micro_credential",
    "micro_credential_problems",
    "problems",
    "read",
    "write",
]

TYPE = "OpenBadgeCredential"

_V2 = "https://www.w3.org/ns/credentials/v2"
_OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"


# What every micro-credential of ours lists, and in which order; our own context follows.
_CONTEXTS = (_V2, _OPEN_BADGES, _EXTENSIONS)


def write(
    claimed: MicroCredential,
    *,
    contexts: Contexts,
    context_url: str = CONTEXT,
    schema_url: str = SCHEMA,
    email_salt: str | None = None,
) -> JsonObject:
    """The document, without `id`, `credentialStatus` and `proof`.

    `context_url` and `schema_url` are where this deployment serves our context and schema: `relatedResource` ties both
    by digest to the pinned bytes. The e-mail address is written only where an `email_salt` is given, and then hashed.
    """
    about, nodes = claimed.achievement, BadgeNodes()
    return without_empty(
        {
            "@context": [*_CONTEXTS, context_url],
            "type": ["VerifiableCredential", TYPE],
            "name": about.title.as_json()[about.language],
            "issuer": nodes.organisation(claimed.issuer),
            "validFrom": timestamp(claimed.valid_from),
            "validUntil": claimed.valid_until and timestamp(claimed.valid_until),
            "awardedDate": timestamp(claimed.awarded_date),
            "supersedes": claimed.supersedes,
            "credentialSubject": _subject(claimed, nodes, email_salt),
            "credentialSchema": [
                {"id": OPEN_BADGE_SCHEMA, "type": "1EdTechJsonSchemaValidator2019"},
                {"id": schema_url, "type": "JsonSchema"},
            ],
            "relatedResource": [
                {"id": context_url, "digestSRI": contexts.digest_sri(CONTEXT), "mediaType": "application/ld+json"},
                {"id": schema_url, "digestSRI": contexts.digest_sri(SCHEMA), "mediaType": "application/schema+json"},
            ],
        }
    )


def expected_contexts(contexts: Contexts, document: JsonObject) -> tuple[str, ...] | None:
    """All that a badge with our context lists, in order, as `write` lists it; None where it does not list ours.

    Under which URL it lists ours is said by its `relatedResource`, which is signed.
    """
    aliases, digest = contexts.aliases(document), contexts.digest_sri(CONTEXT)
    match document:
        case {"@context": list(listed), "type": [*types]} if TYPE in types:
            own = [url for url in listed if aliases.get(url, url) == CONTEXT]
        case _:
            return None
    resources = document.get("relatedResource", [])
    for resource in resources if isinstance(resources, list) else [resources]:
        match resource:
            case {"id": str(url), "digestSRI": sri} if sri == digest and own:
                return (*_CONTEXTS, url)
    return (*_CONTEXTS, own[0]) if own else None


def _subject(claimed: MicroCredential, nodes: BadgeNodes, email_salt: str | None) -> JsonObject:
    about, grade = claimed.achievement, claimed.grade
    scale = None if grade is None else _result_description(about, grade)
    return without_empty(
        {
            "id": claimed.learner.id,
            "type": ["AchievementSubject"],
            "identifier": _identity(claimed.learner, email_salt),
            "creditsEarned": _ects(about),
            "achievement": _achievement(about, nodes, scale),
            "result": grade
            and scale
            and [{"type": ["Result"], "resultDescription": scale["id"], "value": grade.value.open()}],
        }
    )


def _identity(learner: Learner, email_salt: str | None) -> list[JsonObject]:
    """Element 1: IdentityObjects, in plain, but for the e-mail address."""
    plain = [("name", learner.full_name)]
    plain += [("ext:givenName", learner.given_name)] if learner.given_name else []
    plain += [("ext:familyName", learner.family_name)] if learner.family_name else []
    known = [(scheme, name.open()) for scheme, name in plain]
    known += [("ext:dateOfBirth", learner.date_of_birth.open().isoformat())] if learner.date_of_birth else []
    known += [(identifier.scheme, identifier.value.open()) for identifier in learner.identifiers]
    identity: list[JsonObject] = [
        {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": scheme}
        for scheme, value in known
    ]
    if learner.email is not None and email_salt is not None:
        digest = hashlib.sha256((learner.email.open() + email_salt).encode()).hexdigest()
        hashed = {"hashed": True, "identityHash": f"sha256${digest}", "identityType": "emailAddress"}
        identity.append({"type": "IdentityObject", **hashed, "salt": email_salt})
    return identity


def _achievement(about: Achievement, nodes: BadgeNodes, scale: JsonObject | None) -> JsonObject:
    language, criteria = about.language, about.criteria
    outcomes = (outcome.title.best(language)[1] for outcome in about.learning_outcome)
    return without_empty(
        {
            "id": about.id,
            "type": ["Achievement", EU_MICRO_CREDENTIAL],
            "achievementType": "MicroCredential",
            "name": about.title.as_json()[language],
            "description": about.description.as_json()[language],
            "criteria": {"narrative": criteria.as_json()[language] if criteria else "\n".join(outcomes)},
            "inLanguage": language,
            "creditsAvailable": _ects(about),
            "otherIdentifier": nodes.identifiers(about.identifiers),
            "alignment": _alignment(about),
            "resultDescription": scale and [scale],
            "title": about.title.as_json(),
            "summary": about.description.as_json(),
            "achievementCriteria": criteria and criteria.as_json(),
            "awardingBody": [nodes.organisation(body) for body in about.awarding_body],
            "learningOutcome": [nodes.learning_outcome(outcome) for outcome in about.learning_outcome],
            "creditPoint": [nodes.credit_point(credit) for credit in about.credit_point],
            "volumeOfLearning": about.volume_of_learning,
            "eqfLevel": about.eqf_level and nodes.concept(about.eqf_level),
            "nqfLevel": [nodes.concept(level) for level in about.nqf_level],
            "qfEheaCycle": about.qf_ehea_cycle and nodes.concept(about.qf_ehea_cycle),
            "levelNotApplicable": about.level_not_applicable and about.level_not_applicable.as_json(),
            "assessmentType": [nodes.concept(kind) for kind in about.assessment_type],
            "mode": [nodes.concept(mode) for mode in about.mode],
            "qualityAssurance": [nodes.quality_assurance(quality) for quality in about.quality_assurance],
            "entryRequirement": about.entry_requirement and about.entry_requirement.as_json(),
            "supervisionVerification": about.supervision_verification and nodes.concept(about.supervision_verification),
            "stackability": about.stackability and nodes.concept(about.stackability),
            "stacksInto": list(about.stacks_into),
            "furtherInformation": about.further_information and about.further_information.as_json(),
            "thematicArea": [nodes.concept(area) for area in about.thematic_area],
            "learningOpportunityType": about.learning_opportunity_type
            and nodes.concept(about.learning_opportunity_type),
        }
    )


def _ects(about: Achievement) -> int | float | None:
    """Open Badges' credits have no unit: there, ECTS alone is written. Whole numbers stay whole."""
    points = about.ects()
    if points is None:
        return None
    return int(points) if points == int(points) else float(points)


def _alignment(about: Achievement) -> list[JsonObject]:
    """What other readers of Open Badges know of: the EQF level, and each ESCO skill once."""
    alignment: list[JsonObject] = []
    if about.eqf_level:
        label = about.eqf_level.pref_label.best(about.language)[1]
        framework = "European Qualifications Framework"
        entry = {"targetName": label, "targetUrl": about.eqf_level.uri, "targetFramework": framework}
        code = {"targetCode": about.eqf_level.notation} if about.eqf_level.notation else {}
        alignment.append({"type": ["Alignment"], **entry, "targetType": "ext:EQFLevel", **code})
    skills: dict[str, str] = {}
    for outcome in about.learning_outcome:
        for skill in outcome.related_esco_skill:
            name = (skill.pref_label or outcome.title).best(about.language)[1]
            if skill.pref_label or skill.uri not in skills:
                skills[skill.uri] = name
    for uri, name in skills.items():
        entry = {"targetName": name, "targetUrl": uri, "targetFramework": "ESCO"}
        alignment.append({"type": ["Alignment"], **entry, "targetType": "ext:ESCOSkill"})
    return alignment


def _result_description(about: Achievement, grade: Grade) -> JsonObject:
    """Element 14: the scale, the same for every learner; only `result` has the grade."""
    return without_empty(
        {
            "id": content_name(grade, about.id),
            "type": ["ResultDescription"],
            "name": grade.name,
            "resultType": grade.result_type,
            "allowedValue": list(grade.scale),
            "valueMin": grade.minimum,
            "valueMax": grade.maximum,
            "requiredValue": grade.required,
        }
    )


def timestamp(moment: datetime) -> str:
    """RFC 3339, with `Z` for UTC."""
    return moment.isoformat().replace("+00:00", "Z")
