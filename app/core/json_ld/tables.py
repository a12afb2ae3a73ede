"""What the pinned contexts make of each member in each place, worked out by PyLD once and remembered, within bounds.

A `Place` is where a value can stand: under a term, in an active context. For each set of types (and own contexts) that
an object there may have, it leads to a `Table`: what each of the object's members means, and the place of its values.
Every context is processed by PyLD, in the very steps of its expansion (`JsonLdProcessor._expand`, `_expand_object`,
`_prepare_nested_context`); here only the results are kept. Whatever is not as simple as a row of a table raises
`NotCovered`: then the general way decides, and what it says counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from typing import Any, TypeAlias

from pyld.jsonld import JsonLdError, JsonLdProcessor

from app.core.json_ld.contexts import Contexts
from app.core.json_ld.expansion import LosslessProcessor, expansion_options
from app.core.json_ld.iri import is_absolute_iri
from app.core.json_ld.n_quads import iri, literal
from app.core.json_ld.shared_parts import MAX_REMEMBERED_BYTES, SHARED_TERMS, SharedParts
from app.core.json_ld.statements import LANGUAGE_TAG, XSD_DOUBLE, literal_of
from app.core.problems import Refused

# An active context weighs some 50 KB, a row some 300 bytes. Past either bound all is forgotten, and worked out anew.
MAX_ACTIVE_CONTEXTS = 256
MAX_ROWS = 16_384
# What one document may add, a quarter of what its expansion may cost the general way as well.
MAX_TERM_DEFINITIONS = 5_000

_KEYWORDS_WITH_A_TERM = {"@id": "id", "@type": "type"}

# The contexts that an object lists itself, and its types.
Heading: TypeAlias = tuple[tuple[str, ...] | None, str | tuple[str, ...] | None]


class NotCovered(Exception):  # noqa: N818 - no error: the general way goes on
    """The document holds something that no table covers."""


# A member, its predicate, the suffix where a string alone is quoted text, the place where an object alone is a node.
Row: TypeAlias = tuple["Member", str, str | None, "Place | None"]


class Kind(Enum):
    """What a member is: a keyword's term, or how the strings under it are read."""

    ID = auto()
    TYPE = auto()
    CONTEXT = auto()
    TEXT = auto()
    IRI = auto()
    WORD = auto()
    JSON = auto()


class Container(Enum):
    NONE = auto()
    LIST = auto()
    GRAPH = auto()
    LANGUAGE = auto()


