"""The verdict is the first that holds, over findings that are all there."""

import itertools

import pytest

from app.core.credential.received import ReceivedCredential
from app.core.problems import (
    EXPIRED,
    MALFORMED_VALUE_ERROR,
    NOT_YET_VALID,
    REVOKED,
    STATUS_RETRIEVAL_ERROR,
    SUSPENDED,
    Problem,
)
from app.ports import KnownIssuer
from app.verifier.report import (
    Check,
    Failed,
    Finding,
    Headline,
    Outcome,
    Passed,
    Undetermined,
    Verdict,
    VerificationReport,
)
from tests.verifying import NOW

KNOWN = KnownIssuer("did:web:uni.example", "University of Examples", source="a list")
INVALIDATING = (Check.PROOF, Check.CONTROLLER, Check.DATA_MODEL, Check.SCHEMA, Check.OPEN_BADGE, Check.MICRO_CREDENTIAL)


def failed(problem_type: str = MALFORMED_VALUE_ERROR) -> Failed:
    return Failed((Problem(problem_type, detail="so it is"),))


def undetermined(problem_type: str = STATUS_RETRIEVAL_ERROR) -> Undetermined:
    return Undetermined((Problem(problem_type, detail="nobody answered"),))


def report(outcomes: dict[Check, Outcome], *, known: KnownIssuer | None = KNOWN) -> VerificationReport:
    findings = tuple(Finding(check, outcomes.get(check, Passed())) for check in Check)
    return VerificationReport(
        checked_at=NOW, findings=findings, received=ReceivedCredential({}, "application/vc"), known_issuer=known
    )


# In the order in which the first that holds is the verdict.
_FAILING: list[tuple[Verdict, dict[Check, Outcome]]] = [(Verdict.INVALID, {check: failed()}) for check in INVALIDATING]
RANKED: list[tuple[Verdict, dict[Check, Outcome]]] = [
    *_FAILING,
    (Verdict.INDETERMINATE, {Check.PROOF: undetermined()}),
    (Verdict.INDETERMINATE, {Check.CONTROLLER: undetermined()}),
    (Verdict.REVOKED, {Check.STATUS: failed(REVOKED)}),
    (Verdict.SUSPENDED, {Check.STATUS: failed(SUSPENDED)}),
    (Verdict.EXPIRED, {Check.VALIDITY_PERIOD: failed(EXPIRED)}),
    (Verdict.NOT_YET_VALID, {Check.VALIDITY_PERIOD: failed(NOT_YET_VALID)}),
    (Verdict.INDETERMINATE, {Check.STATUS: undetermined()}),
    (Verdict.INDETERMINATE, {Check.SCHEMA: undetermined()}),
    (Verdict.VALID, {}),
]


@pytest.mark.parametrize(("verdict", "outcomes"), RANKED)
def test_each_alone_is_the_verdict(verdict: Verdict, outcomes: dict[Check, Outcome]) -> None:
    assert report(outcomes).verdict is verdict


@pytest.mark.parametrize(
    ("first", "second"),
    [pair for pair in itertools.combinations(RANKED, 2) if not pair[0][1].keys() & pair[1][1].keys()],
)
def test_of_two_the_first_is_the_verdict(
    first: tuple[Verdict, dict[Check, Outcome]], second: tuple[Verdict, dict[Check, Outcome]]
) -> None:
    assert report(second[1] | first[1]).verdict is first[0]


@pytest.mark.parametrize("check", list(Check))
def test_a_missing_check_is_an_error(check: Check) -> None:
    whole = report({})
    findings = tuple(finding for finding in whole.findings if finding.check is not check)
    with pytest.raises(ValueError, match="check"):
        VerificationReport(checked_at=NOW, findings=findings, received=whole.received)


@pytest.mark.parametrize("outcome", [Failed, Undetermined])
def test_what_is_wrong_is_always_named(outcome: type[Failed] | type[Undetermined]) -> None:
    with pytest.raises(ValueError, match="says why"):
        outcome(())


def test_to_be_unknown_changes_the_headline_and_not_the_verdict() -> None:
    unknown = report({Check.KNOWN_ISSUER: failed()}, known=None)
    assert (unknown.verdict, unknown.headline) == (Verdict.VALID, Headline.VALID_UNKNOWN)


def test_the_report_as_json_has_every_check_once() -> None:
    told = report({Check.STATUS: failed(REVOKED)}).as_json()
    assert told["verdict"] == "revoked"
    assert [finding["check"] for finding in told["findings"]] == [check.value for check in Check]
