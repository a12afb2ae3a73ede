"""The JSON-LD 1.1 to RDF tests: what the walk over tables takes, it gets right; what it leaves is counted and listed.

Documents here have no contexts of their own, and no keyword where a term will do. So each test is rewritten first, in a
way that changes no statement: its contexts are pinned under URLs, and `@id` and `@type` are called `id` and `type`, as
another context in front of them says.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.json_ld import Contexts
from app.core.json_ld.canonical import general_statements
from app.core.json_ld.n_quads import read_n_quads
from app.core.json_ld.rdfc10 import canonicalize_quads
from app.core.json_ld.walk import covered_statements
from app.core.problems import JsonObject, Refused
from tests.shared import ROOT, shared

_NAMES = "https://inline.example/names"


class _Rewritten:
    """One test's document, and what is pinned for it."""

    def __init__(self, document: Any) -> None:
        self.pinned: dict[str, bytes] = {_NAMES: _context({"id": "@id", "type": "@type"})}
        self.renames = not _uses(document, {"id", "type"})
        self.document = self._value(document)
        if self.renames and isinstance(self.document, dict):
            own = self.document.pop("@context", [])
            self.document = {"@context": [_NAMES, *(own if isinstance(own, list) else [own])], **self.document}

    def contexts(self) -> Contexts:
        return Contexts(self.pinned)

    def _value(self, value: Any) -> Any:
        match value:
            case dict():
                return {self._name(name, value): self._member(name, member) for name, member in value.items()}
            case list():
                return [self._value(item) for item in value]
            case _:
                return value

    def _name(self, name: str, holder: JsonObject) -> str:
        return name[1:] if self.renames and name in {"@id", "@type"} and "@value" not in holder else name

    def _member(self, name: str, member: Any) -> Any:
        if name != "@context":
            return self._value(member)
        entries = member if isinstance(member, list) else [member]
        # What has a member `@context` is itself no context, but pinned it would be read as the file of one.
        return [self._pin(entry) if isinstance(entry, dict) and "@context" not in entry else entry for entry in entries]

    def _pin(self, context: JsonObject) -> str:
        url = f"https://inline.example/{len(self.pinned)}"
        self.pinned[url] = _context(context)
        return url


def _context(context: JsonObject) -> bytes:
    return json.dumps({"@context": context}).encode()


def _uses(value: Any, names: set[str]) -> bool:
    match value:
        case dict():
            return bool(names & value.keys()) or any(_uses(member, names) for member in value.values())
        case list():
            return any(_uses(item, names) for item in value)
        case _:
            return False


def _tests() -> list[JsonObject]:
    manifest = json.loads(shared("vectors", "json-ld-toRdf", "toRdf-manifest.jsonld").read_bytes())
    return [test for test in manifest["sequence"] if _option(test, "specVersion") != "json-ld-1.0"]


def _option(test: JsonObject, name: str) -> Any:
    return test.get("option", {}).get(name)


def _rewritten(test: JsonObject) -> tuple[Contexts, JsonObject] | None:
    """None where it can't be asked like this: other options, HTML, an array, a context that nobody could pin."""
    source = Path(shared("vectors", "json-ld-toRdf", *test["input"].split("/")))
    if _option(test, "expandContext") or source.suffix != ".jsonld":
        return None
    if b'"@direction"' in source.read_bytes() and _option(test, "rdfDirection") != "i18n-datatype":
        # By default a direction is dropped unseen.
        return None
    rewritten = _Rewritten(json.loads(source.read_bytes()))
    if not isinstance(rewritten.document, dict):
        return None
    try:
        contexts = rewritten.contexts()
    except TypeError:
        # A type that is an array.
        return None
    return contexts, rewritten.document


def _expected(test: JsonObject) -> bytes:
    return shared("vectors", "json-ld-toRdf", *test["expect"].split("/")).read_bytes()


def _canonical(statements: Any) -> str:
    return canonicalize_quads(statements)[0]


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_what_is_taken_is_right_and_what_is_left_is_listed() -> None:
    right: list[str] = []
    wrong: list[str] = []
    left: list[str] = []
    for test in _tests():
        name = test["@id"][1:]
        if (rewritten := _rewritten(test)) is None:
            continue
        contexts, document = rewritten
        covered = covered_statements(contexts, document, aliases={})
        if covered is None:
            if _is_accepted(contexts, document):
                left.append(name)
            continue
        is_right = "expect" in test and _canonical(covered) == _canonical(read_n_quads(_expected(test).decode()))
        (right if is_right else wrong).append(name)
    assert wrong == []
    page = (ROOT / "docs" / "fast-json-ld.md").read_text()
    assert [f"{len(right)} of the {len(_tests())}", _list(right), _list(left)] == [
        found for found in (f"{len(right)} of the {len(_tests())}", _list(right), _list(left)) if found in page
    ]


def _is_accepted(contexts: Contexts, document: JsonObject) -> bool:
    try:
        return bool(list(general_statements(contexts, document, aliases={})))
    except Refused:
        return False


def _list(names: list[str]) -> str:
    return " ".join(names)
