"""The body of `POST /awards`, read into a `MicroCredential`, or refused with every problem that there is in it."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from app.core.credential import vocabularies
from app.core.credential.content_names import refuse_one_name_for_two_things
from app.core.credential.elements import element
from app.core.credential.given_achievement import read_achievement
from app.core.credential.given_organisations import EXTENSION, read_identifiers
from app.core.credential.members import PLACEHOLDER, Members
from app.core.credential.micro_credential import Grade, Learner, LearnerIdentifier, MicroCredential, Organisation
from app.core.credential.readable_text import show
from app.core.credential.request_examples import EXAMPLE, MINIMAL_EXAMPLE
from app.core.credential.request_schema import REQUEST_SCHEMA, RESULT_TYPES
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, MISSING_ELEMENT, RANGE_ERROR, UNKNOWN_VALUE, JsonObject, said

__all__ = ["EXAMPLE", "MINIMAL_EXAMPLE", "REQUEST_SCHEMA", "read", "read_email", "read_learner", "read_members"]

_EARLIEST = date(1900, 1, 1)

_EMAIL = re.compile(r"[^\s@<>()\",;:\\\[\]]{1,64}@[^\s@<>()\",;:\\\[\]]+\.[^\s@<>()\",;:\\\[\].]+")
# Each has a member of its own in the learner.
_TAKEN_SCHEMES = ("name", "emailAddress", "ext:givenName", "ext:familyName", "ext:dateOfBirth")


def read(
    body: JsonObject, *, contexts: Contexts, issuer: Organisation, time_zone: str, now: datetime
) -> MicroCredential:
    """What the institution claims. `issuer` and `time_zone` are the institution's; `now` is the moment of awarding.

    Raises Refused with every problem at once.
    """
    return read_members(Members(body), contexts=contexts, issuer=issuer, time_zone=time_zone, now=now)


def read_members(
    members: Members, *, contexts: Contexts, issuer: Organisation, time_zone: str, now: datetime
) -> MicroCredential:
    """As `read`, of a request that stands inside another body."""
    found = _read(members, contexts, issuer, time_zone, now)
    members.end()
    refuse_one_name_for_two_things(found)
    return found


def read_as_far(
    body: JsonObject, *, contexts: Contexts, issuer: Organisation, time_zone: str, now: datetime
) -> MicroCredential:
    """The same with placeholders for what is missing or wrong: to draw what is not done yet, never to sign it."""
    return _read(Members(body), contexts, issuer, time_zone, now)


def _read(members: Members, contexts: Contexts, issuer: Organisation, time_zone: str, now: datetime) -> MicroCredential:
    _check_country(members, contexts, issuer)
    learner = read_learner(members, now.date())
    achievement = read_achievement(members, contexts, issuer)
    grade = _grade(members.inside("grade"))
    awarded = _awarded_date(members, ZoneInfo(time_zone), now)
    valid_from = members.timestamp("validFrom") or now.replace(microsecond=0)
    valid_until = members.timestamp("validUntil")
    if valid_until is not None and valid_until <= max(now, valid_from):
        members.problem(RANGE_ERROR, "is not after now and after validFrom", "validUntil", said=said("until.past"))
    supersedes = members.iri("supersedes")
    members.refuse_unread()
    return MicroCredential(learner, achievement, issuer, awarded, valid_from, valid_until, grade, supersedes)


def _check_country(members: Members, contexts: Contexts, issuer: Organisation) -> None:
    """Element 3 is not in the request: what is wrong with it is the institution's own entry."""
    about, remedy = element(3), "the institution's own entry needs an ISO 3166-1 alpha-2 country code, like IE"
    if issuer.country is None:
        detail = f"element {about.number}, {about.name}, is missing"
        members.problem(MISSING_ELEMENT, detail, remedy=remedy, said=said("institution.country"))
    elif not vocabularies.is_country(contexts, issuer.country):
        detail = f"element {about.number}, {about.name}: {show(issuer.country)} is the code of no country"
        members.problem(UNKNOWN_VALUE, detail, remedy=remedy, said=said("institution.country"))


