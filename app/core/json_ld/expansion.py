"""JSON-LD to its expanded form, with PyLD; every name and every IRI checked where it is expanded.

https://www.w3.org/TR/json-ld11-api/#expansion-algorithms
"""

from collections.abc import Iterator
from typing import Any

from pyld.jsonld import JsonLdError, JsonLdProcessor

from app.core.json_ld.contexts import Contexts, refuse_to_load
from app.core.json_ld.iri import is_absolute_iri
from app.core.json_ld.lossless import MAX_PROBLEMS
from app.core.problems import (
    DATA_LOSS_DETECTION_ERROR,
    MALFORMED_VALUE_ERROR,
    PARSING_ERROR,
    PROOF_TRANSFORMATION_ERROR,
    JsonObject,
    Problem,
    Refused,
    pointer,
)

# No relative reference resolves to anything that passes for an IRI.
BASE = "relative-reference:///"

# Working out what a scoped context means in a place costs some 10 µs a term; a badge needs some 2,000 of them once.
MAX_TERM_DEFINITIONS = 20_000

_CONTRADICTIONS = frozenset({"protected term redefinition", "invalid context nullification", "invalid scoped context"})


def expand(contexts: Contexts, document: JsonObject) -> list[dict[str, Any]]:
    """The expanded form of a document whose contexts are all pinned.

    Raises Refused: DATA_LOSS_DETECTION_ERROR, MALFORMED_VALUE_ERROR, PARSING_ERROR, PROOF_TRANSFORMATION_ERROR.
    """
    processor = LosslessProcessor(document)
    try:
        expanded: list[dict[str, Any]] = processor.expand(document, expansion_options(contexts))
    except JsonLdError as error:
        raise Refused(*processor.problems, *_translated(error)) from error
    if processor.problems:
        raise Refused(*processor.problems)
    if not expanded:
        raise Refused(Problem(DATA_LOSS_DETECTION_ERROR, detail="says nothing that could be signed"))
    return expanded


def expansion_options(contexts: Contexts) -> dict[str, Any]:
    """PyLD's options, all of which its expansion asks for."""
    return {
        "base": BASE,
        "contextResolver": contexts.resolver,
        "documentLoader": refuse_to_load,
        "processingMode": "json-ld-1.1",
        "isFrame": False,
        "keepFreeFloatingNodes": False,
        "extractAllScripts": False,
    }


