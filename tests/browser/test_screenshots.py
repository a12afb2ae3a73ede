"""What a person would see, written to screenshots/ to be looked at: each page, both themes, three widths."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visit, visit
from tests.conftest import ROOT
from tests.unit.web.reports import CASES

pytestmark = pytest.mark.browser

_FOLDER = ROOT / "screenshots"
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
    for look in here.looks(_WIDTHS):
        here.page.screenshot(path=_FOLDER / f"{name}-{look.theme}-{look.width}.png", full_page=True)
        assert not here.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), look
