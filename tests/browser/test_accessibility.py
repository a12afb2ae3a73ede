"""axe-core finds nothing on any page, in either theme, narrow and wide: WCAG 2.2 AA, and what it holds good beside."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.barriers import findings
from tests.browser.conftest import Visit, visit
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


@pytest.fixture(scope="module")
def here(browser: Browser, site: str) -> Iterator[Visit]:
    """Our policy lets no foreign script in: it is set aside here alone, for the script that looks.

    Nothing moves, so that no colour is looked at on its way from one theme to the other.
    """
    here = visit(browser, site, bypass_csp=True, reduced_motion="reduce")
    yield here
    here.page.context.close()


@pytest.mark.parametrize("name", [*_PAGES, _UNREADABLE, *CASES])
def test_axe_finds_nothing_on_any_page(here: Visit, axe: str, name: str) -> None:
    if name in _PAGES:
        here.open(_PAGES[name])
    else:
        here.hand_in(name)
    found = {look: findings(here, axe) for look in here.looks(_WIDTHS)}
    assert {look: each for look, each in found.items() if each} == {}


def test_axe_finds_what_is_wrong(here: Visit, axe: str) -> None:
    here.open("/verify")
    here.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
    assert any(each.startswith("image-alt") for each in findings(here, axe))
