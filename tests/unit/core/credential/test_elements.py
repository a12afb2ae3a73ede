"""The sixteen elements are defined once: dataclass, request, context, schema, labels and page are held to the table."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from app.core.credential import award_request, open_badge, vocabularies
from app.core.credential.elements import ELEMENTS, Element, Presence, element
from app.core.credential.micro_credential import MicroCredential
from app.core.json_ld import Contexts
from tests.conftest import ROOT

each_element = pytest.mark.parametrize("row", ELEMENTS, ids=lambda row: str(row.number))


def _field(path: str) -> bool:
    """Whether the dataclasses have such a field."""
    kind: Any = MicroCredential
    for name in path.split("."):
        hints = get_type_hints(kind)
        if name not in hints:
            return False
        kind = next((inner for inner in (hints[name], *get_args(hints[name])) if dataclasses.is_dataclass(inner)), None)
    return True


def _request_schema(pointer: str) -> Any:
    schema: Any = award_request.REQUEST_SCHEMA
    for name in pointer.split("/")[1:]:
        schema = schema["properties"][name]
    return schema


def _context_terms(contexts: Contexts) -> set[str]:
    context = json.loads(contexts.document(open_badge.CONTEXT))["@context"]
    return set(context["EuMicroCredential"]["@context"])


def test_there_are_sixteen_in_their_order() -> None:
    assert [row.number for row in ELEMENTS] == list(range(1, 17))


def test_annex_i_has_ten_always_mandatory_and_one_where_applicable() -> None:
    mandatory = {row.number for row in ELEMENTS if row.presence is Presence.MANDATORY}
    where_applicable = {row.number for row in ELEMENTS if row.presence is Presence.WHERE_APPLICABLE}
    assert (mandatory, where_applicable) == ({1, 2, 3, 4, 5, 6, 7, 9, 10, 11}, {8})


@each_element
def test_each_field_is_one_of_the_dataclasses(row: Element) -> None:
    assert [path for path in row.fields if not _field(path)] == []


@each_element
def test_each_pointer_is_in_the_request_schema_under_its_number(row: Element) -> None:
    assert [at for at in row.request if f"Element {row.number}" not in str(_request_schema(at)["description"])] == []


@each_element
def test_each_term_is_in_our_context(row: Element, contexts: Contexts) -> None:
    assert set(row.terms) <= _context_terms(contexts)


@each_element
def test_each_term_is_in_our_json_schema(row: Element, contexts: Contexts) -> None:
    schema = json.loads(contexts.document(open_badge.SCHEMA))
    assert set(row.terms) <= set(schema["$defs"]["Achievement"]["properties"])


@each_element
def test_each_heading_is_a_europass_label(row: Element, contexts: Contexts) -> None:
    assert set(row.headings) <= set(vocabularies.field_labels(contexts))


def test_our_json_schema_knows_every_term_of_the_achievement(contexts: Contexts) -> None:
    schema = json.loads(contexts.document(open_badge.SCHEMA))
    assert _context_terms(contexts) - {"@protected", "id", "type"} <= set(schema["$defs"]["Achievement"]["properties"])


def test_the_request_schema_knows_every_field_of_an_achievement() -> None:
    said = {"thematicArea", "learningOpportunityType", "id", "language", "description", "criteria", "identifier"}
    said |= {at.rpartition("/")[2] for row in ELEMENTS for at in row.request if at.startswith("/achievement/")}
    assert set(award_request.REQUEST_SCHEMA["properties"]["achievement"]["properties"]) == said


@pytest.mark.parametrize("row", [row for row in ELEMENTS if row.request], ids=lambda row: str(row.number))
def test_the_example_says_each_element(row: Element) -> None:
    found = []
    for at in row.request:
        value: Any = award_request.EXAMPLE
        for name in at.split("/")[1:]:
            value = value.get(name, {})
        found.append(bool(value))
    assert any(found)


@each_element
def test_the_page_about_the_elements_has_its_row(row: Element) -> None:
    page = (ROOT / "docs" / "elements.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"^\| {row.number} \|.*$", page, re.MULTILINE)
    names = [at.rpartition("/")[2] for at in row.request]
    assert [said for said in (row.name, row.presence, *names, *row.terms) if said not in line] == []


def test_an_element_is_found_by_its_number() -> None:
    assert element(7).number == 7


def test_the_page_names_every_vocabulary() -> None:
    page = Path(ROOT / "docs" / "elements.md").read_text(encoding="utf-8")
    assert [name for name in vocabularies.NAMES if f"`{name}`" not in page] == []
