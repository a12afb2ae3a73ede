"""The console over HTTP: who may come in, what a form must carry, what others get, and what is done in it."""

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import pytest

from app.cli import main
from app.core.containers import pdf
from app.core.credential.request_examples import EXAMPLE, MINIMAL_EXAMPLE
from tests.console import GOOD, Visitor, registrar, signed_in
from tests.service import Running, running

_PAGES = ("/console/awards", "/console/awards.csv", "/console/award", "/console/class", "/console/password")
_FORMS = (
    "/console/award",
    "/console/award/file",
    "/console/class",
    "/console/password",
    "/console/sign-out",
    "/console/awards/x/revoke",
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("console")
    with running(
        database_url=f"sqlite:///{folder / 'service.sqlite3'}",
        folder=folder,
        settings={"SIGN_IN_PER_MINUTE": "100000", "SIGN_IN_TRIES": "5"},
    ) as service:
        yield service


@pytest.fixture(scope="module")
def here(service: Running) -> Visitor:
    return signed_in(service)


def typed_at_the_command_line(service: Running, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{service.keys_dir.parent / 'service.sqlite3'}")
    monkeypatch.setenv("KEYS_DIR", str(service.keys_dir))
    monkeypatch.setenv("PORT", service.url.rpartition(":")[2])
    assert main(list(words)) == 0


# ── who may come in ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", _PAGES)
def test_who_is_not_signed_in_is_sent_to_do_so(service: Running, path: str) -> None:
    answer = Visitor(service).get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/sign-in?next={path}")


@pytest.mark.parametrize("path", _FORMS)
def test_nothing_is_done_for_who_is_not_signed_in(service: Running, path: str) -> None:
    answer = Visitor(service).post(path, {"form_token": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")


def test_signing_in_leads_to_where_one_was_going(service: Running) -> None:
    login, password = registrar(service)
    form = {"login": login, "password": password, "next": "/console/award"}
    assert Visitor(service).post("/console/sign-in", form).headers["location"] == "/console/award"


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/console/", "/console/..//evil.example", "/verify", "/console/\\"],
)
def test_signing_in_leads_nowhere_else(service: Running, wanted: str) -> None:
    login, password = registrar(service)
    form = {"login": login, "password": password, "next": wanted}
    assert Visitor(service).post("/console/sign-in", form).headers["location"] == "/console/awards"


def test_a_wrong_login_and_a_wrong_password_are_answered_alike(service: Running) -> None:
    login, _ = registrar(service)
    wrong = Visitor(service).sign_in(login, "wrong")
    unknown = Visitor(service).sign_in("nobody@demo.example", "wrong")
    assert wrong.text.replace(login, "") == unknown.text.replace("nobody@demo.example", "")
    assert (wrong.status_code, unknown.status_code, "set-cookie" in wrong.headers) == (422, 422, False)


def test_guessing_has_to_wait_and_says_how_long(service: Running) -> None:
    answers = [Visitor(service).sign_in("guessed@demo.example", f"guess {number}") for number in range(7)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


def test_one_address_may_try_only_so_often(tmp_path: Path) -> None:
    with running(
        database_url=f"sqlite:///{tmp_path / 'service.sqlite3'}", folder=tmp_path, settings={"SIGN_IN_PER_MINUTE": "3"}
    ) as service:
        answers = [Visitor(service).sign_in(f"somebody{number}@demo.example", "guess") for number in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(service: Running) -> None:
    cookie = Visitor(service).sign_in(*registrar(service)).headers["set-cookie"]
    assert re.fullmatch(r"testamur-session=[\w-]{43}; HttpOnly; Path=/; SameSite=strict", cookie)


def test_behind_https_the_cookie_is_of_this_host_alone_and_crosses_no_network_in_the_clear(tmp_path: Path) -> None:
    with running(
        database_url=f"sqlite:///{tmp_path / 'service.sqlite3'}",
        folder=tmp_path,
        public_url="https://credentials.example.edu",
    ) as service:
        visitor = Visitor(service)
        login, password = registrar(service)
        headers = {"Origin": "https://credentials.example.edu"}
        cookie = visitor.post("/console/sign-in", {"login": login, "password": password}, **headers).headers[
            "set-cookie"
        ]
    assert re.fullmatch(r"__Host-testamur-session=[\w-]{43}; HttpOnly; Path=/; SameSite=strict; Secure", cookie)


def test_a_session_that_the_browser_brought_is_not_the_one_that_it_gets(service: Running) -> None:
    visitor = signed_in(service)
    before = visitor.client.cookies["testamur-session"]
    visitor.sign_in(*registrar(service))
    assert visitor.client.cookies["testamur-session"] != before
    stale = Visitor(service)
    stale.client.cookies.set("testamur-session", before)
    assert stale.get("/console/awards").status_code == 303


def test_signing_out_ends_the_session_at_the_server(service: Running) -> None:
    visitor = signed_in(service)
    token = visitor.client.cookies["testamur-session"]
    assert visitor.send("/console/sign-out", {}).headers["location"] == "/console/sign-in"
    stale = Visitor(service)
    stale.client.cookies.set("testamur-session", token)
    assert stale.get("/console/awards").status_code == 303


# ── what a form must carry ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [*_FORMS, "/console/sign-in"])
@pytest.mark.parametrize(
    "said",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "", "Sec-Fetch-Site": "same-site"},
    ],
    ids=["another site", "a hidden origin", "a neighbour"],
)
def test_a_form_that_another_site_sends_is_refused(
    here: Visitor, service: Running, path: str, said: dict[str, str]
) -> None:
    login, password = registrar(service)
    data = {"form_token": here.form_token(), "reason": "x", "login": login, "password": password}
    answer = here.post(path, data, **said)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_a_form_of_which_nothing_says_where_it_comes_from_is_refused(here: Visitor) -> None:
    data = {"form_token": here.form_token()}
    assert here.client.post("/console/sign-out", data=data).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "é" * 43])
def test_a_form_without_this_sessions_token_is_refused(here: Visitor, token: str) -> None:
    assert here.post("/console/award", {**GOOD, "form_token": token, "step": "preview"}).status_code == 403


def test_the_token_of_another_session_is_refused(here: Visitor, service: Running) -> None:
    other = signed_in(service).form_token()
    assert here.post("/console/award", {**GOOD, "form_token": other, "step": "preview"}).status_code == 403


@pytest.mark.parametrize("path", _PAGES)
def test_a_page_is_kept_by_nobody_framed_by_nobody_and_has_no_script_in_it(here: Visitor, path: str) -> None:
    answer = here.get(path)
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert (" style=" in answer.text, "<script>" in answer.text) == (False, False)


# ── awards ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_award_that_a_program_made_is_in_the_table(here: Visitor, service: Running) -> None:
    award = service.award(MINIMAL_EXAMPLE).json()["id"]
    assert f"/console/awards/{award}" in here.get("/console/awards").text


@pytest.mark.parametrize("what", ["id", "claimUrl"])
def test_an_award_is_found_by_its_number_and_by_its_link(here: Visitor, service: Running, what: str) -> None:
    made = service.award(MINIMAL_EXAMPLE).json()
    answer = here.client.get("/console/awards", params={"find": f" {made[what]} "})
    assert answer.headers["location"] == f"/console/awards/{made['id']}"


@pytest.mark.parametrize("find", ["nothing", "<script>", "x" * 2_000, "/console", "\0"])
def test_what_leads_to_nothing_is_said_to(here: Visitor, find: str) -> None:
    answer = here.client.get("/console/awards", params={"find": find})
    assert (answer.status_code, "has awarded nothing that" in answer.text) == (200, True)


def test_the_table_goes_on_page_by_page(here: Visitor, service: Running) -> None:
    for _ in range(26):
        service.award(MINIMAL_EXAMPLE)
    first = here.get("/console/awards").text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = here.get(older[1].replace("&amp;", "&"))
    rows = re.compile(r'href="(/console/awards/[0-9a-f-]{36})"')
    assert (second.status_code, set(rows.findall(first)) & set(rows.findall(second.text))) == (200, set())


@pytest.mark.parametrize("cursor", ["x", "é", "A" * 600])
def test_a_cursor_that_is_not_ours_is_refused(here: Visitor, cursor: str) -> None:
    assert here.client.get("/console/awards", params={"cursor": cursor}).status_code == 422


def test_the_file_is_the_recorded_bytes(here: Visitor, service: Running) -> None:
    made = service.award(MINIMAL_EXAMPLE)
    saved = here.get(f"/console/awards/{made.json()['id']}/credential")
    assert saved.content in made.content
    assert service.verify(saved.content)["verdict"] == "valid"


@pytest.mark.parametrize("award", ["never", "0" * 64, "%00", "..%5c.."])
@pytest.mark.parametrize("below", ["", "/credential"])
def test_what_was_never_awarded_is_not_here(here: Visitor, award: str, below: str) -> None:
    assert here.get(f"/console/awards/{award}{below}").status_code == 404


# ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_certificate_holds_the_recorded_bytes(here: Visitor, service: Running) -> None:
    receipt = service.award(MINIMAL_EXAMPLE)
    printed = here.get(f"/console/awards/{receipt.json()['id']}/certificate")
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    assert pdf.extract(printed.content) == receipt.content.partition(b'"credential":')[2][:-1]


def test_what_is_found_is_saved_as_a_table(here: Visitor, service: Running) -> None:
    made = service.award({**MINIMAL_EXAMPLE, "learner": {"fullName": "=Tablelearner"}}).json()["id"]
    table = here.get("/console/awards.csv?find=%3DTablelearner&state=issued")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff")))
    assert (row["id"], row["learner"]) == (made, "'=Tablelearner")


def test_revoking_needs_a_reason(here: Visitor, service: Running) -> None:
    award = service.award(MINIMAL_EXAMPLE).json()
    answer = here.send(f"/console/awards/{award['id']}/revoke", {"reason": "  "})
    assert (answer.status_code, "Write why" in answer.text) == (422, True)
    assert service.client.get(f"/awards/{award['id']}", headers=service.signed_in()).json()["state"] == "issued"


def test_what_is_revoked_says_who_when_and_why_and_verifies_so(here: Visitor, service: Running) -> None:
    made = service.award(MINIMAL_EXAMPLE).json()
    here.send(f"/console/awards/{made['id']}/revoke", {"reason": "The learner had not passed."})
    page = here.get(f"/console/awards/{made['id']}").text
    assert ("Demo Registrar" in page, "The learner had not passed." in page, "Revoke it, for good" in page) == (
        True,
        True,
        False,
    )
    saved = here.get(f"/console/awards/{made['id']}/credential").content
    assert service.verify(saved)["verdict"] == "revoked"


def test_the_register_names_the_person(here: Visitor, service: Running) -> None:
    made = service.award(MINIMAL_EXAMPLE).json()
    here.send(f"/console/awards/{made['id']}/revoke", {"reason": "A mistake."})
    acts = service.client.get(f"/awards/{made['id']}", headers=service.signed_in()).json()["acts"]
    assert re.fullmatch(r"person:[0-9a-f-]{36}", acts[-1]["actor"])


def test_what_was_revoked_already_is_shown_as_it_is(here: Visitor, service: Running) -> None:
    made = service.award(MINIMAL_EXAMPLE).json()
    revoke = f"/console/awards/{made['id']}/revoke"
    here.send(revoke, {"reason": "First."})
    again = here.send(revoke, {"reason": "Second."})
    assert (again.status_code, "had changed before" in again.text, "Second." in again.text) == (409, True, False)


def test_a_renewed_link_takes_the_place_of_the_old_one(here: Visitor, service: Running) -> None:
    made = service.award(MINIMAL_EXAMPLE).json()
    here.send(f"/console/awards/{made['id']}/withdraw", {"reason": "Sent to a wrong address."})
    link = re.search(r'id="claim" readonly value="([^"]+)"', here.get(f"/console/awards/{made['id']}").text)
    assert link
    assert service.client.get(made["claimUrl"]).status_code == 410
    assert service.client.get(link[1]).status_code == 200


def test_a_name_is_corrected_and_the_old_link_leads_to_the_new(here: Visitor, service: Running) -> None:
    made = service.award(MINIMAL_EXAMPLE).json()
    form = {"fullName": "Zoë Corrected", "reason": "The name was misspelt."}
    answer = here.send(f"/console/awards/{made['id']}/supersede", form)
    new = answer.headers["location"].partition("?")[0]
    assert new != f"/console/awards/{made['id']}"
    saved = here.get(f"{new}/credential")
    assert ("Zoë Corrected" in saved.text, service.verify(saved.content)["verdict"]) == (True, "valid")
    assert f'href="{new}"' in here.get(f"/console/awards/{made['id']}").text
    assert here.send(f"/console/awards/{made['id']}/supersede", form).headers["location"] == answer.headers["location"]


def test_a_correction_that_changes_nothing_is_not_made(here: Visitor, service: Running) -> None:
    made = service.award(MINIMAL_EXAMPLE).json()
    form = {"fullName": MINIMAL_EXAMPLE["learner"]["fullName"], "reason": "x"}
    answer = here.send(f"/console/awards/{made['id']}/supersede", form)
    assert (answer.status_code, "Nothing of the name changes" in answer.text) == (422, True)


def test_what_is_erased_is_in_no_page_any_more(here: Visitor, service: Running) -> None:
    body = {**MINIMAL_EXAMPLE, "learner": {"fullName": "Erased Canary"}}
    made = service.award(body).json()
    assert here.send(f"/console/awards/{made['id']}/erase", {"reason": "Asked for."}).headers["location"] == (
        "/console/awards?erased"
    )
    assert "It was erased." in here.get("/console/awards?erased").text
    page = here.get(f"/console/awards/{made['id']}")
    assert (page.status_code, 'href="/console/class"' in page.text) == (410, True)
    assert "Erased Canary" not in here.get("/console/awards").text


def test_an_award_is_found_by_the_learners_name_and_by_its_state(here: Visitor, service: Running) -> None:
    made = service.award({**MINIMAL_EXAMPLE, "learner": {"fullName": "Aoife Findable"}}).json()
    assert made["id"] in here.client.get("/console/awards", params={"find": "findable"}).text
    assert made["id"] in here.client.get("/console/awards", params={"find": "aoife", "state": "issued"}).text
    assert made["id"] not in here.client.get("/console/awards", params={"find": "aoife", "state": "revoked"}).text


@pytest.mark.parametrize("act", ["intend", "record", "void", "burn", "REVOKE", "suspend", "claim", "send"])
def test_no_other_act_has_a_form(here: Visitor, service: Running, act: str) -> None:
    made = service.award(MINIMAL_EXAMPLE).json()
    assert here.send(f"/console/awards/{made['id']}/{act}", {"reason": "x"}).status_code == 404


# ── another institution's ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def of_another_institution(service: Running) -> Iterator[str]:
    """An award of an institution that is not the visitor's."""
    award = str(service.award(MINIMAL_EXAMPLE).json()["id"])
    with sqlite3.connect(service.keys_dir.parent / "service.sqlite3", timeout=30) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(institution)")]
        copied = ", ".join({"name": "'south'", "did": "'did:web:south.example'"}.get(name, name) for name in columns)
        database.execute(f"INSERT OR IGNORE INTO institution SELECT {copied} FROM institution WHERE name = 'demo'")
        database.execute("UPDATE award SET institution = 'south' WHERE id = ?", (award,))
    yield award
    # The service opens the keys of each institution when it starts; this one has none.
    with sqlite3.connect(service.keys_dir.parent / "service.sqlite3", timeout=30) as database:
        database.execute("UPDATE award SET institution = 'demo' WHERE id = ?", (award,))
        database.execute("DELETE FROM institution WHERE name = 'south'")


@pytest.mark.parametrize(
    "path",
    ["/console/awards/{}", "/console/awards/{}/credential", "/console/awards/{}/certificate", "/console/award?from={}"],
)
def test_another_institutions_award_is_not_here(here: Visitor, of_another_institution: str, path: str) -> None:
    assert here.get(path.format(of_another_institution)).status_code == 404


@pytest.mark.parametrize("act", ["revoke", "withdraw", "supersede", "erase"])
def test_another_institutions_award_can_not_be_acted_on(here: Visitor, of_another_institution: str, act: str) -> None:
    answer = here.send(f"/console/awards/{of_another_institution}/{act}", {"reason": "x"})
    assert answer.status_code == 404


def test_another_institutions_award_is_neither_listed_nor_found(here: Visitor, of_another_institution: str) -> None:
    assert of_another_institution not in here.get("/console/awards").text
    found = here.client.get("/console/awards", params={"find": of_another_institution})
    assert (found.status_code, "has awarded nothing that" in found.text) == (200, True)


# ── roles and passwords ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def administrator(
    service: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[Visitor, str]]:
    """Somebody who was just added, and the password that was told once."""
    words = ("person", "add", "demo", "admin@demo.example", "--role", "administrator", "--name", "Ada")
    typed_at_the_command_line(service, monkeypatch, *words)
    password = re.search(r"First password:\s+(\S+)", capsys.readouterr().out)
    assert password
    visitor = Visitor(service)
    assert visitor.sign_in("admin@demo.example", password[1]).status_code == 303
    yield visitor, password[1]
    typed_at_the_command_line(service, monkeypatch, "person", "remove", "admin@demo.example")
    assert visitor.get("/console/awards").status_code == 303


