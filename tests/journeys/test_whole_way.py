"""Over real HTTP: an institution awards, a learner takes, an employer verifies, the institution revokes, all see it."""

import json
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.credential.award_request import EXAMPLE, MINIMAL_EXAMPLE
from tests.service import Running, running
from tests.typed import typed


def test_award_claim_verify_revoke_verify(empty_database_url: str, tmp_path: Path) -> None:
    with running(database_url=empty_database_url, folder=tmp_path) as service:
        answer = service.award(EXAMPLE)
        assert answer.status_code == 201, answer.text
        receipt = answer.json()
        claim = receipt["claimUrl"].removeprefix(service.url)
        taken = service.client.post(f"{claim}/credential")
        assert taken.headers["content-type"] == "application/vc"
        assert taken.content in answer.content
        assert service.verify(taken.content)["verdict"] == "valid"

        revoked = service.client.post(
            f"/awards/{receipt['id']}/revoke", json={"reason": "a mistake"}, headers=service.signed_in()
        )
        assert revoked.json()["state"] == "revoked"
        assert service.verify(taken.content)["verdict"] == "revoked"


def test_what_one_process_does_the_other_shows_at_once(empty_database_url: str, tmp_path: Path) -> None:
    first_url = "http://127.0.0.1:9"
    with (
        running(database_url=empty_database_url, folder=tmp_path, public_url=first_url) as first,
        running(database_url=empty_database_url, folder=tmp_path, public_url=first_url) as second,
    ):
        receipt = first.award(MINIMAL_EXAMPLE).json()
        credential = json.dumps(receipt["credential"]).encode()
        assert second.verify(credential)["verdict"] == "valid"
        second.client.post(f"/awards/{receipt['id']}/revoke", json={"reason": "seen"}, headers=second.signed_in())
        assert first.verify(credential)["verdict"] == "revoked"


def test_a_second_start_makes_nothing_anew(tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path / 'again.sqlite3'}"
    with running(database_url=database_url, folder=tmp_path, port=18_431) as service:
        receipt = service.award(MINIMAL_EXAMPLE).json()
        secrets = {path.name: path.read_bytes() for path in service.keys_dir.iterdir()}
    with running(database_url=database_url, folder=tmp_path, port=18_431) as service:
        assert {path.name: path.read_bytes() for path in service.keys_dir.iterdir()} == secrets
        assert service.verify(json.dumps(receipt["credential"]).encode())["verdict"] == "valid"


# ── idempotency ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_key_and_body_give_the_same_answer_byte_for_byte(service: Running) -> None:
    first = service.award(EXAMPLE, **{"Idempotency-Key": '"class-7"'})
    again = service.award(EXAMPLE, **{"Idempotency-Key": '"class-7"'})
    assert (again.status_code, again.content) == (201, first.content)


def test_the_same_key_with_another_body_is_refused(service: Running) -> None:
    service.award(EXAMPLE, **{"Idempotency-Key": "reused"})
    answer = service.award(MINIMAL_EXAMPLE, **{"Idempotency-Key": "reused"})
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("#IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("key", ['""', "x" * 256, "tab\there"])
def test_a_key_that_is_none_is_refused(service: Running, key: str) -> None:
    answer = service.award(EXAMPLE, **{"Idempotency-Key": key})
    assert answer.status_code == 422


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/awards"), ("GET", "/awards"), ("GET", "/awards/x"), ("POST", "/awards/x/revoke")]
)
def test_nothing_of_the_register_is_open(service: Running, method: str, path: str) -> None:
    answer = service.client.request(method, path, json={})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_bad_request_names_every_missing_element(service: Running) -> None:
    answer = service.award({"learner": {"givenName": "Zoë"}, "achievement": {"title": {"en": "T"}, "language": "en"}})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    missing = {problem["at"] for problem in answer.json()["problems"] if problem["type"].endswith("#MISSING_ELEMENT")}
    assert missing >= {
        "/learner/fullName",
        "/awardedDate",
        "/achievement/learningOutcome",
        "/achievement/assessmentType",
        "/achievement/mode",
        "/achievement/qualityAssurance",
    }


@pytest.mark.parametrize("member", ["tenant_id", "issuer", "status", "proof", "role", "verificationMethod"])
def test_a_member_that_nobody_asked_for_is_refused(service: Running, member: str) -> None:
    answer = service.award({**MINIMAL_EXAMPLE, member: "did:web:uni.example"})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["at"] == f"/{member}"


def test_awards_are_listed_newest_first_a_page_at_a_time(service: Running) -> None:
    made = [service.award(MINIMAL_EXAMPLE).json()["id"] for _ in range(3)]
    headers = service.signed_in()
    first = service.client.get("/awards?limit=2", headers=headers).json()
    second = service.client.get(f"/awards?limit=2&cursor={first['next']}", headers=headers).json()
    listed = [award["id"] for award in (*first["awards"], *second["awards"])]
    assert listed[:3] == made[::-1]


