"""Expanded JSON-LD to the statements that it makes, each member of it accounted for.

https://www.w3.org/TR/json-ld11-api/#deserialize-json-ld-to-rdf-algorithm, in time proportional to the document:
statements are a set, so that no map of nodes is needed to bring together what is said of one thing in two places.
"""

import re
from collections.abc import Iterable
from itertools import count
from typing import Any, NoReturn, TypeAlias

from c14n.Canonicalize import canonicalize as canonical_json

from app.core.json_ld.iri import is_absolute_iri
from app.core.json_ld.n_quads import Quad, iri, literal
from app.core.problems import DATA_LOSS_DETECTION_ERROR, MALFORMED_VALUE_ERROR, Problem, Refused

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_TYPE = iri(_RDF + "type")
RDF_FIRST = iri(_RDF + "first")
RDF_REST = iri(_RDF + "rest")
RDF_NIL = iri(_RDF + "nil")
_XSD = "http://www.w3.org/2001/XMLSchema#"
XSD_DOUBLE = _XSD + "double"

# A subject and a predicate.
Place: TypeAlias = tuple[str, str]

LANGUAGE_TAG = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")


def statements(expanded: list[dict[str, Any]]) -> Iterable[Quad]:
    """The quads of an expanded document. Raises Refused for what would not be among them, or would be there once only.

    DATA_LOSS_DETECTION_ERROR, MALFORMED_VALUE_ERROR; PyLD keeps no places in the expanded form, so neither do these.
    """
    return Statements().of(expanded)


class Statements:
    """The statements of one document. The names of its blank nodes are the order in which they were met."""

    def __init__(self) -> None:
        self.quads: dict[Quad, None] = {}
        # The document itself names no blank node: `_:` is no absolute IRI.
        self._blank = (f"_:b{number}" for number in count())

    def of(self, expanded: list[dict[str, Any]]) -> Iterable[Quad]:
        for node in expanded:
            self.node(node, graph="")
        return self.quads

    def name(self, _node: dict[str, Any]) -> str:
        """A name for a node or a graph that has none."""
        return next(self._blank)

    def cell_name(self, _list_of: Place, _position: int) -> str:
        """A name for what holds an item of a list. `_list_of` is whose list it is."""
        return next(self._blank)

    def node(self, node: dict[str, Any], *, graph: str) -> str:
        """What a node object says, in `graph`; returns its term."""
        subject = iri(node["@id"]) if "@id" in node else self.name(node)
        for key, values in node.items():
            match key:
                case "@id":
                    pass
                case "@graph":
                    self._named_graph(values, graph=subject)
                case "@type":
                    self._say(Quad(subject, RDF_TYPE, iri(type_), graph) for type_ in values)
                case _ if is_absolute_iri(key) and not values:
                    _refuse_loss(f"what stands under {key} has no text in any language; leave it out")
                case _ if is_absolute_iri(key):
                    place = (subject, iri(key))
                    self._say(Quad(*place, self._object(value, graph=graph, place=place), graph) for value in values)
                case _:
                    _refuse_loss(f"what {key!r} holds would not be signed")
        return subject

    def _say(self, quads: Iterable[Quad]) -> None:
        """The statements of one property of one node object, which may not come out the same."""
        said = set()
        for quad in quads:
            if quad in said:
                _refuse_loss(
                    f"{quad.object} stands twice in one place, under {quad.predicate}; it would be signed once"
                )
            said.add(quad)
            self.quads[quad] = None

    def _named_graph(self, items: list[dict[str, Any]], *, graph: str) -> None:
        for item in items:
            # An item that is no node object, or only has a name, leaves no statement in the graph.
            if "@value" in item or "@list" in item or not item.keys() - {"@id"}:
                _refuse_loss(f"what stands in a graph of its own says nothing there: {item.get('@id', '')}")
            self.node(item, graph=graph)

    def _object(self, item: dict[str, Any], *, graph: str, place: Place) -> str:
        match item:
            case {"@value": _}:
                return literal_of(item)
            case {"@list": items}:
                return self._list(items, graph=graph, place=place)
            case _:
                return self.node(item, graph=graph)

    def _list(self, items: list[dict[str, Any]], *, graph: str, place: Place) -> str:
        rest = RDF_NIL
        for position, item in reversed(list(enumerate(items))):
            cell = self.cell_name(place, position)
            first = self._object(item, graph=graph, place=(cell, RDF_FIRST))
            self.quads[Quad(cell, RDF_FIRST, first, graph)] = None
            self.quads[Quad(cell, RDF_REST, rest, graph)] = None
            rest = cell
        return rest


def graph_at(inner: str) -> str:
    """A name for the graph of an object that has one: it is told apart by the object."""
    return f"_:graph {inner}"


def cell_at(list_of: Place, position: int) -> str:
    """A name for what holds an item of a list, where whose list it is has a name: it is told apart by its place."""
    return f"_:cell {position} {' '.join(list_of)}"


def literal_of(item: dict[str, Any]) -> str:
    """Object to RDF conversion of a value object; directions as `i18n-datatype`, which keeps them."""
    value, datatype = item["@value"], item.get("@type")
    if datatype == "@json":
        return literal(canonical_json(value).decode(), datatype=_RDF + "JSON")
    match value:
        case bool():
            return literal("true" if value else "false", datatype=datatype or _XSD + "boolean")
        case int() | float():
            return _number(value, datatype)
        case str():
            return _text(value, datatype, item.get("@language"), item.get("@direction"))
        case _:
            raise Refused(Problem(DATA_LOSS_DETECTION_ERROR, detail=f"{value!r} has no place in RDF"))


def _number(value: float, datatype: str | None) -> str:
    if float(value).is_integer() and abs(value) < 1e21 and datatype != XSD_DOUBLE:
        return literal(str(int(value)), datatype=datatype or _XSD + "integer")
    return literal(_canonical_double(value), datatype=datatype or XSD_DOUBLE)


def _text(value: str, datatype: str | None, language: str | None, direction: str | None) -> str:
    if language is not None and not LANGUAGE_TAG.fullmatch(language):
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=f"{language!r} is no language tag (BCP 47)"))
    if direction is not None:
        return literal(value, datatype=f"https://www.w3.org/ns/i18n#{language or ''}_{direction}")
    if language is not None:
        return literal(value, language=language)
    if datatype == XSD_DOUBLE:
        _refuse_loss(f"{value!r} is a number here; write it as one")
    return literal(value, datatype=datatype or _XSD + "string")


def _canonical_double(value: float) -> str:
    """XML Schema's canonical form of a double, with 16 significant digits."""
    mantissa, _, exponent = f"{value:.15E}".partition("E")
    digits = mantissa.rstrip("0")
    return f"{digits}{'0' if digits.endswith('.') else ''}E{int(exponent)}"


def _refuse_loss(detail: str) -> NoReturn:
    raise Refused(Problem(DATA_LOSS_DETECTION_ERROR, detail=detail))
