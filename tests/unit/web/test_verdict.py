"""Each row of the table of verdicts, in its exact words."""

import html
import re
from dataclasses import replace

import pytest

from app.core.json_ld import Contexts
from app.core.problems import INVALID_VERIFICATION_METHOD, Problem
from app.verifier.report import Check, Failed, Finding, Headline
from app.web.languages import Language
from app.web.outline import outline
from app.web.renderer import Renderer
from app.web.verdict import band
from app.web.words import Library
from tests.unit.web import reports

_EN = Language("en")

TABLE = [
    (
        "valid_known",
        "valid",
        "Genuine, and in force.",
        "University of the Northern Coast awarded it on 30 June 2026; its list of 24 November 2026, 12:30 UTC does not "
        "revoke it.",
    ),
    (
        "valid_known_no_list",
        "valid",
        "Genuine, and in force.",
        "University of the Northern Coast awarded it on 30 June 2026. It cannot be revoked.",
    ),
    (
        "valid_unknown",
        "doubt",
        "Signed and unchanged, but we do not know the issuer.",
        "It calls itself “University of the Northern Coast”; all we know is northerncoast.example. Ask the "
        "institution, at an address you find yourself.",
    ),
    (
        "revoked",
        "invalid",
        "Genuine, but revoked by the issuer.",
        "The list gives no date or reason; it may have been replaced. Ask for the newest version.",
    ),
    (
        "revoked_unknown",
        "invalid",
        "Signed and unchanged, but revoked by the issuer.",
        "The list gives no date or reason; it may have been replaced. Ask for the newest version.",
    ),
    ("suspended", "doubt", "Genuine, but suspended for now.", "Not a final word: ask the issuer."),
    (
        "expired",
        "doubt",
        "Genuine, but it ended on 25 October 2026.",
        "The issuer set this end; what was learnt was assessed.",
    ),
    ("not_yet_valid", "doubt", "Genuine, but in force only from 24 December 2026.", None),
    (
        "indeterminate_status",
        "doubt",
        "We could not find out whether it still stands.",
        "Signed by University of the Northern Coast and unchanged; only the revocation list did not answer. This says "
        "nothing against the person. Try again in some minutes.",
    ),
    (
        "indeterminate_key",
        "doubt",
        "We could not check the signature.",
        "northerncoast.example did not answer; nothing below is confirmed.",
    ),
    (
        "valid_not_looked_up",
        "doubt",
        "Signed and unchanged; whether we know the issuer, we could not look up.",
        "Who is known could not be looked up now. Try again in some minutes.",
    ),
    (
        "status_not_asked",
        "doubt",
        "We could not find out whether it still stands.",
        "Signed by University of the Northern Coast and unchanged; only the revocation list was not asked for. "
        "This says nothing against the person.",
    ),
    (
        "key_not_asked",
        "doubt",
        "We could not check the signature.",
        "northerncoast.example was not asked for the issuer’s key; nothing below is confirmed.",
    ),
    ("indeterminate_mechanism", "doubt", "We cannot check this kind of signature yet.", None),
    (
        "invalid_proof",
        "invalid",
        "This is not what the issuer signed.",
        "Altered, or damaged in copying: we cannot tell which. Ask for the original file before you judge anyone.",
    ),
    (
        "invalid_other_key",
        "invalid",
        "This is not what the issuer signed.",
        "The key that it names is not one that the issuer uses. Ask for the original file before you judge anyone.",
    ),
    ("invalid_no_proof", "invalid", "This is not signed: anyone could have written it.", None),
    ("invalid_shape", "invalid", "Signed, but not correctly made.", "The mistake is the issuer’s."),
]


def text(markup: str) -> str:
    """What a person reads: without tags, white space as one space."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", markup)).split())


@pytest.mark.parametrize(("case", "tone", "headline", "then"), TABLE)
def test_the_verdict_reads_as_the_table_says(
    contexts: Contexts, case: str, tone: str, headline: str, then: str | None
) -> None:
    report = reports.report(contexts, case)
    shown = band(report, outline(report.received.document), words=Library.read().words["en"])
    assert (shown.tone, text(shown.headline)) == (tone, headline)
    if then is not None:
        assert text(shown.sentences[0]) == then


def test_the_table_has_every_headline(contexts: Contexts) -> None:
    assert {reports.report(contexts, case).headline for case, *_ in TABLE} == set(Headline)


@pytest.mark.parametrize("case", reports.CASES)
def test_colour_is_never_alone(contexts: Contexts, case: str) -> None:
    report = reports.report(contexts, case)
    shown = band(report, outline(report.received.document), words=Library.read().words["en"])
    assert {"valid": "tick", "doubt": "question", "invalid": "cross"}[shown.tone] == shown.icon


@pytest.mark.parametrize("case", ["valid_demo", "valid_known"])
def test_a_demo_institution_is_called_so_in_the_verdict_and_on_the_paper(
    contexts: Contexts, renderer: Renderer, case: str
) -> None:
    page = text(renderer.render_report(reports.report(contexts, case), language=_EN))
    said = ("This is a demonstration: University of the Northern Coast" in page, "Demonstration. University" in page)
    assert said == (case == "valid_demo",) * 2


@pytest.mark.parametrize("case", reports.CASES)
def test_paper_is_drawn_of_what_is_proven_and_of_nothing_else(
    contexts: Contexts, renderer: Renderer, case: str
) -> None:
    page = renderer.render_report(reports.report(contexts, case), language=_EN)
    assert ('class="paper"' in page) == reports.CASES[case].proven
    assert ("What the file says; we could not confirm it" in page) != reports.CASES[case].proven


def test_paper_is_not_drawn_where_the_key_is_not_the_issuers(contexts: Contexts, renderer: Renderer) -> None:
    sound = reports.report(contexts, "valid_unknown")
    failed = Failed((Problem(INVALID_VERIFICATION_METHOD),))
    findings = tuple(
        Finding(each.check, failed if each.check is Check.CONTROLLER else each.outcome) for each in sound.findings
    )
    assert 'class="paper"' not in renderer.render_report(replace(sound, findings=findings), language=_EN)


@pytest.mark.parametrize(
    ("case", "word"),
    [("revoked", "Revoked"), ("suspended", "Suspended"), ("expired", "Expired"), ("not_yet_valid", "Not yet")],
)
def test_what_is_no_longer_in_force_bears_the_word_across_the_paper(
    contexts: Contexts, renderer: Renderer, case: str, word: str
) -> None:
    page = renderer.render_report(reports.report(contexts, case), language=_EN)
    assert re.search(rf'<svg class="stamp".*>{word}</text></svg>', page)


@pytest.mark.parametrize("case", [name for name, case in reports.CASES.items() if case.proven])
def test_it_is_always_said_that_the_person_was_not_checked(contexts: Contexts, renderer: Renderer, case: str) -> None:
    page = text(renderer.render_report(reports.report(contexts, case), language=_EN))
    assert (
        "We checked the document, not the person. It names Zoë Marković-Núñez: ask for identification where it matters."
        in page
    )


@pytest.mark.parametrize("case", reports.CASES)
@pytest.mark.parametrize("language", ["de", "el"])
def test_every_report_can_be_drawn_in_every_kind_of_language(
    contexts: Contexts, renderer: Renderer, case: str, language: str
) -> None:
    page = renderer.render_report(reports.report(contexts, case), language=Language(language), content=b"{}")
    assert f'<html lang="{Language(language).words}"' in page
