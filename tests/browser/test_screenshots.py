"""What a person would see, written to screenshots/ to be looked at: each page, both themes, three widths."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visit, visit
from tests.unit.web.reports import CASES

pytestmark = pytest.mark.browser

_WIDTHS = (360, 768, 1280)
_PAGES = {
    "home": "/",
    "verify-before": "/verify",
    "claim": "/claim/good",
    "claim-revoked": "/claim/revoked",
    "claim-gone": "/claim/gone",
    "nothing-here": "/nothing",
}


@pytest.fixture(scope="module")
def here(browser: Browser, site: str) -> Iterator[Visit]:
    here = visit(browser, site, reduced_motion="reduce")
    yield here
    here.page.context.close()


@pytest.mark.parametrize("name", [*_PAGES, *CASES])
def test_no_page_is_wider_than_its_window(here: Visit, name: str) -> None:
    if name in _PAGES:
        here.open(_PAGES[name])
    else:
        here.hand_in(name)
    assert [look for look in here.looks(_WIDTHS) if here.is_wide(name, look)] == []
