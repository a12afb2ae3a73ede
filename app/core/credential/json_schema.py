"""JSON Schema over pinned schemas alone. The only module that knows jsonschema.

https://json-schema.org/draft/2020-12 and, for Open Badges, draft 2019-09.
"""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import referencing
import referencing.exceptions
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

from app.core.credential.readable_text import show
from app.core.credential.schema_check import Check, compiled
from app.core.json_ld import Contexts
from app.core.problems import MALFORMED_VALUE_ERROR, PARSING_ERROR, RANGE_ERROR, JsonObject, Problem, Refused, pointer

_MOST_PROBLEMS = 50
# Open Badges' schema costs some 40 µs a value, twice that where it breaks; a badge has some 300 values.
MOST_VALUES = 8_000


def problems(contexts: Contexts, schema_url: str, document: JsonObject) -> tuple[Problem, ...]:
    """What `document` breaks in a pinned schema: the deepest errors, which say what a person can mend.

    Raises Refused where no schema is pinned under that URL, or it refers to one that is not.
    """
    validator = _validator(contexts, schema_url)
    if not _is_within(document, MOST_VALUES):
        detail = f"has more than {MOST_VALUES:,} values, too many to be held to a schema"
        return (Problem(RANGE_ERROR, detail=detail),)
    if contexts.worked_out(_Validators).passes(schema_url, document):
        return ()
    found: dict[tuple[str, str], Problem] = {}
    try:
        for problem in (_problem(telling) for error in validator.iter_errors(document) for telling in _telling(error)):
            found.setdefault((problem.at, problem.detail), problem)
            if len(found) >= _MOST_PROBLEMS:
                break
    except referencing.exceptions.Unresolvable as error:
        detail = f"the schema {schema_url} refers to {error.ref}, which is not pinned"
        raise Refused(Problem(PARSING_ERROR, detail=detail)) from error
    return tuple(found.values())


class _Validators:
    """The compiled schemas of one process, each compiled when it is first asked for."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts
        self._compiled: dict[str, Validator] = {}
        self._checks: dict[str, Check | None] = {}

    def get(self, schema_url: str) -> Validator:
        """Bounded by the number of pinned schemas: nothing else can be asked for."""
        if schema_url not in self._compiled:
            schema = json.loads(self._contexts.document(schema_url))
            kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
            # A registry of its own: jsonschema's default one would fetch a `$ref` that it doesn't know.
            self._compiled[schema_url] = kind(schema, registry=referencing.Registry())
        return self._compiled[schema_url]

    def passes(self, schema_url: str, document: JsonObject) -> bool:
        """Whether nothing is broken, for sure; else `get` has to be asked what is."""
        if schema_url not in self._checks:
            validator = self.get(schema_url)
            older = isinstance(validator, jsonschema.Draft201909Validator)
            known = older or isinstance(validator, jsonschema.Draft202012Validator)
            self._checks[schema_url] = compiled(validator.schema, positional_items=older) if known else None
        check = self._checks[schema_url]
        return check is not None and check(document)


def _validator(contexts: Contexts, schema_url: str) -> Validator:
    return contexts.worked_out(_Validators).get(schema_url)


def _is_within(document: JsonObject, most: int) -> bool:
    waiting: list[object] = [document]
    values = 0
    while waiting and values <= most:
        values += 1
        match waiting.pop():
            case dict() as members:
                waiting.extend(members.values())
            case list() as items:
                waiting.extend(items)
    return values <= most


def _telling(error: ValidationError) -> Iterator[ValidationError]:
    """Of `anyOf` and `oneOf`, the branch that was meant: one whose type fits, and of these the one broken deepest."""
    branches: dict[object, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    fitting = [branch for branch in branches.values() if not any(_is_other_type(inner) for inner in branch)]
    if not fitting:
        yield error
        return
    for inner in min(fitting, key=lambda branch: (-max(map(_depth, branch)), len(branch))):
        yield from _telling(inner)


def _is_other_type(error: ValidationError) -> bool:
    return not error.path and error.validator == "type"


def _depth(error: ValidationError) -> int:
    return len(error.path) + max((_depth(inner) for inner in error.context or ()), default=0)


def _problem(error: ValidationError) -> Problem:
    at = pointer(*error.absolute_path)
    instance: Any = error.instance
    match error.validator, error.validator_value:
        case "required", list(names):
            missing = [name for name in names if name not in instance]
            detail = f"{', '.join(missing)} is missing" if len(missing) == 1 else f"{', '.join(missing)} are missing"
        case "type", str() | list() as kinds:
            kinds = kinds if isinstance(kinds, str) else " or ".join(kinds)
            detail = f"{show(instance)} is not of type {kinds}"
        case "anyOf" | "oneOf", list(branches):
            kinds = " or ".join(sorted({_kind(branch) for branch in branches}))
            detail = f"{show(instance)} is not {kinds}"
        case "enum", list(values):
            detail = f"{show(instance)} is none of {', '.join(map(show, values))}"
        case "const", value:
            detail = f"{show(instance)} is not {show(value)}"
        case "pattern", pattern:
            detail = f"{show(instance)} does not have the form {pattern}"
        case "contains", {"const": value} | {"enum": [value]}:
            detail = f"{show(value)} is not in it"
        case "minItems" | "minProperties" | "minLength", int(least):
            detail = f"is shorter than {least}"
        case "additionalProperties" | "unevaluatedProperties", _:
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            more = [name for name in instance if name not in known]
            detail = f"{', '.join(map(show, more))} is not allowed here"
        case keyword, _:
            detail = f"{show(instance)} breaks the schema's rule “{keyword}”"
    return Problem(MALFORMED_VALUE_ERROR, at=at, detail=detail)


def _kind(branch: object) -> str:
    match branch:
        case {"type": str(kind)}:
            return f"of type {kind}"
        case {"$ref": str(reference)}:
            return "a " + reference.rpartition("/")[2]
        case {"required": [str(name)]}:
            return f"an object with {name}"
        case _:
            return "what the schema describes"
