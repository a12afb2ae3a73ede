"""WHAT every verifiable credential must be, whatever it claims: the structural MUSTs of VC Data Model 2.0.

https://www.w3.org/TR/vc-data-model-2.0/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from app.core import date_time_stamp
from app.core.json_ld import is_absolute_iri
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Problem, Refused

CONTEXT = "https://www.w3.org/ns/credentials/v2"
CONTEXT_1_1 = "https://www.w3.org/2018/credentials/v1"
TYPE = "VerifiableCredential"

_TYPED = (
    ("refreshService", "§5.4"),
    ("termsOfUse", "§5.5"),
    ("evidence", "§5.6"),
    ("confidenceMethod", "§5.10"),
    ("renderMethod", "§5.10"),
)
# Each may send us to another host.
MAX_STATUS_ENTRIES = 4


def problems(document: JsonObject) -> tuple[Problem, ...]:
    """Everything in which `document` breaks the data model, each with its clause. The proof is not looked at."""
    return tuple(
        problem
        for rule in (
            context_problems,
            id_problems,
            type_problems,
            _name_and_description,
            _issuer,
            _credential_subject,
            _validity_period,
            credential_status_problems,
            _credential_schema,
            _typed_members,
            _related_resource,
        )
        for problem in rule(document)
    )


def issuer_id(document: JsonObject) -> str | None:
    """The issuer's identifier; None where there is not exactly one that is a URL (§4.7)."""
    match document.get("issuer"):
        case str(identifier) | {"id": str(identifier)} if is_absolute_iri(identifier):
            return identifier
        case _:
            return None


def types(document: JsonObject) -> frozenset[str]:
    """The types of a credential or of a part of one; none where there is no sound `type`."""
    match document.get("type"):
        case str(one):
            return frozenset({one})
        case list(several) if all(isinstance(each, str) for each in several):
            return frozenset(several)
        case _:
            return frozenset()


def is_version_1_1(document: JsonObject) -> bool:
    """Whether its first context says that it is of the data model before this one."""
    return entries(document.get("@context"))[:1] == [CONTEXT_1_1]


@dataclass(frozen=True, slots=True)
class Bound:
    """A moment at which a credential begins or ends to be in force, and the member that says so."""

    moment: datetime
    at: str


def bounds(document: JsonObject) -> tuple[Bound | None, Bound | None]:
    """Start and end, §4.9; a time without an offset breaks that, and is in UTC (§5.8).

    Raises Refused (MALFORMED_VALUE_ERROR).

    VC Data Model 1.1 has `issuanceDate` and `expirationDate` (§4.6, §4.8), and reserves the names of 2.0 for the same:
    where both stand there, the narrower counts.
    """
    of_1_1 = is_version_1_1(document)
    starts = _moments(document, ("issuanceDate", "validFrom") if of_1_1 else ("validFrom",))
    ends = _moments(document, ("expirationDate", "validUntil") if of_1_1 else ("validUntil",))
    moment = attrgetter("moment")
    return max(starts, key=moment, default=None), min(ends, key=moment, default=None)


def validity_period(document: JsonObject) -> tuple[datetime | None, datetime | None]:
    """The moments of `bounds`. Raises Refused (MALFORMED_VALUE_ERROR)."""
    start, end = bounds(document)
    return start.moment if start else None, end.moment if end else None


def _moments(document: JsonObject, members: tuple[str, ...]) -> list[Bound]:
    return [
        Bound(date_time_stamp.read(document[member], at=f"/{member}", if_without_offset="Z"), f"/{member}")
        for member in members
        if member in document
    ]


def entries(value: object) -> list[object]:
    """One value or an array of them, as most members may have."""
    return value if isinstance(value, list) else [value]


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


def context_problems(document: JsonObject) -> Iterator[Problem]:
    match document.get("@context"):
        case [first, *_] if first == CONTEXT:
            pass
        case [first, *_]:
            yield _malformed("/@context/0", f"is {first!r:.120}; the first context must be {CONTEXT}", "§4.3")
        case _:
            yield _malformed("/@context", f"must be an array that begins with {CONTEXT}", "§4.3")


def id_problems(document: JsonObject) -> Iterator[Problem]:
    if "id" in document and not is_url(document["id"]):
        yield _malformed("/id", "must be one URL", "§4.4")


def type_problems(document: JsonObject, wanted: str = TYPE) -> Iterator[Problem]:
    match document.get("type"):
        case list(several) if several and all(isinstance(each, str) and each for each in several):
            if wanted not in several:
                yield _malformed("/type", f"must include {wanted}", "§4.5")
        case str(one) if one == wanted:
            pass
        case _:
            yield _malformed("/type", f"must be {wanted}, or an array of strings that includes it", "§4.5")