def test_a_first_password_is_changed_before_anything_else(administrator: tuple[Visitor, str]) -> None:
    visitor, first = administrator
    assert visitor.get("/console/awards").headers["location"] == "/console/password"
    form = {"form_token": visitor.form_token("/console/password"), "old": first, "new": "four words of my own"}
    assert visitor.post("/console/password", form).headers["location"] == "/console/awards"
    assert visitor.get("/console/awards").status_code == 200


def test_who_may_not_award_may_look(administrator: tuple[Visitor, str], service: Running) -> None:
    visitor, first = administrator
    form = {"form_token": visitor.form_token("/console/password"), "old": first, "new": "four words of my own"}
    visitor.post("/console/password", form)
    award = service.award(MINIMAL_EXAMPLE).json()["id"]
    page = visitor.get(f"/console/awards/{award}").text
    assert "What you can do" not in page
    assert visitor.get("/console/award").status_code == 403
    assert visitor.send(f"/console/awards/{award}/revoke", {"reason": "x"}).status_code == 403


# ── awarding one ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_missing_is_said_at_its_field_and_nothing_is_awarded(here: Visitor) -> None:
    page = here.send("/console/award", {"fullName": "Zoë", "title": "T", "language": "en", "step": "award"})
    missing = set(re.findall(r'id="field-(\w+)-wrong"', page.text))
    assert page.status_code == 422
    assert missing == {"awardedDate", "learningOutcomes", "ects", "level", "assessmentType", "mode", "quality"}


