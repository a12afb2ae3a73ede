"""Reads the members of a JSON object one by one, and keeps every problem that it meets, each at its JSON Pointer.

What can't be read yields a placeholder, so that reading goes on; `Members.end` then raises: no placeholder gets out.
"""

import difflib
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from app.core.credential.elements import Element
from app.core.credential.micro_credential import LanguageMap
from app.core.credential.readable_text import MOST_CHARACTERS_OF_A_NAME, show, wrong_in_text
from app.core.problems import MALFORMED_VALUE_ERROR, MISSING_ELEMENT, RANGE_ERROR, Problem, Refused, Said, pointer, said

MOST_ITEMS = 100
MOST_UNREAD = 20
# Below it, what is alike is so by chance: issuer and supersedes have half their letters in common.
_ALIKE = 0.7

PLACEHOLDER = "·"
PLACEHOLDER_MAP = LanguageMap((("und", PLACEHOLDER),))
PLACEHOLDER_IRI = "urn:placeholder"

# BCP 47: language, script, region and variants; an extension or a private use subtag says nothing to a reader.
_LANGUAGE_TAG = re.compile(
    r"([A-Za-z]{2,3})(-[A-Za-z]{4})?(-(?:[A-Za-z]{2}|[0-9]{3}))?((?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*)"
)
# RFC 3987, less: no user information, no IP literal, and only schemes that name things.
_BEYOND_ASCII = "\u00a0-\u167f\u1681-\u1fff\u2070-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\uffef"
_CHARACTER = rf"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?{_BEYOND_ASCII}]|%[0-9A-Fa-f]{{2}})"
_HOST = rf"[A-Za-z0-9.\-{_BEYOND_ASCII}]+(?::[0-9]{{1,5}})?"
_URL = re.compile(rf"https?://{_HOST}(?:[/?]{_CHARACTER}*)?(?:#{_CHARACTER}*)?")
_NAME = re.compile(rf"(?:urn:[A-Za-z0-9-]{{2,32}}:|did:[a-z0-9]+:|ni:///|tag:){_CHARACTER}+(?:#{_CHARACTER}*)?")

_TIMESTAMP = re.compile(
    r"[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,9})?")