@dataclass(frozen=True, slots=True)
class Names:
    """How an active context reads names that stand as values."""

    active: Any
    prefixes: frozenset[str]
    iris_with_a_term: frozenset[str]
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """What the members of an object mean, for one set of types in one place."""

    active: Any
    names: Names
    members: dict[str, "Member"] = field(default_factory=dict)
    shapes: dict[tuple[str, ...], "Shape"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """An object's types, as objects of statements, and its table."""

    types: tuple[str, ...]
    table: Table


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where values stand: under `term`, None for the document itself. `reference` is the table of a bare `id`.

    What stands in a `shared` one is met in many documents.
    """

    active: Any
    term: str | None
    names: Names
    shared: bool
    typed: dict[Heading, Typed] = field(default_factory=dict)
    reference: list[Table] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """What stands under one name. `suffix` follows a quoted string: datatype or language; `datatype` is a number's."""

    kind: Kind
    predicate: str = ""
    container: Container = Container.NONE
    suffix: str | None = None
    datatype: str | None = None
    direction: str | None = None
    scoped: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The members of an object in their order."""

    rows: tuple[Row, ...]
    has_id: bool
    has_type: bool


class Tables:
    """All that was worked out so far, of one set of pinned documents."""

    def __init__(
        self, contexts: Contexts, *, max_rows: int = MAX_ROWS, max_shared_bytes: int = MAX_REMEMBERED_BYTES
    ) -> None:
        self._contexts = contexts
        self._max_rows = max_rows
        self._max_shared_bytes = max_shared_bytes
        self._options = expansion_options(contexts)
        self._forget()

    def start(self) -> Place:
        """The place of a document. Everything is forgotten here, where it has grown too much, and nowhere else."""
        if self._rows > self._max_rows or len(self._names) > MAX_ACTIVE_CONTEXTS:
            self._forget()
        return self._start

    def work(self, *, max_term_definitions: int = MAX_TERM_DEFINITIONS) -> "TableWork":
        """For one document: what it may add to the tables is bounded."""
        return TableWork(self, max_term_definitions)

    @property
    def rows(self) -> int:
        """How much is remembered."""
        return self._rows

    def _forget(self) -> None:
        self._rows = 0
        self._names: dict[int, Names] = {}
        self._places: dict[tuple[int, str | None], Place] = {}
        self._tables: dict[int, Table] = {}
        self._shared_parts = SharedParts(max_bytes=self._max_shared_bytes)
        self._start = self.place(LosslessProcessor({}).initial_context(self._options), None)

    # ── for the work on one document ──

    @property
    def contexts(self) -> Contexts:
        return self._contexts

    @property
    def shared_parts(self) -> SharedParts:
        return self._shared_parts

    @property
    def options(self) -> dict[str, Any]:
        return self._options

    def count(self) -> None:
        """One more row. Growth within one document is bounded by the document: 20,000 values at most."""
        self._rows += 1

    def names(self, active: Any) -> Names:
        found = self._names.get(id(active))
        if found is None:
            found = self._names[id(active)] = _names(active)
        return found

    def place(self, active: Any, term: str | None) -> Place:
        # Its identity is an active context's name: `Names` keeps it, so that it is nobody else's.
        found = self._places.get((id(active), term))
        if found is None:
            self.count()
            found = self._places[id(active), term] = Place(active, term, self.names(active), term in SHARED_TERMS)
        return found

    def table(self, active: Any) -> Table:
        found = self._tables.get(id(active))
        if found is None:
            self.count()
            found = self._tables[id(active)] = Table(active, self.names(active))
        return found


def _names(active: Any) -> Names:
    """Raises NotCovered where a keyword has another term than `id` and `type`, so that no other need be looked for."""
    mappings = {term: mapping for term, mapping in active["mappings"].items() if mapping is not None}
    for term, mapping in mappings.items():
        meaning = mapping["@id"]
        if isinstance(meaning, str) and meaning.startswith("@") and _KEYWORDS_WITH_A_TERM.get(meaning) != term:
            raise NotCovered
    return Names(
        active,
        prefixes=frozenset(term for term, mapping in mappings.items() if mapping["_prefix"]),
        iris_with_a_term=frozenset(mapping["@id"] for mapping in mappings.values() if mapping["@id"] is not None),
    )


class TableWork:
    """What one document adds to the tables. Raises NotCovered, and nothing else, for what is no row of a table."""

    def __init__(self, tables: Tables, max_term_definitions: int) -> None:
        self._tables = tables
        self._max_term_definitions = max_term_definitions

    @cached_property
    def _processor(self) -> LosslessProcessor:
        # Nearly always, nothing is left to ask.
        return LosslessProcessor({}, max_term_definitions=self._max_term_definitions)

    def reference(self, place: Place) -> Table:
        """The table of an object that has an `id` and nothing else."""
        if not place.reference:
            place.reference.append(self._tables.table(self._in_place(place, place.active)))
        return place.reference[0]

    def typed(self, place: Place, heading: Heading) -> Typed:
        """What `_expand` and `_prepare_nested_context` do before they come to the members."""
        own, types = heading
        reverted = place.active.get("previousContext", place.active)
        outer = self._in_place(place, reverted)
        if own is not None:
            if not self._tables.contexts.context_urls.issuperset(own):
                raise NotCovered
            outer = self._processed(outer, list(own))
        names = self._tables.names(outer)
        listed = (types,) if isinstance(types, str) else types or ()
        if types is not None and not (listed and _means(outer, "type", "@type")):
            raise NotCovered
        active = outer
        for type_ in sorted(listed):
            scoped = _defined(outer, type_, "@context")
            if scoped is not None and scoped is not False:
                active = self._processed(active, scoped, propagate=False)
        objects = tuple(iri(self.word(names, type_)) for type_ in listed)
        if len(set(objects)) < len(objects):
            raise NotCovered
        self._tables.count()
        found = place.typed[heading] = Typed(objects, self._tables.table(active))
        return found

    def _in_place(self, place: Place, active: Any) -> Any:
        scoped = _defined(place.active, place.term, "@context")
        return active if scoped is None else self._processed(active, scoped, override_protected=True)

    def shape(self, table: Table, keys: tuple[str, ...]) -> Shape:
        members = tuple(self.member(table, key) for key in keys)
        meanings = [member.predicate if member.predicate else member.kind for member in members]
        if len(set(meanings)) < len(meanings):
            # Two names for one property are brought together.
            raise NotCovered
        self._tables.count()
        kinds = {member.kind for member in members}
        rows = tuple(map(_row, members))
        found = table.shapes[keys] = Shape(rows, has_id=Kind.ID in kinds, has_type=Kind.TYPE in kinds)
        return found

    def member(self, table: Table, key: str) -> Member:
        found = table.members.get(key)
        if found is None:
            self._tables.count()
            found = table.members[key] = self._member(table.active, key)
        return found

    def word(self, names: Names, text: str) -> str:
        """The IRI of a type, or of a value that is a word of the vocabulary."""
        found = names.words.get(text)
        if found is None:
            expanded = self._asked(lambda: self._processor.word_iri(names.active, text))
            if not isinstance(expanded, str) or not is_absolute_iri(expanded):
                raise NotCovered
            if text not in names.active["mappings"]:
                # There is no end of these: none is kept.
                return expanded
            found = names.words[text] = expanded
        return found

    def _member(self, active: Any, key: str) -> Member:
        """What `_expand_object` finds out of a name before it comes to the value."""
        if key == "@context":
            return Member(Kind.CONTEXT)
        if key.startswith("@") or ":" in key:
            raise NotCovered
        predicate = self._asked(lambda: self._processor.property_iri(active, key))
        match predicate:
            case "@id":
                return Member(Kind.ID)
            case "@type":
                return Member(Kind.TYPE)
            case str() if is_absolute_iri(predicate) and not _defined(active, key, "reverse"):
                return self._property(active, key, iri(predicate))
            case _:
                raise NotCovered

    def _property(self, active: Any, key: str, predicate: str) -> Member:
        container = _container(active, key)
        scoped = _defined(active, key, "@context")
        inner = active
        if scoped is not None:
            inner = self._processed(active, scoped, propagate=True, override_protected=True)
            if inner["mappings"].get(key) != active["mappings"].get(key):
                raise NotCovered
        place = self._tables.place(inner, key)
        type_ = _defined(inner, key, "@type")
        if (type_ == "@json") != (key in self._tables.contexts.json_terms):
            raise NotCovered
        if type_ == "@json":
            if container is not Container.NONE:
                raise NotCovered
            return Member(Kind.JSON, predicate)
        direction = _defined(active, key, "@direction")
        common = {"container": container, "direction": direction, "scoped": scoped is not None, "place": place}
        match type_:
            case "@id":
                return Member(Kind.IRI, predicate, **common)
            case "@vocab":
                return Member(Kind.WORD, predicate, **common)
            case None | "@none":
                read_as = {entry: _defined(inner, key, entry) for entry in ("@language", "@direction")}
                return Member(Kind.TEXT, predicate, suffix=_suffix(**read_as), **common)
            case _:
                return Member(Kind.TEXT, predicate, suffix=_suffix(**{"@type": type_}), datatype=type_, **common)

    def _processed(self, active: Any, local: Any, **how: bool) -> Any:
        return self._asked(lambda: self._processor.processed(active, local, self._tables.options, **how))

    def _asked(self, question: Callable[[], Any]) -> Any:
        """PyLD's answer, where it has no objection."""
        try:
            answer = question()
        except (JsonLdError, Refused) as error:
            raise NotCovered from error
        if self._processor.problems:
            raise NotCovered
        return answer


def _row(member: Member) -> Row:
    single = member.container is Container.NONE
    text = single and member.kind is Kind.TEXT
    return member, member.predicate, member.suffix if text else None, member.place if single else None


def _defined(active: Any, term: str | None, entry: str) -> Any:
    return JsonLdProcessor.get_context_value(active, term, entry)


def _means(active: Any, term: str, keyword: str) -> bool:
    mapping: Mapping[str, Any] | None = active["mappings"].get(term)
    return mapping is not None and mapping["@id"] == keyword


def _container(active: Any, key: str) -> Container:
    match sorted(JsonLdProcessor.arrayify(_defined(active, key, "@container") or [])):
        case [] | ["@set"]:
            return Container.NONE
        case ["@list"]:
            return Container.LIST
        case ["@graph"] | ["@graph", "@set"]:
            return Container.GRAPH
        case ["@language"] | ["@language", "@set"]:
            return Container.LANGUAGE
        case _:
            raise NotCovered


def _suffix(**read_as: str | None) -> str | None:
    """What follows every quoted string that is read like this; None where strings are not covered."""
    language = read_as.get("@language")
    if read_as.get("@type") == XSD_DOUBLE or (language is not None and not LANGUAGE_TAG.fullmatch(language)):
        return None
    return literal_of({"@value": "", **read_as}).removeprefix(literal(""))
