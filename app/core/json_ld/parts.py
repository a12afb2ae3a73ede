"""The statements of a document and of parts of it, in which a nameless object is the same one in every part.

RDF does not tell which nameless object of the whole a part speaks of. So:

1. `named` gives each nameless object a name, by where it stands
2. parts are taken of the document thus named
3. `statements_of` makes a part's statements: what was named is nameless again, and known by its label
4. `labelled` names what is nameless as its canonical name says, and orders the statements
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.json_ld.canonical import canonical_names, read_statements, with_pinned_contexts
from app.core.json_ld.contexts import Contexts
from app.core.json_ld.expansion import expand
from app.core.json_ld.lossless import refuse_loss
from app.core.json_ld.n_quads import Quad, iri
from app.core.json_ld.rdfc10 import Statement, relabelled
from app.core.json_ld.statements import Place, Statements, cell_at, graph_at
from app.core.json_ld.walk import covered_statements, placed_statements
from app.core.problems import DATA_LOSS_DETECTION_ERROR, JsonObject, Problem, Refused


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """`document` with a name for each object that had none: `names` and a number."""

    document: JsonObject
    names: str
    aliases: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Labelled:
    """The statements as they are signed, in code point order, and what each nameless node is called in them."""

    lines: tuple[str, ...]
    labels: Mapping[str, str]
    canonical_names: Mapping[str, str]

    def indexes_of(self, quads: Iterable[Quad]) -> tuple[int, ...]:
        """Where the statements of a part stand, in order.

        Raises Refused (DATA_LOSS_DETECTION_ERROR) for one that the whole does not make: a piece of an ordered list, or
        of a text and its language, says something else than the whole of it.
        """
        positions = {line: index for index, line in enumerate(self.lines)}
        found = set()
        for quad in quads:
            index = positions.get(relabelled(quad, self.labels).line())
            if index is None:
                detail = f"a piece of what stands under {quad.predicate} says something else than the whole of it"
                raise Refused(Problem(DATA_LOSS_DETECTION_ERROR, detail=detail, remedy="Select the whole of it."))
            found.add(index)
        return tuple(sorted(found))


def named(contexts: Contexts, document: JsonObject) -> NamedDocument:
    """Step 1. Raises Refused with all that JSON-LD would lose of `document`."""
    aliases = contexts.aliases(document)
    if covered_statements(contexts, document, aliases=aliases) is None:
        refuse_loss(contexts, document, aliases=aliases)
    # No document holds the digest of itself: so no name of its own begins like these.
    names = f"urn:sha256:{hashlib.sha256(json.dumps(document).encode()).hexdigest()}:"
    return NamedDocument(_Naming(contexts, names).node(document), names, aliases)


def statements_of(contexts: Contexts, whole: NamedDocument, part: JsonObject) -> tuple[Quad, ...]:
    """Step 3, for the whole as for a part. Raises Refused as `canonicalize` does, and where a name got lost."""
    covered = placed_statements(contexts, part, aliases=whole.aliases)
    quads = general_placed_statements(contexts, whole, part) if covered is None else covered
    return tuple(dict.fromkeys(_unnamed(quad, whole.names) for quad in quads))


def general_placed_statements(contexts: Contexts, whole: NamedDocument, part: JsonObject) -> Iterable[Quad]:
    """What `placed_statements` does, with PyLD, which is the reference. Raises Refused as `canonicalize` does."""
    read_as = with_pinned_contexts(part, whole.aliases) if whole.aliases else part
    return _PlacedStatements().of(expand(contexts, read_as))


def labelled(quads: Iterable[Statement], label: Callable[[str], str]) -> Labelled:
    """Step 4. `label` makes a label of each canonical name (`c14n0`); both without `_:`.

    Raises Refused (PROOF_TRANSFORMATION_ERROR) where the canonical names cost more work than is allowed.
    """
    distinct = tuple(dict.fromkeys(quads))
    issued = canonical_names(distinct)
    labels = {node: f"_:{label(canonical)}" for node, canonical in issued.items()}
    return Labelled(tuple(sorted(relabelled(quad, labels).line() for quad in distinct)), labels, issued)


def labelled_document(
    contexts: Contexts, document: JsonObject, label: Callable[[str], str], *, aliases: Mapping[str, str]
) -> Labelled:
    """The statements of a document of which no part is taken. Raises Refused as `canonicalize` does."""
    return labelled(read_statements(contexts, document, aliases=aliases), label)


@dataclass(slots=True)
class _Naming:
    contexts: Contexts
    names: str
    given: int = 0

    def node(self, node: JsonObject) -> JsonObject:
        if "@value" in node:
            return node
        found = {member: self.value(value, member) for member, value in node.items()}
        if "id" not in found:
            found["id"] = f"{self.names}{self.given}"
            self.given += 1
        return found

    def value(self, value: Any, member: str) -> Any:
        match value:
            case _ if member == "@context" or member in self.contexts.json_terms:
                return value
            case dict() if member in self.contexts.language_map_terms and _is_language_map(value):
                return value
            case dict():
                return self.node(value)
            case list():
                return [self.value(item, member) for item in value]
            case _:
                return value


def _is_language_map(value: JsonObject) -> bool:
    return not value.keys() & {"id", "type"} and not any(isinstance(text, dict) for text in value.values())


class _PlacedStatements(Statements):
    """Where every object has a name, the rest is told apart by where it stands: graphs and the cells of lists."""

    def name(self, node: dict[str, Any]) -> str:
        match node:
            case {"@graph": [{"@id": str(inner)}]}:
                return graph_at(inner)
            case _:
                raise Refused(Problem(DATA_LOSS_DETECTION_ERROR, detail="holds an object that can't be told apart"))

    def cell_name(self, list_of: Place, position: int) -> str:
        return cell_at(list_of, position)


def _unnamed(quad: Statement, names: str) -> Quad:
    """The quad with what `named` named nameless again. A name elsewhere would be a name for what is no object."""
    return Quad(*[_term(term, names) if names in term else term for term in quad])


def _term(term: str, names: str) -> str:
    if term.startswith("_:"):
        return term
    number = term.removeprefix(f"<{names}").removesuffix(">")
    if iri(names + number) != term or not number.isdecimal():
        detail = "holds an object that is no node: parts of it can't be told apart"
        raise Refused(Problem(DATA_LOSS_DETECTION_ERROR, detail=detail))
    return f"_:{number}"
