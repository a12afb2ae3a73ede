"""A document to its statements in one walk over tables, or `None`: then the general way decides.

What it gives is what `statements(expand(…))` gives, blank nodes called otherwise; it refuses nothing itself. Whatever
`refuse_loss`, PyLD or `statements` would refuse is not covered here, and so refused by them (docs/fast-json-ld.md).
"""

import math
import re
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring
from typing import Any

from app.core.json_ld.contexts import Contexts
from app.core.json_ld.iri import is_absolute_iri, is_plain_iri
from app.core.json_ld.lossless import (
    MAX_DEPTH,
    MAX_INTEGER,
    MAX_NODES,
    VALUE_OBJECT,
    WITH_OWN_CONTEXT,
    is_kept_whole,
)
from app.core.json_ld.n_quads import literal
from app.core.json_ld.rdfc10 import Closed, Dataset, Statement, closed
from app.core.json_ld.shared_parts import Key, SharedParts, key
from app.core.json_ld.statements import RDF_FIRST, RDF_NIL, RDF_REST, RDF_TYPE, cell_at, graph_at, literal_of
from app.core.json_ld.tables import Container, Heading, Kind, Member, Names, NotCovered, Place, Tables, TableWork, Typed
from app.core.problems import JsonObject, Refused

_WHITE_SPACE = re.compile(r"\s")
_DIRECTIONS = frozenset({"ltr", "rtl"})


def covered_statements(
    contexts: Contexts, document: JsonObject, *, aliases: Mapping[str, str], tables: Tables | None = None
) -> Dataset | None:
    """The statements of `document`, some perhaps twice; None where a part of it is not covered.

    `tables` are those of `contexts`, where no others are given.
    """
    tables = tables or contexts.worked_out(Tables)
    start = tables.start()
    # What an alias stands for is the document's own affair.
    return _walked(document, start, _Walk(tables.work(), aliases, None if aliases else tables.shared_parts))


def placed_statements(
    contexts: Contexts, document: JsonObject, *, aliases: Mapping[str, str]
) -> Iterable[Statement] | None:
    """As `covered_statements`, where every object has an `id`: graphs and cells are named by their places."""
    tables = contexts.worked_out(Tables)
    return _walked(document, tables.start(), _PlacedWalk(tables.work(), aliases, None))


def _walked(document: JsonObject, start: Place, walk: "_Walk") -> Dataset | None:
    try:
        walk.node(document, start, 0, "")
    except (NotCovered, Refused):
        return None
    # A document without a statement says nothing, and is refused.
    return Dataset(tuple(walk.statements), tuple(walk.closed.values())) if walk.statements else None