def _name_and_description(document: JsonObject) -> Iterator[Problem]:
    yield from _texts(document, at="")
    match document.get("issuer"):
        case dict(issuer):
            yield from _texts(issuer, at="/issuer")


def _texts(holder: JsonObject, *, at: str) -> Iterator[Problem]:
    """§4.6, §11.1: a string, or a language value object, or an array of those."""
    for member in ("name", "description"):
        if member in holder and not all(_is_text(each) for each in entries(holder[member]) or [None]):
            yield _malformed(f"{at}/{member}", "must be a string or language value objects", "§4.6")


def _is_text(value: object) -> bool:
    match value:
        case str():
            return True
        case {"@value": str(), **more}:
            return more.keys() <= {"@language", "@direction"} and all(isinstance(each, str) for each in more.values())
        case _:
            return False


def _issuer(document: JsonObject) -> Iterator[Problem]:
    match document.get("issuer"):
        case str(identifier) if is_absolute_iri(identifier):
            pass
        case {"id": str(identifier)} if is_absolute_iri(identifier):
            pass
        case _:
            yield _malformed("/issuer", "must be one URL, or one object whose id is a URL", "§4.7")


def _credential_subject(document: JsonObject) -> Iterator[Problem]:
    if document.get("credentialSubject") in (None, []):
        yield _malformed("/credentialSubject", "is missing or empty", "§4.8")
    for subject, at in each_value(document, "credentialSubject"):
        match subject:
            case {"id": identifier} if not is_url(identifier):
                yield _malformed(f"{at}/id", "must be one URL", "§4.4")
            case dict() if subject:
                pass
            case _:
                yield _malformed(at, "must be an object that claims something", "§4.8")


def _validity_period(document: JsonObject) -> Iterator[Problem]:
    try:
        for member in ("validFrom", "validUntil"):
            if member in document:
                date_time_stamp.read(document[member], at=f"/{member}")
        start, end = validity_period(document)
    except Refused as refused:
        yield from refused.problems
        return
    if start is not None and end is not None and end < start:
        yield _malformed("/validUntil", "is before validFrom", "§4.9")


def credential_status_problems(document: JsonObject) -> Iterator[Problem]:
    """§4.10, and no more entries than we would follow."""
    if "credentialStatus" not in document:
        return
    count = len(entries(document["credentialStatus"]))
    if count > MAX_STATUS_ENTRIES:
        detail = f"has {count:,} entries; more than {MAX_STATUS_ENTRIES} are not followed"
        yield _malformed("/credentialStatus", detail, "§4.10")
        return
    yield from typed_problems(document, "credentialStatus", clause="§4.10")


def _credential_schema(document: JsonObject) -> Iterator[Problem]:
    yield from typed_problems(document, "credentialSchema", clause="§4.11", id_required=True)


def _typed_members(document: JsonObject) -> Iterator[Problem]:
    for member, clause in _TYPED:
        yield from typed_problems(document, member, clause=clause)


def typed_problems(document: JsonObject, member: str, *, clause: str, id_required: bool = False) -> Iterator[Problem]:
    """Of a member whose every value says what it is."""
    if document.get(member) == []:
        yield _malformed(f"/{member}", "is empty", clause)
    for entry, at in each_value(document, member):
        if not isinstance(entry, dict) or not types(entry):
            yield _malformed(at, "must be an object with a type", clause)
        elif ("id" in entry or id_required) and not is_url(entry.get("id")):
            yield _malformed(f"{at}/id", "must be one URL", clause)


def _related_resource(document: JsonObject) -> Iterator[Problem]:
    """§5.3: each resource once, each with a digest."""
    seen: set[str] = set()
    for entry, at in each_value(document, "relatedResource"):
        match entry:
            case {"id": str(identifier), "digestSRI": str()} | {"id": str(identifier), "digestMultibase": str()}:
                if not is_absolute_iri(identifier) or identifier in seen:
                    yield _malformed(f"{at}/id", "must be a URL that no other resource has", "§5.3")
                seen.add(identifier)
            case _:
                yield _malformed(at, "must be an object with an id and with digestSRI or digestMultibase", "§5.3")


def each_value(document: JsonObject, member: str) -> Iterator[tuple[object, str]]:
    """Each value of a member with its place; none where there is no such member."""
    match document.get(member, []):
        case list(several):
            yield from ((entry, f"/{member}/{place}") for place, entry in enumerate(several))
        case one:
            yield one, f"/{member}"


def is_url(value: object) -> bool:
    return isinstance(value, str) and is_absolute_iri(value)


def _malformed(at: str, detail: str, clause: str) -> Problem:
    return Problem(MALFORMED_VALUE_ERROR, at=at, detail=f"{detail} (VC Data Model 2.0 {clause})")
