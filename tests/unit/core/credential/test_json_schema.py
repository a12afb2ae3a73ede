"""JSON Schema: over pinned schemas alone, within bounds, and in words that say what to mend."""

import json
from typing import Any

import pytest

from app.core.credential import json_schema
from app.core.json_ld import Contexts
from app.core.problems import Refused

URL = "https://schemas.example/one"


def details(schema: dict[str, Any], document: dict[str, Any]) -> list[tuple[str, str]]:
    contexts = Contexts({URL: json.dumps(schema).encode()})
    return [(problem.at, problem.detail) for problem in json_schema.problems(contexts, URL, document)]


@pytest.mark.parametrize(
    ("rule", "value", "detail"),
    [
        ({"type": "string"}, 1, "1 is not of type string"),
        ({"type": ["string", "null"]}, 1, "1 is not of type string or null"),
        ({"enum": ["a", "b"]}, "c", '"c" is none of "a", "b"'),
        ({"const": "a"}, "c", '"c" is not "a"'),
        ({"pattern": "^a$"}, "c", '"c" does not have the form ^a$'),
        ({"contains": {"const": "a"}}, ["c"], '"a" is not in it'),
        ({"minItems": 1}, [], "is shorter than 1"),
        ({"required": ["a"]}, {}, "a is missing"),
        ({"required": ["a", "b"]}, {}, "a, b are missing"),
        ({"additionalProperties": False}, {"c": 1}, '"c" is not allowed here'),
        ({"anyOf": [{"type": "string"}, {"type": "object"}]}, 1, "1 is not of type object or of type string"),
        ({"multipleOf": 2}, 3, "3 breaks the schema's rule “multipleOf”"),
    ],
)
def test_each_rule_has_its_words(rule: dict[str, Any], value: object, detail: str) -> None:
    assert details({"properties": {"x": rule}}, {"x": value}) == [("/x", detail)]


def test_of_several_branches_the_one_that_was_meant_is_told() -> None:
    branches = [{"type": "string"}, {"type": "object", "required": ["name"]}]
    assert details({"properties": {"x": {"oneOf": branches}}}, {"x": {}}) == [("/x", "name is missing")]


def test_a_reference_to_elsewhere_is_never_fetched() -> None:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": "https://elsewhere.example/schema"}
    with pytest.raises(Refused, match=r"elsewhere\.example"):
        details(schema, {})


def test_a_schema_that_is_not_pinned_is_refused(contexts: Contexts) -> None:
    with pytest.raises(Refused):
        json_schema.problems(contexts, "https://elsewhere.example/schema", {})


def test_more_values_than_can_be_held_to_a_schema_are_refused() -> None:
    ((at, detail),) = details({}, {"x": [1] * json_schema.MOST_VALUES})
    assert (at, detail) == ("", "has more than 8,000 values, too many to be held to a schema")


def test_many_faults_are_told_up_to_a_bound() -> None:
    schema = {"additionalProperties": {"type": "string"}}
    assert len(details(schema, {str(number): number for number in range(1000)})) == 50
