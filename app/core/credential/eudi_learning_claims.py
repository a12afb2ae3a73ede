"""The claims of the EU's learning credential, `urn:eu.europa.ec.eudi:learning:credential:1`: what they say, and lack.

They are strings, mostly, and have no place for six of the elements. What they say follows from a `MicroCredential`;
the way back is taken from the claims of our own beside them (`learning_credential`).
"""

import re

from app.core.credential.badge_nodes import without_empty
from app.core.credential.micro_credential import Achievement, Concept, LanguageMap, Learner, MicroCredential
from app.core.problems import JsonObject

EU_TYPE = "urn:eu.europa.ec.eudi:learning:credential:1"

MANDATORY = (
    "issuing_authority",
    "issuing_country",
    "date_of_issuance",
    "family_name",
    "achievement_title",
    "learner_identification",
    "expected_study_time",
    "level_of_learning_experience",
    "types_of_quality_assurance",
)
DISCLOSABLE = (
    "family_name",
    "given_name",
    "assessment_grade",
    "learner_identification",
    "expected_study_time",
    "learning_outcomes",
    "types_of_quality_assurance",
    "prerequisites_to_enroll",
    "level_of_learning_experience",
    "integration_stackability_options",
)

_LEVEL = re.compile(r"[1-8]", re.ASCII)
_HOURS = re.compile(r"PT(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?", re.ASCII)
_STACKABLE = "stackable"


def eu_claims(claimed: MicroCredential) -> JsonObject:
    """As far as they can be said; what is mandatory may be missing, where the award has no such thing."""
    about, learner = claimed.achievement, claimed.learner
    language = about.language
    return without_empty(
        {
            "issuing_authority": claimed.issuer.name,
            "issuing_country": claimed.issuer.country,
            "date_of_issuance": claimed.awarded_date.date().isoformat(),
            "date_of_expiry": claimed.valid_until and claimed.valid_until.date().isoformat(),
            # ICAO Doc 9303, part 3: a name that has no parts stands whole where the family name would.
            "family_name": (learner.family_name or learner.full_name).open(),
            "given_name": learner.given_name and learner.given_name.open(),
            "learner_identification": _identification(learner),
            "achievement_title": _text(about.title, language),
            "achievement_description": _text(about.description, language),
            "assessment_grade": claimed.grade and claimed.grade.value.open(),
            "learning_outcomes": [_text(outcome.title, language) for outcome in about.learning_outcome],
            "language_of_classes": [language],
            "expected_study_time": _study_time(about),
            "level_of_learning_experience": _level(about),
            "types_of_quality_assurance": [
                _text(quality.accreditation_type.pref_label, language) for quality in about.quality_assurance
            ],
            "prerequisites_to_enroll": about.entry_requirement and [_text(about.entry_requirement, language)],
            "integration_stackability_options": _stackable(about),
        }
    )


def _text(text: LanguageMap, language: str) -> str:
    return text.best(language)[1]


def _identification(learner: Learner) -> str:
    """The first number that the institution knows the learner by, else the wallet's DID, else the name."""
    if learner.identifiers:
        return learner.identifiers[0].value.open()
    return learner.id or learner.full_name.open()


def _study_time(about: Achievement) -> str:
    """Hours and minutes by their international symbols, and credits by their system's: `75 h, 3 ECTS`."""
    parts = [f"{format(credit.point, 'f')} {_code(credit.framework, about)}" for credit in about.credit_point]
    if about.volume_of_learning is not None:
        parts.insert(0, _duration(about.volume_of_learning))
    return ", ".join(parts)


def _code(framework: Concept, about: Achievement) -> str:
    return framework.notation or _text(framework.pref_label, about.language)


def _duration(volume: str) -> str:
    found = _HOURS.fullmatch(volume)
    parts = [(found["hours"], "h"), (found["minutes"], "min")] if found else []
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or volume


def _level(about: Achievement) -> int | None:
    """The EQF level; a national one is not counted from 1 to 8."""
    notation = about.eqf_level.notation if about.eqf_level else None
    return int(notation) if notation and _LEVEL.fullmatch(notation) else None


def _stackable(about: Achievement) -> bool | None:
    if about.stackability is None and not about.stacks_into:
        return None
    return bool(about.stacks_into) or (about.stackability is not None and about.stackability.notation == _STACKABLE)
