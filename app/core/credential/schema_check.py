"""A pinned JSON Schema as one function that says yes at once: what it does not say yes to, `jsonschema` judges.

A `Check` that says yes is right: each keyword is what the specification and `jsonschema` make of it. A schema with a
keyword that is not in the table here has no `Check` at all. `format` is an annotation, as for `jsonschema` without a
format checker.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

Check: TypeAlias = Callable[[Any], bool]
Schema: TypeAlias = Any

_ANNOTATIONS = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description", "format"})
# What another keyword of the same schema reads.
_READ_ELSEWHERE = frozenset({"then", "else", "additionalItems"})
_LOCAL = "#/$defs/"


class _NotCompiled(Exception):  # noqa: N818 - no error: the schema has no `Check`
    pass


def compiled(schema: Schema, *, positional_items: bool) -> Check | None:
    """None for a schema that says more than is known here. `positional_items`: as they were until 2019-09."""
    try:
        return _Compiler(schema, positional_items=positional_items).check(schema)
    except _NotCompiled:
        return None


class _Compiler:
    def __init__(self, root: Schema, *, positional_items: bool) -> None:
        self._root = root
        self._positional_items = positional_items
        self._referred: dict[str, Check] = {}

    def check(self, schema: Schema) -> Check:
        match schema:
            case bool():
                return lambda _: schema
            case dict():
                names = schema.keys() - _ANNOTATIONS - _READ_ELSEWHERE
                return _every([self._keyword(name, schema[name], schema) for name in sorted(names)])
            case _:
                raise _NotCompiled

    def _keyword(self, name: str, value: Any, schema: Mapping[str, Any]) -> Check:
        match name:
            case "$ref":
                return self._reference(value)
            case "properties":
                return self._properties({key: self.check(inner) for key, inner in value.items()})
            case "additionalProperties" if not {"patternProperties", "unevaluatedProperties"} & schema.keys():
                return _additional(frozenset(schema.get("properties", {})), self.check(value))
            case "propertyNames":
                names = self.check(value)
                return lambda instance: not isinstance(instance, dict) or all(map(names, instance))
            case "items":
                return self._items(value, schema)
            case "contains" if not {"minContains", "maxContains"} & schema.keys():
                inner = self.check(value)
                return lambda instance: not isinstance(instance, list) or any(map(inner, instance))
            case "allOf":
                return _every([self.check(inner) for inner in value])
            case "anyOf":
                branches = [self.check(inner) for inner in value]
                return lambda instance: any(branch(instance) for branch in branches)
            case "oneOf":
                branches = [self.check(inner) for inner in value]
                return lambda instance: [branch(instance) for branch in branches].count(True) == 1
            case "if":
                return self._choice(value, schema)
            case _ if name in _SIMPLE:
                return _SIMPLE[name](value)
            case _:
                raise _NotCompiled

    def _reference(self, to: Any) -> Check:
        if not (
            isinstance(to, str) and to.startswith(_LOCAL) and to.removeprefix(_LOCAL) in self._root.get("$defs", {})
        ):
            raise _NotCompiled
        if to not in self._referred:
            # A schema may refer to itself: it is met again while it is made.
            self._referred[to] = lambda _: False
            self._referred[to] = self.check(self._root["$defs"][to.removeprefix(_LOCAL)])
        referred = self._referred
        return lambda instance: referred[to](instance)  # noqa: PLW0108 - it may be another function later

    def _properties(self, known: Mapping[str, Check]) -> Check:
        def check(instance: Any) -> bool:
            if isinstance(instance, dict):
                for name, value in instance.items():
                    if name in known and not known[name](value):
                        return False
            return True

        return check

    def _items(self, value: Any, schema: Mapping[str, Any]) -> Check:
        if isinstance(value, list):
            if not self._positional_items:
                raise _NotCompiled
            places = [self.check(inner) for inner in value]
            further = self.check(schema.get("additionalItems", True))
            return lambda instance: (
                not isinstance(instance, list)
                or (
                    all(place(item) for place, item in zip(places, instance, strict=False))
                    and all(map(further, instance[len(places) :]))
                )
            )
        if "prefixItems" in schema or (isinstance(value, bool) and "additionalItems" in schema):
            raise _NotCompiled
        each = self.check(value)
        return lambda instance: not isinstance(instance, list) or all(map(each, instance))

    def _choice(self, value: Any, schema: Mapping[str, Any]) -> Check:
        holds = self.check(value)
        then, otherwise = self.check(schema.get("then", True)), self.check(schema.get("else", True))
        return lambda instance: then(instance) if holds(instance) else otherwise(instance)


def _every(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]

    def check(instance: Any) -> bool:
        return all(each(instance) for each in checks)

    return check


def _additional(known: frozenset[str], inner: Check) -> Check:
    return lambda instance: (
        not isinstance(instance, dict) or all(inner(value) for name, value in instance.items() if name not in known)
    )


def _type(kinds: Any) -> Check:
    listed = [kinds] if isinstance(kinds, str) else kinds
    if not _TYPES.keys() >= set(listed):
        raise _NotCompiled
    checks = [_TYPES[kind] for kind in listed]
    return checks[0] if len(checks) == 1 else lambda instance: any(check(instance) for check in checks)


def _is_number(instance: Any) -> bool:
    return isinstance(instance, int | float) and not isinstance(instance, bool)


def _enum(values: Any) -> Check:
    if not all(isinstance(value, str) for value in values):
        raise _NotCompiled
    known = frozenset(values)
    return lambda instance: isinstance(instance, str) and instance in known


def _const(value: Any) -> Check:
    match value:
        case bool():
            return lambda instance: instance is value
        case str():
            return lambda instance: isinstance(instance, str) and instance == value
        case _:
            raise _NotCompiled


def _required(names: Any) -> Check:
    needed = frozenset(names)
    return lambda instance: not isinstance(instance, dict) or needed <= instance.keys()


def _pattern(pattern: Any) -> Check:
    found = re.compile(pattern).search
    return lambda instance: not isinstance(instance, str) or found(instance) is not None


def _at_least(kind: type[str | list[Any] | dict[str, Any]], least: Any) -> Check:
    return lambda instance: not isinstance(instance, kind) or len(instance) >= least


_TYPES: Mapping[str, Check] = MappingProxyType(
    {
        "string": lambda instance: isinstance(instance, str),
        "object": lambda instance: isinstance(instance, dict),
        "array": lambda instance: isinstance(instance, list),
        "boolean": lambda instance: isinstance(instance, bool),
        "null": lambda instance: instance is None,
        "number": _is_number,
        "integer": lambda instance: _is_number(instance) and float(instance).is_integer(),
    }
)
_SIMPLE: Mapping[str, Callable[[Any], Check]] = MappingProxyType(
    {
        "type": _type,
        "enum": _enum,
        "const": _const,
        "required": _required,
        "pattern": _pattern,
        "minLength": lambda least: _at_least(str, least),
        "minItems": lambda least: _at_least(list, least),
        "minProperties": lambda least: _at_least(dict, least),
        "exclusiveMinimum": lambda least: lambda instance: not _is_number(instance) or instance > least,
    }
)
