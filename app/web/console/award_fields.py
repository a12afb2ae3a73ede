"""The fields of the form that awards one: each with its place in a body of `POST /awards`, and among the elements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from app.core.credential import vocabularies
from app.core.credential.micro_credential import Concept
from app.core.json_ld import Contexts
from app.http.forms import Form
from app.ports import Institution

NO_LEVEL = "none"


class Kind(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    CHOICE = "choice"
    CHECKS = "checks"


class Part(StrEnum):
    """Where in the form it stands."""

    LEARNER = "learner"
    LEARNER_MORE = "learner_more"
    ACHIEVEMENT = "achievement"
    ACHIEVEMENT_MORE = "achievement_more"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `at` are the JSON Pointers whose problems are shown at it; `element` its number in Annex I.

    `console.field.{name}.label` and `.hint` in the locales are its words.
    """

    name: str
    kind: Kind
    part: Part
    at: tuple[str, ...]
    element: int | None = None
    vocabulary: str | None = None


def _about(name: str, kind: Kind, at: str, *more: str, element: int, vocabulary: str | None = None) -> Field:
    pointers = tuple(f"/achievement/{each}" for each in (at, *more))
    return Field(name, kind, Part.ACHIEVEMENT, pointers, element, vocabulary)


def _more(name: str, kind: Kind, *at: str, vocabulary: str | None = None) -> Field:
    return Field(name, kind, Part.ACHIEVEMENT_MORE, tuple(f"/achievement/{each}" for each in at), None, vocabulary)


_LINE, _TEXT, _DAY, _NUMBER, _CHOICE, _CHECKS = Kind
_L, _LM = Part.LEARNER, Part.LEARNER_MORE

FIELDS: tuple[Field, ...] = (
    Field("fullName", _LINE, _L, ("/learner", "/learner/fullName"), 1),
    Field("awardedDate", _DAY, _L, ("/awardedDate",), 5),
    Field("grade", _LINE, _L, ("/grade",)),
    Field("givenName", _LINE, _LM, ("/learner/givenName",)),
    Field("familyName", _LINE, _LM, ("/learner/familyName",)),
    Field("dateOfBirth", _DAY, _LM, ("/learner/dateOfBirth",)),
    Field("studentNumber", _LINE, _LM, ("/learner/identifier",)),
    Field("email", _LINE, _LM, ("/learner/email",)),
    Field("validUntil", _DAY, _LM, ("/validUntil",)),
    _about("title", _LINE, "title", element=2),
    _about("learningOutcomes", _TEXT, "learningOutcome", element=6),
    _about("ects", _NUMBER, "creditPoint", element=7),
    _about("hours", _NUMBER, "volumeOfLearning", element=7),
    _about("level", _CHOICE, "eqfLevel", "nqfLevel", element=8, vocabulary=vocabularies.EQF_LEVELS),
    _about("levelReason", _LINE, "levelNotApplicable", element=8),
    _about("assessmentType", _CHECKS, "assessmentType", element=9, vocabulary=vocabularies.ASSESSMENT_TYPES),
    _about("mode", _CHECKS, "mode", element=10, vocabulary=vocabularies.MODES),
    _about("quality", _CHOICE, "qualityAssurance", element=11, vocabulary=vocabularies.ACCREDITATION_TYPES),
    _more("description", _TEXT, "description"),
    _more("language", _CHOICE, "language"),
    _more("criteria", _TEXT, "criteria"),
    _more("entryRequirement", _TEXT, "entryRequirement"),
    _more("supervision", _CHOICE, "supervisionVerification", vocabulary=vocabularies.SUPERVISION),
    _more("cycle", _CHOICE, "qfEheaCycle", vocabulary=vocabularies.QF_EHEA_CYCLES),
    _more("qualityTitle", _LINE, "qualityAssurance/0/title"),
    _more("qualityReference", _LINE, "qualityAssurance/0/reference"),
    _more("qualityReport", _LINE, "qualityAssurance/0/report"),
    _more("stackability", _CHOICE, "stackability", vocabulary=vocabularies.STACKABILITY),
    _more("stacksInto", _TEXT, "stacksInto"),
    _more("opportunity", _CHOICE, "learningOpportunityType", vocabulary=vocabularies.LEARNING_OPPORTUNITY_TYPES),
    _more("furtherInformation", _TEXT, "furtherInformation"),
    _more("courseNumber", _LINE, "identifier"),
    _more("achievementId", _LINE, "id"),
)

Values = Mapping[str, str]


def concepts(field: Field, contexts: Contexts) -> tuple[Concept, ...]:
    return vocabularies.vocabulary(contexts, field.vocabulary).concepts if field.vocabulary else ()


def box(field: Field, concept: Concept) -> str:
    """The name of the check box of one concept."""
    return f"{field.name}:{concept.uri.rpartition('/')[2]}"


def empty(contexts: Contexts) -> dict[str, str]:
    return dict.fromkeys(_names(contexts), "")


def fresh(contexts: Contexts, *, institution: Institution, now: datetime) -> dict[str, str]:
    """An empty form: of today, in the institution's first language."""
    today = now.astimezone(ZoneInfo(institution.time_zone)).date()
    language = institution.languages[0] if institution.languages else "en"
    return {**empty(contexts), "awardedDate": today.isoformat(), "language": language}


def typed(form: Form, contexts: Contexts) -> Values:
    """What was typed, each line end as one character. Raises Refused where it is not UTF-8."""
    return MappingProxyType({name: (form.text(name) or "").replace("\r\n", "\n").strip() for name in _names(contexts)})


def field_at(pointer: str) -> Field | None:
    """The field whose place is the longest that leads to the pointer."""
    found: Field | None = None
    longest = 0
    for field in FIELDS:
        for at in field.at:
            if (pointer == at or pointer.startswith(at + "/")) and len(at) > longest:
                found, longest = field, len(at)
    return found


def _names(contexts: Contexts) -> tuple[str, ...]:
    return tuple(
        name
        for field in FIELDS
        for name in (
            [box(field, concept) for concept in concepts(field, contexts)]
            if field.kind is Kind.CHECKS
            else [field.name]
        )
    )
