"""What JSON-LD would drop, rename or leave to chance, refused before it is expanded: no statement goes unsigned.

https://www.w3.org/TR/vc-data-integrity/#securing-data-losslessly and #context-validation
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.core.json_ld.contexts import Contexts
from app.core.json_ld.iri import is_absolute_iri
from app.core.problems import (
    DATA_LOSS_DETECTION_ERROR,
    MALFORMED_VALUE_ERROR,
    PARSING_ERROR,
    PROOF_VERIFICATION_ERROR,
    RANGE_ERROR,
    JsonObject,
    Problem,
    Refused,
    pointer,
)

Path = tuple[str | int, ...]

MAX_DEPTH = 32
# Expanding and canonicalising take some 15 µs a value.
MAX_NODES = 20_000
MAX_PROBLEMS = 20

MAX_INTEGER = 2**53 - 1

# An object of one of these types states its own contexts, also inside another (VC Data Model 2.0 §4.3).
WITH_OWN_CONTEXT = frozenset(
    {
        "VerifiableCredential",
        "VerifiablePresentation",
        "EnvelopedVerifiableCredential",
        "EnvelopedVerifiablePresentation",
    }
)

VALUE_OBJECT = frozenset({"@value", "@language", "@direction"})
# These two drop what they hold without a trace; the other keywords say in another way what a term says.
_LOSING_KEYWORDS = frozenset({"@index", "@graph"})


def refuse_loss(contexts: Contexts, document: JsonObject, *, aliases: Mapping[str, str]) -> None:
    """Raises Refused with what is wrong with the JSON, whatever its terms mean."""
    walk = _Walk(contexts.context_urls | aliases.keys(), contexts.json_terms)
    walk.node(document, ())
    if walk.problems:
        raise Refused(*walk.problems[:MAX_PROBLEMS])


@dataclass(slots=True)
class _Walk:
    closed_list: frozenset[str]
    json_terms: frozenset[str]
    problems: list[Problem] = field(default_factory=list)
    nodes: int = 0

    def refuse(self, problem_type: str, path: Path, detail: str) -> None:
        self.problems.append(Problem(problem_type, pointer(*path), detail))

    def value(self, value: object, path: Path) -> None:
        self.count(path)
        match value:
            case str() | bool():
                pass
            case dict():
                self.node(value, path)
            case list():
                self.array(value, path)
            case None:
                self.refuse(DATA_LOSS_DETECTION_ERROR, path, "is null, which says nothing: leave it out")
            case int() if abs(value) > MAX_INTEGER:
                self.refuse(RANGE_ERROR, path, "the integer is beyond ±(2^53−1)")
            case float():
                self.number(value, path)
            case int():
                pass
            case _:
                self.refuse(MALFORMED_VALUE_ERROR, path, f"a {type(value).__name__} is no JSON value")

    def count(self, path: Path) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=f"has more than {MAX_NODES:,} values"))
        if len(path) > MAX_DEPTH:
            raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=f"nests deeper than {MAX_DEPTH} levels"))

    def number(self, value: float, path: Path) -> None:
        if not math.isfinite(value):
            self.refuse(RANGE_ERROR, path, "is no finite number")
        elif not is_kept_whole(value):
            self.refuse(DATA_LOSS_DETECTION_ERROR, path, f"{value!r} has more digits than JSON-LD keeps")

    def array(self, items: list[object], path: Path) -> None:
        if not items:
            self.refuse(DATA_LOSS_DETECTION_ERROR, path, "is an empty array, which says nothing: leave it out")
        for index, item in enumerate(items):
            if isinstance(item, list):
                self.refuse(DATA_LOSS_DETECTION_ERROR, (*path, index), "is an array in an array: JSON-LD flattens it")
            self.value(item, (*path, index))

    def node(self, node: JsonObject, path: Path) -> None:
        if "@value" in node:
            self.value_object(node, path)
            return
        for key, value in node.items():
            here = (*path, key)
            if key == "@context":
                self.context(node, path)
            elif key.startswith("@") or ":" in key:
                self.refuse(*_misplaced_key(key, here))
            elif key in self.json_terms:
                self.json_literal(value, here)
            else:
                self.value(value, here)

    def value_object(self, node: JsonObject, path: Path) -> None:
        for key, value in node.items():
            self.count((*path, key))
            if key not in VALUE_OBJECT:
                self.refuse(DATA_LOSS_DETECTION_ERROR, (*path, key), "an object with @value has no such member")
            elif not isinstance(value, str):
                self.refuse(MALFORMED_VALUE_ERROR, (*path, key), "is no string")

    def json_literal(self, value: object, path: Path) -> None:
        """Kept whole by RFC 8785, null and empty arrays too; only its size counts."""
        self.count(path)
        match value:
            case dict():
                for key, member in value.items():
                    self.json_literal(member, (*path, key))
            case list():
                for index, item in enumerate(value):
                    self.json_literal(item, (*path, index))
            case None | str() | bool():
                pass
            case int() if abs(value) <= MAX_INTEGER:
                pass
            case float() if math.isfinite(value):
                pass
            case int() | float():
                self.refuse(RANGE_ERROR, path, "is beyond what a double keeps")
            case _:
                self.refuse(MALFORMED_VALUE_ERROR, path, f"a {type(value).__name__} is no JSON value")

    def context(self, node: JsonObject, path: Path) -> None:
        here = (*path, "@context")
        if path and not (WITH_OWN_CONTEXT.intersection(_strings(node.get("type"))) or is_proof(node, path)):
            detail = "stands in an object that is no credential or presentation"
            self.refuse(PROOF_VERIFICATION_ERROR, here, detail)
        listed = node["@context"]
        entries = listed if isinstance(listed, list) else [listed]
        if not entries:
            self.refuse(PARSING_ERROR, here, "is empty")
        for index, entry in enumerate(entries):
            at = (*here, index) if isinstance(listed, list) else here
            self.count(at)
            if not isinstance(entry, str):
                self.refuse(PROOF_VERIFICATION_ERROR, at, "only the URLs of known contexts are allowed here")
            elif entry not in self.closed_list:
                self.refuse(PARSING_ERROR, at, f"{entry!r} is not among the known contexts, and none is ever fetched")


def is_kept_whole(value: float) -> bool:
    """JSON-LD writes 16 significant digits of a double, which has up to 17."""
    return float(f"{value:.15e}") == value


def is_proof(node: JsonObject, path: Path) -> bool:
    """Whether `node` is a Data Integrity proof in its place; those of the jcs suites keep the document's contexts."""
    return "proof" in path[-2:] and node.get("type") == "DataIntegrityProof"


def _misplaced_key(key: str, path: Path) -> tuple[str, Path, str]:
    if key in _LOSING_KEYWORDS:
        return DATA_LOSS_DETECTION_ERROR, path, f"what {key} holds would not be signed"
    if key.startswith("@"):
        return MALFORMED_VALUE_ERROR, path, f"the keyword {key} is not allowed here; write the term"
    if key.startswith("_:") or not is_absolute_iri(key):
        return DATA_LOSS_DETECTION_ERROR, path, f"{key!r} is no IRI: what it holds would not be signed"
    return MALFORMED_VALUE_ERROR, path, "is an IRI; write the term that a context has for it"


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            yield from (item for item in value if isinstance(item, str))
        case _:
            pass
