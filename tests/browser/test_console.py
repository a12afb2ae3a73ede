"""A registrar's morning in a real Chromium: sign in, award one with something missing, mend it, award it, revoke it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from app.core.credential.request_examples import EXAMPLE
from tests.browser.barriers import findings
from tests.browser.conftest import Visit, visit
from tests.conftest import ROOT
from tests.console import open_console, registrar
from tests.service import Running

pytestmark = pytest.mark.browser

# What a class's page shows: all is well, an encoding is asked for, rows are wrong, another kind of file.
_LISTS = {
    "class-ready": "name,email,grade\nZoë Marković-Núñez,zoe@example.org,A\nAna Lind,,B\n".encode(),
    "class-asks": "name\nDžana Šimić\nŁukasz Żak\n".encode("cp1250"),
    "class-wrong": b"name,email,course\nZo,x,1\n,,2\n",
    "class-spreadsheet": b"PK\x03\x04",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with open_console(tmp_path_factory.mktemp("console")) as service:
        yield service


@pytest.fixture
def at_the_desk(browser: Browser, service: Running) -> Iterator[Visit]:
    made = visit(browser, service.url)
    sign_in(made, service)
    yield made
    made.page.context.close()


def sign_in(here: Visit, service: Running) -> None:
    login, password = registrar(service)
    here.open("/console?lang=en")
    here.page.get_by_label("E-mail address").fill(login)
    here.page.get_by_label("Password").fill(password)
    here.page.get_by_role("button", name="Sign in").click()
    expect(here.page.locator("h1")).to_have_text("Awards")


def a_list(content: bytes) -> FilePayload:
    return {"name": "class.csv", "mimeType": "text/csv", "buffer": content}


def fill_in(page: Page, *, outcomes: str = "Reads a data set and says what it can’t answer") -> None:
    page.get_by_label("Learner’s full name").fill("Zoë Marković-Núñez")
    fill_in_what_was_learnt(page, outcomes=outcomes)


def fill_in_what_was_learnt(page: Page, *, outcomes: str = "Reads a data set and says what it can’t answer") -> None:
    page.get_by_label("Title", exact=True).fill("Data Literacy")
    page.get_by_label("What the learner can do now").fill(outcomes)
    page.get_by_label("ECTS credits").fill("3")
    page.get_by_label("Level", exact=True).select_option(label="Level 6")
    page.get_by_label("portfolio").check()
    page.get_by_label("Online").check()
    page.get_by_label("How its quality is assured").select_option(label="Institutional Quality Assurance")


def award(page: Page) -> None:
    page.get_by_role("button", name="Show the paper").click()
    page.get_by_role("button", name="Award it").click()
    expect(page.get_by_text("Awarded and signed.")).to_be_visible()


def test_a_registrars_morning(at_the_desk: Visit, service: Running) -> None:
    page = at_the_desk.page
    page.get_by_role("link", name="Award one").first.click()
    fill_in(page, outcomes="")
    page.get_by_role("button", name="Show the paper").click()

    missing = page.get_by_role("link", name="Missing: What the learner can do now")
    expect(missing).to_be_visible()
    expect(page.locator(".paper .gap")).to_have_text("still missing")
    expect(page.get_by_role("button", name="Award it")).to_have_count(0)
    missing.click()
    expect(page.get_by_label("What the learner can do now")).to_be_focused()

    page.get_by_label("What the learner can do now").fill("Reads a data set")
    page.get_by_role("button", name="Show the paper").click()
    expect(page.locator(".paper .learner")).to_have_text("Zoë Marković-Núñez")
    page.get_by_role("button", name="Award it").click()
    expect(page.get_by_text("Awarded and signed.")).to_be_visible()

    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the file").click()
    credential = saved.value.path().read_bytes()
    assert saved.value.suggested_filename == "Data Literacy – Zoë Marković-Núñez.vc.json"
    assert service.verify(credential)["verdict"] == "valid"

    page.get_by_text("Revoke it, for good").click()
    page.locator("#reason-revoke").fill("The learner had not passed.")
    page.get_by_role("button", name="Revoke it").click()
    expect(page.locator(".history li").first).to_contain_text("The learner had not passed.")
    expect(page.locator(".history li").first).to_contain_text("Demo Registrar")

    at_the_desk.open("/verify?lang=en")
    page.locator(".paste > summary").click()
    page.locator("#text").fill(credential.decode())
    page.locator(".paste button").click()
    expect(page.locator("h1")).to_have_text("Genuine, but revoked by the issuer.")


def test_a_destructive_act_without_a_reason_is_not_sent(at_the_desk: Visit, service: Running) -> None:
    made = service.award(EXAMPLE).json()
    at_the_desk.open(f"/console/awards/{made['id']}")
    at_the_desk.page.get_by_text("Revoke it, for good").click()
    expect(at_the_desk.page.locator(".act.revoke p").first).to_contain_text("Zoë Marković-Núñez")
    at_the_desk.page.get_by_role("button", name="Revoke it").click()
    expect(at_the_desk.page.locator("#reason-revoke:invalid")).to_have_count(1)


def test_the_button_pressed_twice_awards_once(at_the_desk: Visit) -> None:
    page = at_the_desk.page
    at_the_desk.open("/console/award")
    fill_in(page)
    page.get_by_label("Learner’s full name").fill("Pressed Twice")
    page.get_by_role("button", name="Show the paper").click()
    page.get_by_role("button", name="Award it").dblclick()
    expect(page.get_by_text("Awarded and signed.")).to_be_visible()
    at_the_desk.open("/console/awards")
    expect(page.get_by_role("link", name="Pressed Twice")).to_have_count(1)


def test_it_works_by_the_keyboard_alone(at_the_desk: Visit) -> None:
    page = at_the_desk.page
    at_the_desk.open("/console/award")
    fill_in(page)
    page.get_by_label("Learner’s full name").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Award it")).to_be_visible()
    page.get_by_role("button", name="Award it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Awarded and signed.")).to_be_visible()


def test_it_works_without_a_script(browser: Browser, service: Running) -> None:
    here = visit(browser, service.url, java_script_enabled=False)
    sign_in(here, service)
    here.open("/console/award")
    fill_in(here.page)
    award(here.page)
    expect(here.page.locator("#claim")).to_have_value(re.compile(r"/claim/[\w-]{43}$"))
    here.page.context.close()


def test_a_class_is_looked_over_awarded_and_watched(at_the_desk: Visit) -> None:
    page = at_the_desk.page
    page.get_by_role("link", name="Award a class").click()
    page.get_by_label("From a file").check()
    page.get_by_label("The file of what was learnt").set_input_files(ROOT / "docs" / "achievement.example.toml")
    page.get_by_label("The list of learners").set_input_files(ROOT / "docs" / "class.example.csv")
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_text("Everything is in order")).to_be_visible()
    expect(page.locator(".look .paper .learner")).to_have_text(page.locator(".list tbody th").first.inner_text())
    page.get_by_role("button", name="Award it to").click()
    expect(page.locator("h1")).to_have_text("The class")
    expect(page.get_by_text("looks again by itself")).to_have_count(0, timeout=30_000)
    learners = len((ROOT / "docs" / "class.example.csv").read_text().strip().splitlines()) - 1
    expect(page.locator(".links tbody tr")).to_have_count(learners)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save all links").click()
    assert saved.value.path().read_text().count("/claim/") == learners


def test_a_mistake_in_a_class_is_told_by_row_and_nothing_is_awarded(at_the_desk: Visit) -> None:
    page = at_the_desk.page
    at_the_desk.open("/console/class")
    page.get_by_label("From a file").check()
    page.get_by_label("The file of what was learnt").set_input_files(ROOT / "docs" / "achievement.example.toml")
    page.get_by_label("The list of learners").set_input_files([a_list(b"fullName,dateOfBirth\nZo Wrong,yesterday\n")])
    page.get_by_role("button", name="Look it over").click()
    expect(page.locator(".problems tbody th").first).to_contain_text("Row 2")
    expect(page.locator(".problems tbody tr").first).to_contain_text("dateOfBirth")
    expect(page.get_by_role("button", name="Award it to")).to_have_count(0)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the list with its mistakes").click()
    assert "can’t be read as a day" in saved.value.path().read_text("utf-8")
    # Nothing but the list that was put right is chosen again.
    page.get_by_label("The list of learners").set_input_files([a_list(b"fullName,dateOfBirth\nZo Right,1994-02-17\n")])
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("button", name="Award it to 1")).to_be_visible()


def test_a_class_is_written_without_a_file_or_a_script(browser: Browser, service: Running) -> None:
    here = visit(browser, service.url, java_script_enabled=False)
    sign_in(here, service)
    page = here.page
    here.open("/console/class")
    page.get_by_label("Write it here").check()
    expect(page.get_by_label("The file of what was learnt")).to_be_hidden()
    fill_in_what_was_learnt(page)
    page.get_by_label("The list of learners").set_input_files([a_list("name\nDžana Šimić\n".encode("cp1250"))])
    page.get_by_label("Title", exact=True).press("Enter")
    expect(page.locator(".samples .names").first).to_have_text("Džana Šimić")
    page.get_by_role("button", name="These are right").first.click()
    expect(page.locator(".look .paper .learner")).to_have_text("Džana Šimić")
    page.get_by_role("button", name="Award it to 1").click()
    expect(page.locator("h1")).to_have_text("The class")
    here.page.context.close()


def test_an_erased_award_leaves_the_way_back(at_the_desk: Visit, service: Running) -> None:
    made = service.award(EXAMPLE).json()
    erased = service.client.post(
        f"/awards/{made['id']}/erase", json={"reason": "Asked for."}, headers=service.signed_in()
    )
    assert erased.status_code == 200
    at_the_desk.open(f"/console/awards/{made['id']}")
    expect(at_the_desk.page.locator("h1")).to_have_text("This is not here any more.")
    at_the_desk.page.get_by_role("link", name="Awards", exact=True).click()
    expect(at_the_desk.page.locator("h1")).to_have_text("Awards")


def test_signing_out_shuts_the_door(at_the_desk: Visit) -> None:
    page = at_the_desk.page
    page.locator(".you summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("Sign in")
    at_the_desk.open("/console/awards")
    expect(page.locator("h1")).to_have_text("Sign in")


def test_the_language_that_was_chosen_stays(at_the_desk: Visit) -> None:
    at_the_desk.open("/console/awards?lang=de")
    at_the_desk.page.get_by_role("link", name="Verleihen", exact=True).click()
    expect(at_the_desk.page.locator("h1")).to_have_text("Einen Nachweis verleihen")


def test_the_pages_are_light_ask_nobody_else_and_break_no_policy(at_the_desk: Visit, service: Running) -> None:
    made = service.award(EXAMPLE).json()
    for path in ("/console/awards", "/console/award", f"/console/awards/{made['id']}"):
        at_the_desk.asked.clear()
        at_the_desk.open(path)
        at_the_desk.page.wait_for_load_state("networkidle")
        assert {request.url.startswith((service.url, "data:")) for request in at_the_desk.asked} == {True}
        assert at_the_desk.weight() <= 150_000
    assert at_the_desk.errors == []


def walk(here: Visit, service: Running) -> Iterator[str]:
    """Every page of the console, one after the other, by name."""
    here.open("/console/sign-in?lang=en")
    yield "sign-in"
    sign_in(here, service)
    made = service.award(EXAMPLE).json()
    pages = {
        "awards": "awards",
        "nothing-found": "awards?find=nothing",
        "form": "award",
        "class": "class",
        "password": "password",
        "award": f"awards/{made['id']}",
        "from": f"award?from={made['id']}",
    }
    for name, path in pages.items():
        here.open(f"/console/{path}")
        yield name
    here.open("/console/award")
    here.page.get_by_role("button", name="Show the paper").click()
    yield "everything-missing"
    fill_in(here.page, outcomes="")
    here.page.get_by_role("button", name="Show the paper").click()
    yield "missing"
    here.page.get_by_label("What the learner can do now").fill("Reads a data set")
    here.page.get_by_role("button", name="Show the paper").click()
    yield "paper"
    for name, content in _LISTS.items():
        here.open("/console/class")
        here.page.get_by_label("Write it here").check()
        fill_in_what_was_learnt(here.page)
        here.page.get_by_label("The list of learners").set_input_files([a_list(content)])
        here.page.get_by_role("button", name="Look it over").click()
        yield name


def test_axe_finds_nothing_even_where_all_is_opened(browser: Browser, service: Running, axe: str) -> None:
    # Our policy lets no foreign script in: it is set aside here alone, for the script that looks.
    here = visit(browser, service.url, bypass_csp=True, reduced_motion="reduce")
    found = {(name, look): findings(here, axe) for name in walk(here, service) for look in here.looks([1280])}
    here.page.context.close()
    assert {where: each for where, each in found.items() if each} == {}


def test_no_page_of_the_console_is_wider_than_its_window(browser: Browser, service: Running) -> None:
    here = visit(browser, service.url, reduced_motion="reduce")
    wide = [
        (name, look)
        for name in walk(here, service)
        for look in here.looks([360, 768, 1280])
        if here.is_wide(f"console-{name}", look)
    ]
    here.page.context.close()
    assert wide == []
