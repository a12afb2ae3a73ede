"""Attack X01 where it hurts most: a proven micro-credential, drawn as paper, whose every text is hostile."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from app.core.credential.micro_credential import LanguageMap
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import JsonObject
from tests.browser.conftest import Visit
from tests.unit.web import reports

pytestmark = pytest.mark.browser

_CORPUS = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea></form><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onfocus=alert(1) autofocus x='",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "![x](https://evil.example/x.png)",
    "<style>*{background:url(https://evil.example/x)}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<base href=https://evil.example/><meta http-equiv=refresh content=0;url=https://evil.example>",
    "{{ 7 * 7 }} ${7*7}",
    "]]><!--",
)


def named(contexts: Contexts, text: str) -> JsonObject:
    """The good badge with `text` wherever a person writes one: it still reads as a micro-credential."""
    credential = reports.micro_credential(contexts)
    texts = LanguageMap((("en", text),))
    achievement = replace(
        credential.achievement, title=texts, description=texts, entry_requirement=texts, further_information=texts
    )
    learner = replace(credential.learner, full_name=Personal(text))
    issuer = replace(credential.issuer, name=text, locality=text)
    return reports.badge(contexts, replace(credential, achievement=achievement, learner=learner, issuer=issuer))


def test_nothing_that_a_credential_says_runs_or_is_fetched(here: Visit, contexts: Contexts) -> None:
    here.hand_in("valid_unknown", document=named(contexts, " ".join(_CORPUS)))
    here.page.wait_for_load_state("networkidle")
    expect(here.page.locator(".paper .title")).to_have_text(" ".join(_CORPUS))
    expect(here.page.locator(".paper .kind")).to_have_text("Micro-credential")
    assert here.dialogs == []
    assert here.errors == []
    assert {request.url.startswith((here.site, "data:")) for request in here.asked} == {True}


def test_a_name_that_turns_the_line_around_is_shown_as_it_is(here: Visit, contexts: Contexts) -> None:
    here.hand_in("valid_unknown", document=named(contexts, "\u202eytisrevinU"))
    expect(here.page.locator(".issuer .who .unseen")).to_have_text("U+202E")


def test_a_long_word_does_not_widen_the_page(here: Visit, contexts: Contexts) -> None:
    here.page.set_viewport_size({"width": 360, "height": 800})
    here.hand_in("valid_unknown", document=named(contexts, "W" * 400))
    assert here.page.evaluate("document.documentElement.scrollWidth") <= 360
