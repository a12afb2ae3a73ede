"""The routes of the pages: what they answer, as what, and under which rules for the browser."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.core.json_ld import Contexts
from app.http.headers import attachment
from app.web import static_files
from app.web.static_files import StaticFiles
from tests.browser.conftest import application
from tests.unit.web.reports import ACCENT

_HTML = {"Accept": "text/html"}
_JSON = {"Accept": "application/json"}
_PAGES = ("/", "/verify", "/claim/good", "/claim/gone", "/nothing", "/api")


@pytest.fixture
async def client(contexts: Contexts) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(contexts))
    async with httpx.AsyncClient(transport=transport, base_url="http://pages.example") as client:
        yield client


@pytest.mark.parametrize("path", _PAGES)
async def test_every_page_takes_everything_from_this_service(client: httpx.AsyncClient, path: str) -> None:
    policy = (await client.get(path, headers=_HTML)).headers["content-security-policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert set(" ".join(directives.values()).split()) == {"'none'", "'self'"}


@pytest.mark.parametrize("path", _PAGES)
async def test_no_page_has_a_script_or_a_style_in_it(client: httpx.AsyncClient, path: str) -> None:
    page = (await client.get(path, headers=_HTML)).text
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page


@pytest.mark.parametrize("path", _PAGES)
async def test_every_page_is_kept_by_nobody_and_names_no_referrer(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path, headers=_HTML)).headers
    assert [headers[name] for name in ("cache-control", "referrer-policy", "x-content-type-options")] == [
        "no-store",
        "no-referrer",
        "nosniff",
    ]


async def test_the_paper_bears_the_institutions_accent_where_we_sign_for_it(client: httpx.AsyncClient) -> None:
    pages = [
        await client.get("/claim/good", headers=_HTML),
        await client.post("/verify", data={"text": '{"case": "valid_known"}'}, headers=_HTML),
        await client.post("/verify", data={"text": '{"case": "valid_unknown"}'}, headers=_HTML),
    ]
    assert [f'<rect width="36" height="4" fill="{ACCENT}"/>' in page.text for page in pages] == [True, True, False]


async def test_the_front_page_leads_institutions_to_the_console(client: httpx.AsyncClient) -> None:
    assert 'href="/console?lang=de"' in (await client.get("/?lang=de", headers=_HTML)).text


@pytest.mark.parametrize("token", ["good", "revoked", "gone"])
async def test_a_claim_page_is_in_no_index(client: httpx.AsyncClient, token: str) -> None:
    assert (await client.get(f"/claim/{token}", headers=_HTML)).headers["x-robots-tag"] == "noindex"


@pytest.mark.parametrize(
    ("path", "status"), [("/claim/good", 200), ("/claim/gone", 410), ("/claim/never", 404), ("/nothing", 404)]
)
async def test_a_page_has_the_status_of_its_answer(client: httpx.AsyncClient, path: str, status: int) -> None:
    assert (await client.get(path, headers=_HTML)).status_code == status


async def test_the_page_is_in_the_language_of_the_browser(client: httpx.AsyncClient) -> None:
    page = (await client.get("/verify", headers={**_HTML, "Accept-Language": "de-AT,en;q=0.5"})).text
    assert "Ist dieser Nachweis echt?" in page


async def test_a_program_gets_the_report_as_json(client: httpx.AsyncClient) -> None:
    answer = await client.post("/verify", json={"case": "revoked"}, headers=_JSON)
    assert answer.json()["verdict"] == "revoked"


async def test_a_browser_gets_the_report_as_a_page(client: httpx.AsyncClient) -> None:
    answer = await client.post("/verify", data={"text": '{"case": "revoked"}'}, headers=_HTML)
    assert "Genuine, but revoked by the issuer." in answer.text


async def test_the_file_counts_where_both_are_handed_in(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/verify", data={"text": "{}"}, files={"file": ("a.json", b'{"case": "expired"}')}, headers=_JSON
    )
    assert answer.json()["verdict"] == "expired"


@pytest.mark.parametrize("text", ["", "  \n ", "{}", "no json", "[]", '{"case": 1}', "\x00"])
async def test_what_is_no_credential_is_400_and_a_page_that_says_so(client: httpx.AsyncClient, text: str) -> None:
    answer = await client.post("/verify", data={"text": text}, headers=_HTML)
    assert (answer.status_code, "We found no credential in this." in answer.text) == (400, True)


async def test_a_body_of_another_type_is_415(client: httpx.AsyncClient) -> None:
    answer = await client.post("/verify", content=b"x", headers={**_HTML, "Content-Type": "image/gif"})
    assert (answer.status_code, "We do not read this kind of file." in answer.text) == (415, True)


async def test_a_wallet_is_told_how_to_take_it(client: httpx.AsyncClient) -> None:
    answer = await client.get("/claim/good", headers=_JSON)
    assert answer.json() == {
        "protocols": {"vcapi": "https://verify.northerncoast.example/claim/good"},
        "credentials": [{"mechanism": "eddsa-rdfc-2022", "mediaType": "application/vc"}],
    }


async def test_a_wallet_takes_it_in_a_presentation(client: httpx.AsyncClient) -> None:
    answer = await client.post("/claim/good", json={})
    assert answer.json()["verifiablePresentation"]["verifiableCredential"] == [{"signed": 1}]


async def test_a_wallet_that_brings_something_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.post("/claim/good", json={"verifiablePresentation": {}})).status_code == 422


async def test_the_button_gives_the_recorded_bytes_as_a_credential(client: httpx.AsyncClient) -> None:
    answer = await client.post("/claim/good/credential")
    assert (answer.content, answer.headers["content-type"]) == (b'{"signed":1}', "application/vc")


@pytest.mark.parametrize(
    ("asked", "content"),
    [
        ({"headers": {"Accept": "application/vc+jwt"}}, b"a.b.c"),
        ({"headers": {"Accept": "text/html,*/*;q=0.8"}}, b'{"signed":1}'),
        ({"headers": {"Accept": "application/vc+jwt"}, "data": {"mechanism": "eddsa-rdfc-2022"}}, b'{"signed":1}'),
        ({"data": {"mechanism": "vc+jwt"}}, b"a.b.c"),
    ],
)
async def test_another_form_is_taken_by_its_name_or_its_media_type(
    client: httpx.AsyncClient, asked: dict[str, Any], content: bytes
) -> None:
    assert (await client.post("/claim/several/credential", **asked)).content == content


async def test_other_forms_are_offered_where_there_are_any(client: httpx.AsyncClient) -> None:
    pages = [(await client.get(f"/claim/{token}", headers=_HTML)).text for token in ("good", "several")]
    assert ['value="vc+jwt"' in page for page in pages] == [False, True]


async def test_a_form_that_is_not_offered_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/claim/good/credential", data={"mechanism": "vc+jwt"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("filename", "header"),
    [
        ("a.vc.json", "attachment; filename=\"a.vc.json\"; filename*=UTF-8''a.vc.json"),
        ("Zoë – x.json", "attachment; filename=\"Zo_ _ x.json\"; filename*=UTF-8''Zo%C3%AB%20%E2%80%93%20x.json"),
        ('a"; b\\\r\nc', "attachment; filename=\"a_; b___c\"; filename*=UTF-8''a%22%3B%20b%5C%0D%0Ac"),
    ],
)
def test_a_file_is_saved_under_a_name_in_any_language(filename: str, header: str) -> None:
    assert attachment(filename) == header


async def test_a_static_file_may_be_kept_for_ever(client: httpx.AsyncClient) -> None:
    headers = (await client.get(StaticFiles.read().url("page.css"))).headers
    assert headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path", ["/static/0000000000000000/page.css", "/static/{digest}/..%2Fpages.py", "/static/{digest}/"]
)
async def test_no_other_address_gives_a_file(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path.format(digest=StaticFiles.read().digest))).status_code == 404


def test_every_font_has_its_licence_beside_it() -> None:
    assert (static_files._FOLDER / "fonts" / "LICENSE").read_text().count("SIL OPEN FONT LICENSE") >= 1
