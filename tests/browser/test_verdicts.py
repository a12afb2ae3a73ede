"""Each row of the table of verdicts as a person sees it, in a real Chromium."""

import json
from typing import Literal

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
    "valid_not_looked_up": ("doubt", "Signed and unchanged; whether we know the issuer, we could not look up."),
    "status_not_asked": ("doubt", "We could not find out whether it still stands."),
    "key_not_asked": ("doubt", "We could not check the signature."),
    "invalid_proof": ("invalid", "This is not what the issuer signed."),
    "invalid_other_key": ("invalid", "This is not what the issuer signed."),
    "invalid_no_proof": ("invalid", "This is not signed: anyone could have written it."),
    "invalid_shape": ("invalid", "Signed, but not correctly made."),
}


# tone → the outline of its icon: a circle, a diamond, an octagon. Colour is never alone.
_OUTLINES = {
    "valid": "circle",
    "doubt": "path[d^='M12 2.5 21.5 12 12 21.5 2.5 12z']",
    "invalid": "path[d^='M8.2 2.75h7.6l5.45 5.45v7.6l-5.45 5.45H8.2L2.75 15.8V8.2z']",
}

# Contrast of each text of the band with what it stands on (WCAG 2.2, 1.4.3), as the browser computed both.
_CONTRASTS = """() => {
    const light = colour => {
        const [red, green, blue] = colour.match(/[\\d.]+/g).slice(0, 3).map(Number)
            .map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = light(getComputedStyle(document.querySelector(".band")).backgroundColor);
    return [...document.querySelectorAll(".band h1, .band p")].map(text => {
        const [more, less] = [light(getComputedStyle(text).color), ground].sort((a, b) => b - a);
        return (more + 0.05) / (less + 0.05);
    });
}"""


def test_every_case_is_in_the_table() -> None:
    assert set(VERDICTS) == set(reports.CASES)


@pytest.mark.parametrize("case", VERDICTS)
def test_the_verdict_is_read_first(here: Visit, case: str) -> None:
    tone, headline = VERDICTS[case]
    here.hand_in(case)
    band = here.page.locator(".band")
    expect(band.get_by_role("heading", level=1)).to_have_text(headline)
    assert tone in (band.get_attribute("class") or "").split()
    assert [name for name, outline in _OUTLINES.items() if band.locator(f"svg > {outline}").count()] == [tone]
    assert here.errors == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("case", ["valid_known", "suspended", "revoked"])
def test_the_verdict_can_be_read_in_both_themes(here: Visit, case: str, theme: Literal["light", "dark"]) -> None:
    here.page.emulate_media(color_scheme=theme)
    here.hand_in(case)
    contrasts = here.page.evaluate(_CONTRASTS)
    assert len(contrasts) >= 3
    assert min(contrasts) >= 4.5


def test_the_dark_theme_is_dark(here: Visit) -> None:
    grounds = []
    for theme in ("light", "dark"):
        here.page.emulate_media(color_scheme=theme)
        here.hand_in("valid_known")
        grounds.append(
            here.page.evaluate("getComputedStyle(document.documentElement).backgroundColor.match(/[0-9]+/)[0]")
        )
    assert int(grounds[0]) > 200 > 60 > int(grounds[1])


@pytest.mark.parametrize("case", ["valid_unknown", "indeterminate_key", "invalid_shape"])
def test_an_answer_at_twice_the_size_still_fits(here: Visit, case: str) -> None:
    here.page.set_viewport_size({"width": 320, "height": 640})
    here.hand_in(case)
    assert here.page.evaluate("document.documentElement.scrollWidth") <= 320


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