class LosslessProcessor(JsonLdProcessor):  # type: ignore[misc]
    """PyLD's processor for one document. Finds every problem before it refuses."""

    def __init__(self, document: JsonObject, *, max_term_definitions: int = MAX_TERM_DEFINITIONS) -> None:
        super().__init__(on_property_dropped=self._dropped)
        self._document = document
        self._term_definitions = 0
        self._max_term_definitions = max_term_definitions
        self.problems: list[Problem] = []

    # ── the steps of expansion that tables are made by ──

    def initial_context(self, options: dict[str, Any]) -> Any:
        return self._get_initial_context(options)

    def processed(self, active_ctx: Any, local_ctx: Any, options: dict[str, Any], **how: bool) -> Any:
        return self._process_context(active_ctx, local_ctx, options, **how)

    def property_iri(self, active_ctx: Any, name: str) -> Any:
        return self._expand_iri(active_ctx, name, vocab=True)

    def word_iri(self, active_ctx: Any, word: str) -> Any:
        return self._expand_iri(active_ctx, word, vocab=True, base=BASE)

    # ── what PyLD calls ──

    def _refuse(self, problem_type: str, value: object, detail: str) -> None:
        problem = Problem(problem_type, _place(self._document, value), detail)
        if problem not in self.problems:
            self.problems.append(problem)
        if len(self.problems) == MAX_PROBLEMS:
            raise Refused(*self.problems)

    def _dropped(self, key: object) -> None:
        self._refuse(DATA_LOSS_DETECTION_ERROR, key, f"no context says what {key!r} means here; it would not be signed")

    def _process_context(self, active_ctx: Any, local_ctx: Any, options: Any, **how: Any) -> Any:
        """Remembers what PyLD works out anew each time: what a type's context makes of a context that is known."""
        if type(active_ctx) is dict or not isinstance(local_ctx, dict) or "cycles" in how:
            return super()._process_context(active_ctx, local_ctx, options, **how)
        known = options["contextResolver"].active_contexts
        key = (active_ctx["_uuid"], id(local_ctx), *sorted(how.items()))
        if key not in known:
            # The context itself is kept beside the result: its identity is then nobody else's.
            known[key] = (local_ctx, super()._process_context(active_ctx, local_ctx, options, **how))
        return known[key][1]

    def _create_term_definition(self, *args: Any, **kwargs: Any) -> Any:
        self._term_definitions += 1
        if self._term_definitions > self._max_term_definitions:
            detail = "its types change what its terms mean more often than the work limit allows"
            raise Refused(Problem(PROOF_TRANSFORMATION_ERROR, detail=detail))
        return super()._create_term_definition(*args, **kwargs)

    def _expand_iri(
        self,
        active_ctx: Any,
        value: Any,
        base: Any = None,
        vocab: Any = False,  # noqa: FBT002 - PyLD's signature
        local_ctx: Any = None,
        defined: Any = None,
    ) -> Any:
        expanded = super()._expand_iri(active_ctx, value, base, vocab, local_ctx, defined)
        # With a base and outside of a context: the value of an id, of a type, or of a term that holds one.
        if base is not None and local_ctx is None and isinstance(value, str):
            self._check_iri(active_ctx, value, expanded, vocab=bool(vocab))
        return expanded

    def _check_iri(self, active_ctx: Any, value: str, expanded: Any, *, vocab: bool) -> None:
        if expanded == value and is_absolute_iri(value):
            if vocab and (term := _term_for(active_ctx, value)) is not None:
                self._refuse(MALFORMED_VALUE_ERROR, value, f"write {term!r} instead of {value!r}")
            return
        if not vocab:
            self._refuse(MALFORMED_VALUE_ERROR, value, f"{value!r} is not an absolute URL")
        elif not _is_term(active_ctx, value, expanded):
            self._refuse(DATA_LOSS_DETECTION_ERROR, value, f"no context says what {value!r} means here")


def _is_term(active_ctx: Any, value: str, expanded: Any) -> bool:
    """Whether a context gives `value` its IRI: by a term, or by a vocabulary that takes every word."""
    if not isinstance(expanded, str) or not is_absolute_iri(expanded):
        return False
    if value in active_ctx["mappings"]:
        return True
    return ":" not in value and expanded == active_ctx.get("@vocab", "") + value


def _term_for(active_ctx: Any, value: str) -> str | None:
    return next((term for term, mapping in active_ctx["mappings"].items() if mapping and mapping["@id"] == value), None)


def _translated(error: JsonLdError) -> tuple[Problem, ...]:
    """What PyLD found wrong, from the code of the innermost error: the JSON-LD specification's own."""
    code = "a context that is not pinned"
    cause: BaseException | None = error
    while isinstance(cause, JsonLdError):
        code = cause.code or code
        cause = cause.__cause__
    match cause:
        case Refused(problems=problems):
            return problems
        case _ if code in _CONTRADICTIONS:
            return (Problem(PARSING_ERROR, "/@context", f"its contexts contradict each other: {code}"),)
        case _:
            return (Problem(MALFORMED_VALUE_ERROR, detail=f"is not JSON-LD: {code}"),)


def _place(document: object, wanted: object) -> str:
    """A JSON Pointer to the one place where `wanted` is a name or a string; "" for several or none."""
    places = list(_places(document, wanted, ())) if isinstance(wanted, str) else []
    return pointer(*places[0]) if len(places) == 1 else ""


def _places(value: object, wanted: str, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    match value:
        case str():
            if value == wanted:
                yield path
        case dict():
            for key, member in value.items():
                if key == wanted:
                    yield (*path, key)
                if key != "@context":
                    yield from _places(member, wanted, (*path, key))
        case list():
            for index, item in enumerate(value):
                yield from _places(item, wanted, (*path, index))
        case _:
            pass
