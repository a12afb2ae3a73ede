"""The API page in a real Chromium, in front of the whole service: read, and tried from itself."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.barriers import findings
from tests.browser.conftest import Visit, visit
from tests.service import Running, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("api-page")
    with running(database_url=f"sqlite:///{folder / 'api.sqlite3'}", folder=folder) as service:
        yield service


@pytest.fixture
def there(browser: Browser, service: Running) -> Iterator[Visit]:
    made = visit(browser, service.url)
    made.open("/api?lang=en")
    yield made
    made.page.context.close()


def send(here: Visit, anchor: str) -> str:
    """Sends the operation as its form stands, and returns what the page shows of the answer."""
    answer = here.page.locator(f"#{anchor} .answer code")
    here.page.locator(f"#{anchor} .try button").click()
    expect(answer).not_to_be_empty()
    return answer.inner_text()


def hold(here: Visit, token: str) -> None:
    here.page.get_by_text("I have a token already").click()
    here.page.get_by_label("Access token").fill(token)


def paste(here: Visit, text: str) -> None:
    """Pastes into the field that has the focus, as from another window."""
    here.page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData('text/plain', text);
            document.activeElement.dispatchEvent(
                new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def test_the_first_award_takes_one_paste_and_one_button(there: Visit, service: Running) -> None:
    (file,) = service.keys_dir.glob("*-client.env")
    there.page.get_by_label("CLIENT_ID", exact=True).focus()
    paste(there, file.read_text())
    there.page.get_by_role("button", name="Award it").click()
    expect(there.page.locator("#first .answer code")).to_contain_text('"claimUrl"')
    there.page.get_by_role("link", name="Open the learner’s link").click()
    expect(there.page.locator("h1")).to_contain_text("has awarded you a micro-credential.")


def test_what_needs_a_token_asks_for_it_before_it_is_sent(there: Visit) -> None:
    there.page.get_by_role("button", name="Award it").click()
    expect(there.page.locator("input[name=client_id]:invalid")).to_be_focused()
    expect(there.page.locator("#first .answer")).to_be_hidden()


def test_a_wrong_body_has_no_link_to_open(there: Visit, service: Running) -> None:
    hold(there, service.token())
    there.page.locator("#first textarea").fill("{}")
    there.page.get_by_role("button", name="Award it").click()
    expect(there.page.locator("#first .answer code")).to_contain_text("422")
    expect(there.page.get_by_text("What the learner gets")).to_be_hidden()


def test_an_award_is_made_further_down_the_page_too(there: Visit, service: Running) -> None:
    secret = service.credentials()
    there.page.locator("input[name=client_id]").fill(secret["CLIENT_ID"])
    there.page.locator("input[name=client_secret]").fill(secret["CLIENT_SECRET"])
    there.page.locator("#credentials button").click()
    there.page.get_by_text("Got it").wait_for()
    there.page.locator("#post-awards > summary").click()
    answer = send(there, "post-awards")
    assert answer.startswith("201")
    assert "claimUrl" in answer


def test_a_pasted_token_and_another_example_make_an_award_that_is_found_by_its_id(
    there: Visit, service: Running
) -> None:
    hold(there, service.token())
    there.page.locator("#post-awards > summary").click()
    there.page.locator("#post-awards select").select_option("full")
    made = json.loads(send(there, "post-awards").partition("\n")[2])
    there.page.locator("#get-awards-award_id > summary").click()
    there.page.locator("#get-awards-award_id [data-name=award_id]").fill(made["id"])
    answer = send(there, "get-awards-award_id")
    assert answer.startswith("200")
    assert json.loads(answer.partition("\n")[2])["claimUrl"] == made["claimUrl"]


def test_the_same_key_sent_twice_gives_the_same_award(there: Visit, service: Running) -> None:
    hold(there, service.token())
    there.page.locator("#post-awards > summary").click()
    there.page.locator("#post-awards [data-name=Idempotency-Key]").fill('"from-the-page"')
    with there.page.expect_response("**/awards") as first:
        send(there, "post-awards")
    with there.page.expect_response("**/awards") as second:
        send(there, "post-awards")
    assert first.value.body() == second.value.body()


def test_a_refused_client_is_told_so(there: Visit) -> None:
    there.page.locator("input[name=client_id]").fill("nobody")
    there.page.locator("input[name=client_secret]").fill("nothing")
    there.page.locator("#credentials button").click()
    expect(there.page.locator("#credentials output")).to_have_text("No client has this id and secret.")


def test_a_service_that_does_not_answer_is_said_in_words(there: Visit) -> None:
    there.page.locator("#get-healthz > summary").click()
    there.page.context.set_offline(True)
    assert send(there, "get-healthz") == "The service did not answer. Check that it runs, and send it again."


def test_it_can_be_read_without_a_script(browser: Browser, service: Running) -> None:
    made = visit(browser, service.url, java_script_enabled=False)
    made.open("/api?lang=en")
    made.page.locator("#post-awards > summary").click()
    expect(made.page.locator("#post-awards .fields")).to_be_visible()
    expect(made.page.locator("#post-awards pre").first).to_contain_text("curl -X POST")
    expect(made.page.locator("#post-awards textarea")).to_be_visible()
    expect(made.page.locator("button, input, select").locator("visible=true")).to_have_count(0)
    made.page.context.close()


def test_the_front_page_leads_to_it(browser: Browser, service: Running) -> None:
    made = visit(browser, service.url)
    made.open("/?lang=en")
    made.page.locator("a[href^='/api']").first.click()
    expect(made.page.locator("h1")).to_have_text("The interface, for programs")
    made.page.context.close()


def test_it_is_light_asks_nobody_else_and_breaks_no_policy(there: Visit, service: Running) -> None:
    assert {request.url.startswith(service.url) for request in there.asked} == {True}
    assert there.weight() <= 150_000
    assert there.errors == []


def test_it_fits_the_screen(browser: Browser, service: Running) -> None:
    made = visit(browser, service.url, reduced_motion="reduce")
    made.open("/api?lang=en")
    made.page.locator("#post-awards > summary").click()
    assert [look for look in made.looks([320, 768, 1280]) if made.is_wide("api", look)] == []
    made.page.context.close()


def test_axe_finds_nothing_on_the_whole_page(browser: Browser, service: Running, axe: str) -> None:
    here = visit(browser, service.url, bypass_csp=True, reduced_motion="reduce")
    here.open("/api?lang=en")
    found = {look: findings(here, axe) for look in here.looks([360, 1280])}
    assert {look: each for look, each in found.items() if each} == {}
    here.page.context.close()