class Members:
    """The members of one object. Each reading method is called once a member, by its name."""

    def __init__(self, value: object, *, at: str = "", problems: list[Problem] | None = None) -> None:
        self.at = at
        self.problems: list[Problem] = [] if problems is None else problems
        self._named: set[str] = set()
        self._members: dict[str, object] = {}
        match value:
            case dict():
                self._members = value
            case _:
                self.problem(MALFORMED_VALUE_ERROR, "is not a JSON object")

    # ── problems ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def problem(self, kind: str, detail: str, *parts: str | int, remedy: str = "", said: Said | None = None) -> None:
        self.problems.append(Problem(kind, at=self.at + pointer(*parts), detail=detail, remedy=remedy, said=said))

    def missing(self, element: Element, name: str, *, remedy: str = "") -> None:
        self.problem(MISSING_ELEMENT, f"element {element.number}, {element.name}, is missing", name, remedy=remedy)

    def refuse_unread(self) -> None:
        """A member that nobody asked for would be lost."""
        unread = [name for name in self._members if name not in self._named]
        if len(unread) > MOST_UNREAD:
            self.problem(MALFORMED_VALUE_ERROR, f"has {len(unread)} members that are not known here")
        for name in unread[:MOST_UNREAD]:
            near = difflib.get_close_matches(str(name)[:100], sorted(self._named), 1, cutoff=_ALIKE)
            known = f"; do you mean {near[0]}?" if near else f"; known are {', '.join(sorted(self._named))}"
            self.problem(
                MALFORMED_VALUE_ERROR,
                f"{show(str(name))} is not a member that is known here{known}",
                name,
                said=said("member.unknown", name=str(name)[:100]),
            )

    def end(self) -> None:
        """Raises Refused with every problem that was met, here and below."""
        if self.problems:
            raise Refused(*self.problems)

    # ── what is there ────────────────────────────────────────────────────────────────────────────────────────────────

    def value(self, name: str) -> object:
        """The member's value; None where it is absent, null, or empty and so says nothing."""
        self._named.add(name)
        value = self._members.get(name)
        return None if value in ("", [], {}) else value

    def __contains__(self, name: str) -> bool:
        return self.value(name) is not None

    def required(self, name: str, what: str) -> bool:
        """Whether it is there; a problem where it is not."""
        if name in self:
            return True
        self.problem(MALFORMED_VALUE_ERROR, f"{what} is missing", name)
        return False

    def inside(self, name: str) -> "Members | None":
        value = self.value(name)
        if value is None and self._members.get(name) == []:
            value = []  # Of another kind than what belongs here, which is more than to say nothing.
        return None if value is None else Members(value, at=self.at + pointer(name), problems=self.problems)

    def items(self, name: str) -> Iterator[tuple[int, object]]:
        """The items of an array; a single value is not one."""
        match self.value(name):
            case None:
                pass
            case list() as items if len(items) <= MOST_ITEMS:
                yield from enumerate(items)
            case list() as items:
                self.problem(RANGE_ERROR, f"has {len(items)} items; {MOST_ITEMS} are allowed", name)
            case _:
                self.problem(MALFORMED_VALUE_ERROR, "is not an array", name)

    def each(self, name: str) -> Iterator["Members"]:
        for number, item in self.items(name):
            yield Members(item, at=self.at + pointer(name, number), problems=self.problems)

    # ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def name(self, name: str) -> str | None:
        """One line, as a person or a thing is called."""
        value = self.value(name)
        return None if value is None else self.text_value(value, name, prose=False)

    def text_value(self, value: object, *parts: str | int, prose: bool) -> str:
        match value:
            case str():
                wrong = wrong_in_text(value, prose=prose)
                if wrong:
                    self.problem(MALFORMED_VALUE_ERROR, wrong.detail, *parts, said=wrong.said)
                return value if not wrong else PLACEHOLDER
            case _:
                self.problem(MALFORMED_VALUE_ERROR, f"{show(value)} is not a string", *parts)
                return PLACEHOLDER

    def language_map(self, name: str, *, prose: bool = True) -> LanguageMap | None:
        value = self.value(name)
        return None if value is None else self.language_map_value(value, name, prose=prose)

    def language_map_value(self, value: object, *parts: str | int, prose: bool) -> LanguageMap:
        match value:
            case dict() if 0 < len(value) <= MOST_ITEMS:
                entries: dict[str, str] = {}
                for tag, text in value.items():
                    language = self.language_value(tag, *parts, tag)
                    if language in entries:
                        self.problem(MALFORMED_VALUE_ERROR, f"the language {language} is given twice", *parts, tag)
                    entries[language] = self.text_value(text, *parts, tag, prose=prose)
                return LanguageMap(tuple(entries.items()))
            case _:
                detail = f"{show(value)} is not a language map"
                self.problem(
                    MALFORMED_VALUE_ERROR, detail, *parts, remedy='write {"en": "…"}', said=said("text.no_language")
                )
                return PLACEHOLDER_MAP

    def language(self, name: str) -> str | None:
        value = self.value(name)
        return None if value is None else self.language_value(value, name)

    def language_value(self, value: object, *parts: str | int) -> str:
        """A BCP 47 tag in its usual letter case."""
        match value:
            case str() if found := _LANGUAGE_TAG.fullmatch(value):
                language, script, region, variants = found.groups(default="")
                return language.lower() + script.title() + region.upper() + variants.lower()
            case _:
                self.problem(
                    MALFORMED_VALUE_ERROR, f"{show(value)} is not a BCP 47 language tag, like en or pt-BR", *parts
                )
                return "und"

    # ── names of things ──────────────────────────────────────────────────────────────────────────────────────────────

    def iri(self, name: str) -> str | None:
        value = self.value(name)
        return None if value is None else self.iri_value(value, name)

    def iri_value(self, value: object, *parts: str | int) -> str:
        match value:
            case str() if len(value) <= MOST_CHARACTERS_OF_A_NAME and is_iri(value):
                return value
            case _:
                detail = f"{show(value)} is not an absolute IRI (https:, did:, urn:)"
                self.problem(MALFORMED_VALUE_ERROR, detail, *parts, said=said("address", value=_brief(value)))
                return PLACEHOLDER_IRI

    def iris(self, name: str) -> tuple[str, ...]:
        found = tuple(self.iri_value(item, name, number) for number, item in self.items(name))
        self.refuse_twice(found, name)
        return found

    def url(self, name: str) -> str | None:
        """Where a reader may go: http or https."""
        match self.value(name):
            case None:
                return None
            case str() as value if len(value) <= MOST_CHARACTERS_OF_A_NAME and _URL.fullmatch(value):
                return value
            case value:
                detail = f"{show(value)} is not an http or https URL"
                self.problem(MALFORMED_VALUE_ERROR, detail, name, said=said("address", value=_brief(value)))
                return PLACEHOLDER_IRI

    def refuse_twice(self, values: tuple[object, ...], name: str) -> None:
        """RDF knows no repetition: what is said twice can't be told from what is said once."""
        for number, value in enumerate(values):
            if value in values[:number] and value != PLACEHOLDER_IRI:
                self.problem(MALFORMED_VALUE_ERROR, "is given twice", name, number, said=said("twice"))

    # ── days, times, numbers ─────────────────────────────────────────────────────────────────────────────────────────

    def day(self, name: str) -> date | None:
        match self.value(name):
            case None:
                return None
            case str() as value if _DAY.fullmatch(value):
                try:
                    return date.fromisoformat(value)
                except ValueError:
                    detail = f"{show(value)} is no day of the calendar"
                    self.problem(MALFORMED_VALUE_ERROR, detail, name, said=said("day.none", value=value))
            case value:
                detail, remedy = f"{show(value)} is not a calendar day", "write it as 2026-05-31"
                which = said("day.unlike", value=_brief(value))
                self.problem(MALFORMED_VALUE_ERROR, detail, name, remedy=remedy, said=which)
        return None

    def timestamp(self, name: str) -> datetime | None:
        match self.value(name):
            case None:
                return None
            case str() as value if _TIMESTAMP.fullmatch(value):
                try:
                    return datetime.fromisoformat(value)
                except ValueError:
                    detail = f"{show(value)} is no moment of the calendar"
                    self.problem(MALFORMED_VALUE_ERROR, detail, name, said=said("day.none", value=value))
            case value:
                detail = f"{show(value)} is not a date and time with its offset (RFC 3339)"
                self.problem(
                    MALFORMED_VALUE_ERROR,
                    detail,
                    name,
                    remedy="write it as 2029-08-30T00:00:00Z",
                    said=said("moment.unlike", value=_brief(value)),
                )
        return None

    def decimal(self, name: str) -> Decimal:
        """A number greater than 0, of at most two decimals; 0 where it is not one."""
        value = self.value(name)
        match value:
            case str() if _DECIMAL.fullmatch(value):
                number = Decimal(value)
            case bool() | None:
                number = Decimal(0)
            case int() | float() | Decimal():
                number = _as_decimal(value)
            case _:
                number = Decimal(0)
        if not (0 < number <= 100_000 and number == round(number, 2)):
            detail = f"{show(value)} is not a number of credits, greater than 0 and of at most two decimals"
            self.problem(MALFORMED_VALUE_ERROR, detail, name, said=said("credits", value=_brief(value)))
            return Decimal(0)
        return Decimal(format(number.normalize(), "f"))


def _brief(value: object) -> str:
    """A foreign value in a sentence of a page, which marks it as one itself."""
    return value[:80] if isinstance(value, str) else show(value)


def is_iri(text: str) -> bool:
    return bool(_URL.fullmatch(text) or _NAME.fullmatch(text))


def _as_decimal(value: float | Decimal) -> Decimal:
    try:
        number = Decimal(str(value)[:40])
    except (InvalidOperation, ValueError):
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)