def read_learner(members: Members, today: date) -> Learner:
    """Element 1, the member `learner`."""
    learner = members.inside("learner")
    if learner is None or "fullName" not in learner:
        (learner or members).missing(element(1), "fullName" if learner else "learner", remedy="give learner.fullName")
        learner = learner or Members({}, problems=members.problems)
    born = learner.day("dateOfBirth")
    if born is not None and not _EARLIEST <= born < today:
        detail = "is not a day on which a learner was born"
        learner.problem(RANGE_ERROR, detail, "dateOfBirth", said=said("born"))
    found = Learner(
        full_name=Personal(learner.name("fullName") or PLACEHOLDER),
        given_name=_personal(learner.name("givenName")),
        family_name=_personal(learner.name("familyName")),
        date_of_birth=None if born is None else Personal(born),
        email=read_email(learner),
        identifiers=tuple(
            LearnerIdentifier(identifier.scheme, Personal(identifier.value))
            for identifier in read_identifiers(learner, taken=_TAKEN_SCHEMES)
        ),
        id=learner.iri("id"),
    )
    learner.refuse_unread()
    return found


def read_email(members: Members) -> Personal[str] | None:
    """The member `email`, a learner's address."""
    email = members.name("email")
    if email not in (None, PLACEHOLDER) and not _EMAIL.fullmatch(email):
        detail = f"{show(email)} is not an e-mail address"
        members.problem(MALFORMED_VALUE_ERROR, detail, "email", said=said("email", value=(email or "")[:80]))
    return _personal(email)


def _awarded_date(members: Members, zone: ZoneInfo, now: datetime) -> datetime:
    """Element 5: a calendar day, signed as its midnight with the offset of the institution's time zone."""
    if "awardedDate" not in members:
        members.missing(element(5), "awardedDate", remedy="write the day as 2026-05-31")
    day = members.day("awardedDate")
    if day is None:
        return now
    # A day may already have begun elsewhere, where the learner or a partner is.
    if not _EARLIEST <= day <= (now.astimezone(zone) + timedelta(days=1)).date():
        detail = f"{day} is not yet here, or long past"
        members.problem(RANGE_ERROR, detail, "awardedDate", said=said("awarded", value=day.isoformat()))
        return now
    return _midnight(day, datetime.combine(day, time(), zone).utcoffset() or timedelta())


def _midnight(day: date, zone_offset: timedelta) -> datetime:
    """The start of a day with its offset, in whole minutes as RFC 3339 has them."""
    minutes = round(zone_offset.total_seconds() / 60)
    offset = timezone(timedelta(minutes=minutes)) if minutes else UTC
    return datetime(day.year, day.month, day.day, tzinfo=offset)


def _grade(grade: Members | None) -> Grade | None:
    """Element 14."""
    if grade is None:
        return None
    grade.required("value", "the grade achieved")
    result_type = grade.name("resultType") or "Result"
    if result_type not in (*RESULT_TYPES, PLACEHOLDER) and not EXTENSION.fullmatch(result_type):
        detail = f"{show(result_type)} is none of {', '.join(RESULT_TYPES)}, nor an extension like ext:ECTSGradeScore"
        grade.problem(UNKNOWN_VALUE, detail, "resultType")
    scale = tuple(grade.text_value(item, "scale", number, prose=False) for number, item in grade.items("scale"))
    value = grade.name("value") or PLACEHOLDER
    if scale and value not in scale:
        detail = f"is not on its scale: {', '.join(map(show, scale))}"
        grade.problem(UNKNOWN_VALUE, detail, "value", said=said("grade.scale", scale=", ".join(scale)[:200]))
    found = Grade(
        value=Personal(value),
        scale=scale,
        minimum=grade.name("minimum"),
        maximum=grade.name("maximum"),
        required=grade.name("required"),
        name=grade.name("name") or "Grade",
        result_type=result_type,
    )
    grade.refuse_unread()
    return found


def _personal(value: str | None) -> Personal[str] | None:
    return None if value is None else Personal(value)
