"""docs/conformance.md names tests that exist, and every sentence that a test is named after."""

import ast
import re
from functools import cache

import pytest

from tests.conformance import test_data_model_2_0 as data_model
from tests.conformance import test_presentations as presentations
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "conformance.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)))
SENTENCES = [must.sentence for must in (*data_model.MUSTS, *presentations.MUSTS, *presentations.ENVELOPES)]


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda part: part)
def test_a_test_that_is_named_exists(path: str, name: str) -> None:
    assert (ROOT / path).is_file()
    assert not name or name in functions(path)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_that_a_test_is_named_after_stands_there(sentence: str) -> None:
    assert f"| {sentence} |" in PAGE


def test_the_page_names_tests() -> None:
    assert len(NAMED) > 60
