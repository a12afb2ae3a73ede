"""A key that its issuer revoked, and when our own register recorded what it signed: before, since, never, not told."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.core.proof import data_integrity
from app.ports import Unavailable
from app.verifier.report import Check, Failed, Undetermined, Verdict
from app.web.check_rows import check_rows
from app.web.languages import choose
from app.web.outline import outline
from app.web.words import Library
from tests.unit.web.test_verdict import text
from tests.verifying import (
    CREATED,
    UNIVERSITY,
    UNIVERSITY_DOCUMENT,
    World,
    badge,
    controlled_identifier_document,
    sign,
    university,
)

REVOKED = datetime(2026, 11, 10, tzinfo=UTC)
METHOD = f"{UNIVERSITY}#key-1"


def signed_data(contexts: Contexts, document: JsonObject) -> bytes:
    options = data_integrity.proof_options("eddsa-rdfc-2022", verification_method=METHOD, created=CREATED)
    return data_integrity.sign_input(contexts, document, options)


def world(contexts: Contexts, *, recorded: datetime | None = None) -> World:
    """The university gave its key up; the register that is asked recorded its badge then."""
    found = university(contexts)
    found.answers = {
        **found.answers,
        UNIVERSITY_DOCUMENT: controlled_identifier_document(revoked="2026-11-10T00:00:00Z"),
    }
    found.own_proofs = {signed_data(contexts, badge()): recorded} if recorded else {}
    return found


@pytest.mark.parametrize(
    ("recorded", "verdict"),
    [
        (REVOKED - timedelta(seconds=1), Verdict.VALID),
        (REVOKED, Verdict.INVALID),
        (REVOKED + timedelta(days=1), Verdict.INVALID),
        (None, Verdict.INVALID),
    ],
)
async def test_the_record_decides_and_it_alone(contexts: Contexts, recorded: datetime | None, verdict: Verdict) -> None:
    report = await world(contexts, recorded=recorded).report_on(sign(contexts, badge()))
    assert report.verdict is verdict


async def test_the_problem_is_named(contexts: Contexts) -> None:
    outcome = (await world(contexts).report_on(sign(contexts, badge()))).outcome(Check.CONTROLLER)
    assert isinstance(outcome, Failed)
    assert [problem.code for problem in outcome.problems] == ["KEY_REVOKED"]


async def test_the_record_of_one_credential_is_not_the_record_of_another(contexts: Contexts) -> None:
    asked = world(contexts, recorded=REVOKED - timedelta(days=1))
    assert (await asked.report_on(sign(contexts, badge(name="Another")))).verdict is Verdict.INVALID


async def test_the_record_excuses_no_signature_that_does_not_hold(contexts: Contexts) -> None:
    asked = world(contexts, recorded=REVOKED - timedelta(days=1))
    signed, other = sign(contexts, badge()), sign(contexts, badge(name="Another"))
    signed["proof"][0]["proofValue"] = other["proof"][0]["proofValue"]
    assert (await asked.report_on(signed)).verdict is Verdict.INVALID


@dataclass
class WithoutRegister(World):
    async def recorded(self, signed_data: bytes) -> datetime | None:
        raise Unavailable("The database does not answer.")


async def test_without_the_register_it_can_not_be_told(contexts: Contexts) -> None:
    there = world(contexts)
    report = await WithoutRegister(contexts, answers=there.answers, known=there.known).report_on(
        sign(contexts, badge())
    )
    assert report.verdict is Verdict.INDETERMINATE
    assert isinstance(report.outcome(Check.CONTROLLER), Undetermined)


async def test_the_register_is_not_asked_about_keys_in_use(contexts: Contexts) -> None:
    there = university(contexts)
    report = await WithoutRegister(contexts, answers=there.answers, known=there.known).report_on(
        sign(contexts, badge())
    )
    assert report.verdict is Verdict.VALID


async def test_the_reader_is_told_both_days(contexts: Contexts) -> None:
    report = await world(contexts, recorded=REVOKED - timedelta(days=2)).report_on(sign(contexts, badge()))
    words = Library.read().of(choose(asked="en", accept_language=None))
    rows = {row.check: row for row in check_rows(report, outline(report.received.document), words=words)}
    assert text(rows["controller"].said) == (
        "The issuer has given up the key since 10 November 2026. "
        "We recorded this very credential before that, on 8 November 2026."
    )
