"""Every fact of a source: its leaves, each at its JSON Pointer."""

from collections.abc import Iterator
from decimal import Decimal

from app.core.problems import JsonObject, pointer


def leaves(value: object, *path: str | int) -> Iterator[tuple[str, object]]:
    """Strings, numbers and booleans, wherever they stand."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from leaves(inner, *path, name)
        case list():
            for number, inner in enumerate(value):
                yield from leaves(inner, *path, number)
        case _:
            yield pointer(*path), value


def said(document: JsonObject) -> set[object]:
    """What a document says, wherever: numbers by their value."""
    return {_plain(value) for _, value in leaves(document)}


def is_said(fact: object, document: JsonObject) -> bool:
    return _plain(fact) in said(document)


def completed(request: object, supplement: object) -> object:
    """The request with what the supplement adds: member by member, item by item."""
    match request, supplement:
        case dict() as given, dict() as more:
            return {**given, **{name: completed(given.get(name), value) for name, value in more.items()}}
        case list() as given, list() as more:
            merged = [completed(*pair) for pair in zip(given, more, strict=False)]
            return merged + given[len(more) :] + more[len(given) :]
        case _:
            return supplement


def _plain(value: object) -> object:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return Decimal(str(value)).normalize()
        case _:
            return value
