"""What a person would see, written to screenshots/ to be looked at: each page, both themes, three widths."""

from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import visit
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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", _WIDTHS)
def test_no_page_is_wider_than_its_window(
    browser: Browser, site: str, width: int, theme: Literal["light", "dark"]
) -> None:
    here = visit(browser, site, viewport={"width": width, "height": 900}, color_scheme=theme)
    wide = []
    for name in (*_PAGES, *CASES):
        if name in _PAGES:
            here.open(_PAGES[name])
        else:
            here.hand_in(name)
        here.page.screenshot(path=_FOLDER / f"{name}-{theme}-{width}.png", full_page=True)
        if here.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(name)
    here.page.context.close()
    assert wide == []
