"""Generated credentials and presentations that use whatever the pinned contexts have: every term, type and container.

What may stand in a place is read from the tables themselves; whether they are right is judged by PyLD.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from app.core.json_ld.tables import Container, Kind, Member, NotCovered, Place, Tables, TableWork
from app.core.problems import JsonObject
from tests.properties.strategies import pinned

V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
OURS = "https://w3id.org/testamur/contexts/micro-credential-v1"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
ED25519 = "https://w3id.org/security/suites/ed25519-2020/v1"
LISTS = (
    (V2,),
    (V2, OPEN_BADGES),
    (V2, OPEN_BADGES, EXTENSIONS),
    (V2, OPEN_BADGES, OURS),
    (V2, OPEN_BADGES, CLR),
    (V2, DATA_INTEGRITY),
    (V2, ED25519),
    (V1,),
    (V1, ED25519),
)
_OUTER = ("VerifiableCredential", "VerifiablePresentation")
_MAX_DEPTH = 4

_TEXTS = st.text(max_size=12) | st.sampled_from(['"', "\\", "\x00\x1f\x7f\n\t", "\u2028 é 🎓", "_:b0", "@id", "a b"])
_NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.sampled_from([0, 1.0, 2.5, -0.0, 1e21, 3e-7, True, False])
_IRIS = st.builds(
    "{}{}".format,
    st.sampled_from(["https://a.example/", "http://a.example:80/?q=", "urn:x:", "did:web:", "mailto:a@", "tag:"]),
    st.integers(0, 99) | st.sampled_from(["é", "%20#a", "a/b;c=d", "#"]),
)
_LANGUAGES = st.sampled_from(["en", "de", "pt-BR", "EN-ie", "sr-Latn"])
_VALUE_OBJECTS = st.fixed_dictionaries(
    {"@value": _TEXTS}, optional={"@language": _LANGUAGES, "@direction": st.sampled_from(["ltr", "rtl"])}
)
_LANGUAGE_MAPS = st.dictionaries(
    _LANGUAGES, _TEXTS | st.lists(_TEXTS, min_size=1, max_size=2, unique=True), min_size=1, max_size=2
).filter(lambda texts: len({language.lower() for language in texts}) == len(texts))
_JSON: SearchStrategy[Any] = st.recursive(
    st.none() | _TEXTS | _NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def credentials_of_every_feature(draw: DrawFn) -> JsonObject:
    work, start = _tables()
    return _Writing(draw, work).outer(start, depth=0)


@cache
def _tables() -> tuple[TableWork, Place]:
    tables = Tables(pinned(), max_rows=10**9)
    return tables.work(max_term_definitions=10**9), tables.start()


class _Writing:
    """One document. `depth` counts objects in objects."""

    def __init__(self, draw: DrawFn, work: TableWork) -> None:
        self.draw = draw
        self.work = work

    def outer(self, place: Place, *, depth: int) -> JsonObject:
        """A credential or a presentation, under contexts of its own."""
        own = self.draw(st.sampled_from(LISTS))
        kind = self.draw(st.sampled_from(_OUTER))
        members = self.members(place, own, (kind,), depth=depth)
        return {"@context": list(own), "type": self.draw(st.sampled_from([kind, [kind]])), **members}

    def node(self, place: Place, *, depth: int) -> JsonObject:
        if any(term in place.active["mappings"] for term in _OUTER) and self.draw(st.integers(0, 3)) == 0:
            try:
                return self.outer(place, depth=depth)
            except NotCovered:
                pass
        kinds = [term for term in place.active["mappings"] if term[:1].isupper()]
        types = self.draw(st.lists(st.sampled_from(kinds), max_size=2, unique=True)) if kinds else []
        try:
            members = self.members(place, None, tuple(types) or None, depth=depth)
        except NotCovered:
            types, members = [], self.members(place, None, None, depth=depth)
        return {**({"type": types} if types else {}), **members}

    def members(
        self, place: Place, own: tuple[str, ...] | None, types: tuple[str, ...] | None, *, depth: int
    ) -> JsonObject:
        table = self.work.typed(place, (own, types)).table
        terms = sorted(table.active["mappings"])
        found: JsonObject = {}
        predicates = set()
        for term in self.draw(st.lists(st.sampled_from(terms), max_size=5, unique=True)):
            member = self.member(table, term)
            if term == "id":
                found["id"] = self.draw(_IRIS)
            elif member is not None and member.predicate not in predicates:
                predicates.add(member.predicate)
                found[term] = self.value(member, depth=depth)
        return found

    def member(self, table: Any, term: str) -> Member | None:
        try:
            member = self.work.member(table, term)
        except NotCovered:
            return None
        return member if member.predicate and (member.kind is Kind.JSON or member.place is not None) else None

    def value(self, member: Member, *, depth: int) -> Any:
        if member.kind is Kind.JSON:
            return self.draw(_JSON)
        if member.container is Container.GRAPH:
            return self.several(lambda: self.says_something(member, depth=depth))
        if member.container is Container.LANGUAGE and self.draw(st.booleans()):
            return self.draw(_LANGUAGE_MAPS)
        if member.container is Container.LIST:
            return [self.item(member, depth=depth) for _ in range(self.draw(st.integers(1, 3)))]
        return self.several(lambda: self.item(member, depth=depth))

    def several(self, make: Callable[[], Any]) -> Any:
        count = self.draw(st.integers(0, 2))
        if count == 0:
            return make()
        items: list[Any] = []
        for _ in range(count):
            item = make()
            # Two numbers may be one number; two objects may have one name.
            if isinstance(item, str | dict) and _name(item) not in map(_name, items):
                items.append(item)
        return items or make()

    def item(self, member: Member, *, depth: int) -> Any:
        if depth < _MAX_DEPTH and member.place is not None and self.draw(st.integers(0, 2)) == 0:
            return self.node(member.place, depth=depth + 1)
        match member.kind:
            case Kind.IRI:
                return self.draw(_IRIS)
            case Kind.WORD:
                return f"https://a.example/words/{self.draw(st.integers(0, 99))}"
            case _ if member.suffix is None:
                return self.draw(_NUMBERS)
            case _ if member.scoped or member.container is Container.LANGUAGE:
                return self.draw(_TEXTS)
            case _:
                return self.draw(_TEXTS | _NUMBERS | _VALUE_OBJECTS)

    def says_something(self, member: Member, *, depth: int) -> JsonObject:
        assert member.place is not None
        node = self.node(member.place, depth=depth + 1) if depth < _MAX_DEPTH else {}
        if node.keys() - {"id", "@context"}:
            return node
        kinds = sorted(term for term in member.place.active["mappings"] if term[:1].isupper())
        return {**node, "type": self.draw(st.sampled_from(kinds))}


def _name(item: Any) -> str:
    """What two items of an array may not share."""
    match item:
        case {"id": str(name)} | str(name):
            return name
        case {"@value": str(text)}:
            return text
        case _:
            return f"object {id(item)}"
