"""From a document, or from N-Quads, to the canonical N-Quads that are hashed and signed.

1. refuse what JSON-LD would lose, whatever the terms mean
2. read each context that is known by its digest as the pinned document that it is
3. expand, every name and IRI checked
4. make the statements, every member accounted for
5. give the nameless their canonical names, and write
"""

from collections.abc import Iterable, Mapping
from typing import Any

from app.core.json_ld.contexts import Contexts
from app.core.json_ld.expansion import expand
from app.core.json_ld.lossless import refuse_loss
from app.core.json_ld.n_quads import Quad, read_n_quads
from app.core.json_ld.rdfc10 import Statement, canonicalize_quads
from app.core.json_ld.statements import statements
from app.core.json_ld.walk import covered_statements
from app.core.problems import PARSING_ERROR, JsonObject, Problem, Refused


def canonicalize(
    contexts: Contexts,
    document: JsonObject,
    *,
    aliases: Mapping[str, str] | None = None,
    hash_algorithm: str = "sha256",
) -> bytes:
    """Canonical N-Quads (RDFC-1.0) of a JSON-LD document, or a refusal: never a quad less than the document says.

    Raises Refused: DATA_LOSS_DETECTION_ERROR, MALFORMED_VALUE_ERROR, RANGE_ERROR, PARSING_ERROR (a context that is not
    pinned), PROOF_VERIFICATION_ERROR (a context that is no URL, or where none belongs), PROOF_TRANSFORMATION_ERROR
    (the work limit).
    """
    return _written(read_statements(contexts, document, aliases=aliases or {}), hash_algorithm)[0]


def demand_meaning(contexts: Contexts, document: JsonObject, *, aliases: Mapping[str, str] | None = None) -> None:
    """Raises Refused, as `canonicalize` does, where a part of `document` says nothing, or what nobody knows."""
    read_statements(contexts, document, aliases=aliases or {})


def read_statements(contexts: Contexts, document: JsonObject, *, aliases: Mapping[str, str]) -> Iterable[Statement]:
    """Steps 1 to 4: at once, where tables cover the document; else one by one. Some may be there twice.

    Raises Refused as `canonicalize` does.
    """
    covered = covered_statements(contexts, document, aliases=aliases)
    return general_statements(contexts, document, aliases=aliases) if covered is None else covered


def general_statements(contexts: Contexts, document: JsonObject, *, aliases: Mapping[str, str]) -> Iterable[Quad]:
    """Steps 1 to 4 with PyLD, which is the reference. Raises Refused as `canonicalize` does."""
    refuse_loss(contexts, document, aliases=aliases)
    read_as = with_pinned_contexts(document, aliases) if aliases else document
    return statements(expand(contexts, read_as))


def canonicalize_n_quads(n_quads: str, *, hash_algorithm: str = "sha256") -> tuple[bytes, Mapping[str, str]]:
    """Canonical N-Quads of an N-Quads document, and the canonical name of each of its blank nodes, both without `_:`.

    Raises Refused: PARSING_ERROR, PROOF_TRANSFORMATION_ERROR (the work limit).
    """
    canonical, issued = _written(read_n_quads(n_quads), hash_algorithm)
    return canonical, {node.removeprefix("_:"): identifier for node, identifier in issued.items()}


def canonical_names(quads: Iterable[Statement]) -> Mapping[str, str]:
    """The canonical name, without `_:`, of each blank node. Raises Refused as `canonicalize_n_quads` does."""
    return _written(quads, "sha256")[1]


def _written(quads: Iterable[Statement], hash_algorithm: str) -> tuple[bytes, Mapping[str, str]]:
    try:
        text, issued = canonicalize_quads(quads, hash_algorithm=hash_algorithm)
        return text.encode(), issued
    except UnicodeEncodeError as error:
        raise Refused(Problem(PARSING_ERROR, detail="holds half of a surrogate pair, which is no character")) from error


def with_pinned_contexts(value: Any, aliases: Mapping[str, str]) -> Any:
    """Each context that is known by its digest, as the pinned one that it is."""
    match value:
        case {"@context": list(listed), **rest}:
            pinned = [aliases.get(url, url) for url in listed]
            return {"@context": pinned, **{key: with_pinned_contexts(member, aliases) for key, member in rest.items()}}
        case {"@context": str(url), **rest}:
            return with_pinned_contexts({**rest, "@context": [url]}, aliases)
        case dict():
            return {key: with_pinned_contexts(member, aliases) for key, member in value.items()}
        case list():
            return [with_pinned_contexts(item, aliases) for item in value]
        case _:
            return value
