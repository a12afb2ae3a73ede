"""Puts disclosed claims where their digests stand, or refuses: the heart of reading an SD-JWT.

https://www.rfc-editor.org/rfc/rfc9901#section-7.1, from step 3 on:

3. `_object` and `_array` find each digest, put its disclosure in its place and go on inside of it; a digest that
   belongs to no disclosure is ignored; what carried digests is taken away.
4. `_disclosure_of` refuses a digest that is met twice.
5. `disclose` refuses a disclosure that no digest referred to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from app.core import strict_json
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Problem, Refused, pointer
from app.core.proof.disclosures import (
    ARRAY_DIGEST,
    DIGESTS,
    HASH_ALGORITHM,
    Disclosure,
    Place,
    digest,
    hash_algorithm,
)


@dataclass(frozen=True, slots=True)
class DisclosedPayload:
    """The processed payload, and which disclosure each claim that came out of one was in, by its place."""

    claims: JsonObject
    disclosed: Mapping[Place, Disclosure] = field(repr=False)


def disclose(payload: JsonObject, disclosures: Sequence[Disclosure]) -> DisclosedPayload:
    """Steps 3 to 5. Raises Refused (MALFORMED_VALUE_ERROR)."""
    name = hash_algorithm(payload)
    offered = {digest(disclosure.text, name): disclosure for disclosure in disclosures}
    if len(offered) != len(disclosures):
        raise _malformed((), "the same disclosure is there twice")
    reading = _Disclosing(offered)
    claims = reading.read_object({key: value for key, value in payload.items() if key != HASH_ALGORITHM}, ())
    unused = len(offered) - len(reading.disclosed)
    if unused:
        raise _malformed((), f"{unused} of {len(offered)} disclosures belong to no digest that was signed")
    return DisclosedPayload(claims, MappingProxyType(dict(reading.disclosed)))


@dataclass(slots=True)
class _Disclosing:
    """One reading: what is offered, by digest; which digests were met; what was disclosed, and where."""

    offered: Mapping[str, Disclosure]
    met: set[str] = field(default_factory=set)
    disclosed: dict[Place, Disclosure] = field(default_factory=dict)

    def _value(self, value: object, place: Place) -> object:
        match value:
            case dict():
                return self.read_object(value, place)
            case list():
                return self._array(value, place)
            case _:
                return value

    def read_object(self, members: JsonObject, place: Place) -> JsonObject:
        self._refuse_deep(place)
        for name in (ARRAY_DIGEST, HASH_ALGORITHM):
            if name in members:
                raise _malformed((*place, name), f"{name!r} can't stand here")
        found = {name: self._value(value, (*place, name)) for name, value in members.items() if name != DIGESTS}
        for text in self._digests(members, place):
            disclosure = self._disclosure_of(text, (*place, DIGESTS))
            if disclosure is None:
                continue
            match disclosure.name:
                case None:
                    raise _malformed((*place, DIGESTS), "an element of an array is disclosed where a claim would be")
                case name if name in members or name in found:
                    raise _malformed((*place, name), "a disclosure would take the place of what stands here already")
                case name:
                    self.disclosed[(*place, name)] = disclosure
                    found[name] = self._value(disclosure.value, (*place, name))
        return found

    def _array(self, items: list[object], place: Place) -> list[object]:
        self._refuse_deep(place)
        found: list[object] = []
        for number, item in enumerate(items):
            here = (*place, len(found))
            match item:
                case {"...": str(text), **more} if not more:
                    disclosure = self._disclosure_of(text, (*place, number))
                    if disclosure is None:
                        continue
                    if disclosure.name is not None:
                        raise _malformed((*place, number), "a claim is disclosed where an element of an array would be")
                    self.disclosed[here] = disclosure
                    found.append(self._value(disclosure.value, here))
                case _:
                    found.append(self._value(item, here))
        return found

    def _digests(self, members: JsonObject, place: Place) -> list[str]:
        match members.get(DIGESTS, []):
            case list(digests) if all(isinstance(text, str) for text in digests):
                return digests
            case _:
                raise _malformed((*place, DIGESTS), "is not an array of strings")

    def _disclosure_of(self, text: str, place: Place) -> Disclosure | None:
        if text in self.met:
            raise _malformed(place, f"the digest {text!r:.60} stands there twice")
        self.met.add(text)
        return self.offered.get(text)

    def _refuse_deep(self, place: Place) -> None:
        # Each part was read with a bound of its own; put into each other, they get one together.
        if len(place) >= strict_json.MAX_DEPTH:
            raise _malformed(place, f"nests deeper than {strict_json.MAX_DEPTH} levels")


def _malformed(place: Place, detail: str) -> Refused:
    return Refused(Problem(MALFORMED_VALUE_ERROR, at=pointer(*place), detail=detail))
