"""The claim page in a real Chromium: what and from whom before any action, and one button that does what it says."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visit, visit

pytestmark = pytest.mark.browser


def test_what_it_is_and_from_whom_stands_above_the_button(here: Visit) -> None:
    here.open("/claim/good?lang=en")
    heading, title, button = (
        here.page.locator(where).bounding_box() for where in ("main h1", ".offer .lead", ".offer button:not(.second)")
    )
    assert heading is not None
    assert title is not None
    assert button is not None
    assert heading["y"] < title["y"] < button["y"]
    expect(here.page.locator("h1")).to_have_text("University of the Northern Coast has awarded you a micro-credential.")
    expect(here.page.locator(".offer .lead")).to_have_text("Data Literacy for Public Administration")


def test_the_button_saves_the_recorded_bytes_under_title_and_name(here: Visit) -> None:
    here.open("/claim/good?lang=en")
    with here.page.expect_download() as saved:
        here.page.get_by_role("button", name="Save the file").click()
    assert saved.value.suggested_filename == "Data Literacy for Public Administration – Zoë Marković-Núñez.vc.json"
    assert saved.value.path().read_bytes() == b'{"signed":1}'


def test_a_revoked_one_says_so_before_it_is_taken(here: Visit) -> None:
    here.open("/claim/revoked?lang=en")
    band, button = (here.page.locator(where).bounding_box() for where in (".band.invalid", ".offer button:first-child"))
    assert band is not None
    assert button is not None
    assert band["y"] < button["y"]


def test_a_demo_institution_is_called_so(here: Visit) -> None:
    here.open("/claim/demo?lang=en")
    expect(here.page.locator(".band")).to_contain_text("This is a demonstration")


def test_the_code_for_wallets_stands_beside_it_on_a_wide_screen_alone(browser: Browser, site: str) -> None:
    seen = []
    for width in (1280, 360):
        made = visit(browser, site, viewport={"width": width, "height": 900})
        made.open("/claim/good")
        seen.append(made.page.locator(".qr svg").is_visible())
        made.page.context.close()
    assert seen == [True, False]


def test_something_is_wrong_shows_whom_to_ask(here: Visit) -> None:
    here.open("/claim/good?lang=en")
    here.page.get_by_text("Something is wrong").click()
    expect(here.page.locator(".wrong a")).to_have_attribute("href", "mailto:registry@northerncoast.example")


def test_a_link_that_ended_says_what_to_do(here: Visit) -> None:
    here.open("/claim/gone?lang=en")
    expect(here.page.locator("h1")).to_have_text("This link no longer works.")
    expect(here.page.locator("main")).to_contain_text("Ask the institution")


@pytest.mark.parametrize("token", ["good", "revoked"])
def test_the_page_is_light_asks_nobody_else_and_breaks_no_policy(here: Visit, token: str) -> None:
    here.open(f"/claim/{token}")
    here.page.wait_for_load_state("networkidle")
    assert {request.url.startswith((here.site, "data:")) for request in here.asked} == {True}
    assert here.weight() <= 150_000
    assert here.errors == []


def test_the_picture_can_be_reached_and_is_described(here: Visit) -> None:
    here.open("/claim/good?lang=en")
    expect(here.page.get_by_role("img", name="Data Literacy for Public Administration, EQF 6")).to_be_visible()
    button = here.page.get_by_role("button", name="Save as a picture badge")
    expect(button).to_have_accessible_description(
        "A picture with the credential inside it, for a profile or a website. "
        "Keep the file as it is: a screenshot of it proves nothing."
    )
    assert here.errors == []
