"""The API page in a real Chromium, in front of the whole service: read, and tried from itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

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


def test_an_award_is_made_from_the_page_alone(there: Visit, service: Running) -> None:
    secret = service.credentials()
    there.page.locator("input[name=client_id]").fill(secret["CLIENT_ID"])
    there.page.locator("input[name=client_secret]").fill(secret["CLIENT_SECRET"])
    there.page.locator("#credentials button").click()
    there.page.get_by_text("Got it").wait_for()
    there.page.locator("#post-awards > summary").click()
    there.page.locator("#post-awards .try button").click()
    answer = there.page.locator("#post-awards .answer")
    expect(answer).to_contain_text("claimUrl")
    assert answer.inner_text().startswith("201")


def test_it_is_light_asks_nobody_else_and_breaks_no_policy(there: Visit, service: Running) -> None:
    assert {request.url.startswith(service.url) for request in there.asked} == {True}
    assert there.weight() <= 150_000
    assert there.errors == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_it_fits_the_screen(browser: Browser, service: Running, width: int) -> None:
    made = visit(browser, service.url, viewport={"width": width, "height": 900})
    made.open("/api?lang=en")
    made.page.locator("#post-awards > summary").click()
    made.page.screenshot(path=f"screenshots/api-{width}.png")
    assert made.page.evaluate("document.documentElement.scrollWidth") <= width
    made.page.context.close()