# ── the link ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_wallet_takes_the_recorded_bytes(service: Running) -> None:
    answer = service.award(EXAMPLE)
    claim = answer.json()["claimUrl"].removeprefix(service.url)
    offered = service.client.get(claim, headers={"Accept": "application/json"}).json()
    assert offered == {
        "protocols": {"vcapi": answer.json()["claimUrl"]},
        "credentials": [{"mechanism": "eddsa-rdfc-2022", "mediaType": "application/vc"}],
    }
    taken = service.client.post(claim, json={})
    recorded = answer.content.partition(b'"credential":')[2][:-1]
    assert recorded in taken.content
    assert taken.headers["cache-control"] == "no-store"


def test_looking_at_a_link_changes_nothing(service: Running) -> None:
    receipt = service.award(MINIMAL_EXAMPLE).json()
    claim = receipt["claimUrl"].removeprefix(service.url)
    before = service.client.get(f"/awards/{receipt['id']}", headers=service.signed_in()).content
    for _ in range(3):
        assert service.client.get(claim).status_code == 200
    assert service.client.get(f"/awards/{receipt['id']}", headers=service.signed_in()).content == before


def test_a_withdrawn_link_is_gone_and_the_new_one_works(service: Running) -> None:
    receipt = service.award(MINIMAL_EXAMPLE).json()
    old = receipt["claimUrl"].removeprefix(service.url)
    withdrawn = service.client.post(
        f"/awards/{receipt['id']}/withdraw", json={"reason": "sent to a wrong address"}, headers=service.signed_in()
    ).json()
    new = withdrawn["claimUrl"].removeprefix(service.url)
    assert [service.client.get(claim).status_code for claim in (old, new)] == [410, 200]


def test_an_unknown_link_is_not_found(service: Running) -> None:
    assert service.client.get("/claim/" + "a" * 43).status_code == 404


def test_a_revoked_award_says_so_before_it_is_taken(service: Running) -> None:
    receipt = service.award(MINIMAL_EXAMPLE).json()
    service.client.post(f"/awards/{receipt['id']}/revoke", json={"reason": "x"}, headers=service.signed_in())
    page = service.client.get(receipt["claimUrl"].removeprefix(service.url), headers={"Accept": "text/html"})
    assert "revoked" in page.text.lower()


def test_no_token_of_a_link_is_in_the_log(service: Running) -> None:
    receipt = service.award(MINIMAL_EXAMPLE).json()
    token = receipt["claimUrl"].rpartition("/")[2]
    service.client.get(f"/claim/{token}")
    service.client.get(f"/claim/{token}x")
    assert token not in service.log.read_text()


def test_no_learner_is_in_the_log_or_in_the_database(service: Running) -> None:
    learner = {**MINIMAL_EXAMPLE["learner"], "fullName": "Canary Quetzalcoatlus"}
    receipt = service.award({**MINIMAL_EXAMPLE, "learner": learner}).json()
    service.verify(json.dumps(receipt["credential"]).encode())
    stored = b"".join(path.read_bytes() for path in service.keys_dir.parent.glob("service.sqlite3*"))
    assert b"Quetzalcoatlus" not in stored + service.log.read_bytes()


# ── verifying ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_vcalm_route_derives_its_boolean(service: Running) -> None:
    receipt = service.award(MINIMAL_EXAMPLE).json()
    body = {"verifiableCredential": receipt["credential"], "options": {"returnResults": True}}
    good = service.client.post("/credentials/verify", json=body).json()
    assert good["verified"] is True
    assert good["results"]["credentialStatus"][0]["value"] == 0
    service.client.post(f"/awards/{receipt['id']}/revoke", json={"reason": "x"}, headers=service.signed_in())
    revoked = service.client.post("/credentials/verify", json=body).json()
    assert revoked["verified"] is True
    assert [problem["title"] for problem in revoked["problemDetails"]] == ["REVOKED"]
    changed = {**receipt["credential"], "name": "another"}
    altered = service.client.post("/credentials/verify", json={"verifiableCredential": changed}).json()
    assert altered["verified"] is False


def test_an_unknown_vcalm_option_is_named(service: Running) -> None:
    answer = service.client.post("/credentials/verify", json={"verifiableCredential": {}, "options": {"no": True}})
    assert answer.status_code == 400
    assert answer.json()["type"] == "https://www.w3.org/TR/vcalm#UNKNOWN_OPTION_PROVIDED"


def test_what_a_holder_derives_is_valid_for_who_is_shown_it(service: Running) -> None:
    operation = service.client.get("/openapi.json").json()["paths"]["/credentials/derive"]["post"]
    example = operation["requestBody"]["content"]["application/json"]["examples"]["full"]["value"]
    answer = service.client.post("/credentials/derive", json=example)
    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert service.verify(answer.content)["verdict"] == "valid"
    whole = json.dumps(example["verifiableCredential"]).encode()
    assert service.verify(whole)["verdict"] == "invalid"


