"""Each case of tests/cases: a credential, what the world answers, and the report that must be given."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.ports import KnownIssuer
from app.verifier.report import Check, Failed, Undetermined, VerificationReport
from tests.verifying import World

CASES = sorted(file.parent for file in (Path(__file__).parent / "cases").glob("*/expected.json"))


def read(case: Path, name: str) -> JsonObject:
    content: JsonObject = json.loads((case / name).read_bytes())
    return content


async def report_on(case: Path, contexts: Contexts) -> VerificationReport:
    world = read(case, "world.json")
    known = {issuer: KnownIssuer(issuer, name, source="the case") for issuer, name in world["known"].items()}
    return await World(contexts, answers=world["answers"], known=known).report_on(
        (case / "credential.json").read_bytes(), now=datetime.fromisoformat(world["now"])
    )


def problems(report: VerificationReport) -> dict[str, list[str]]:
    """The codes of each check that did not pass."""
    return {
        str(check): sorted({problem.code for problem in outcome.problems})
        for check in Check
        if isinstance(outcome := report.outcome(check), Failed | Undetermined)
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_verdict_is_the_expected_one(contexts: Contexts, case: Path) -> None:
    assert (await report_on(case, contexts)).verdict == read(case, "expected.json")["verdict"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_exactly_the_expected_problems_are_named(contexts: Contexts, case: Path) -> None:
    assert problems(await report_on(case, contexts)) == read(case, "expected.json")["problems"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_case_fails_where_its_name_says_so(contexts: Contexts, case: Path) -> None:
    report = await report_on(case, contexts)
    assert (report.verdict == "valid") is not case.name.endswith("_fail")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_quotes_its_clause(case: Path) -> None:
    assert "https://" in (case / "README.md").read_text()


def test_there_are_cases() -> None:
    assert len(CASES) > 30
