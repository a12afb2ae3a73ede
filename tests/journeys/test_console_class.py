"""A class in the console over HTTP: nothing is chosen twice or awarded unseen, and each mistake has its words."""

import csv
import re
from collections.abc import Iterator, Mapping
from html import unescape

import httpx
import pytest

from app.core.credential.request_examples import EXAMPLE, MINIMAL_EXAMPLE
from tests.conftest import ROOT
from tests.console import GOOD, Visitor, open_console, signed_in
from tests.service import Running

TOML = (ROOT / "docs" / "achievement.example.toml").read_bytes()
WRITTEN = {name: value for name, value in GOOD.items() if name != "fullName"}
Files = Mapping[str, tuple[str, bytes]]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with open_console(tmp_path_factory.mktemp("console-class")) as service:
        yield service


@pytest.fixture(scope="module")
def here(service: Running) -> Visitor:
    return signed_in(service)


def hand_in(here: Visitor, data: Mapping[str, str], files: Files | None = None, lang: str = "") -> httpx.Response:
    """A form with its token, as the page sends it: always with files, chosen or not."""
    chosen = {"learners": ("", b""), **(files or {})}
    return here.client.post(
        f"/console/class{lang}",
        data={"form_token": here.form_token(), **data},
        files=dict(chosen),
        headers=here.same_origin,
    )


def learners(text: str, encoding: str = "utf-8") -> Files:
    return {"learners": ("class.csv", text.encode(encoding))}


def kept(page: str) -> dict[str, str]:
    """What the page carries back of what was handed in."""
    found = dict(re.findall(r'<textarea name="(kept_\w+)" hidden>([^<]*)</textarea>', page))
    hidden = r'<input type="hidden" name="(kept_\w+|seen|encoding)" value="([^"]*)"'
    return {name: unescape(value) for name, value in (*found.items(), *re.findall(hidden, page))}


def award(here: Visitor, data: Mapping[str, str], page: str) -> str:
    """Presses the button of a page that was looked over, waits, and gives the page of what came of it."""
    answer = hand_in(here, {**data, **kept(page), "step": "award"})
    assert answer.status_code == 303, answer.text
    for _ in range(200):
        found = here.get(answer.headers["location"]).text
        if 'http-equiv="refresh"' not in found:
            return found
    raise AssertionError("the class was never done")


def test_a_class_is_written_looked_over_and_awarded_without_a_file_of_what_was_learnt(here: Visitor) -> None:
    data = {**WRITTEN, "by": "form"}
    looked = hand_in(here, data, learners("name,grade\nWritten One,A\nWritten Two,B\n"))
    assert looked.status_code == 200
    shown = re.sub(r"<[^>]*>", "", looked.text)
    for said in ("Data Literacy", "30 June 2026", "The paper of Written One. Not awarded", "Award it to 2"):
        assert said in shown
    assert award(here, data, looked.text).count("/claim/") == 2


@pytest.mark.parametrize("body", [EXAMPLE, MINIMAL_EXAMPLE], ids=["full", "least"])
def test_what_was_awarded_before_is_awarded_to_a_class_without_loss(
    here: Visitor, service: Running, body: dict[str, object]
) -> None:
    first = service.award(body).json()
    data = {"by": "earlier", "earlier": first["id"], "awardedDate": "2026-06-30"}
    looked = hand_in(here, data, learners(f"name\nEarlier {len(str(body))}\n"))
    done = award(here, data, looked.text)
    (path,) = re.findall(r'href="(/console/awards/[^"]+)"', done)[-1:]
    again = here.get(f"{path}/credential").json()
    achievements = [each["credentialSubject"]["achievement"] for each in (first["credential"], again)]
    for achievement in achievements:
        achievement.pop("resultDescription", None)  # of the grade, which is the learner's own
    assert achievements[0] == achievements[1]


def test_after_a_mistake_only_the_list_that_was_put_right_is_sent_again(here: Visitor) -> None:
    data = {"by": "file", "awardedDate": "2026-06-30"}
    files = {"achievement": ("a.toml", TOML), **learners("name,dateOfBirth\nAgain,yesterday\n")}
    wrong = hand_in(here, data, files)
    assert (wrong.status_code, "can’t be read as a day" in wrong.text) == (422, True)
    assert set(kept(wrong.text)) >= {"kept_achievement", "kept_learners"}
    right = hand_in(here, {**data, **kept(wrong.text)}, learners("name,dateOfBirth\nAgain,1994-02-17\n"))
    assert (right.status_code, "Everything is in order" in right.text) == (200, True)


def test_the_encoding_is_asked_by_names_and_answered_by_a_button(here: Visitor) -> None:
    data = {"by": "file", "awardedDate": "2026-06-30"}
    files = {"achievement": ("a.toml", TOML), **learners("name\nAna\nDžana Šimić\n", "cp1250")}
    asked = hand_in(here, data, files)
    assert re.findall(r'name="read_as" value="([\w-]+)"', asked.text) == ["windows-1250", "windows-1252"]
    assert ("Džana Šimić" in asked.text, "--encoding" in asked.text) == (True, False)
    answered = hand_in(here, {**data, **kept(asked.text), "encoding": "", "read_as": "windows-1250"})
    assert ("Everything is in order" in answered.text, "Džana Šimić" in answered.text) == (True, True)
    assert kept(answered.text)["encoding"] == "windows-1250"


