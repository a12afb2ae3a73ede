"""The checks, a row each: what was asked, what was seen, and for who wants it the technical detail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import assert_never

from markupsafe import Markup

from app.core.problems import (
    EXPIRED,
    KEY_REVOKED,
    MISSING_PROOF,
    NOT_ASKED,
    NOT_LOOKED_UP,
    NOT_YET_VALID,
    REVOKED,
    STATUS_RETRIEVAL_ERROR,
    SUSPENDED,
    Problem,
)
from app.verifier.report import Check, Failed, Finding, NotApplicable, Passed, Undetermined, VerificationReport
from app.web.outline import Outline, date_time
from app.web.verdict import day_element, published, seen
from app.web.words import Words


@dataclass(frozen=True, slots=True)
class CheckRow:
    """`state`: passed, failed, undetermined, not_applicable or warned; `read` is what the icon says aloud."""

    state: str
    read: Markup
    title: Markup
    said: Markup
    check: str
    seen: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    why: str = ""


# What is said of a check that failed or could not tell, where one of its problems says more than that.
_OF_PROBLEM: Mapping[tuple[Check, str], tuple[str, str]] = MappingProxyType(
    {
        (Check.PROOF, MISSING_PROOF): ("check.proof.missing", "check.proof.missing.said"),
        (Check.CONTROLLER, KEY_REVOKED): ("check.controller.revoked", "check.controller.revoked.said"),
        (Check.STATUS, REVOKED): ("check.status.revoked", "check.status.revoked.said"),
        (Check.STATUS, SUSPENDED): ("check.status.suspended", "check.status.suspended.said"),
        (Check.KNOWN_ISSUER, NOT_LOOKED_UP): (
            "check.known_issuer.undetermined",
            "check.known_issuer.undetermined.said",
        ),
        (Check.STATUS, NOT_ASKED): ("check.status.undetermined", "check.status.undetermined.not_asked"),
        (Check.STATUS, STATUS_RETRIEVAL_ERROR): ("check.status.undetermined", "check.status.undetermined.silent"),
        (Check.VALIDITY_PERIOD, EXPIRED): ("check.validity_period.failed", "check.validity_period.ended"),
        (Check.VALIDITY_PERIOD, NOT_YET_VALID): ("check.validity_period.failed", "check.validity_period.future"),
    }
)
_FAILED: Mapping[Check, tuple[str, str]] = MappingProxyType(
    {
        Check.PROOF: ("check.proof.failed", "check.proof.failed.said"),
        Check.CONTROLLER: ("check.controller.failed", "check.controller.failed.said"),
        Check.VALIDITY_PERIOD: ("check.validity_period.failed", "check.validity_period.failed.said"),
        Check.DATA_MODEL: ("check.data_model.failed", "check.data_model.failed.said"),
        Check.SCHEMA: ("check.schema.failed", "check.schema.failed.said"),
        Check.STATUS: ("check.status.failed", "check.status.failed.said"),
        Check.OPEN_BADGE: ("check.open_badge.failed", "check.open_badge.failed.said"),
        Check.MICRO_CREDENTIAL: ("check.micro_credential.failed", "check.micro_credential.failed.said"),
        Check.KNOWN_ISSUER: ("check.known_issuer.unknown", "check.known_issuer.unknown.said"),
    }
)
_UNDETERMINED: Mapping[Check, tuple[str, str]] = MappingProxyType(
    {
        Check.PROOF: ("check.proof.undetermined", "check.proof.undetermined.said"),
        Check.CONTROLLER: ("check.controller.undetermined", "check.controller.undetermined.said"),
        Check.VALIDITY_PERIOD: ("check.validity_period.undetermined", "check.validity_period.undetermined.said"),
        Check.DATA_MODEL: ("check.data_model.undetermined", "check.data_model.undetermined.said"),
        Check.SCHEMA: ("check.schema.undetermined", "check.schema.undetermined.said"),
        Check.STATUS: ("check.status.undetermined", "check.status.undetermined.said"),
        Check.OPEN_BADGE: ("check.open_badge.undetermined", "check.open_badge.undetermined.said"),
        Check.MICRO_CREDENTIAL: ("check.micro_credential.undetermined", "check.micro_credential.undetermined.said"),
        Check.KNOWN_ISSUER: ("check.known_issuer.unknown", "check.known_issuer.unknown.said"),
    }
)
_PASSED: Mapping[Check, tuple[str, str]] = MappingProxyType(
    {
        Check.PROOF: ("check.proof.passed", "check.proof.passed.said"),
        Check.DATA_MODEL: ("check.data_model.passed", "check.data_model.passed.said"),
        Check.SCHEMA: ("check.schema.passed", "check.schema.passed.said"),
        Check.OPEN_BADGE: ("check.open_badge.passed", "check.open_badge.passed.said"),
        Check.MICRO_CREDENTIAL: ("check.micro_credential.passed", "check.micro_credential.passed.said"),
        Check.KNOWN_ISSUER: ("check.known_issuer.passed", "check.known_issuer.passed.said"),
    }
)
_NOT_APPLICABLE: Mapping[Check, tuple[str, str]] = MappingProxyType(
    {
        Check.VALIDITY_PERIOD: ("check.validity_period.passed", "check.validity_period.passed.undated"),
        Check.SCHEMA: ("check.schema.not_applicable", "check.schema.not_applicable.said"),
        Check.STATUS: ("check.status.not_applicable", "check.status.not_applicable.said"),
        Check.OPEN_BADGE: ("check.open_badge.not_applicable", "check.open_badge.not_applicable.said"),
        Check.MICRO_CREDENTIAL: ("check.micro_credential.not_applicable", "check.micro_credential.not_applicable.said"),
    }
)


def check_rows(report: VerificationReport, outline: Outline, *, words: Words) -> tuple[CheckRow, ...]:
    return tuple(_row(finding, report, outline, words) for finding in report.findings)


def _row(finding: Finding, report: VerificationReport, outline: Outline, words: Words) -> CheckRow:
    check, proven = finding.check, report.verified is not None
    match finding.outcome:
        case Passed(seen):
            title, said = _passed(finding, outline, words, proven=proven)
            return CheckRow("passed", words("checks.outcome.passed"), title, said, check, seen=seen)
        case Failed(problems):
            title, said = _wrong(check, problems, _failed(check, report), outline, words)
            # To be unknown is no fault, and an end that was set from the start is none either.
            state = "warned" if _is_no_fault(check, problems) else "failed"
            return CheckRow(state, words("checks.outcome.failed"), title, said, check, problems=problems)
        case Undetermined(problems):
            title, said = _wrong(check, problems, _UNDETERMINED[check], outline, words)
            return CheckRow("undetermined", words("checks.outcome.undetermined"), title, said, check, problems=problems)
        case NotApplicable(why):
            title, said = _both(_NOT_APPLICABLE.get(check, _not_judged(check)) if proven else _not_judged(check), words)
            return CheckRow("not_applicable", words("checks.outcome.not_applicable"), title, said, check, why=why)
        case _:
            assert_never(finding.outcome)


def _failed(check: Check, report: VerificationReport) -> tuple[str, str]:
    """A proof fails without a key too; then nothing shows that anything was changed."""
    if check is Check.PROOF and isinstance(report.outcome(Check.CONTROLLER), Failed):
        return "check.proof.undetermined", "check.proof.no_key"
    return _FAILED[check]


def _is_no_fault(check: Check, problems: tuple[Problem, ...]) -> bool:
    types = {problem.type for problem in problems}
    return check is Check.KNOWN_ISSUER or types <= {EXPIRED, NOT_YET_VALID, SUSPENDED}


def _passed(finding: Finding, outline: Outline, words: Words, *, proven: bool) -> tuple[Markup, Markup]:
    match finding.check:
        case Check.CONTROLLER if not proven:
            return words("check.controller.named"), words("check.controller.named.said")
        case Check.CONTROLLER if revoked := date_time(seen(finding.outcome, "revoked")):
            # The key counts for nothing any more; that this very credential was on record before, does.
            recorded = day_element(date_time(seen(finding.outcome, "recorded")), language=words.language)
            day = day_element(revoked, language=words.language)
            said = words("check.controller.passed.recorded", revoked=day, recorded=recorded)
            return words("check.controller.passed"), said
        case Check.CONTROLLER if outline.host:
            said = words("check.controller.passed.said", host=outline.host)
            return words("check.controller.passed"), said
        case Check.CONTROLLER:
            return words("check.controller.passed"), words("check.controller.passed.bare_key")
        case Check.VALIDITY_PERIOD:
            return words("check.validity_period.passed"), _period(outline, words)
        case Check.STATUS:
            moment = published(finding.outcome, language=words.language)
            if moment is None:
                return words("check.status.passed"), words("check.status.passed.undated")
            return words("check.status.passed"), words("check.status.passed.said", moment=moment)
        case check:
            return _both(_PASSED[check], words)


def _period(outline: Outline, words: Words) -> Markup:
    if outline.valid_from is None:
        return words("check.validity_period.passed.undated")
    start = day_element(outline.valid_from, language=words.language)
    if outline.valid_until is None:
        return words("check.validity_period.passed.endless", start=start)
    end = day_element(outline.valid_until, language=words.language)
    return words("check.validity_period.passed.bounded", start=start, end=end)


def _wrong(
    check: Check, problems: tuple[Problem, ...], otherwise: tuple[str, str], outline: Outline, words: Words
) -> tuple[Markup, Markup]:
    types = [problem.type for problem in problems]
    title, said = next((_OF_PROBLEM[check, kind] for kind in types if (check, kind) in _OF_PROBLEM), otherwise)
    if check is Check.VALIDITY_PERIOD:
        moment: datetime | None = outline.valid_until if EXPIRED in types else outline.valid_from
        return words(title), words(said, date=day_element(moment, language=words.language))
    return words(title), words(said)


def _not_judged(check: Check) -> tuple[str, str]:
    """Of a file that is not proven, nothing more is judged: what it says of a list or a date may be anyone's."""
    return _UNDETERMINED[check][0], "check.not_judged"


def _both(ids: tuple[str, str], words: Words) -> tuple[Markup, Markup]:
    return words(ids[0]), words(ids[1])
