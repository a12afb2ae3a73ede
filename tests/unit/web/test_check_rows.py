"""The rows of checks: what was seen in plain words, and nothing said that was not looked at."""

import pytest

from app.core.json_ld import Contexts
from app.web.check_rows import CheckRow, check_rows
from app.web.outline import outline
from app.web.words import Library
from tests.unit.web import reports
from tests.unit.web.test_verdict import text

_UNPROVEN = [name for name, case in reports.CASES.items() if not case.proven]


def rows(contexts: Contexts, case: str) -> dict[str, CheckRow]:
    report = reports.report(contexts, case)
    about = outline(report.received.document)
    return {row.check: row for row in check_rows(report, about, words=Library.read().words["en"])}


@pytest.mark.parametrize(
    ("case", "check", "title", "said"),
    [
        ("valid_known", "proof", "Unchanged", "Not a letter has changed since it was signed."),
        (
            "valid_known",
            "controller",
            "Signed by the issuer",
            "The key belongs to northerncoast.example. It is in use, or was retired in good order.",
        ),
        ("valid_known", "validity_period", "Within its dates", "From 24 November 2026, without end."),
        ("valid_known", "status", "Not revoked", "The issuer’s list of 24 November 2026, 12:30 UTC says so."),
        (
            "valid_known",
            "micro_credential",
            "Fully described",
            "Every element that the European Standard asks for is there.",
        ),
        ("valid_known_no_list", "status", "Cannot be revoked", "It names no list of revoked credentials."),
        ("valid_unknown", "known_issuer", "Issuer not known", "None of our sources names it."),
        ("revoked", "status", "Revoked", "The issuer’s list says so."),
        ("expired", "validity_period", "Outside its dates", "It ended on 25 October 2026."),
        (
            "indeterminate_status",
            "status",
            "Revoked or not?",
            "The issuer’s list did not answer. Try again in some minutes, or ask the issuer.",
        ),
        (
            "status_not_asked",
            "status",
            "Revoked or not?",
            "The issuer’s list was not asked for: the detail says why.",
        ),
        ("valid_not_looked_up", "known_issuer", "Issuer known?", "Who is known could not be looked up now."),
        ("invalid_no_proof", "proof", "Not signed", "The file carries no signature."),
        (
            "invalid_other_key",
            "proof",
            "Unchanged?",
            "No key of the issuer’s fits it, so nothing shows that it is unchanged.",
        ),
        ("invalid_proof", "proof", "Changed", "The signature does not fit what stands in the file."),
        (
            "invalid_proof",
            "controller",
            "The key is the issuer’s",
            "The key that it names is one of the issuer’s. That alone says nothing.",
        ),
    ],
)
def test_a_row_says_what_was_seen(contexts: Contexts, case: str, check: str, title: str, said: str) -> None:
    row = rows(contexts, case)[check]
    assert (text(row.title), text(row.said)) == (title, said)


@pytest.mark.parametrize("case", _UNPROVEN)
def test_what_was_not_judged_is_not_said_to_be_so(contexts: Contexts, case: str) -> None:
    row = rows(contexts, case)["status"]
    assert (text(row.title), text(row.said)) == (
        "Revoked or not?",
        "Nothing in it is confirmed, so this was not judged.",
    )


@pytest.mark.parametrize("case", _UNPROVEN)
def test_nothing_of_an_unproven_file_is_green_but_a_key(contexts: Contexts, case: str) -> None:
    assert {check for check, row in rows(contexts, case).items() if row.state == "passed"} <= {"controller"}


@pytest.mark.parametrize("case", [case for case in reports.CASES if case.startswith(("revoked", "suspended"))])
def test_no_row_says_that_it_is_in_force_where_it_is_not(contexts: Contexts, case: str) -> None:
    found = rows(contexts, case).values()
    assert [row.check for row in found if "in force" in text(row.title).lower() and row.state == "passed"] == []


@pytest.mark.parametrize("case", reports.CASES)
def test_there_is_a_row_for_every_check(contexts: Contexts, case: str) -> None:
    assert len(rows(contexts, case)) == 9


def test_the_technical_detail_stands_with_the_row(contexts: Contexts) -> None:
    (problem,) = rows(contexts, "indeterminate_status")["status"].problems
    assert (problem.code, problem.at) == ("STATUS_RETRIEVAL_ERROR", "/credentialStatus/statusListCredential")
