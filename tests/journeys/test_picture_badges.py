"""Award, save as a picture, hand the picture in: the credential inside is as good as the file, and no better."""

import hashlib
import json
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from app.core.containers import png, svg
from app.core.credential.award_request import EXAMPLE
from tests import pictures
from tests.service import Running
from tests.typed import typed

_EXTRACTS = {"svg": svg.extract, "png": png.extract}
_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


@pytest.fixture(scope="module")
def receipt(service: Running) -> dict[str, Any]:
    answer = service.award(EXAMPLE)
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def badge(service: Running, receipt: dict[str, Any], kind: str) -> bytes:
    answer = service.client.post(f"{claim(service, receipt)}/badge", data={"format": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (200, _TYPES[kind])
    return answer.content


def claim(service: Running, receipt: dict[str, Any]) -> str:
    path: str = receipt["claimUrl"].removeprefix(service.url)
    return path


def verified(service: Running, content: bytes, media_type: str) -> dict[str, Any]:
    headers = {"Content-Type": media_type, "Accept": "application/json"}
    answer = service.client.post("/verify", content=content, headers=headers)
    assert answer.status_code < 500, answer.text
    report: dict[str, Any] = answer.json()
    return report


@pytest.mark.parametrize("kind", _TYPES)
def test_a_saved_picture_holds_the_recorded_bytes_and_is_valid(
    service: Running, receipt: dict[str, Any], kind: str
) -> None:
    baked = badge(service, receipt, kind)
    recorded = service.client.post(f"{claim(service, receipt)}/credential").content
    assert _EXTRACTS[kind](baked) == recorded
    report = verified(service, baked, _TYPES[kind])
    assert (report["verdict"], report["issuer"]["standing"], report["container"]) == ("valid", "known", _TYPES[kind])


@pytest.mark.parametrize("kind", _TYPES)
def test_the_institution_has_the_same_picture(service: Running, receipt: dict[str, Any], kind: str) -> None:
    path = f"/awards/{receipt['id']}/badge.{kind}"
    answer = service.client.get(path, headers=service.signed_in())
    assert answer.content == badge(service, receipt, kind)
    assert answer.headers["content-disposition"].endswith(f".{kind}")
    assert "%E2%80%93" in answer.headers["content-disposition"]
    assert service.client.get(path).status_code == 401
    assert service.client.get(f"/awards/nothing/badge.{kind}", headers=service.signed_in()).status_code == 404


def test_the_client_says_which_picture_it_takes(service: Running, receipt: dict[str, Any]) -> None:
    def kind_of(**headers: str) -> str:
        answer = service.client.post(f"{claim(service, receipt)}/badge", headers=headers)
        return str(answer.headers["content-type"])

    assert kind_of(Accept="image/png") == "image/png"
    assert kind_of(Accept="image/svg+xml, image/png;q=0.5") == "image/svg+xml"
    assert kind_of(Accept="*/*") == "image/svg+xml"
    refused = service.client.post(f"{claim(service, receipt)}/badge", data={"format": "gif"})
    assert refused.status_code == 422


@pytest.mark.parametrize("kind", _TYPES)
def test_a_person_hands_the_picture_in_and_is_told_that_it_is_no_evidence(
    service: Running, receipt: dict[str, Any], kind: str
) -> None:
    file = (f"badge.{kind}", badge(service, receipt, kind), _TYPES[kind])
    answer = service.client.post("/verify", files={"file": file}, headers={"Accept": "text/html"})
    assert "Genuine, and in force." in answer.text
    assert "what that file shows proves nothing" in answer.text


def test_another_artwork_around_a_credential_changes_nothing_of_the_report(
    service: Running, receipt: dict[str, Any]
) -> None:
    credential = svg.extract(badge(service, receipt, "svg"))
    forged = svg.bake(pictures.svg("<text>Doctor of Medicine</text>"), credential)
    page = service.client.post("/verify", files={"file": ("a.svg", forged)}, headers={"Accept": "text/html"}).text
    # What was handed in stands once more in a form that is not shown, to ask for the page in another language.
    assert "Doctor of Medicine" not in page.partition('<form id="again"')[0]
    assert "what that file shows proves nothing" in page


@pytest.mark.parametrize("kind", _TYPES)
def test_a_byte_of_what_is_inside_changed_is_not_valid(service: Running, receipt: dict[str, Any], kind: str) -> None:
    credential = service.client.post(f"{claim(service, receipt)}/credential").content
    for seed in range(40):
        at = int.from_bytes(hashlib.sha256(bytes([seed])).digest()[:4], "big") % len(credential)
        changed = bytearray(credential)
        changed[at] ^= 1
        if kind == "png":
            content = pictures.png(pictures.itxt(bytes(changed)))
        else:
            body = bytes(changed).decode("utf-8", "replace").replace("]]>", "")
            content = pictures.svg(pictures.credential(f"<![CDATA[{body}]]>"))
        assert verified(service, content, _TYPES[kind]).get("verdict") != "valid", at


def test_a_png_saved_again_in_another_order_keeps_it(service: Running, receipt: dict[str, Any]) -> None:
    credential = png.extract(badge(service, receipt, "png"))
    halves = zlib.compress(b"\0\0")
    saved = pictures.SIGNATURE + pictures.header() + pictures.chunk(b"IDAT", halves[:3])
    saved += pictures.chunk(b"IDAT", halves[3:]) + pictures.chunk(b"tIME", b"\x07\xea\x0b\x18\0\0\0")
    saved += pictures.itxt(credential, compressed=True) + pictures.END
    assert verified(service, saved, "image/png")["verdict"] == "valid"


@pytest.mark.parametrize("kind", _TYPES)
def test_a_picture_without_a_credential_is_a_page_that_says_so(service: Running, kind: str) -> None:
    file = (f"photo.{kind}", pictures.png() if kind == "png" else pictures.svg(), _TYPES[kind])
    answer = service.client.post("/verify", files={"file": file}, headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "We found no credential in this." in answer.text
    assert f"{kind.upper()} picture without a credential in it" in answer.text


def test_the_command_line_saves_a_picture_and_verifies_it(
    service: Running, receipt: dict[str, Any], tmp_path: Path
) -> None:
    folder = service.keys_dir.parent
    environment = {
        "KEYS_DIR": str(service.keys_dir),
        "DATABASE_URL": f"sqlite:///{folder / 'service.sqlite3'}",
        "PUBLIC_URL": service.url,
    }

    def testamur(*arguments: str) -> subprocess.CompletedProcess[str]:
        return typed(*arguments, environment=environment)

    for kind, media_type in _TYPES.items():
        output = tmp_path / f"badge.{kind}"
        saved = testamur("badge", receipt["id"], "--output", str(output))
        assert saved.returncode == 0, saved.stderr
        report = testamur("verify", str(output), "--json")
        assert (report.returncode, json.loads(report.stdout)["container"]) == (0, media_type)
        again = testamur("badge", receipt["id"], "--output", str(output))
        assert (again.returncode, "exists already" in again.stderr) == (1, True)
    other = testamur("badge", receipt["id"], "--output", str(tmp_path / "badge.gif"))
    assert (other.returncode, "neither in .svg nor in .png" in other.stderr) == (1, True)


def test_the_api_page_tells_how_a_picture_is_had(service: Running) -> None:
    page = service.client.get("/api", headers={"Accept": "text/html"})
    assert page.status_code == 200
    for path in ("/awards/{award_id}/badge.svg", "/awards/{award_id}/badge.png", "/claim/{token}/badge"):
        assert path in page.text
