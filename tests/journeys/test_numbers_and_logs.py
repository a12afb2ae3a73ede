"""Over the real service: whatever goes in and whatever breaks, neither the log nor the numbers repeat a word of it."""

import base64
import json
import os
import re
import signal
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.credential.award_request import MINIMAL_EXAMPLE
from tests.conftest import ROOT
from tests.service import Running, free_port, running

CANARY = "Quetzalcanary"
LEARNER = {
    "fullName": f"{CANARY} Name",
    "givenName": CANARY,
    "familyName": f"{CANARY}Family",
    "dateOfBirth": "1994-02-17",
    "email": f"{CANARY.lower()}@example.org",
    "identifier": [{"scheme": "ext:studentNumber", "value": f"{CANARY}-20240117"}],
}
HTML = {"Accept": "text/html"}


@dataclass
class Seen:
    """A service after all that can go wrong was done to it; `reference` is what the page of a fault showed."""

    log: str
    numbers: str
    secrets: tuple[str, ...]
    reference: str
    instance: str


@pytest.fixture(scope="module", params=["json", "text"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp(request.param)
    port = free_port()
    settings = {"METRICS_PORT": str(port), "LOG_FORMAT": request.param, "COMPUTE_WORKERS": "1"}
    database = folder / "service.sqlite3"
    with running(database_url=f"sqlite:///{database}", folder=folder, settings=settings) as service:
        receipt = service.award({**MINIMAL_EXAMPLE, "learner": LEARNER}, **{"Idempotency-Key": f'"{CANARY}-key"'})
        assert receipt.status_code == 201, receipt.text
        token = _go_through(service, receipt.json())
        _send_what_is_wrong(service, receipt.json())
        _kill_the_workers(service, receipt.json())
        reference, instance = _break_the_row(service, database, receipt.json()["id"])
        numbers = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert service.client.get("/metrics").status_code == 404
        secrets = (*service.credentials().values(), service.signed_in()["Authorization"].split()[1], token)
        ids = (receipt.json()["id"], receipt.json()["credential"]["id"])
    return Seen(service.log.read_text(), numbers, (*secrets, *ids), reference, instance)


def _go_through(service: Running, receipt: dict[str, Any]) -> str:
    claim = receipt["claimUrl"].removeprefix(service.url)
    for path in (claim, f"{claim}?{CANARY}=1", f"{claim}x", f"/{CANARY}", f"/p/{CANARY}"):
        service.client.get(path, headers=HTML)
    service.client.post(f"{claim}/credential")
    service.verify(json.dumps(receipt["credential"]).encode())
    service.client.get("/awards", params={"learner": CANARY}, headers=service.signed_in())
    return str(claim.rpartition("/")[2])


def _send_what_is_wrong(service: Running, receipt: dict[str, Any]) -> None:
    """Failing inputs at every door: none is a fault of ours."""
    part = f'--x\r\nContent-Disposition: form-data; name="{CANARY}"\r\n\r\n{CANARY}'.encode()
    bodies: tuple[tuple[bytes, str], ...] = (
        (f'{{"{CANARY}": '.encode(), "application/vc"),
        (f'{{"{CANARY}": "{CANARY}", "{CANARY}": 1}}'.encode(), "application/vc"),
        (json.dumps({**receipt["credential"], "name": CANARY}).encode(), "application/vc"),
        (part, "multipart/form-data; boundary=x"),
        (part, f"multipart/form-data; boundary={CANARY}"),
        (b"%PDF-1.7\n" + CANARY.encode() * 9, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + CANARY.encode(), "image/png"),
        (CANARY.encode(), f"text/{CANARY}"),
    )
    for content, media_type in bodies:
        answer = service.client.post("/verify", content=content, headers={"Content-Type": media_type})
        assert answer.status_code < 500, answer.text
    forged = f"{base64.urlsafe_b64encode(CANARY.encode()).decode()}.{CANARY}.{CANARY}"
    wrong: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("POST", "/awards", {"json": {**MINIMAL_EXAMPLE, CANARY: CANARY}, "headers": service.signed_in()}),
        ("POST", "/awards", {"json": {"learner": LEARNER}, "headers": service.signed_in()}),
        ("POST", "/awards", {"content": CANARY, "headers": {"Authorization": f"Bearer {forged}"}}),
        ("GET", f"/awards/{CANARY}", {"headers": service.signed_in()}),
        ("GET", f"/awards?cursor={CANARY}&state={CANARY}", {"headers": service.signed_in()}),
        ("POST", "/oauth/token", {"auth": (CANARY, CANARY), "data": {"grant_type": CANARY}}),
        ("POST", "/console/sign-in", {"data": {"login": f"{CANARY}@example.org", "password": CANARY}}),
        ("POST", f"/awards/{receipt['id']}/revoke", {"json": {"reason": 7, CANARY: 1}, "headers": service.signed_in()}),
        (CANARY.upper(), f"/{CANARY}", {"headers": {"User-Agent": CANARY, "X-Forwarded-For": CANARY}}),
    )
    for method, path, more in wrong:
        answer = service.client.request(method, path, **more)
        assert 400 <= answer.status_code < 500, (path, answer.status_code, answer.text)


def _kill_the_workers(service: Running, receipt: dict[str, Any]) -> None:
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(service.pid)], capture_output=True, text=True, check=True
    )
    workers = [int(line.split()[0]) for line in found.stdout.splitlines() if "cpu_worker" in line]
    assert workers
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    assert service.verify(json.dumps(receipt["credential"]).encode())["verdict"] == "valid"