class _Walk:
    """One document. `depth` is how many names lead from the document to a value, as `refuse_loss` counts them."""

    __slots__ = ("_aliases", "_blank_nodes", "_prefix", "_shared_parts", "_values", "_work", "closed", "statements")

    def __init__(
        self, work: TableWork, aliases: Mapping[str, str], shared_parts: SharedParts | None, prefix: str = "_:b"
    ) -> None:
        self._work = work
        self._aliases = aliases
        self._shared_parts = shared_parts
        self._prefix = prefix
        self._blank_nodes = 0
        self._values = 0
        self.statements: list[Statement] = []
        self.closed: dict[Key, Closed] = {}

    def node(self, node: JsonObject, place: Place, depth: int, graph: str) -> str:
        """The statements of a node object, in `graph`; returns its term."""
        if place.shared and (part := self._shared_part(node, place, depth, graph)) is not None:
            return part
        self._values += len(node)
        if self._values > MAX_NODES or depth >= MAX_DEPTH:
            raise NotCovered
        if len(node) == 1 and "id" in node:
            return f"<{self._iri(node['id'], self._work.reference(place).names)}>"
        types = node.get("type")
        if types.__class__ is list:
            self._count(len(types), depth + 2)
            types = tuple(types)
        typed = self._typed(place, (self._own_contexts(node, types, depth) if "@context" in node else None, types))
        table = typed.table
        keys = tuple(node)
        shape = table.shapes.get(keys) or self._work.shape(table, keys)
        if shape.has_type is (types is None):
            raise NotCovered
        subject = f"<{self._iri(node['id'], table.names)}>" if shape.has_id else self._blank()
        say = self.statements.append
        for type_ in typed.types:
            say((subject, RDF_TYPE, type_, graph))
        depth += 1
        for (member, predicate, suffix, inner), value in zip(shape.rows, node.values(), strict=True):
            kind = value.__class__
            # What is met most, at once; the rest by its kind and container.
            if kind is str and suffix is not None:
                say((subject, predicate, _quoted(value) + suffix, graph))
            elif kind is dict and inner is not None and "@value" not in value:
                say((subject, predicate, self.node(value, inner, depth, graph), graph))
            elif predicate:
                for object_ in self._objects(value, member, depth, graph, subject):
                    say((subject, predicate, object_, graph))
        return subject

    def _shared_part(self, node: JsonObject, place: Place, depth: int, graph: str) -> str | None:
        """As `node`, of what was met before, or will be again; None for what is to be walked like any other."""
        remembered = self._shared_parts
        if remembered is None or graph or len(node) == 1 or "id" not in node:
            return None
        found = key(place, depth, node)
        # What stands here a second time is walked: its nameless objects are others.
        if found is None or found in self.closed:
            return None
        part = remembered.find(found)
        if part is None:
            if not remembered.is_met_again(found):
                return None
            walk = _Walk(self._work, {}, None, remembered.blank_node_prefix())
            subject = walk.node(node, place, depth, "")
            part = subject, closed(walk.statements, "sha256"), walk._values
            remembered.keep(found, part)
        subject, self.closed[found], values = part
        self._count(values, depth)
        return subject

    def _own_contexts(self, node: JsonObject, types: Any, depth: int) -> tuple[str, ...]:
        """Those that a credential or a presentation lists itself, each as the pinned one that it is."""
        listed_types = types if isinstance(types, tuple) else (types,)
        if depth and not any(type_.__class__ is str and type_ in WITH_OWN_CONTEXT for type_ in listed_types):
            raise NotCovered
        own = node["@context"]
        listed = own if own.__class__ is list else [own]
        self._count(len(listed), depth + 2)
        if not listed or not all(url.__class__ is str for url in listed):
            raise NotCovered
        return tuple([self._aliases.get(url, url) for url in listed]) if self._aliases else tuple(listed)

    def _typed(self, place: Place, heading: Heading) -> Typed:
        try:
            known = place.typed.get(heading)
        except TypeError:
            # One of the types is an array or an object.
            raise NotCovered from None
        if known is not None:
            return known
        types = heading[1]
        if not all(type_.__class__ is str for type_ in (types if isinstance(types, tuple) else (types or "",))):
            raise NotCovered
        return self._work.typed(place, heading)

    def _objects(self, value: Any, member: Member, depth: int, graph: str, subject: str) -> list[str]:
        """What stands under one name of `subject`."""
        if member.kind is Kind.JSON:
            self._json(value, depth)
            return [literal_of({"@type": "@json", "@value": value})]
        if member.container is Container.LANGUAGE and value.__class__ is dict:
            return _distinct(self._texts(value, member.direction, depth))
        if value.__class__ is not list:
            match member.container:
                case Container.LIST:
                    return [self._list([value], member, depth, graph, subject)]
                case Container.GRAPH:
                    return [self._graph(value, member, depth)]
                case _:
                    return [self._object(value, member, depth, graph)]
        if not value:
            raise NotCovered
        depth += 1
        self._count(len(value), depth)
        match member.container:
            case Container.LIST:
                return [self._list(value, member, depth, graph, subject)]
            case Container.GRAPH:
                return [self._graph(item, member, depth) for item in value]
            case _:
                return _distinct([self._object(item, member, depth, graph) for item in value])

    def _object(self, value: Any, member: Member, depth: int, graph: str) -> str:
        """The term of one value, its own statements made."""
        kind = value.__class__
        if kind is str:
            match member.kind:
                case Kind.IRI:
                    return f"<{self._iri(value, _place(member).names)}>"
                case Kind.WORD:
                    return f"<{self._work.word(_place(member).names, value)}>"
                case _ if member.suffix is not None:
                    return _quoted(value) + member.suffix
        elif kind is dict:
            if "@value" in value:
                return self._value_object(value, member, depth)
            return self.node(value, _place(member), depth, graph)
        elif kind is bool or (kind in {int, float} and _is_kept(value)):
            return literal_of({"@value": value, "@type": member.datatype})
        raise NotCovered

    def _value_object(self, value: JsonObject, member: Member, depth: int) -> str:
        self._count(len(value), depth + 1)
        if member.scoped or not value.keys() <= VALUE_OBJECT:
            raise NotCovered
        if not all(part.__class__ is str for part in value.values()):
            raise NotCovered
        if value.get("@direction", "ltr") not in _DIRECTIONS:
            raise NotCovered
        if "@language" in value:
            return literal_of({**value, "@language": value["@language"].lower()})
        return literal_of(value)

    def _texts(self, texts: JsonObject, direction: str | None, depth: int) -> list[str]:
        """A map of texts by language."""
        depth += 1
        self._count(len(texts), depth)
        found = []
        for language, text in texts.items():
            if language.startswith("@") or ":" in language:
                raise NotCovered
            several = text
            if text.__class__ is not list:
                several = [text]
            else:
                self._count(len(text), depth + 1)
            for one in several:
                if one.__class__ is not str:
                    raise NotCovered
                found.append(literal_of({"@value": one, "@language": language.lower(), "@direction": direction}))
            if not several:
                raise NotCovered
        if not found:
            raise NotCovered
        return found

    def _list(self, items: list[Any], member: Member, depth: int, graph: str, subject: str) -> str:
        rest = RDF_NIL
        for position, item in reversed(list(enumerate(items))):
            cell = self._cell_name((subject, member.predicate), position)
            first = self._object(item, member, depth, graph)
            self.statements.append((cell, RDF_FIRST, first, graph))
            self.statements.append((cell, RDF_REST, rest, graph))
            rest = cell
        return rest

    def _graph(self, item: Any, member: Member, depth: int) -> str:
        """An object in a graph of its own; returns the name of the graph, which has none."""
        if item.__class__ is not dict or "@value" in item:
            raise NotCovered
        graph, said = self._graph_name(item), len(self.statements)
        self.node(item, _place(member), depth, graph)
        if len(self.statements) == said:
            raise NotCovered
        return graph

    def _json(self, value: Any, depth: int) -> None:
        """Counts a JSON literal, which keeps everything."""
        self._count(1, depth)
        kind = value.__class__
        if kind is dict:
            for member in value.values():
                self._json(member, depth + 1)
        elif kind is list:
            for item in value:
                self._json(item, depth + 1)
        elif kind is int:
            if not -MAX_INTEGER <= value <= MAX_INTEGER:
                raise NotCovered
        elif kind is float:
            if not math.isfinite(value):
                raise NotCovered
        elif value is not None and kind is not str and kind is not bool:
            raise NotCovered

    def _iri(self, value: Any, names: Names) -> str:
        """`value` where it is an absolute IRI that expands to itself."""
        if value.__class__ is not str:
            raise NotCovered
        if is_plain_iri(value):
            if value[0] != "h" and value[:3] in names.prefixes:
                raise NotCovered
        elif not is_absolute_iri(value) or _WHITE_SPACE.search(value):
            raise NotCovered
        else:
            prefix, _, suffix = value.partition(":")
            if prefix in names.prefixes and not suffix.startswith("//"):
                raise NotCovered
        return str(value)

    def _graph_name(self, _item: JsonObject) -> str:
        return self._blank()

    def _cell_name(self, _list_of: tuple[str, str], _position: int) -> str:
        return self._blank()

    def _blank(self) -> str:
        self._blank_nodes += 1
        return f"{self._prefix}{self._blank_nodes}"

    def _count(self, values: int, depth: int) -> None:
        self._values += values
        if self._values > MAX_NODES or (depth > MAX_DEPTH and values):
            raise NotCovered


class _PlacedWalk(_Walk):
    """Every object has a name, and what else has none is told apart by where it stands."""

    __slots__ = ()

    def _graph_name(self, item: JsonObject) -> str:
        return graph_at(item["id"]) if item.get("id").__class__ is str else self._blank()

    def _cell_name(self, list_of: tuple[str, str], position: int) -> str:
        return cell_at(list_of, position)

    def _blank(self) -> str:
        raise NotCovered


def _is_kept(number: Any) -> bool:
    if number.__class__ is int:
        return -MAX_INTEGER <= number <= MAX_INTEGER
    return math.isfinite(number) and is_kept_whole(number)


def _place(member: Member) -> Place:
    if member.place is None:
        raise NotCovered
    return member.place


def _distinct(objects: list[str]) -> list[str]:
    """What stands twice in one place would be signed once."""
    if len(objects) > 1 and len(set(objects)) < len(objects):
        raise NotCovered
    return objects


def _quoted(text: str) -> str:
    # Where JSON escapes nothing, N-Quads does neither, save for DEL.
    quoted = encode_basestring(text)
    return quoted if len(quoted) == len(text) + 2 and "\x7f" not in text else literal(text)