def test_the_paper_is_shown_before_it_is_awarded(here: Visitor) -> None:
    page = here.send("/console/award", {**GOOD, "step": "preview"})
    assert (page.status_code, "Draft: not awarded, not signed" in page.text, "Award it" in page.text) == (
        200,
        True,
        True,
    )


def test_what_was_awarded_is_what_was_shown(here: Visitor, service: Running) -> None:
    answer = here.award(fullName="Exactly So")
    path = answer.headers["location"].partition("?")[0]
    drawn = re.compile(r'<dl class="facts">.*?</dl>', re.DOTALL)
    shown = drawn.search(here.send("/console/award", {**GOOD, "fullName": "Exactly So", "step": "preview"}).text)
    awarded = drawn.search(here.get(path).text)
    assert shown
    assert awarded
    assert awarded[0] == shown[0]
    assert service.verify(here.get(f"{path}/credential").content)["verdict"] == "valid"


def test_what_was_changed_since_is_shown_again_and_not_awarded(here: Visitor) -> None:
    page = here.send("/console/award", {**GOOD, "step": "preview"}).text
    seen, key = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("seen", "key"))
    assert seen
    assert key
    changed = {**GOOD, "fullName": "Somebody Else", "seen": seen[1], "key": key[1], "step": "award"}
    answer = here.send("/console/award", changed)
    assert (answer.status_code, "You changed something" in answer.text) == (200, True)


