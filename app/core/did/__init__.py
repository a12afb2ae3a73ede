"""WHO: the kinds of identifiers whose keys can be found, each by one module, all in one tuple."""

from collections.abc import Collection
from typing import Protocol

from app.core.did import https, jwk, key, web
from app.core.did.document import ControlledIdentifierDocument
from app.core.problems import UNSUPPORTED_MECHANISM, Problem, Refused


class Method(Protocol):
    """A kind of identifier: those that begin with PREFIX."""

    PREFIX: str

    def locate(self, identifier: str, /) -> ControlledIdentifierDocument | str:
        """The document, where the identifier says it all, else the URL to ask."""
        ...


METHODS: tuple[Method, ...] = (key, jwk, web, https)
PREFIXES = frozenset(method.PREFIX for method in METHODS)


def locate(identifier: str, *, prefixes: Collection[str] = PREFIXES) -> ControlledIdentifierDocument | str:
    """The document of `identifier`, or the URL where it lies. Only kinds in `prefixes` are looked at.

    Raises Refused: UNSUPPORTED_MECHANISM for another kind, INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID for what is none,
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT where there can be no document, INVALID_VERIFICATION_METHOD.
    """
    for method in METHODS:
        if method.PREFIX in prefixes and identifier.startswith(method.PREFIX):
            return method.locate(identifier)
    raise Refused(
        Problem(
            UNSUPPORTED_MECHANISM,
            detail=f"the keys of {identifier!r:.200} cannot be found here: "
            "did:key, did:jwk, did:web and https URLs are known",
        )
    )
