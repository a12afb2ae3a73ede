"""Our own words: every language says the same, nothing is missing, nothing is idle."""

import ast
import json
import re

import pytest

from app.web import words
from app.web.languages import WHOLE_PAGES
from app.web.words import Library, placeholders, sentences
from tests.conftest import ROOT

_WEB = ROOT / "app" / "web"
_ENGLISH = sentences("en")
_ID = re.compile(r'\bt(?:\.plain)?\(\s*"([^"]+)"(?!\s*~)')
_BUILT = re.compile(r'\bt\(\s*"([^"]+)"\s*~\s*[\w.]+\s*~\s*"([^"]+)"')


def _used_in_templates() -> set[str]:
    used: set[str] = set()
    for template in (path for path in (_WEB / "templates").rglob("*") if path.is_file()):
        text = template.read_text()
        used |= set(_ID.findall(text))
        for head, tail in _BUILT.findall(text):
            used |= {key for key in _ENGLISH if key.startswith(head) and key.endswith(tail)}
    return used


def _used_in_code() -> set[str]:
    return {
        node.value
        for module in _WEB.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in _ENGLISH
    }


def _said_by_problems() -> dict[str, set[str]]:
    """The name of each sentence that a problem may carry, as a key, and the values that it comes with."""
    found: dict[str, set[str]] = {}
    for text in (module.read_text() for module in (ROOT / "app").rglob("*.py")):
        if not re.search(r"from app\.core\.problems import [^#]*?\bsaid\b", text):
            continue
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(func=ast.Name(id="said"), args=[ast.Constant(value=str(name))], keywords=keywords):
                    found[f"problem.{name}"] = {str(each.arg) for each in keywords}
                case _:
                    pass
    return found


def test_every_problem_that_names_its_sentence_has_it_with_the_values_that_it_brings() -> None:
    said = _said_by_problems()
    assert {key: placeholders(_ENGLISH[key]) for key in said} == said


@pytest.mark.parametrize("language", WHOLE_PAGES)
def test_every_language_has_the_same_sentences(language: str) -> None:
    assert sentences(language).keys() == _ENGLISH.keys()


@pytest.mark.parametrize("language", WHOLE_PAGES)
def test_every_sentence_has_the_same_placeholders_in_every_language(language: str) -> None:
    other = sentences(language)
    assert {key: placeholders(text) for key, text in other.items()} == {
        key: placeholders(text) for key, text in _ENGLISH.items()
    }


def test_every_sentence_is_used() -> None:
    assert _ENGLISH.keys() - _used_in_templates() - _used_in_code() - _said_by_problems().keys() == set()


def test_every_sentence_that_a_template_uses_is_there() -> None:
    assert _used_in_templates() - _ENGLISH.keys() == set()


def test_every_sentence_has_a_note_for_its_translator() -> None:
    entries = json.loads((_WEB / "locales" / "en.json").read_bytes())
    assert [key for key, entry in entries.items() if not entry["note"].strip()] == []


@pytest.mark.parametrize("language", WHOLE_PAGES)
def test_no_sentence_shouts_or_begs(language: str) -> None:
    loud = re.compile(r"!|\boops\b|\bplease\b|\bbitte\b", re.IGNORECASE)
    assert [key for key, text in sentences(language).items() if loud.search(text)] == []


@pytest.mark.parametrize("language", WHOLE_PAGES)
def test_no_sentence_speaks_of_proofs_dids_or_json_ld(language: str) -> None:
    technical = re.compile(r"\b([Pp]roofs?|DIDs?|JSON-LD|[Cc]ryptosuite|URI|IRI)\b")
    assert [key for key, text in sentences(language).items() if technical.search(text)] == []


def test_a_value_from_outside_is_isolated_in_its_sentence() -> None:
    said = Library.read().words["en"]("issuer.calls_itself", name="<b>\u202eevil")
    assert said == 'Calls itself “<bdi>&lt;b&gt;<span class="unseen">U+202E</span>evil</bdi>”'


def test_a_placeholder_with_an_attribute_is_refused() -> None:
    with pytest.raises(ValueError, match="plain name"):
        words._pieces("{name.__class__}")
