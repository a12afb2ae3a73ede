"""The page behind the code on a printed certificate, in a real Chromium and against the real service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.core.credential.award_request import MINIMAL_EXAMPLE
from tests import certificates
from tests.browser.conftest import Visit, visit
from tests.service import Running, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("printed")
    with running(database_url=f"sqlite:///{folder / 'service.sqlite3'}", folder=folder) as service:
        yield service


@pytest.fixture(scope="module")
def code(service: Running) -> str:
    """The whole address in the code, with its key."""
    claim = service.award(MINIMAL_EXAMPLE).json()["claimUrl"].removeprefix(service.url)
    return certificates.code(service.client.post(f"{claim}/certificate").content)


@pytest.fixture
def phone(browser: Browser, service: Running) -> Iterator[Visit]:
    made = visit(browser, service.url, viewport={"width": 390, "height": 844})
    yield made
    made.page.context.close()


def test_scanning_the_code_ends_at_the_verdict(phone: Visit, code: str) -> None:
    phone.page.goto(code)
    phone.page.wait_for_url("**/verify**")
    assert "Genuine, and in force." in phone.page.inner_text(".band")
    assert not phone.errors


def test_the_key_is_sent_to_nobody(phone: Visit, code: str) -> None:
    phone.page.goto(code)
    phone.page.wait_for_url("**/verify**")
    key = code.partition("#")[2]
    sent = [request.url.partition("#")[0] + str(request.headers) + (request.post_data or "") for request in phone.asked]
    assert len(sent) > 2
    assert not any(key in each for each in sent)


def test_everything_comes_from_this_service(phone: Visit, service: Running, code: str) -> None:
    phone.page.goto(code)
    phone.page.wait_for_url("**/verify**")
    assert all(request.url.startswith((service.url, "data:")) for request in phone.asked)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda code: code.partition("#")[0], "This address is not whole"),
        (lambda code: code[:-3], "This address is not whole"),
        (lambda code: code[:-9] + ("A" * 9), "This code does not open the copy."),
        (lambda code: code.replace("#", "x#"), "There is no copy behind this code."),
    ],
    ids=["no key", "half a key", "another key", "another copy"],
)
def test_a_code_that_is_not_whole_says_so(phone: Visit, code: str, change: object, said: str) -> None:
    assert callable(change)
    phone.page.goto(change(code))
    phone.page.get_by_text(said).wait_for()
    assert "hand it in at" in phone.page.inner_text("main")


def test_without_javascript_it_says_what_to_do(browser: Browser, service: Running, code: str) -> None:
    plain = visit(browser, service.url, java_script_enabled=False)
    plain.page.goto(code)
    said = plain.page.inner_text("main")
    plain.page.context.close()
    assert "Your browser has JavaScript switched off." in said
    assert "hand it in at" in said


def test_who_changes_the_language_keeps_the_key(phone: Visit, code: str) -> None:
    phone.page.goto(code[:-9] + "A" * 9)
    phone.page.get_by_text("This code does not open the copy.").wait_for()
    phone.page.locator(".languages > summary").click()
    phone.page.get_by_role("link", name="Deutsch").click()
    phone.page.get_by_text("Dieser Code öffnet die Kopie nicht.").wait_for()


def test_a_revoked_one_says_so_when_it_is_scanned(phone: Visit, service: Running) -> None:
    receipt = service.award(MINIMAL_EXAMPLE).json()
    claim = receipt["claimUrl"].removeprefix(service.url)
    code = certificates.code(service.client.post(f"{claim}/certificate").content)
    service.client.post(f"/awards/{receipt['id']}/revoke", json={"reason": "x"}, headers=service.signed_in())
    phone.page.goto(code)
    phone.page.wait_for_url("**/verify**")
    assert "Genuine, but revoked by the issuer." in phone.page.inner_text(".band")


def test_the_learner_saves_a_pdf_from_the_claim_page(phone: Visit, service: Running) -> None:
    claim = service.award(MINIMAL_EXAMPLE).json()["claimUrl"]
    phone.page.goto(claim)
    with phone.page.expect_download() as download:
        phone.page.get_by_role("button", name="Save the certificate (PDF)").click()
    assert download.value.suggested_filename == "Data Literacy for Public Administration – Zoë Marković-Núñez.pdf"
