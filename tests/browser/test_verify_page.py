"""The verify page in a real Chromium: handed in by file, drop, paste and keyboard, read, printed, and asked again."""

import base64
import json

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visit, visit

pytestmark = pytest.mark.browser

_FILE = {"name": "credential.vc.json", "mimeType": "application/json"}


def file(case: str) -> dict[str, object]:
    return {**_FILE, "buffer": json.dumps({"case": case}).encode()}


@pytest.mark.parametrize("case", ["valid_known", "revoked_unknown", "invalid_proof"])
def test_an_answer_is_light(here: Visit, case: str) -> None:
    here.hand_in(case)
    here.page.wait_for_load_state("networkidle")
    assert here.weight() <= 150_000


def test_a_chosen_file_is_checked_at_once(here: Visit) -> None:
    here.open("/verify?lang=en")
    here.page.locator("#file").set_input_files(file("revoked"))  # type: ignore[arg-type]
    expect(here.page.locator("h1")).to_have_text("Genuine, but revoked by the issuer.")


def test_a_dropped_file_is_checked_at_once(here: Visit) -> None:
    here.open("/verify?lang=en")
    dropped = here.page.evaluate_handle(
        """() => {
            const carried = new DataTransfer();
            carried.items.add(new File(['{"case": "suspended"}'], "credential.vc.json"));
            return carried;
        }"""
    )
    here.page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    expect(here.page.locator("h1")).to_have_text("Genuine, but suspended for now.")


def test_pasted_text_is_checked_at_once(here: Visit) -> None:
    here.open("/verify?lang=en")
    here.page.evaluate(
        """() => {
            const carried = new DataTransfer();
            carried.setData("text", '{"case": "valid_known"}');
            document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: carried, bubbles: true}));
        }"""
    )
    expect(here.page.locator("h1")).to_have_text("Genuine, and in force.")


def test_the_form_answers_without_a_script(browser: Browser, site: str) -> None:
    made = visit(browser, site, java_script_enabled=False)
    made.open("/verify?lang=en")
    made.page.locator("#file").set_input_files(file("expired"))  # type: ignore[arg-type]
    made.page.locator(".unscripted button").click()
    expect(made.page.locator("h1")).to_have_text("Genuine, but it ended on 25 October 2026.")
    made.page.context.close()


def test_the_whole_way_can_be_walked_by_keyboard(here: Visit) -> None:
    here.open("/verify?lang=en")
    focused = "() => document.activeElement.id || document.activeElement.textContent.trim()"
    walked = []
    for _ in range(5):
        here.page.keyboard.press("Tab")
        walked.append(here.page.evaluate(focused))
    assert walked[0] == "Skip to the content"
    assert walked[3:] == ["file", "I have it as text"]
    here.page.keyboard.press("Enter")
    here.page.keyboard.press("Tab")
    here.page.keyboard.insert_text('{"case": "valid_known"}')
    here.page.keyboard.press("Tab")
    here.page.keyboard.press("Enter")
    expect(here.page.locator("h1")).to_have_text("Genuine, and in force.")


@pytest.mark.parametrize("path", ["/verify", "/claim/good"])
def test_what_has_the_focus_shows_it(here: Visit, path: str) -> None:
    here.open(f"{path}?lang=en")
    shown = """() => {
        const here = document.activeElement;
        const seen = here.matches("input.file") ? here.nextElementSibling : here;
        return getComputedStyle(seen).outlineStyle;
    }"""
    styles = set()
    for _ in range(5):
        here.page.keyboard.press("Tab")
        styles.add(here.page.evaluate(shown))
    assert styles == {"solid"}


def test_the_time_of_the_check_is_in_the_readers_zone(here: Visit) -> None:
    here.hand_in("valid_known")
    expect(here.page.locator(".band")).to_contain_text("Checked on 24 November 2026 at 14:32 (Helsinki)")


def test_the_day_of_the_award_is_the_same_for_every_reader(browser: Browser, site: str) -> None:
    context = browser.new_context(locale="en-US", timezone_id="America/Los_Angeles")
    made = Visit(context.new_page(), site)
    made.hand_in("valid_known")
    expect(made.page.locator(".paper .by")).to_contain_text("on 30 June 2026")
    context.close()


def test_a_check_opens_to_its_technical_detail(here: Visit) -> None:
    here.hand_in("indeterminate_status")
    row = here.page.locator(".check", has_text="Revoked or not?")
    expect(row.locator(".detail")).to_be_hidden()
    row.locator("summary").click()
    expect(row.locator(".detail")).to_contain_text("STATUS_RETRIEVAL_ERROR")


def test_what_could_not_be_told_can_be_tried_again(here: Visit) -> None:
    here.hand_in("indeterminate_status")
    with here.page.expect_navigation():
        here.page.get_by_role("button", name="Try again").click()
    expect(here.page.locator("h1")).to_have_text("We could not find out whether it still stands.")


def test_the_answer_can_be_read_in_another_language_without_handing_in_again(here: Visit) -> None:
    here.hand_in("revoked")
    here.page.locator(".languages summary").click()
    here.page.get_by_role("button", name="Deutsch").click()
    expect(here.page.locator("h1")).to_have_text("Echt, aber von der ausstellenden Einrichtung widerrufen.")


def test_what_is_no_credential_says_what_can_be_read(here: Visit) -> None:
    here.hand_in("no such case")
    expect(here.page.locator("h1")).to_have_text("We found no credential in this.")
    expect(here.page.locator("main")).to_contain_text("We can read a credential as JSON")


def test_nothing_to_press_is_printed(here: Visit) -> None:
    here.hand_in("valid_known")
    here.page.emulate_media(media="print")
    expect(here.page.locator(".actions")).to_be_hidden()


@pytest.mark.parametrize("case", ["valid_known", "indeterminate_status", "revoked"])
def test_the_verdict_keeps_its_shape_in_forced_colours(here: Visit, case: str) -> None:
    here.hand_in(case)
    here.page.emulate_media(forced_colors="active")
    expect(here.page.locator(".band > svg")).to_be_visible()
    expect(here.page.locator(".band")).not_to_have_css("border-top-style", "none")


@pytest.mark.parametrize("path", ["/", "/verify", "/claim/good", "/nothing"])
def test_a_page_at_twice_the_size_still_fits(browser: Browser, site: str, path: str) -> None:
    made = visit(browser, site, viewport={"width": 320, "height": 640})
    made.open(path)
    assert made.page.evaluate("document.documentElement.scrollWidth") <= 320
    made.page.context.close()


def test_the_embedded_report_is_the_one_that_programs_get(here: Visit) -> None:
    here.hand_in("valid_known")
    href = here.page.locator("a[download]").get_attribute("href") or ""
    embedded = json.loads(base64.b64decode(href.partition(",")[2]))
    answer = here.page.request.post(
        here.site + "/verify", data={"case": "valid_known"}, headers={"Accept": "application/json"}
    )
    assert embedded == answer.json()
