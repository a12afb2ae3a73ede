"""The leaf-deletion oracle: what can be taken out of a document without changing a signed byte was never signed.

Each leaf of the JSON outside `@context` and `proof` is deleted in turn: the canonical N-Quads must change, or what is
left must be refused. What a document says of one thing in two places (an issuer that is the creator too, both with the
name) RDF holds once: such a leaf is deleted in all the places that say it, and then it must show.
"""

import json
from collections.abc import Iterator
from typing import Any

from app.core.json_ld import Contexts, canonicalize
from app.core.problems import JsonObject, Refused, pointer
from app.core.proof.cryptosuites import Canonicalize

Path = tuple[str | int, ...]
# Which thing says it, under which name, and what.
Statement = tuple[str, Path, object]

_NOT_SIGNED_AS_DATA = frozenset({"@context", "proof"})


def survivors(contexts: Contexts, document: JsonObject, *, canonical: Canonicalize = canonicalize) -> list[str]:
    """JSON Pointers of the leaves that can be deleted unseen. Raises Refused where the document itself is refused."""
    original = canonical(contexts, document)
    places: dict[Statement, list[Path]] = {}
    for path, statement in _leaves(document):
        places.setdefault(statement, []).append(path)
    return [
        pointer(*paths[0])
        for paths in places.values()
        if _canonical_or_none(contexts, _without(document, paths), canonical) == original
    ]


def leaf_count(document: JsonObject) -> int:
    return sum(1 for _ in _leaves(document))


def _canonical_or_none(contexts: Contexts, document: JsonObject, canonical: Canonicalize) -> bytes | None:
    try:
        return canonical(contexts, document)
    except Refused:
        return None


def _leaves(document: JsonObject) -> Iterator[tuple[Path, Statement]]:
    yield from _leaves_of(document, (), "", ())


def _leaves_of(value: Any, path: Path, thing: str, within: Path) -> Iterator[tuple[Path, Statement]]:
    """`thing` is the nearest id, or the place of an object without one; `within` leads from there to the leaf."""
    match value:
        case dict() if value:
            named = value.get("id")
            here = named if isinstance(named, str) else pointer(*path)
            for key, member in value.items():
                if key not in _NOT_SIGNED_AS_DATA:
                    yield from _leaves_of(member, (*path, key), here, (key,))
        case list() if value:
            for index, item in enumerate(value):
                yield from _leaves_of(item, (*path, index), thing, within)
        case _:
            # An id says nothing of the thing: each is its own leaf.
            own: Path = path if within == ("id",) else within
            yield path, (thing, own, repr(value))


def _without(document: JsonObject, paths: list[Path]) -> JsonObject:
    """From the last to the first (as they were found), so that the places in an array stay right."""
    # Through JSON: a copy in which no array stands in two places.
    left: JsonObject = json.loads(json.dumps(document))
    for *parents, last in reversed(paths):
        holder: Any = left
        for part in parents:
            holder = holder[part]
        del holder[last]
    return left
