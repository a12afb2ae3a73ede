"""Each hostile input of the published list has its test, or a line that says why not yet; what is named is there."""

import ast
import json
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.shared import shared

IDS: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "ids.toml").read_text("utf-8"))


def test_every_published_id_is_listed_and_no_other() -> None:
    published = {entry["id"] for entry in json.loads(shared("attacks.json").read_bytes())}
    assert set(IDS) == published


@pytest.mark.parametrize("name", IDS)
def test_an_id_has_a_test_or_a_reason(name: str) -> None:
    match IDS[name]:
        case {"test": str(where), **more} if not more:
            assert _is_there(where), where
        case {"later": str(reason), **more} if not more:
            assert len(reason) > 15
        case other:
            raise AssertionError(other)


def _is_there(where: str) -> bool:
    path, _, function = where.partition("::")
    file = ROOT / path
    if file.is_dir():
        return any(file.glob("test_*.py"))
    named = {
        node.name
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return function in named if function else any(name.startswith("test_") for name in named)
