"""A certificate over HTTP and on the command line: made, printed, scanned, read again."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.containers import pdf
from app.core.credential.award_request import EXAMPLE, MINIMAL_EXAMPLE
from app.core.problems import JsonObject
from tests import certificates
from tests.service import Running, running
from tests.typed import typed

HTML = {"Accept": "text/html"}


@dataclass(frozen=True)
class Made:
    """An award, the path of its claim link, its recorded bytes, and its certificate as the learner saves it."""

    id: str
    claim: str
    credential: bytes
    certificate: bytes

    @classmethod
    def by(cls, service: Running, body: JsonObject = EXAMPLE) -> "Made":
        receipt = service.award(body).json()
        claim = receipt["claimUrl"].removeprefix(service.url)
        credential = service.client.post(f"{claim}/credential").content
        answer = service.client.post(f"{claim}/certificate")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
        return cls(receipt["id"], claim, credential, answer.content)


@pytest.fixture(scope="module")
def made(service: Running) -> Made:
    return Made.by(service)


def opened(service: Running, address: str) -> bytes:
    """What a phone does that scans the code: it fetches the copy, and opens it with the key in the fragment."""
    scanned = urlsplit(address)
    copy = service.client.get(f"{scanned.path}/sealed").content
    key = base64.urlsafe_b64decode(scanned.fragment + "=")
    return AESGCM(key).decrypt(copy[:12], copy[12:], scanned.path.removeprefix("/p/").encode())


def test_the_credential_is_in_it_byte_for_byte(made: Made) -> None:
    assert pdf.extract(made.certificate) == made.credential


def test_its_code_leads_to_a_copy_that_its_key_opens(service: Running, made: Made) -> None:
    assert opened(service, certificates.code(made.certificate)) == made.credential


def test_it_is_the_same_each_time_on_every_way(service: Running, made: Made) -> None:
    again = service.client.post(f"{made.claim}/certificate").content
    office = service.client.get(f"/awards/{made.id}/certificate", headers=service.signed_in())
    assert (again, office.content) == (made.certificate, made.certificate)


def test_it_is_saved_under_title_and_name(service: Running, made: Made) -> None:
    answer = service.client.post(f"{made.claim}/certificate")
    name = "Data%20Literacy%20for%20Public%20Administration%20%E2%80%93%20Zo%C3%AB%20Markovi%C4%87-N%C3%BA%C3%B1ez.pdf"
    assert answer.headers["content-disposition"].endswith(f"filename*=UTF-8''{name}")


def test_it_speaks_the_readers_language(service: Running, made: Made) -> None:
    german = service.client.post(f"{made.claim}/certificate?lang=de").content
    assert "verliehen an Zoë Marković-Núñez" in certificates.text(german)


def test_a_demonstration_says_so_on_the_paper(made: Made) -> None:
    assert "Demonstration. Institute for Examples (demo) is not a real institution." in certificates.text(
        made.certificate
    )


def test_the_claim_page_offers_it(service: Running, made: Made) -> None:
    assert f'formaction="{made.claim}/certificate?lang=en"' in service.client.get(made.claim, headers=HTML).text


def test_a_revoked_one_is_not_offered_and_bears_the_word(service: Running) -> None:
    revoked = Made.by(service, MINIMAL_EXAMPLE)
    service.client.post(f"/awards/{revoked.id}/revoke", json={"reason": "a mistake"}, headers=service.signed_in())
    office = service.client.get(f"/awards/{revoked.id}/certificate", headers=service.signed_in()).content
    page = service.client.get(revoked.claim, headers=HTML).text
    assert ("Revoked" in certificates.text(office), "/certificate" in page) == (True, False)
    assert opened(service, certificates.code(office)) == revoked.credential


def test_a_name_that_there_is_no_type_for_is_refused_and_not_offered(service: Running) -> None:
    receipt = service.award({**MINIMAL_EXAMPLE, "learner": {"fullName": "王小明"}}).json()
    claim = receipt["claimUrl"].removeprefix(service.url)
    answer = service.client.post(f"{claim}/certificate")
    page = service.client.get(claim, headers=HTML).text
    assert (answer.status_code, answer.json()["type"].rpartition("#")[2]) == (422, "NO_TYPE")
    assert "王 (U+738B)" in answer.json()["detail"]
    assert "/certificate" not in page


def test_another_institutions_or_nobodys_award_is_404(service: Running) -> None:
    answer = service.client.get("/awards/nothing/certificate", headers=service.signed_in())
    assert answer.status_code == 404


def test_who_has_no_token_gets_none(service: Running, made: Made) -> None:
    assert service.client.get(f"/awards/{made.id}/certificate").status_code == 401


@pytest.mark.parametrize("copy_id", ["nothing", "%00", "é", "x" * 500])
def test_a_code_that_leads_nowhere_is_a_page_that_says_so(service: Running, copy_id: str) -> None:
    page = service.client.get(f"/p/{copy_id}", headers=HTML)
    assert (page.status_code, "There is no copy behind this code." in page.text) == (404, True)
    assert service.client.get(f"/p/{copy_id}/sealed").status_code == 404


def test_the_page_behind_a_code_is_kept_by_nobody_and_in_no_index(service: Running, made: Made) -> None:
    path = urlsplit(certificates.code(made.certificate)).path
    headers = [service.client.get(address, headers=HTML).headers for address in (path, f"{path}/sealed")]
    assert {(each["cache-control"], each["x-robots-tag"]) for each in headers} == {("no-store", "noindex")}


def test_the_command_line_prints_one(empty_database_url: str, tmp_path: Path) -> None:
    with running(database_url=empty_database_url, folder=tmp_path) as service:
        made = Made.by(service)
        environment = {
            "DATABASE_URL": empty_database_url,
            "KEYS_DIR": str(service.keys_dir),
            "PUBLIC_URL": service.url,
        }
        output = tmp_path / "zoe.pdf"
        first = typed("certificate", made.id, "--output", output, environment=environment)
        assert (first.returncode, first.stdout) == (0, f"The certificate: {output}\n"), first.stderr
        assert output.read_bytes() == made.certificate
        again = typed("certificate", made.id, "--output", output, environment=environment)
        assert (again.returncode, "exists already" in again.stderr) == (1, True)


def test_what_the_service_keeps_for_the_code_has_nothing_in_plain(service: Running, made: Made) -> None:
    copy = service.client.get(urlsplit(certificates.code(made.certificate)).path + "/sealed").content
    name = json.loads(made.credential)["credentialSubject"]["identifier"][0]["identityHash"].encode()
    assert name not in copy
    assert b"credentialSubject" not in copy
