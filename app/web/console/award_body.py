"""What is typed into the form, as a body of `POST /awards`; and an achievement back as what would have been typed.

An achievement that says more than the form has fields for (several languages, partners, skills, terms of one's own)
has no fields: it is carried along as it is, so that nothing of it is lost.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from app.core.credential import vocabularies
from app.core.credential.micro_credential import ECTS
from app.core.credential.vocabularies import Vocabulary
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.web.console.award_fields import FIELDS, NO_LEVEL, Kind, Values, box, concepts, empty

_HOURS = re.compile(r"([0-9]{1,5})(?:[.,]([0-9]{1,2}))?")
_DURATION = re.compile(r"PT(?:([0-9]{1,5})H)?(?:([0-9]{1,2})M)?")
# Where a body of a request has a term of a list: by itself, or several in an array.
_ONE: Mapping[str, str] = MappingProxyType(
    {
        "eqfLevel": vocabularies.EQF_LEVELS,
        "qfEheaCycle": vocabularies.QF_EHEA_CYCLES,
        "supervisionVerification": vocabularies.SUPERVISION,
        "stackability": vocabularies.STACKABILITY,
        "learningOpportunityType": vocabularies.LEARNING_OPPORTUNITY_TYPES,
    }
)
_SEVERAL: Mapping[str, str] = MappingProxyType(
    {"assessmentType": vocabularies.ASSESSMENT_TYPES, "mode": vocabularies.MODES}
)


def body_of(values: Values, *, contexts: Contexts, time_zone: str, carried: JsonObject | None = None) -> JsonObject:
    """The whole body. `carried` is an achievement that stands in the place of the one that was typed."""
    student_number = values["studentNumber"]
    return _without_empty(
        {
            "learner": _without_empty(
                {
                    **{name: values[name] for name in ("fullName", "givenName", "familyName", "dateOfBirth", "email")},
                    "identifier": [{"scheme": "ext:studentNumber", "value": student_number}] if student_number else [],
                }
            ),
            "awardedDate": values["awardedDate"],
            "validUntil": _end_of(values["validUntil"], time_zone=time_zone),
            "achievement": typed_achievement(values, contexts=contexts) if carried is None else carried,
            "grade": {"value": values["grade"]} if values["grade"] else {},
        }
    )


def typed_achievement(values: Values, *, contexts: Contexts) -> JsonObject:
    language = values["language"] or "en"

    def said(name: str) -> JsonObject:
        return {language: values[name]} if values[name] else {}

    def checked(name: str) -> list[str]:
        field = next(field for field in FIELDS if field.name == name)
        return [concept.uri for concept in concepts(field, contexts) if values[box(field, concept)]]

    level = values["level"]
    quality = _without_empty(
        {
            "accreditationType": values["quality"],
            "title": said("qualityTitle"),
            "reference": values["qualityReference"],
            "report": values["qualityReport"],
        }
    )
    return _without_empty(
        {
            "id": values["achievementId"],
            "title": said("title"),
            "language": language,
            "description": said("description"),
            "criteria": said("criteria"),
            "learningOutcome": [{"title": {language: line}} for line in _lines(values["learningOutcomes"])],
            "creditPoint": _credits(values["ects"]),
            "volumeOfLearning": _duration(values["hours"]),
            "eqfLevel": "" if level == NO_LEVEL else level,
            "qfEheaCycle": values["cycle"],
            "levelNotApplicable": said("levelReason"),
            "assessmentType": checked("assessmentType"),
            "mode": checked("mode"),
            "qualityAssurance": [quality] if quality else [],
            "entryRequirement": said("entryRequirement"),
            "supervisionVerification": values["supervision"],
            "stackability": values["stackability"],
            "stacksInto": _lines(values["stacksInto"]),
            "furtherInformation": said("furtherInformation"),
            "identifier": (
                [{"scheme": "identifier", "value": values["courseNumber"]}] if values["courseNumber"] else []
            ),
            "learningOpportunityType": values["opportunity"],
        }
    )


def values_of(achievement: JsonObject, *, contexts: Contexts) -> dict[str, str] | None:
    """What would have been typed; None where the form has no fields for all that it says."""
    plain = _plain(achievement, contexts)
    language = _text(plain.get("language"))
    values = empty(contexts)

    def said(value: object) -> str:
        match value:
            case {**only} if len(only) == 1:
                return _text(only.get(language))
            case _:
                return ""

    for field in FIELDS:
        if field.kind is Kind.CHECKS:
            given = plain.get(field.name)
            for concept in concepts(field, contexts):
                if isinstance(given, list) and concept.uri in given:
                    values[box(field, concept)] = "1"
    quality = _first(plain.get("qualityAssurance"))
    values |= {
        "language": language,
        "achievementId": _text(plain.get("id")),
        **{name: said(plain.get(name)) for name in ("title", "description", "criteria", "entryRequirement")},
        "furtherInformation": said(plain.get("furtherInformation")),
        "levelReason": said(plain.get("levelNotApplicable")),
        "learningOutcomes": "\n".join(said(_first([item]).get("title")) for item in _items(plain, "learningOutcome")),
        "ects": _text(_first(plain.get("creditPoint")).get("point")),
        "hours": _hours(plain.get("volumeOfLearning")),
        "level": _text(plain.get("eqfLevel")) or (NO_LEVEL if "levelNotApplicable" in plain else ""),
        "cycle": _text(plain.get("qfEheaCycle")),
        "quality": _text(quality.get("accreditationType")),
        "qualityTitle": said(quality.get("title")),
        "qualityReference": _text(quality.get("reference")),
        "qualityReport": _text(quality.get("report")),
        "supervision": _text(plain.get("supervisionVerification")),
        "stackability": _text(plain.get("stackability")),
        "stacksInto": "\n".join(_text(item) for item in _items(plain, "stacksInto")),
        "opportunity": _text(plain.get("learningOpportunityType")),
        "courseNumber": _text(_first(plain.get("identifier")).get("value")),
    }
    return values if typed_achievement(values, contexts=contexts) == plain else None


def _plain(achievement: JsonObject, contexts: Contexts) -> JsonObject:
    """The same achievement as the form would have written it: terms by URI, numbers as text, defaults left out."""
    plain = _without_empty(achievement)
    for name, vocabulary_name in _ONE.items():
        if name in plain:
            plain[name] = _term(plain[name], vocabularies.vocabulary(contexts, vocabulary_name))
    for name, vocabulary_name in _SEVERAL.items():
        vocabulary = vocabularies.vocabulary(contexts, vocabulary_name)
        if isinstance(plain.get(name), list):
            order = [concept.uri for concept in vocabulary.concepts]
            terms = [_term(item, vocabulary) for item in _items(plain, name)]
            plain[name] = sorted(terms, key=order.index) if all(term in order for term in terms) else terms
    if isinstance(plain.get("creditPoint"), list):
        plain["creditPoint"] = [_credit(item, contexts) for item in _items(plain, "creditPoint")]
    if isinstance(plain.get("qualityAssurance"), list):
        plain["qualityAssurance"] = [_quality(item, contexts) for item in _items(plain, "qualityAssurance")]
    title = plain.get("title")
    if plain.get("description") == title:
        plain.pop("description", None)
    if "language" not in plain and isinstance(title, dict) and title:
        plain["language"] = next(iter(title))
    return _without_empty(plain)


def _term(value: object, vocabulary: Vocabulary) -> object:
    """The URI of a term of the list, however it was given; what is no such term stays as it is."""
    match value:
        case str() | int() if not isinstance(value, bool):
            found = vocabulary.find(str(value))
            return found[0].uri if len(found) == 1 else value
        case {"id": str(uri), **more} if more.keys() <= {"prefLabel", "notation"}:
            known = vocabulary.by_uri(uri)
            labels = more.get("prefLabel", {})
            if known is None or not isinstance(labels, dict):
                return value
            return uri if labels.items() <= known.pref_label.as_json().items() else value
        case _:
            return value


def _credit(item: object, contexts: Contexts) -> object:
    match item:
        case {"framework": framework, "point": str() | int() | float() as point, **more} if not more:
            known = _term(framework, vocabularies.vocabulary(contexts, vocabularies.CREDIT_SYSTEMS))
            return {"framework": known, "point": str(point)}
        case _:
            return item


def _quality(item: object, contexts: Contexts) -> object:
    match item:
        case {"accreditationType": kind, **more}:
            known = _term(kind, vocabularies.vocabulary(contexts, vocabularies.ACCREDITATION_TYPES))
            return {"accreditationType": known, **more}
        case _:
            return item


def _credits(typed: str) -> list[JsonObject]:
    return [{"framework": ECTS, "point": typed.replace(",", ".")}] if typed else []


def _duration(typed: str) -> str:
    """Hours, whole or in decimals, as xsd:duration; what is no number is left for the reader of the body to refuse."""
    match = _HOURS.fullmatch(typed)
    if match is None:
        return typed
    whole = int(match[1])
    minutes = round(Decimal(f"0.{match[2] or 0}") * 60)
    return f"PT{whole}H{minutes}M" if minutes else f"PT{whole}H"


def _hours(duration: object) -> str:
    match = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    if match is None or not match[1]:
        return ""
    if not match[2]:
        return match[1]
    return f"{match[1]}.{round(Decimal(match[2]) / 60 * 100):02d}"


def _end_of(day: str, *, time_zone: str) -> str:
    """The last second of that day at the institution."""
    try:
        end = datetime.combine(date.fromisoformat(day), time(23, 59, 59), ZoneInfo(time_zone))
    except ValueError:
        return day
    return end.isoformat()


def _lines(typed: str) -> list[str]:
    return [line for each in typed.split("\n") if (line := each.strip().removeprefix("•").removeprefix("- ").strip())]


def _items(members: JsonObject, name: str) -> list[object]:
    found = members.get(name)
    return found if isinstance(found, list) else []


def _first(value: object) -> JsonObject:
    match value:
        case [dict() as first, *_]:
            return first
        case _:
            return {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _without_empty(members: JsonObject) -> JsonObject:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
