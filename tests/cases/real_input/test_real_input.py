"""Real credentials of others, as requests: refused for what they lack; once complete, signed with all they say."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core.credential import award_request, open_badge
from app.core.credential.micro_credential import Organisation
from app.core.json_ld import Contexts
from app.core.problems import JsonObject, Refused
from app.issuer.examine import compose, examine
from tests.cases.real_input.facts import completed, is_said, leaves
from tests.cases.real_input.sources import SOURCES, Source, why_left_out
from tests.shared import shared

_NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
_PUBLIC_URL = "https://awards.example"
_ID = "urn:uuid:5f6a1f0e-3f6e-4c59-9a0e-0d5b3d1f8a09"

each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)


def _document(source: Source) -> JsonObject:
    document: JsonObject = json.loads(shared("data", "examples", source.file).read_bytes())
    return document


def _supplement(source: Source) -> JsonObject:
    supplement: JsonObject = json.loads((Path(__file__).parent / source.name / "supplement.json").read_bytes())
    return supplement


def _complete(source: Source, contexts: Contexts) -> tuple[Organisation, JsonObject]:
    (institution, request), supplement = source.read(_document(source), contexts), _supplement(source)
    body: Any = completed(request, supplement["request"])
    return replace(institution, **supplement.get("institution", {})), body


def _badge(source: Source, contexts: Contexts) -> JsonObject:
    institution, body = _complete(source, contexts)
    claimed = award_request.read(body, contexts=contexts, issuer=institution, time_zone=source.time_zone, now=_NOW)
    return compose(open_badge.write(claimed, contexts=contexts), credential_id=_ID, public_url=_PUBLIC_URL)


@each_source
def test_the_refusal_names_exactly_what_is_missing(source: Source, contexts: Contexts) -> None:
    institution, request = source.read(_document(source), contexts)
    with pytest.raises(Refused) as refusal:
        award_request.read(request, contexts=contexts, issuer=institution, time_zone=source.time_zone, now=_NOW)
    assert {(problem.code, problem.at) for problem in refusal.value.problems} == source.missing


@each_source
def test_completed_it_is_a_credential_without_a_fault(source: Source, contexts: Contexts) -> None:
    draft = _badge(source, contexts)
    assert examine(contexts, draft, public_url=_PUBLIC_URL).draft == draft


@each_source
def test_every_fact_of_the_source_is_in_the_credential(source: Source, contexts: Contexts) -> None:
    badge = _badge(source, contexts)
    lost = [
        (at, fact)
        for at, fact in leaves(_document(source))
        if not is_said(source.said_as.get(at, fact), badge) and why_left_out(source, at) is None
    ]
    assert lost == []


@each_source
def test_nothing_is_left_out_that_the_source_does_not_have(source: Source) -> None:
    pointers = [at for at, _ in leaves(_document(source))]
    assert set(source.said_as) <= set(pointers)


@each_source
def test_the_supplement_changes_no_fact_of_the_source(source: Source, contexts: Contexts) -> None:
    _, request = source.read(_document(source), contexts)
    _, body = _complete(source, contexts)
    unknown = {at for code, at in source.missing if code == "UNKNOWN_VALUE"}
    after = dict(leaves(body))
    changed = {at for at, fact in leaves(request) if after.get(at) != fact}
    assert changed <= unknown


def test_each_reason_for_leaving_out_has_a_fact() -> None:
    pointers = [at for source in SOURCES for at, _ in leaves(_document(source))]
    reasons = {pattern for source in SOURCES for pattern in source.left_out}
    assert [pattern for pattern in reasons if not any(re.fullmatch(pattern, at) for at in pointers)] == []