def _break_the_row(service: Running, database: Path, award_id: str) -> tuple[str, str]:
    """A state that no version of the program knows: the error says which, and so must nobody else."""
    with sqlite3.connect(database, timeout=10) as connection:
        connection.execute("UPDATE award SET state = ? WHERE id = ?", (CANARY.lower()[:16], award_id))
    token = service.signed_in()
    answer = service.client.get(f"/awards/{award_id}", headers=token)
    page = service.client.get(f"/awards/{award_id}", headers={**token, **HTML})
    assert (answer.status_code, page.status_code) == (500, 500)
    assert CANARY.lower() not in (answer.text + page.text).lower()
    found = re.findall(r"\b[0-9a-f]{8}\b", page.text)
    return found[0], answer.json()["instance"].removeprefix("urn:uuid:")


def test_the_log_repeats_no_word_of_what_came_in(seen: Seen) -> None:
    assert [line for line in seen.log.splitlines() if CANARY.lower() in line.lower()] == []


def test_the_log_has_no_secret_and_no_id(seen: Seen) -> None:
    assert [secret for secret in seen.secrets if secret in seen.log] == []


def test_the_numbers_repeat_nothing(seen: Seen) -> None:
    assert CANARY.lower() not in seen.numbers.lower()
    assert [secret for secret in seen.secrets if secret in seen.numbers] == []


def test_no_host_and_no_institution_is_among_the_numbers(seen: Seen) -> None:
    assert [word for word in ("127.0.0.1", "did:", "example", "demo") if word in seen.numbers] == []


def test_a_fault_is_found_by_the_number_that_was_shown(seen: Seen) -> None:
    for number in (seen.reference, seen.instance):
        told = [line for line in seen.log.splitlines() if number in line]
        assert (len(told), "LookupError" in told[0]) == (2, True)


def test_what_happened_is_in_the_numbers(seen: Seen) -> None:
    for sample in (
        'testamur_acts_total{act="record"} 1.0',
        'testamur_acts_total{act="claim"} 1.0',
        'testamur_verifications_total{verdict="invalid"} 1.0',
        'testamur_compute_troubles_total{trouble="worker_replaced"} 1.0',
        'testamur_http_requests_total{method="GET",route="/awards/{award_id}",status="500"} 2.0',
        'testamur_status_list_publications_total{outcome="published"} 1.0',
        "testamur_database_up 1.0",
    ):
        assert sample in seen.numbers


def test_the_image_asks_for_health_where_it_is_told() -> None:
    (path,) = re.findall(r"\['PORT'\] \+ '(/\w+)'", (ROOT / "Dockerfile").read_text())
    assert f"`GET {path}`" in (ROOT / "docs" / "operating.md").read_text()


def test_both_kinds_of_health_answer_as_is_documented(service: Running) -> None:
    documented = dict(
        re.findall(r"^\| `GET (/\w+)` \| 200 `([^`]+)`", (ROOT / "docs" / "operating.md").read_text(), re.M)
    )
    assert {path: service.client.get(path).text for path in documented} == documented
    assert documented.keys() == {"/healthz", "/readyz"}


def test_a_port_for_numbers_that_is_taken_is_named(service: Running, tmp_path: Path) -> None:
    taken = service.url.rpartition(":")[2]
    with (
        pytest.raises(AssertionError, match=f"Port {taken} on 127.0.0.1 is taken"),
        running(
            database_url=f"sqlite:///{tmp_path / 'other.sqlite3'}", folder=tmp_path, settings={"METRICS_PORT": taken}
        ),
    ):
        pass
