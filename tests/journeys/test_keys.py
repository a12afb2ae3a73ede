"""Keys change while the service runs: typed in another process, in force from the next award on, without a pause."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core.credential import award_request
from tests.service import Running, running
from tests.typed import typed

HOST = "credentials.example.edu"
DID = f"did:web:{HOST}:issuers:demo"
LIMITS = {"VERIFY_PER_MINUTE": "100000", "TOKEN_PER_MINUTE": "100000", "WRITE_PER_MINUTE": "100000"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An institution on did:web. Nobody asks its host: a service answers for its own institutions."""
    folder = tmp_path_factory.mktemp("keys")
    with running(
        database_url=f"sqlite:///{folder / 'service.sqlite3'}",
        folder=folder,
        public_url=f"https://{HOST}",
        settings=LIMITS,
    ) as service:
        yield service


def beside(service: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`testamur …` beside the running service, as its operator types it."""
    environment = {
        "HOST": "127.0.0.1",
        "PUBLIC_URL": f"https://{HOST}",
        "DATABASE_URL": f"sqlite:///{service.keys_dir.parent / 'service.sqlite3'}",
        "KEYS_DIR": str(service.keys_dir),
    }
    return typed(*arguments, environment=environment)


def told(service: Running, *arguments: str) -> Any:
    done = beside(service, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def awarded(service: Running) -> bytes:
    answer = service.award(award_request.EXAMPLE)
    assert answer.status_code == 201, answer.text
    return json.dumps(answer.json()["credential"]).encode()


def key_of(credential: bytes) -> str:
    return str(json.loads(credential)["proof"][0]["verificationMethod"])


def key_of_list(service: Running, credential: bytes) -> str:
    url = json.loads(credential)["credentialStatus"]["statusListCredential"]
    answer = service.client.get(url.removeprefix(f"https://{HOST}"))
    assert answer.status_code == 200
    return str(answer.json()["proof"][0]["verificationMethod"])


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {finding["check"]: finding["outcome"] for finding in report["findings"]}


def test_the_next_award_is_signed_with_the_new_key(service: Running) -> None:
    awarded(service)
    (made,) = told(service, "keys", "rotate", "demo", "--purpose", "credential")["made"]
    assert key_of(awarded(service)) == made


def test_a_key_of_another_algorithm_signs_from_the_next_award_on(service: Running) -> None:
    before = awarded(service)
    (made,) = told(service, "keys", "rotate", "demo", "--purpose", "credential", "--algorithm", "ES384")["made"]
    credential = awarded(service)
    (proof,) = json.loads(credential)["proof"]
    told(service, "keys", "rotate", "demo", "--purpose", "credential", "--algorithm", "EdDSA")
    assert (key_of(credential), proof["cryptosuite"]) == (made, "ecdsa-rdfc-2019")
    assert [service.verify(each)["verdict"] for each in (before, credential)] == ["valid", "valid"]


def test_what_was_signed_before_still_verifies(service: Running) -> None:
    credential = awarded(service)
    told(service, "keys", "rotate", "demo")
    report = service.verify(credential)
    assert (report["verdict"], report["issuer"]["standing"]) == ("valid", "known")


def test_the_list_is_signed_anew_by_the_newest_key(service: Running) -> None:
    credential = awarded(service)
    key_of_list(service, credential)
    (made,) = told(service, "keys", "rotate", "demo", "--purpose", "status-list")["made"]
    assert key_of_list(service, credential) == made


def test_a_retired_key_stands_in_the_document_as_if_it_were_in_use(service: Running) -> None:
    (retired,) = told(service, "keys", "rotate", "demo", "--purpose", "credential")["retired"]
    document = service.client.get("/issuers/demo/did.json").json()
    (method,) = [method for method in document["verificationMethod"] if method["id"] == retired]
    assert retired in document["assertionMethod"]
    assert method.keys() == {"id", "type", "controller", "publicKeyMultibase"}


def test_a_key_that_others_may_have_says_since_when(service: Running) -> None:
    key = key_of(awarded(service))
    told(service, "keys", "revoke", key, "--since", "2026-01-31T12:00:00Z")
    document = service.client.get("/issuers/demo/did.json").json()
    (method,) = [method for method in document["verificationMethod"] if method["id"] == key]
    assert method["revoked"] == "2026-01-31T12:00:00Z"


def test_nothing_by_a_revoked_key_counts_whatever_date_it_bears(service: Running) -> None:
    credential = awarded(service)
    told(service, "keys", "revoke", key_of(credential), "--since", "2026-01-31")
    report = service.verify(credential)
    assert (report["verdict"], outcomes(report)["controller"]) == ("invalid", "failed")


def test_the_page_says_that_the_key_was_given_up(service: Running) -> None:
    credential = awarded(service)
    told(service, "keys", "revoke", key_of(credential), "--since", "2026-01-31")
    page = service.client.post(
        "/verify", content=credential, headers={"Content-Type": "application/vc", "Accept": "text/html"}
    )
    assert "The issuer has given up the key that signed this, so anyone may have signed it." in page.text


def test_what_was_recorded_before_the_key_got_out_stays_good_here(service: Running) -> None:
    credential = awarded(service)
    told(service, "keys", "rotate", "demo", "--purpose", "credential")
    time.sleep(1)  # a document of keys tells its dates to the second
    since = datetime.now(UTC).isoformat(timespec="seconds")
    told(service, "keys", "revoke", key_of(credential), "--since", since)
    report = service.verify(credential)
    (controller,) = [finding for finding in report["findings"] if finding["check"] == "controller"]
    assert (report["verdict"], "recorded" in controller["seen"]) == ("valid", True)


def test_awards_go_on_after_the_only_key_was_revoked(service: Running) -> None:
    key = key_of(awarded(service))
    (made,) = told(service, "keys", "revoke", key, "--since", "2026-01-31")["made"]
    assert key_of(awarded(service)) == made


def test_no_award_fails_while_keys_are_rotated(service: Running) -> None:
    credentials: list[bytes] = []
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            credentials.append(awarded(service))

    awarding = threading.Thread(target=go_on)
    awarding.start()
    try:
        for _ in range(3):
            told(service, "keys", "rotate", "demo")
    finally:
        over.set()
        awarding.join()
    assert len({key_of(credential) for credential in credentials}) >= 3
    assert {service.verify(credential)["verdict"] for credential in credentials} == {"valid"}


def test_a_process_that_lacks_the_new_file_says_so_and_awards_nothing(service: Running) -> None:
    told(service, "keys", "rotate", "demo", "--purpose", "credential")
    newest = max(service.keys_dir.glob("demo-credential-*.pem"), key=lambda path: path.stat().st_mtime_ns)
    aside = newest.rename(newest.with_suffix(".aside"))
    try:
        assert service.award(award_request.EXAMPLE).status_code == 503
        ready = service.client.get("/readyz")
        assert (ready.status_code, newest.name in ready.text) == (503, True)
    finally:
        aside.rename(newest)
    assert service.client.get("/readyz").status_code == 200
    assert service.award(award_request.EXAMPLE).status_code == 201


def test_an_institution_that_retired_its_key_awards_nothing_until_it_has_another(service: Running) -> None:
    done = beside(service, "keys", "retire", key_of(awarded(service)))
    assert "demo awards nothing until: testamur keys rotate demo --purpose credential" in done.stdout
    assert service.award(award_request.EXAMPLE).status_code >= 400
    told(service, "keys", "rotate", "demo", "--purpose", "credential")
    assert service.award(award_request.EXAMPLE).status_code == 201


def test_a_new_client_is_let_in_and_a_revoked_one_put_out_at_once(service: Running) -> None:
    made = told(service, "client", "add", "demo", "--scope", "read:/awards")
    lines = Path(made["file"]).read_text().splitlines()
    secret = dict(line.split("=", 1) for line in lines)["CLIENT_SECRET"]
    answer = service.client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(made["id"], secret))
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert service.client.get("/awards", headers=bearer).status_code == 200
    told(service, "client", "revoke", made["id"])
    assert service.client.get("/awards", headers=bearer).status_code == 401