def test_pressing_twice_awards_once(here: Visitor) -> None:
    page = here.send("/console/award", {**GOOD, "step": "preview"}).text
    seen, key = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("seen", "key"))
    assert seen
    assert key
    form = {**GOOD, "form_token": here.form_token(), "seen": seen[1], "key": key[1], "step": "award"}
    with ThreadPoolExecutor(4) as presses:
        answers = list(presses.map(lambda _: here.post("/console/award", form), range(4)))
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (303, answers[0].headers["location"])
    }


def filled_in(page: str) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    found = {
        **dict(re.findall(r'<input id="field-(\w+)" name="\w+" value="([^"]*)"', page)),
        **dict(re.findall(r'<textarea id="field-(\w+)" name="\w+"[^>]*>([^<]*)</textarea>', page)),
        **dict(
            re.findall(r'<select id="field-(\w+)"[^>]*>(?:(?!</select>).)*?value="([^"]*)" selected>', page, re.DOTALL)
        ),
        **dict.fromkeys(re.findall(r'name="(\w+:\w+)" value="1" checked', page), "1"),
        **dict(re.findall(r'<textarea name="(carried)" hidden>([^<]*)</textarea>', page)),
    }
    return {name: unescape(value) for name, value in found.items()}


@pytest.mark.parametrize("body", [EXAMPLE, MINIMAL_EXAMPLE], ids=["full", "least"])
def test_an_earlier_award_is_awarded_again_without_loss(
    here: Visitor, service: Running, body: dict[str, object]
) -> None:
    first = service.award(body).json()
    typed = {**filled_in(here.get(f"/console/award?from={first['id']}").text), "fullName": "Somebody Else"}
    shown = here.send("/console/award", {**typed, "step": "preview"}).text
    seen = re.search(r'name="seen" value="([^"]+)"', shown)
    assert seen, shown
    answer = here.send("/console/award", {**typed, "seen": seen[1], "step": "award"})
    again = here.get(answer.headers["location"].partition("?")[0] + "/credential").json()
    achievements = [award["credentialSubject"]["achievement"] for award in (first["credential"], again)]
    for achievement in achievements:
        achievement.pop("resultDescription", None)  # of the grade, which is the learner's own
    assert achievements[0] == achievements[1]


