"""A compiled schema and jsonschema say the same: of awards, of awards with anything anywhere, of any rule and value."""

import json
from typing import Any

import jsonschema
import pytest
import referencing
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.core.credential import open_badge
from app.core.credential.badge_problems import OPEN_BADGE_SCHEMA, SCHEMA
from app.core.credential.schema_check import Check, compiled
from app.core.problems import JsonObject
from app.issuer.examine import compose
from tests.properties.strategies import micro_credentials, pinned
from tests.properties.test_fast_json_ld import places, strange_values

_SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
_SCALARS = st.sampled_from([None, True, False, 0, 1, 1.0, 1.5, -1, "", "a", "ab", "A-b"])
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
_TYPES = st.sampled_from(["string", "object", "array", "boolean", "null", "number", "integer"])


def _rules(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    by_name = st.dictionaries(st.sampled_from("abc"), inner, max_size=2)
    items = st.one_of(
        st.just({}),
        st.fixed_dictionaries({"items": inner}),
        st.fixed_dictionaries({"items": several, "additionalItems": inner}),
    )
    rest = st.fixed_dictionaries(
        {},
        optional={
            "type": _TYPES | st.lists(_TYPES, min_size=1, max_size=2, unique=True),
            "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
            "enum": st.lists(st.sampled_from(["a", "ab", ""]), min_size=1, unique=True),
            "const": st.sampled_from(["a", True, False]),
            "pattern": st.sampled_from(["^a", "b$", "[A-Z]"]),
            "minLength": st.integers(0, 2),
            "minItems": st.integers(0, 2),
            "minProperties": st.integers(0, 2),
            "exclusiveMinimum": st.sampled_from([0, 1, -1.5]),
            "properties": by_name,
            "additionalProperties": inner,
            "propertyNames": inner,
            "contains": inner,
            "allOf": several,
            "anyOf": several,
            "oneOf": several,
            "if": inner,
            "then": inner,
            "else": inner,
        },
    )
    return st.builds(lambda one, other: one | other, rest, items)


_SCHEMAS = _rules(st.recursive(st.booleans() | st.fixed_dictionaries({"type": _TYPES}), _rules, max_leaves=4))


@given(_SCHEMAS, st.lists(_VALUES, min_size=1, max_size=5))
@settings(_SETTINGS, max_examples=120)
def test_of_any_rule_and_any_value(schema: JsonObject, values: list[Any]) -> None:
    check = compiled(schema, positional_items=True)
    assert check is not None
    validator = jsonschema.Draft201909Validator(schema)
    for value in values:
        assert check(value) is validator.is_valid(value)


@pytest.mark.parametrize(
    "schema",
    [
        {"multipleOf": 2},
        {"patternProperties": {}, "additionalProperties": False},
        {"$ref": "https://elsewhere.example/"},
        {"$ref": "#/$defs/missing"},
        {"enum": [1]},
        {"const": {}},
        {"type": "text"},
        {"items": [True]},
        {"unevaluatedProperties": False},
    ],
    ids=str,
)
def test_what_is_not_known_has_no_check(schema: JsonObject) -> None:
    assert compiled(schema, positional_items=False) is None
    assert compiled({"properties": {"a": {"anyOf": [schema]}}}, positional_items=False) is None


@pytest.mark.parametrize("url", [OPEN_BADGE_SCHEMA, SCHEMA])
def test_of_awards_and_of_awards_with_anything_anywhere(url: str) -> None:
    schema = json.loads(pinned().document(url))
    validator = jsonschema.validators.validator_for(schema)(schema, registry=referencing.Registry())
    check: Check | None = compiled(schema, positional_items=isinstance(validator, jsonschema.Draft201909Validator))
    assert check is not None

    @given(micro_credentials(), st.data())
    @settings(_SETTINGS, max_examples=15)
    def each(claimed: Any, data: st.DataObject) -> None:
        badge = open_badge.write(
            claimed, contexts=pinned(), context_url="https://a.example/c", schema_url="https://a.example/s"
        )
        award: JsonObject = json.loads(
            json.dumps(compose(badge, credential_id="urn:uuid:1", public_url="https://a.example"))
        )
        assert check(award)
        for _ in range(8):
            holder, name = data.draw(st.sampled_from(list(places(award))))
            before = holder.get(name) if isinstance(holder, dict) else holder[name]
            holder[name] = data.draw(strange_values())
            event(f"still good: {check(award)}")
            assert check(award) is validator.is_valid(award)
            holder[name] = before

    each()
