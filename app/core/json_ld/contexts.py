"""The pinned documents: by URL, by digest, and as PyLD asks for them. There is no other way to a context."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, TypeVar

from cachetools import LRUCache
from pyld.context_resolver import ContextResolver
from pyld.jsonld import JsonLdError
from pyld.resolved_context import ResolvedContext

from app.core.problems import PARSING_ERROR, JsonObject, Problem, Refused

T = TypeVar("T")

# What a context makes of the context before it. A badge needs some thirty of these; they weigh some 50 KB each.
MAX_ACTIVE_CONTEXTS = 256

_DIGESTS = ("sha256", "sha384", "sha512")


class Contexts:
    """The pinned documents and all that was worked out from them; built once in a process, passed as an argument."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        """`documents`: URL → exact bytes, of contexts, JSON Schemas and vocabularies alike."""
        self._documents = dict(documents)
        self._contexts: dict[str, Any] = {}
        self._url_by_digest: dict[str, str] = {}
        self._digests: dict[str, str] = {}
        self._worked_out: dict[Callable[[Contexts], Any], Any] = {}
        for url, content in self._documents.items():
            match json.loads(content):
                case {"@context": context, **rest} if not rest:
                    self._contexts[url] = context
                    self._url_by_digest.update({_digest_sri(content, name): url for name in _DIGESTS})
                case _:
                    pass
        self._json_terms = frozenset(_json_terms(self._contexts))
        self._language_map_terms = frozenset(_language_map_terms(self._contexts))
        self._terms = {
            url: frozenset(term for term, _ in _definitions(context)) for url, context in self._contexts.items()
        }
        self._resolver = PinnedContextResolver(self._contexts)

    def document(self, url: str) -> bytes:
        """The pinned bytes. Raises Refused where none is pinned under `url`."""
        found = self._documents.get(url)
        if found is None:
            raise Refused(Problem(PARSING_ERROR, detail=f"{url!r} is not among the pinned documents"))
        return found

    def worked_out(self, make: "Callable[[Contexts], T]") -> T:
        """What `make` (a function of a module) makes of the pinned documents: made once, then remembered."""
        if make not in self._worked_out:
            self._worked_out[make] = make(self)
        made: T = self._worked_out[make]
        return made

    def digest_sri(self, url: str) -> str:
        """`sha384-…` of a pinned document, as `relatedResource.digestSRI` wants it (Subresource Integrity)."""
        if url not in self._digests:
            self._digests[url] = _digest_sri(self.document(url), "sha384")
        return self._digests[url]

    def aliases(self, document: JsonObject) -> Mapping[str, str]:
        """Context URLs of `document` that `relatedResource` ties by digest to a pinned context: URL → pinned URL."""
        match document.get("relatedResource"):
            case list() as resources:
                pass
            case resource:
                resources = [resource]
        found = {}
        for resource in resources:
            match resource:
                case {"id": str(url), "digestSRI": str(digest)} if url not in self._documents:
                    pinned = self._url_by_digest.get(digest)
                    if pinned is not None and url in _listed(document):
                        found[url] = pinned
                case _:
                    pass
        return found

    # ── for the modules beside this one ──

    @property
    def context_urls(self) -> frozenset[str]:
        """The closed list: what may stand in `@context`."""
        return frozenset(self._contexts)

    def terms(self, url: str) -> frozenset[str]:
        """Every term that the pinned context defines, wherever in it; none where no context is pinned under `url`."""
        return self._terms.get(url, frozenset())

    def has_a_vocabulary(self, url: str) -> bool:
        """Whether the pinned context gives a meaning to every name that no other context has (`@vocab`)."""
        return any("@vocab" in each for each in _objects(self._contexts.get(url)))

    @property
    def json_terms(self) -> frozenset[str]:
        """Terms whose value is a JSON literal, which keeps everything, wherever they are defined."""
        return self._json_terms

    @property
    def language_map_terms(self) -> frozenset[str]:
        """Terms whose value is an object of texts by language, in one of the contexts at least."""
        return self._language_map_terms

    @property
    def resolver(self) -> "PinnedContextResolver":
        return self._resolver


class PinnedContextResolver(ContextResolver):  # type: ignore[misc]
    """PyLD's way to a context, closed but for the pinned ones. What it remembers is bounded.

    A scoped context is known by being the very object that stands in a pinned one: none can come from elsewhere.
    """

    def __init__(self, contexts: Mapping[str, Any]) -> None:
        super().__init__(shared_cache={}, document_loader=refuse_to_load)
        self._contexts = contexts
        self._processed: LRUCache[tuple[int, str], Any] = LRUCache(maxsize=MAX_ACTIVE_CONTEXTS)
        self._resolved: dict[int, tuple[Any, _SharedResolvedContext]] = {}
        self.active_contexts: LRUCache[tuple[object, ...], tuple[Any, Any]] = LRUCache(maxsize=MAX_ACTIVE_CONTEXTS)

    def resolve(self, active_ctx: Any, context: Any, base: Any, cycles: Any = None) -> list[ResolvedContext]:
        entries = context if isinstance(context, list) else [context]
        return [resolved for entry in entries for resolved in self._resolve_entry(active_ctx, entry, base, cycles)]

    def _resolve_entry(self, active_ctx: Any, entry: Any, base: Any, cycles: Any) -> list[ResolvedContext]:
        match entry:
            case None | False:
                return [ResolvedContext(False)]
            case str() if entry in self._contexts:
                return self.resolve(active_ctx, self._contexts[entry], base, cycles)
            case dict():
                return [self._of_object(entry)]
            case _:
                raise JsonLdError("a context that is not pinned", "jsonld.ContextUrlError", {"url": entry})

    def _of_object(self, context: Any) -> "_SharedResolvedContext":
        # The object is kept beside its identity, which would otherwise be given to another.
        found = self._resolved.get(id(context))
        if found is None:
            found = self._resolved[id(context)] = (context, _SharedResolvedContext(context, self._processed))
        return found[1]


class _SharedResolvedContext(ResolvedContext):  # type: ignore[misc]
    """Remembers what became of the context before it, in one bounded memory for all."""

    def __init__(self, document: Any, processed: "LRUCache[tuple[int, str], Any]") -> None:
        super().__init__(document)
        self.cache = processed

    def get_processed(self, active_ctx: Any) -> Any:
        return self.cache.get((id(self), active_ctx["_uuid"]))

    def set_processed(self, active_ctx: Any, processed_ctx: Any) -> None:
        self.cache[id(self), active_ctx["_uuid"]] = processed_ctx


def refuse_to_load(url: str, _options: object = None) -> NoReturn:
    """PyLD's document loader: a network is never asked for a context."""
    raise JsonLdError("a document that is not pinned", "jsonld.LoadDocumentError", {"url": url})