def test_an_achievement_is_taken_from_a_file(here: Visitor) -> None:
    toml = b'volumeOfLearning = "PT75H"\nassessmentType = ["portfolio"]\n[title]\nen = "From a file"\n'
    answer = here.client.post(
        "/console/award/file",
        data={"form_token": here.form_token()},
        files={"file": ("a.toml", toml)},
        headers=here.same_origin,
    )
    assert answer.status_code == 200
    assert 'name="title" value="From a file"' in answer.text
    assert 'name="hours" value="75"' in answer.text
    assert 'name="assessmentType:4f03b91c0e" value="1" checked' in answer.text


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"{", b"[[[", b'{"achievement": 1}', b"x = 1979-05-27T07:32:00Z\n", b"null"]
)
def test_any_file_is_a_form_or_a_refusal(here: Visitor, content: bytes) -> None:
    answer = here.client.post(
        "/console/award/file",
        data={"form_token": here.form_token()},
        files={"file": ("a.toml", content)},
        headers=here.same_origin,
    )
    assert answer.status_code in (200, 400, 422)


@pytest.mark.parametrize("below", ["", "/links"])
def test_a_class_that_is_not_remembered_is_not_here(here: Visitor, below: str) -> None:
    assert here.get(f"/console/class/never{below}").status_code == 404


def test_no_name_address_or_token_is_logged(here: Visitor, service: Running) -> None:
    here.award(fullName="Canary Logged")
    login, password = registrar(service)
    log = service.log.read_text()
    token = here.client.cookies["testamur-session"]
    assert [word for word in ("Canary", "Demo Registrar", login, password, token) if word in log] == []
