"""The API as a page: what OpenAPI says of each operation, laid out to be read, a line to copy, and a form to try."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from app.core.problems import JsonObject

_METHODS = ("post", "get", "put", "patch", "delete")
_LINE_CHARACTERS: Final = 88
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a body, or a parameter; `place` is where it goes: body, path, query or header.

    `members_at` is the operation that its members were described at before, "" where they are described here.
    """

    name: str
    place: str
    required: bool
    about: str
    members_at: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A body that works when sent."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`media_type` is that of the body, "" where there is none; `command` is the line that sends it.

    `refusals` are the statuses that mean here what they mean everywhere; what else it answers is in `answers`.
    """

    anchor: str
    method: str
    path: str
    summary: str
    needs_token: bool
    fields: tuple[Field, ...]
    media_type: str
    examples: tuple[Example, ...]
    command: str
    answers: tuple[tuple[str, str], ...]
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    anchor: str
    name: str
    about: str
    operations: tuple[Operation, ...]


def chapters(openapi: JsonObject, *, public_url: str) -> tuple[Chapter, ...]:
    """Every operation of an OpenAPI document, by its first tag; tags stand in the order in which it explains them."""
    about = {tag["name"]: tag.get("description", "") for tag in openapi.get("tags", ())}
    found: dict[str, list[Operation]] = {name: [] for name in about}
    for path, operations in openapi.get("paths", {}).items():
        for method in _METHODS:
            if method in operations:
                described = operations[method]
                tag = (described.get("tags") or ["More"])[0]
                found.setdefault(tag, []).append(_operation(method, path, described, public_url))
    return tuple(
        Chapter(f"part-{name.lower()}".replace(" ", "-"), name, about.get(name, ""), tuple(operations))
        for name, operations in found.items()
        if operations
    )


def refusals(found: tuple[Chapter, ...]) -> tuple[tuple[str, str], ...]:
    """What several operations refuse alike, to be said once: status and meaning."""
    answers = (each for chapter in found for operation in chapter.operations for each in operation.answers)
    counted = Counter((status, about) for status, about in answers if status >= "400")
    return tuple(sorted(each for each, times in counted.items() if times > 1))


def without(common: tuple[tuple[str, str], ...], found: tuple[Chapter, ...]) -> tuple[Chapter, ...]:
    """The same chapters, where nothing is said twice: neither refusals that are common, nor the members of a field."""
    described: dict[Field, str] = {}
    shortened = []
    for chapter in found:
        operations = tuple(_shortened(operation, common, described) for operation in chapter.operations)
        shortened.append(replace(chapter, operations=operations))
    return tuple(shortened)


def _shortened(operation: Operation, common: tuple[tuple[str, str], ...], described: dict[Field, str]) -> Operation:
    """`described` is where a member of a field was described first; what is new is added."""
    before = {field.name.partition(".")[0]: described[field] for field in operation.fields if field in described}
    for field in operation.fields:
        if "." in field.name:
            described.setdefault(field, operation.anchor)
    return replace(
        operation,
        fields=tuple(
            replace(field, members_at=before.get(field.name, ""))
            for field in operation.fields
            if described.get(field) in (None, operation.anchor)
        ),
        answers=tuple(answer for answer in operation.answers if answer not in common),
        refusals=tuple(answer[0] for answer in operation.answers if answer in common),
    )


def first_to_try(found: tuple[Chapter, ...]) -> Operation | None:
    """The operation that everything else follows from, where the document has it."""
    return next((each for chapter in found for each in chapter.operations if each.anchor == "post-awards"), None)


def _operation(method: str, path: str, described: Mapping[str, Any], public_url: str) -> Operation:
    media_type, body = _body(described)
    examples = tuple(_examples(body, media_type))
    needs_token = bool(described.get("security"))
    return Operation(
        anchor=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        method=method.upper(),
        path=path,
        summary=described.get("summary", ""),
        needs_token=needs_token,
        fields=(*_parameters(described), *_members(body.get("schema", {}))),
        media_type=media_type,
        examples=examples,
        command=_command(method, f"{public_url}{path}", media_type, needs_token=needs_token),
        answers=tuple(
            (status, answer.get("description", "")) for status, answer in described.get("responses", {}).items()
        ),
    )


def _body(described: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    content = described.get("requestBody", {}).get("content", {})
    return next(iter(content.items()), ("", {}))


def _examples(body: Mapping[str, Any], media_type: str) -> Iterator[Example]:
    """The shortest first: it is the one that is shown until another is chosen."""
    named = {name: example["value"] for name, example in body.get("examples", {}).items()}
    if "example" in body:
        named["example"] = body["example"]
    yield from sorted((Example(name, _text(value, media_type)) for name, value in named.items()), key=_length)


def _length(example: Example) -> int:
    return len(example.text)


def _text(value: Any, media_type: str) -> str:
    if media_type == _FORM:
        return urlencode(value)
    return _json(value)


def _json(value: Any, indent: str = "") -> str:
    """As a person writes it: what fits on a line stands on one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= _LINE_CHARACTERS:
        return line
    deeper = indent + " "
    match value:
        case dict():
            parts = [f"{deeper}{json.dumps(name)}: {_json(part, deeper)}" for name, part in value.items()]
            return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
        case list():
            return "[\n" + ",\n".join(deeper + _json(part, deeper) for part in value) + f"\n{indent}]"
        case _:
            return line


def _parameters(described: Mapping[str, Any]) -> Iterator[Field]:
    for parameter in described.get("parameters", ()):
        about = parameter.get("description", "")
        yield Field(parameter["name"], parameter["in"], parameter.get("required", False), about)


def _members(schema: Mapping[str, Any], path: str = "", depth: int = 2) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        yield Field(f"{path}{name}", "body", name in required, member.get("description", ""))
        if depth > 1:
            yield from _members(member, f"{path}{name}.", depth - 1)


def _command(method: str, url: str, media_type: str, *, needs_token: bool) -> str:
    parts = ["curl"]
    if method != "get":
        parts += ["-X", method.upper()]
    if needs_token:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if media_type == _FORM:
        parts += ['-u "$CLIENT_ID:$CLIENT_SECRET"', "-d grant_type=client_credentials"]
    elif media_type:
        parts += [f"-H 'Content-Type: {media_type}'", "--data @body.json"]
    return " ".join([*parts, f"'{url}'"])