@pytest.mark.parametrize("pointers", ["/name", ["/nothing"], [1], ["/" * 100_000]])
def test_what_cannot_be_derived_is_a_bad_request(service: Running, pointers: object) -> None:
    operation = service.client.get("/openapi.json").json()["paths"]["/credentials/derive"]["post"]
    example = operation["requestBody"]["content"]["application/json"]["examples"]["full"]["value"]
    answer = service.client.post("/credentials/derive", json={**example, "options": {"selectivePointers": pointers}})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["problems"][0]["at"].startswith("/options/selectivePointers")


def test_the_form_answers_with_the_page(service: Running) -> None:
    credential = service.award(EXAMPLE).json()["credential"]
    page = service.client.post("/verify", data={"text": json.dumps(credential)}, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Genuine, and in force." in page.text


def test_what_is_no_credential_is_a_problem(service: Running) -> None:
    answer = service.client.post(
        "/verify", content=b"{}", headers={"Content-Type": "application/vc", "Accept": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("#PARSING_ERROR")


# ── what is public ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_status_list_is_a_signed_credential_with_a_tag(service: Running) -> None:
    credential = service.award(MINIMAL_EXAMPLE).json()["credential"]
    path = credential["credentialStatus"]["statusListCredential"].removeprefix(service.url)
    answer = service.client.get(path)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert service.verify(answer.content)["verdict"] == "valid"
    again = service.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/contexts/micro-credential-v1",
        "/schemas/micro-credential-v1",
        "/types/learning-credential-v1",
        "/issuers/demo/did.json",
    ],
)
def test_our_own_documents_are_served(service: Running, path: str) -> None:
    answer = service.client.get(path)
    assert answer.status_code == 200
    assert isinstance(answer.json(), dict)


@pytest.mark.parametrize("path", ["/status-lists/none", "/issuers/nobody/did.json", "/contexts/v2", "/nothing"])
def test_what_is_not_there_is_not_found(service: Running, path: str) -> None:
    assert service.client.get(path).status_code == 404


def test_every_example_of_the_api_works_when_sent(service: Running) -> None:
    document = service.client.get("/openapi.json").json()
    sent = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for answer in _send_examples(service, method, path, operation):
                sent += 1
                # Read it is, whether the award of this state has room for the act (409) or not.
                assert answer.status_code < 400 or answer.status_code == 409, (path, answer.text)
    assert sent >= 6


def test_the_example_of_verifying_is_valid(service: Running) -> None:
    operation = service.client.get("/openapi.json").json()["paths"]["/verify"]["post"]
    example = operation["requestBody"]["content"]["application/vc"]["examples"]["full"]["value"]
    report = service.verify(json.dumps(example).encode())
    described = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert report["verdict"] == "valid"
    assert set(described["required"]) <= report.keys() <= described["properties"].keys()


def test_no_operation_describes_a_refusal_that_is_never_sent(service: Running) -> None:
    assert "HTTPValidationError" not in service.client.get("/openapi.json").text


def test_what_a_claim_hands_out_can_be_verified_as_it_is(service: Running) -> None:
    link = service.award(MINIMAL_EXAMPLE).json()["claimUrl"].removeprefix(service.url)
    presentation = service.client.post(link, json={}).json()["verifiablePresentation"]
    answer = service.client.post("/verify", json=presentation, headers={"Accept": "application/json"})
    assert (answer.json()["verdict"], answer.json()["presented"]) == ("valid", True)


def test_a_claim_of_what_was_revoked_says_so_to_a_program(service: Running) -> None:
    receipt = service.award(MINIMAL_EXAMPLE).json()
    link = receipt["claimUrl"].removeprefix(service.url)
    assert service.client.get(link).json().keys() == {"protocols", "credentials"}
    service.client.post(f"/awards/{receipt['id']}/revoke", json={"reason": "x"}, headers=service.signed_in())
    offer = service.client.get(link).json()
    assert offer["protocols"] == {"vcapi": receipt["claimUrl"]}
    assert [problem["title"] for problem in offer["problemDetails"]] == ["REVOKED"]


def _send_examples(service: Running, method: str, path: str, operation: dict[str, Any]) -> list[httpx.Response]:
    answers = []
    for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
        # The client's secret is in no example.
        for example in () if path == "/oauth/token" else body.get("examples", {}).values():
            award = service.award(MINIMAL_EXAMPLE).json()["id"]
            content = json.dumps(example["value"])
            headers = {**service.signed_in(), "Content-Type": media_type}
            target = path.replace("{award_id}", award)
            answers.append(service.client.request(method, target, content=content, headers=headers))
    return answers


def test_a_port_that_is_taken_is_said_so_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {
            "PORT": str(taken.getsockname()[1]),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}",
            "KEYS_DIR": str(tmp_path / "keys"),
        }
        done = typed("serve", "--set-up", environment=environment)
    assert done.returncode == 1
    assert "is taken by another program" in done.stderr
    assert list(tmp_path.iterdir()) == []
