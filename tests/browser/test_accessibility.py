"""axe-core finds nothing on any page, in either theme, narrow and wide: WCAG 2.2 AA, and what it holds good beside."""

from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.browser.barriers import findings
from tests.browser.conftest import visit
from tests.unit.web.reports import CASES

pytestmark = pytest.mark.browser

_WIDTHS = (360, 1280)
_PAGES = {
    "home": "/",
    "verify-before": "/verify",
    "verify-before-in-german": "/verify?lang=de",
    "claim": "/claim/good",
    "claim-demo": "/claim/demo",
    "claim-revoked": "/claim/revoked",
    "claim-several": "/claim/several",
    "claim-gone": "/claim/gone",
    "claim-unknown": "/claim/none",
    "nothing-here": "/nothing",
    "api": "/api",
}
_UNREADABLE = "unreadable"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", _WIDTHS)
def test_axe_finds_nothing_on_any_page(
    browser: Browser, site: str, axe: str, width: int, theme: Literal["light", "dark"]
) -> None:
    # Our policy lets no foreign script in: it is set aside here alone, for the script that looks.
    here = visit(browser, site, viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True)
    found = {}
    for name in (*_PAGES, _UNREADABLE, *CASES):
        if name in _PAGES:
            here.open(_PAGES[name])
        else:
            here.hand_in(name)
        found[name] = findings(here, axe)
    here.page.context.close()
    assert {name: each for name, each in found.items() if each} == {}


def test_axe_finds_what_is_wrong(browser: Browser, site: str, axe: str) -> None:
    here = visit(browser, site, bypass_csp=True)
    here.open("/verify")
    here.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
    assert any(each.startswith("image-alt") for each in findings(here, axe))
    here.page.context.close()