def _digest_sri(content: bytes, algorithm: str) -> str:
    digest = hashlib.new(algorithm, content).digest()
    return f"{algorithm}-{base64.b64encode(digest).decode()}"


def _listed(document: JsonObject) -> list[object]:
    listed = document.get("@context")
    return listed if isinstance(listed, list) else [listed]


def _json_terms(contexts: Mapping[str, Any]) -> set[str]:
    types: dict[str, set[object]] = {}
    for term, definition in _definitions(list(contexts.values())):
        types.setdefault(term, set()).add(definition.get("@type") if isinstance(definition, dict) else None)
    return {term for term, found in types.items() if found == {"@json"}}


def _language_map_terms(contexts: Mapping[str, Any]) -> Iterator[str]:
    for term, definition in _definitions(list(contexts.values())):
        match definition:
            case {"@container": "@language"} | {"@container": ["@language", *_]}:
                yield term
            case _:
                pass


def _objects(context: object) -> Iterator[dict[str, Any]]:
    match context:
        case list():
            yield from (entry for entry in context if isinstance(entry, dict))
        case dict():
            yield context
        case _:
            pass


def _definitions(context: object) -> Iterator[tuple[str, object]]:
    match context:
        case list():
            for entry in context:
                yield from _definitions(entry)
        case dict():
            for term, definition in context.items():
                if not term.startswith("@"):
                    yield term, definition
                match definition:
                    case {"@context": scoped}:
                        yield from _definitions(scoped)
                    case _:
                        pass
        case _:
            pass
