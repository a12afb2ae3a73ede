"""A real credential of somebody else, over HTTP: refused for what it lacks, then awarded and found valid."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.json_ld import Contexts
from tests.cases.real_input.facts import completed
from tests.cases.real_input.sources import SOURCES, Source
from tests.service import Running
from tests.shared import ROOT, shared

_OF_AN_INSTITUTION = [source for source in SOURCES if not any(at == "" for _, at in source.missing)]

each_source = pytest.mark.parametrize("source", _OF_AN_INSTITUTION, ids=lambda source: source.name)


def _request(source: Source, contexts: Contexts) -> Any:
    return source.read(json.loads(shared("data", "examples", source.file).read_bytes()), contexts)[1]


def _supplement(source: Source) -> Any:
    folder: Path = ROOT / "tests" / "cases" / "real_input" / source.name
    return json.loads((folder / "supplement.json").read_bytes())["request"]


@each_source
def test_the_answer_names_exactly_what_is_missing(service: Running, source: Source, contexts: Contexts) -> None:
    answer = service.award(_request(source, contexts))
    assert {problem["at"] for problem in answer.json()["problems"]} == {at for _, at in source.missing}


@each_source
def test_completed_it_is_awarded_and_found_valid(service: Running, source: Source, contexts: Contexts) -> None:
    body = completed(_request(source, contexts), _supplement(source))
    assert isinstance(body, dict)
    answer = service.award(body)
    assert answer.status_code == 201, answer.text
    credential = json.dumps(answer.json()["credential"], ensure_ascii=False).encode()
    assert service.verify(credential)["verdict"] == "valid"