def test_the_list_comes_back_with_each_mistake_beside_its_row_in_the_readers_language(here: Visitor) -> None:
    data = {"by": "file", "awardedDate": "2026-06-30"}
    wrong = hand_in(here, data, {"achievement": ("a.toml", TOML), **learners("name,email\nA,x\nB,b@example.org\n")})
    saved = hand_in(here, {**data, **kept(wrong.text), "step": "annotated"}, lang="?lang=de")
    assert (saved.status_code, saved.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.reader(saved.content.decode("utf-8-sig").splitlines()))
    assert rows == [
        ["name", "email", "problem"],
        ["A", "x", "email: „x“ ist keine E-Mail-Adresse."],
        ["B", "b@example.org", ""],
    ]


def test_what_was_changed_since_it_was_looked_over_is_shown_again_and_not_awarded(here: Visitor) -> None:
    data = {**WRITTEN, "by": "form"}
    looked = hand_in(here, data, learners("name\nUnseen\n"))
    changed = hand_in(here, {**data, **kept(looked.text), "title": "Another", "step": "award"})
    assert (changed.status_code, "You changed something" in changed.text) == (200, True)


def test_who_has_it_already_is_told_by_what_became_of_it(here: Visitor, service: Running) -> None:
    data = {**WRITTEN, "by": "form", "title": "What became of it"}
    first = hand_in(here, data, learners("name\nOne\nTwo\nThree\nFour\n"))
    paths = re.findall(r'href="(/console/awards/[^"]+)">', award(here, data, first.text))
    for path, act in zip(paths[1:], ("revoke", "erase"), strict=False):
        here.send(f"{path}/{act}", {"reason": "asked for"})
    here.send(f"{paths[3]}/supersede", {"fullName": "Four Right", "reason": "misspelt"})
    again = hand_in(here, data, learners("name\nOne\nTwo\nThree\nFour\nFive\n"))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", again.text))
    for said in (
        "Have it already 1",
        "corrected since 1",
        "revoked: not awarded again 1",
        "erased: not awarded again 1",
    ):
        assert said in text
    assert "Award it to 1" in text
    nobody = hand_in(here, data, learners("name\nOne\n"))
    assert ("Nobody is left" in nobody.text, "Award it to" in nobody.text) == (True, False)


def test_who_would_get_it_a_second_time_is_asked_about(here: Visitor) -> None:
    data = {**WRITTEN, "by": "form", "title": "A second time"}
    award(here, data, hand_in(here, data, learners("name\nOnce Only\n")).text)
    tomorrow = hand_in(here, {**data, "awardedDate": "2026-07-01"}, learners("name\nOnce Only\nSomebody New\n"))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", tomorrow.text))
    assert ("from another day or another list: 1 ." in text, "Award it to 2" in text) == (True, True)
    assert [text.count(f"{who} would get it a second time") for who in ("They", "Once Only")] == [1, 1]


def test_addresses_that_nobody_writes_to_are_not_dropped_without_a_word(here: Visitor) -> None:
    data = {**WRITTEN, "by": "form"}
    looked = hand_in(here, data, learners("name,email\nWith Address,a@example.org\n"))
    assert "no mail server is set up here" in looked.text
    assert "No letters are sent from here" in award(here, data, looked.text)
    page = here.send("/console/award", {**GOOD, "email": "a@example.org", "step": "preview"})
    assert "No mail server is set up here" in page.text


@pytest.mark.parametrize(
    ("data", "files", "said"),
    [
        ({"by": "form"}, {}, "The list of learners is missing"),
        ({"by": "earlier"}, {}, "Choose the award that it is taken from"),
        ({"by": "file"}, {}, "The file of what was learnt is missing"),
        ({"by": "file"}, {"achievement": ("a", b"[")}, "can’t be read"),
        ({"by": "form"}, {"learners": ("class.xlsx", b"PK\x03\x04")}, "spreadsheet’s own file"),
        ({"by": "form", "kept_learners": "no base 64"}, {}, "came back damaged"),
    ],
)
def test_what_is_no_class_is_refused_on_its_page(
    here: Visitor, data: Mapping[str, str], files: Files, said: str
) -> None:
    answer = hand_in(here, data, files)
    assert (400 <= answer.status_code < 500, "Award a class" in answer.text, said in answer.text) == (True, True, True)


def test_what_is_too_large_is_said_to_be(here: Visitor) -> None:
    answer = hand_in(here, {"by": "form"}, {"learners": ("class.csv", b"name\n" + b"x" * 1_400_000)})
    assert (answer.status_code, "The files are too large" in answer.text) == (413, True)


def test_every_mistake_of_the_form_is_told_in_german(here: Visitor) -> None:
    wrong = {"ects": "viele", "hours": "x", "validUntil": "1999-01-01", "achievementId": "hier", "qualityReport": "da"}
    data = {**WRITTEN, **wrong, "by": "form"}
    page = hand_in(
        here, data, learners("name,dateOfBirth,email,Kurs\nA,2999-01-01,x,y\n\u200b,1990-13-01,,\n"), "?lang=de"
    )
    assert page.status_code == 422
    assert ('lang="en"' in page.text.partition("<main")[2], "nicht übernehmen" in page.text) == (False, False)


def test_another_institutions_award_is_no_achievement_to_take(here: Visitor) -> None:
    answer = hand_in(here, {"by": "earlier", "earlier": "never"}, learners("name\nA\n"))
    assert (answer.status_code, "This award is not here any more" in answer.text) == (404, True)
