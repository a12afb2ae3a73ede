"""JSON-LD without a network, without loss, within bounds. The only package that knows PyLD.

https://www.w3.org/TR/json-ld11-api/ and https://www.w3.org/TR/rdf-canon/
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from app.core.problems import JsonObject

T = TypeVar("T")


class Contexts:
    """The pinned documents and all that was worked out from them; built once in a process, passed as an argument."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        """`documents`: URL → exact bytes, of contexts, JSON Schemas and vocabularies alike."""
        raise NotImplementedError

    def document(self, url: str) -> bytes:
        """The pinned bytes. Raises Refused where none is pinned under `url`."""
        raise NotImplementedError

    def worked_out(self, make: Callable[["Contexts"], T]) -> T:
        """What `make` (a function of a module) makes of the pinned documents: made once in a process, then remembered."""
        raise NotImplementedError

    def digest_sri(self, url: str) -> str:
        """`sha384-…` of a pinned document, as `relatedResource.digestSRI` wants it (Subresource Integrity)."""
        raise NotImplementedError

    def aliases(self, document: JsonObject) -> Mapping[str, str]:
        """Context URLs of `document` that are not pinned, but that its `relatedResource` ties by digest to a pinned one."""
        raise NotImplementedError


def canonicalize(
    contexts: Contexts,
    document: JsonObject,
    *,
    aliases: Mapping[str, str] | None = None,
    hash_algorithm: str = "sha256",
) -> bytes:
    """Canonical N-Quads (RDFC-1.0) of a JSON-LD document, or a refusal: never a quad less than the document says.

    Raises Refused: DATA_LOSS_DETECTION_ERROR, MALFORMED_VALUE_ERROR, PARSING_ERROR (a context that is not pinned),
    PROOF_TRANSFORMATION_ERROR (the work limit).
    """
    raise NotImplementedError
