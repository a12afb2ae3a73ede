"""Each row of the table of verdicts as a person sees it, in a real Chromium."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.unit.web import reports

pytestmark = pytest.mark.browser

# case → tone of the band, and the headline that a person reads first.
VERDICTS = {
    "valid_known": ("valid", "Genuine, and in force."),
    "valid_known_no_list": ("valid", "Genuine, and in force."),
    "valid_demo": ("valid", "Genuine, and in force."),
    "valid_unknown": ("doubt", "Signed and unchanged, but we do not know the issuer."),
    "revoked": ("invalid", "Genuine, but revoked by the issuer."),
    "revoked_unknown": ("invalid", "Signed and unchanged, but revoked by the issuer."),
    "suspended": ("doubt", "Genuine, but suspended for now."),
    "expired": ("doubt", "Genuine, but it ended on 25 October 2026."),
    "not_yet_valid": ("doubt", "Genuine, but in force only from 24 December 2026."),
    "indeterminate_status": ("doubt", "We could not find out whether it still stands."),
    "indeterminate_key": ("doubt", "We could not check the signature."),
    "indeterminate_mechanism": ("doubt", "We cannot check this kind of signature yet."),
    "invalid_proof": ("invalid", "This is not what the issuer signed."),
    "invalid_other_key": ("invalid", "This is not what the issuer signed."),
    "invalid_no_proof": ("invalid", "This is not signed: anyone could have written it."),
    "invalid_shape": ("invalid", "Signed, but not correctly made."),
}


def test_every_case_is_in_the_table() -> None:
    assert set(VERDICTS) == set(reports.CASES)


@pytest.mark.parametrize("case", VERDICTS)
def test_the_verdict_is_read_first(here: Visit, case: str) -> None:
    tone, headline = VERDICTS[case]
    here.hand_in(case)
    band = here.page.locator(".band")
    expect(band.get_by_role("heading", level=1)).to_have_text(headline)
    assert tone in (band.get_attribute("class") or "").split()
    assert band.locator("svg").count() == 1
    assert here.errors == []


@pytest.mark.parametrize("case", ["invalid_proof", "invalid_no_proof", "indeterminate_key", "indeterminate_mechanism"])
def test_what_is_not_confirmed_is_never_drawn_as_paper(here: Visit, case: str) -> None:
    here.hand_in(case)
    assert here.page.locator(".paper").count() == 0
    expect(here.page.get_by_text("What the file says; we could not confirm it")).to_be_visible()


@pytest.mark.parametrize(("case", "word"), [("revoked", "Revoked"), ("expired", "Expired")])
def test_the_word_stands_across_the_paper_in_print_too(here: Visit, case: str, word: str) -> None:
    here.hand_in(case)
    here.page.emulate_media(media="print")
    expect(here.page.locator(".stamp")).to_be_visible()
    assert word.lower() in str(here.page.locator(".stamp").text_content()).lower()


@pytest.mark.parametrize("path", ["/", "/verify", "/claim/good", "/nothing"])
def test_a_page_is_light_and_asks_nobody_else(here: Visit, site: str, path: str) -> None:
    here.open(path)
    here.page.wait_for_load_state("networkidle")
    assert {request.url.startswith(site) for request in here.asked} == {True}
    assert here.weight() <= 150_000


def test_the_report_is_light_and_asks_nobody_else(here: Visit, site: str) -> None:
    here.hand_in("valid_known")
    here.page.wait_for_load_state("networkidle")
    assert {request.url.startswith(site) for request in here.asked} == {True}
    assert here.errors == []


def test_the_report_can_be_saved_as_json(here: Visit) -> None:
    here.hand_in("revoked")
    with here.page.expect_download() as download:
        here.page.get_by_text("Save the report").click()
    path = download.value.path()
    assert json.loads(path.read_bytes())["verdict"] == "revoked"
