"""Over real HTTP, what follows an award: corrected, taken, declined, withdrawn, erased, found again, exported."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.credential.award_request import EXAMPLE, MINIMAL_EXAMPLE
from tests.service import Running, running

OLD = {"fullName": "Zoe Canarymistake", "dateOfBirth": "2001-02-03"}
CORRECTION = {"reason": "The name was misspelt.", "learner": {"fullName": "Zoë Marković"}}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("what-follows")
    with running(database_url=f"sqlite:///{folder / 'testamur.sqlite3'}", folder=folder) as running_service:
        yield running_service


def award(service: Running, **members: Any) -> dict[str, Any]:
    answer = service.award({**MINIMAL_EXAMPLE, **members})
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def ask(service: Running, award_id: str, act: str, body: object) -> httpx.Response:
    return service.client.post(f"/awards/{award_id}/{act}", json=body, headers=service.signed_in())


def take(service: Running, receipt: dict[str, Any]) -> bytes:
    taken = service.client.post(receipt["claimUrl"].removeprefix(service.url) + "/credential")
    assert taken.status_code == 200, taken.text
    return taken.content


def read(service: Running, award_id: str) -> dict[str, Any]:
    found: dict[str, Any] = service.client.get(f"/awards/{award_id}", headers=service.signed_in()).json()
    return found


# ── correcting a name ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_corrected_name_takes_the_place_of_the_old_one_everywhere(empty_database_url: str, tmp_path: Path) -> None:
    with running(database_url=empty_database_url, folder=tmp_path) as service:
        old = award(service, learner=OLD)
        taken_before = take(service, old)
        corrected = ask(service, old["id"], "supersede", CORRECTION)
        assert corrected.status_code == 201, corrected.text
        new = corrected.json()
        assert new["credential"]["supersedes"] == old["credential"]["id"]
        assert service.verify(taken_before)["verdict"] == "revoked"
        assert service.verify(take(service, new))["verdict"] == "valid"
        # The old link leads to the new credential.
        assert take(service, old) == take(service, new)

        headers = service.signed_in()
        pages = [
            service.client.get(path, headers={**headers, "Accept": accept}).text
            for path in ("/awards", f"/awards/{old['id']}", f"/awards/{new['id']}", "/awards?learner=Canarymistake")
            for accept in ("application/json", "text/csv", "application/jsonl")
        ]
        pages.append(service.client.get(old["claimUrl"].removeprefix(service.url)).text)
        assert [page for page in pages if "Canarymistake" in page] == []
        assert read(service, old["id"])["supersededBy"] == new["id"]
        assert service.client.get("/awards?learner=markovic%CC%81", headers=headers).json()["awards"]


def test_a_correction_under_the_same_key_gives_the_same_answer(service: Running) -> None:
    old = award(service, learner=OLD)
    headers = {**service.signed_in(), "Idempotency-Key": f'"correct-{old["id"]}"'}
    answers = [
        service.client.post(f"/awards/{old['id']}/supersede", json=CORRECTION, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content


def test_a_corrected_award_is_not_corrected_again(service: Running) -> None:
    old = award(service, learner=OLD)
    ask(service, old["id"], "supersede", CORRECTION)
    assert ask(service, old["id"], "supersede", CORRECTION).status_code == 409


def test_the_link_to_a_correction_that_was_withdrawn_leads_nowhere(service: Running) -> None:
    old = award(service, learner=OLD)
    new = ask(service, old["id"], "supersede", CORRECTION).json()
    ask(service, new["id"], "withdraw", {"reason": "sent to another"})
    gone = service.client.get(old["claimUrl"].removeprefix(service.url))
    assert gone.status_code == 410


def test_the_first_answer_is_gone_with_what_it_held(service: Running) -> None:
    headers = {"Idempotency-Key": '"first answer"'}
    old = service.award({**MINIMAL_EXAMPLE, "learner": OLD}, **headers).json()
    ask(service, old["id"], "supersede", CORRECTION)
    assert service.award({**MINIMAL_EXAMPLE, "learner": OLD}, **headers).status_code == 410


# ── the learner's own acts ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_institution_sees_when_it_was_taken(service: Running) -> None:
    receipt = award(service)
    claim = receipt["claimUrl"].removeprefix(service.url)
    service.client.get(claim)
    assert "claimed" not in read(service, receipt["id"])
    service.client.post(claim, json={})
    first = read(service, receipt["id"])["claimed"]
    take(service, receipt)
    assert read(service, receipt["id"])["claimed"] == first


def test_the_institution_sees_that_it_was_declined_and_the_link_goes_on(service: Running) -> None:
    receipt = award(service)
    claim = receipt["claimUrl"].removeprefix(service.url)
    page = service.client.post(f"{claim}/decline", headers={"Accept": "text/html"})
    assert "do not want this credential" in page.text
    assert "declined" in read(service, receipt["id"])
    assert service.verify(take(service, receipt))["verdict"] == "valid"


# ── erasing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_erased_is_gone_and_the_learner_s_copy_still_verifies(empty_database_url: str, tmp_path: Path) -> None:
    with running(database_url=empty_database_url, folder=tmp_path) as service:
        receipt = award(service, learner={"fullName": "Canary Erasedperson"})
        taken = take(service, receipt)
        erased = ask(service, receipt["id"], "erase", {"reason": "Canary Erasedperson asked for it"})
        assert (erased.status_code, erased.json()["state"]) == (200, "erased")
        assert service.client.get(f"/awards/{receipt['id']}", headers=service.signed_in()).status_code == 410
        assert service.client.get(receipt["claimUrl"].removeprefix(service.url)).status_code == 410
        listed = service.client.get("/awards", headers=service.signed_in()).text
        assert "Erasedperson" not in listed
        assert "claimUrl" not in json.loads(listed)["awards"][0]
        assert service.verify(taken)["verdict"] == "valid"
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert b"Erasedperson" not in kept


def test_an_erased_award_can_be_revoked(service: Running) -> None:
    receipt = award(service)
    taken = take(service, receipt)
    ask(service, receipt["id"], "erase", {"reason": "asked for"})
    assert ask(service, receipt["id"], "revoke", {"reason": "fraud"}).json()["state"] == "revoked-erased"
    assert service.verify(taken)["verdict"] == "revoked"


# ── what is not possible ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_badge_can_not_be_suspended_and_the_answer_says_what_to_do(service: Running) -> None:
    answer = ask(service, award(service)["id"], "suspend", {"reason": "looked into"})
    assert answer.status_code == 409
    assert "one status entry" in answer.json()["problems"][0]["detail"]
    assert "withdraw" in answer.json()["problems"][0]["remedy"]


@pytest.mark.parametrize("act", ["withdraw", "suspend", "reinstate", "revoke", "supersede", "erase"])
@pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": "x", "force": True}, [], "x"])
def test_an_act_needs_a_reason_and_nothing_else(service: Running, act: str, body: object) -> None:
    assert ask(service, "any", act, body).status_code in (400, 404, 422)


@pytest.mark.parametrize("act", ["send", "withdraw", "suspend", "reinstate", "revoke", "supersede", "erase"])
def test_an_award_of_nobody_is_not_found(service: Running, act: str) -> None:
    body = {"reason": "x", **({"learner": {"fullName": "N"}} if act == "supersede" else {})}
    assert ask(service, "00000000-0000-0000-0000-000000000000", act, body).status_code == 404


def test_without_a_mail_server_nothing_is_said_to_be_sent(service: Running) -> None:
    answer = ask(service, award(service)["id"], "send", {"email": "zoe@example.org"})
    assert answer.status_code == 409
    assert "mail server" in answer.json()["problems"][0]["detail"]


# ── finding and exporting ────────────────────────────────────────────────────────────────────────────────────────────


def listed(service: Running, query: str) -> list[str]:
    answer = service.client.get(f"/awards?{query}", headers=service.signed_in())
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["awards"]]


@pytest.mark.parametrize(
    "query",
    [
        "learner=Findable",
        "learner=findable",
        "learner=Aoife+FINDABLE-Byrne",
        "learner=Byrne",
        "learner=S-77",
        "learner=aoife%40example.org",
    ],
)
def test_a_learner_is_found_by_whole_words(service: Running, query: str) -> None:
    learner = {
        "fullName": "Aoife Findable-Byrne",
        "email": "Aoife@example.org",
        "identifier": [{"scheme": "sisSourcedId", "value": "S-77"}],
    }
    made = award(service, learner=learner)["id"]
    assert made in listed(service, query)


@pytest.mark.parametrize("query", ["learner=Findabl", "learner=Findable+Nobody", "learner=S-7"])
def test_half_a_word_finds_nobody(service: Running, query: str) -> None:
    award(service, learner={"fullName": "Aoife Findable-Byrne"})
    assert listed(service, query) == []


def test_awards_are_found_by_state_achievement_and_day(service: Running) -> None:
    made = award(service, awardedDate="2026-03-04")
    achievement = made["credential"]["credentialSubject"]["achievement"]["id"]
    ask(service, made["id"], "revoke", {"reason": "x"})
    query = f"state=revoked&achievement={achievement}&awardedFrom=2026-03-04&awardedUntil=2026-03-04"
    assert listed(service, query) == [made["id"]]
    assert listed(service, query.replace("revoked", "issued")) == []
    assert listed(service, query.replace("awardedFrom=2026-03-04", "awardedFrom=2026-03-05")) == []


@pytest.mark.parametrize(
    "query", ["state=gone", "awardedFrom=yesterday", "limit=0", "cursor=x", "learner=" + "x" * 201]
)
def test_what_can_not_be_looked_for_is_refused(service: Running, query: str) -> None:
    assert service.client.get(f"/awards?{query}", headers=service.signed_in()).status_code == 422


def test_an_export_holds_every_award_and_no_formula(service: Running) -> None:
    made = award(service, learner={"fullName": '=HYPERLINK("http://evil.example")'})
    headers = service.signed_in()
    table = service.client.get("/awards", headers={**headers, "Accept": "text/csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert {row["id"]: row for row in rows}[made["id"]]["learner"] == '\'=HYPERLINK("http://evil.example")'
    lines = service.client.get("/awards", headers={**headers, "Accept": "application/jsonl"}).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in rows]


def test_an_example_of_the_whole_request_can_be_corrected_as_a_whole(service: Running) -> None:
    old = service.award(EXAMPLE).json()
    answer = ask(service, old["id"], "supersede", {"reason": "wrong class", "award": MINIMAL_EXAMPLE})
    assert answer.status_code == 201, answer.text
