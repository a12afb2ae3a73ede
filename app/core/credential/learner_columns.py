"""The columns of a class list: which member of a learner each gives, told by its header in English or German."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from app.core.credential.given_organisations import EXTENSION, IDENTIFIER_TYPES
from app.core.credential.readable_text import show
from app.core.credential.row_problems import RowProblem
from app.core.normalized import normalized
from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, MISSING_ELEMENT, UNKNOWN_VALUE, Problem, Said, said

FULL_NAME, GIVEN_NAME, FAMILY_NAME = "fullName", "givenName", "familyName"
DATE_OF_BIRTH, EMAIL, ID = "dateOfBirth", "email", "id"
IDENTIFIER, IDENTIFIER_SCHEME = "identifier", "identifierScheme"
GRADE, KEY = "grade", "key"
PROBLEM = "problem"  # our own, in a list that came back with its mistakes beside them

_LONGEST_HEADER = 100

STUDENT_NUMBER = "ext:studentNumber"

# Each member and the headers that mean it, without regard to capitals, spaces, hyphens and accents.
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        FULL_NAME: "full name | name | learner | learner name | student | student name | participant"
        " | vollständiger Name | Vor- und Nachname | Vorname Nachname | Vorname und Nachname"
        " | Teilnehmer | Teilnehmerin | Teilnehmende | Studierende",
        GIVEN_NAME: "given name | given names | first name | forename | Vorname | Vornamen",
        FAMILY_NAME: "family name | last name | surname | Nachname | Familienname | Zuname",
        DATE_OF_BIRTH: "date of birth | birth date | birthday | born | DOB"
        " | Geburtsdatum | Geburtstag | geboren | geboren am | geb. Datum",
        EMAIL: "email | email address | mail | E-Mail-Adresse | Mailadresse",
        ID: "id | DID | wallet",
        IDENTIFIER: "identifier | Kennung",
        IDENTIFIER_SCHEME: "identifier scheme | scheme | Schema",
        GRADE: "grade | mark | result | Note | Bewertung | Ergebnis",
        KEY: "key | row key | Schlüssel",
        PROBLEM: "problem",
    }
)
_STUDENT_NUMBERS = "student number | student id | student no | Matrikelnummer | Matrikelnr | Matr.-Nr."
_WITH_SCHEME = re.compile(r"identifier\s*[:(\[]\s*(.+?)\s*[)\]]?", re.IGNORECASE)
# Open Badges' types that have a column of their own.
_NOT_A_COLUMN = ("name", "identifier", "emailAddress")


@dataclass(frozen=True, slots=True)
class Column:
    """The column at `place` (from 0) gives `member`; an identifier has its scheme too."""

    place: int
    header: str
    member: str
    scheme: str = ""

    @property
    def said(self) -> str:
        return f"{self.member} ({self.scheme})" if self.scheme else self.member


def _squeezed(text: str) -> str:
    plain = normalized(text.replace("ß", "ss"), form="NFKD").casefold()
    return "".join(character for character in plain if character.isalnum())


_KNOWN = {_squeezed(header): (header, member) for member, all_ in _HEADERS.items() for header in all_.split(" | ")}
_KNOWN |= {_squeezed(member): (member, member) for member in _HEADERS}
_KNOWN |= {_squeezed(header): (header, STUDENT_NUMBER) for header in _STUDENT_NUMBERS.split(" | ")}


def column(place: int, header: str) -> Column | None:
    """What a header means; None where nobody knows."""
    stripped = header.strip()
    if len(stripped) > _LONGEST_HEADER:
        return None
    if EXTENSION.fullmatch(stripped) or (stripped in IDENTIFIER_TYPES and stripped not in _NOT_A_COLUMN):
        return Column(place, stripped, IDENTIFIER, stripped)
    if scheme := _WITH_SCHEME.fullmatch(stripped):
        return Column(place, stripped, IDENTIFIER, scheme[1])
    match _KNOWN.get(_squeezed(stripped)):
        case None:
            return None
        case _, names if names == STUDENT_NUMBER:
            return Column(place, stripped, IDENTIFIER, STUDENT_NUMBER)
        case _, member:
            return Column(place, stripped, member)


def columns(header: tuple[str, ...], *, in_use: frozenset[int]) -> tuple[tuple[Column, ...], tuple[RowProblem, ...]]:
    """The columns that are known, and what is wrong with the others. A column without header or cells is none."""
    found: list[Column] = []
    problems: list[RowProblem] = []
    for place, text in enumerate(header):
        known = column(place, text)
        if known is not None:
            found.append(known)
        elif text.strip() or place in in_use:
            problems.append(_unknown(text.strip(), place))
    problems += _twice(found)
    problems += _missing(found, header)
    return tuple(found), tuple(problems)


def _unknown(header: str, place: int) -> RowProblem:
    if not header:
        detail, remedy = "has cells and no header", "name it, or delete it"
        return _wrong(f"column {place + 1}", "", UNKNOWN_VALUE, detail, remedy, said("column.nameless"))
    near = get_close_matches(_squeezed(header[:_LONGEST_HEADER]), _KNOWN, n=1, cutoff=0.6)
    remedy = f"do you mean {_KNOWN[near[0]][0]}? " if near else ""
    remedy += f"known are {', '.join(name for name in _HEADERS if name != PROBLEM)}; rename it, or delete it"
    which = said("column.meant", near=_KNOWN[near[0]][0]) if near else said("column.unknown")
    return _wrong(header, header, UNKNOWN_VALUE, "nobody knows what this column means", remedy, which)


def _twice(found: list[Column]) -> list[RowProblem]:
    problems, seen = [], dict[tuple[str, str], Column]()
    for each in found:
        first = seen.setdefault((each.member, each.scheme), each)
        if first is not each and each.member != PROBLEM:
            detail = f"gives {each.said}, as {show(first.header)} does already"
            which = said("column.twice", first=first.header[:_LONGEST_HEADER])
            kind, remedy = MALFORMED_VALUE_ERROR, "delete one of them"
            problems.append(_wrong(each.header, each.header, kind, detail, remedy, which))
    return problems


def _missing(found: list[Column], header: tuple[str, ...]) -> list[RowProblem]:
    """A learner needs a whole name, in one column or in two. In German lists `Name` beside `Vorname` is half of one."""
    members = {each.member: each for each in found}
    name, given = members.get(FULL_NAME), members.get(GIVEN_NAME)
    if name and given and FAMILY_NAME not in members and _squeezed(name.header) == "name":
        detail = f"is it the whole name, or the family name? It stands beside {show(given.header)}"
        remedy = "rename it to full name, or to family name"
        which = said("column.half_a_name", other=given.header)
        return [_wrong(name.header, name.header, MALFORMED_VALUE_ERROR, detail, remedy, which)]
    if FULL_NAME in members or {GIVEN_NAME, FAMILY_NAME} <= members.keys():
        return []
    there = ", ".join(show(text.strip()) for text in header[:20] if text.strip()) or "none"
    lacking = GIVEN_NAME if FAMILY_NAME in members else FAMILY_NAME if GIVEN_NAME in members else FULL_NAME
    detail = f"no column gives the learner's {lacking}; there are: {there}"
    remedy = "name a column fullName, or two givenName and familyName"
    return [_wrong(lacking, "", MISSING_ELEMENT, detail, remedy, said("column.lacking"))]


def _wrong(header: str, value: str, kind: str, detail: str, remedy: str, which: Said) -> RowProblem:
    shown = header if len(header) <= _LONGEST_HEADER else f"{header[:_LONGEST_HEADER]}…"
    return RowProblem(1, shown, Personal(value[:1_000]), Problem(kind, detail=detail, remedy=remedy, said=which))
