"""Hostile requests to a running service: none is a 5xx, none is believed, and none leaves a trace in the log."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.containers import png, svg
from app.core.credential.award_request import MINIMAL_EXAMPLE
from tests import pictures
from tests.service import Running, running

_NO_LIMITS = {"VERIFY_PER_MINUTE": "100000", "CLAIM_PER_MINUTE": "100000", "TOKEN_PER_MINUTE": "100000"}
_INJECTIONS = [
    "' OR '1'='1",
    "'; DROP TABLE awards; --",
    "%",
    "_",
    "%25",
    '{"$ne":null}',
    "1 UNION SELECT secret FROM clients",
    "%00",
    "a%00b",
    "..%2f..%2fetc%2fpasswd",
    "%F0%9F%92%A9",
    "%ff%fe",
    "x" * 600,
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("attacked")
    database_url = f"sqlite:///{folder / 'service.sqlite3'}"
    with running(database_url=database_url, folder=folder, settings=_NO_LIMITS) as service:
        yield service


def titled(title: str) -> dict[str, Any]:
    """The smallest award there is, under a title."""
    return {**MINIMAL_EXAMPLE, "achievement": {**MINIMAL_EXAMPLE["achievement"], "title": {"en": title}}}


def send_raw(service: Running, request: bytes) -> bytes:
    """The first line of the answer to bytes that no client library would send."""
    host, _, port = service.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(4096).partition(b"\r\n")[0]


# ── bytes that are no JSON of ours ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path",
    [
        "/verify",
        "/credentials/verify",
        "/credentials/derive",
        "/credentials/issue",
        "/credentials/status",
        "/presentations/verify",
        "/status-lists",
        "/awards",
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        b'{"issuer":"did:web:a.example","issuer":"did:web:b.example"}',
        b'{"number":9007199254740993}',
        b'{"number":1' + b"0" * 400 + b"}",
        b'{"number":NaN}',
        b'{"text":"\\ud800"}',
        b'{"text":"\\u0000"}',
        b'\xef\xbb\xbf{"text":"a byte order mark"}',
        '{"text":"UTF-16"}'.encode("utf-16"),
        b'{"text":"\xff"}',
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b"",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_bytes_that_two_parsers_would_read_differently_are_a_problem(service: Running, path: str, body: bytes) -> None:
    media_type = "application/vc" if path == "/verify" else "application/json"
    headers = {**service.signed_in(), "Content-Type": media_type, "Accept": "application/json"}
    answer = service.client.post(path, content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{" + b",".join(b'"%d":0' % (n // 2) for n in range(90_000)) + b"}", id="45,000 repeated names"),
        pytest.param(b'{"reason":[' + b"0," * 500_000 + b"0]}", id="500,000 values"),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/verify",
        "/credentials/verify",
        "/credentials/derive",
        "/credentials/issue",
        "/credentials/status",
        "/presentations/verify",
        "/claim/none",
        "/awards",
        "/awards/none/revoke",
        "/awards/none/send",
    ],
)
def test_a_tiring_body_is_refused_and_holds_up_nobody(service: Running, path: str, body: bytes) -> None:
    media_type = "application/vc" if path == "/verify" else "application/json"
    headers = {**service.signed_in(), "Content-Type": media_type, "Accept": "application/json"}
    before = _cpu_seconds(service.pid)
    answer = service.client.post(path, content=body, headers=headers)
    assert answer.status_code in {400, 413, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert _cpu_seconds(service.pid) - before < 2


def _cpu_seconds(pid: int) -> float:
    """What a process has used of the processor, without its children: for the service, what its event loop did."""
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("media_type", ["text/html", "application/xml", "application/json; charset=utf-7", "nonsense"])
def test_a_credential_under_a_type_that_is_not_its_own_is_not_guessed_at(service: Running, media_type: str) -> None:
    credential = service.award(MINIMAL_EXAMPLE).json()["credential"]
    answer = service.client.post(
        "/verify",
        content=json.dumps(credential),
        headers={"Content-Type": media_type, "Accept": "application/json"},
    )
    assert answer.status_code in {400, 415}


_JSON = b'{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential"]}'


@pytest.mark.parametrize(
    ("picture", "media_type"),
    [
        pytest.param(pictures.svg(), "image/png", id="SVG declared as PNG"),
        pytest.param(svg.bake(pictures.svg(), _JSON), "image/png", id="baked SVG declared as PNG"),
        pytest.param(png.bake(pictures.png(), _JSON), "image/svg+xml", id="baked PNG declared as SVG"),
        pytest.param(png.bake(pictures.png(), _JSON), "application/vc", id="baked PNG declared as JSON"),
        pytest.param(_JSON, "image/png", id="JSON declared as PNG"),
        pytest.param(png.bake(pictures.png(), _JSON) + b"<script>alert(1)</script>", "image/png", id="PNG and HTML"),
        pytest.param(b"<!doctype html><html>" + svg.bake(pictures.svg(), _JSON), "image/svg+xml", id="HTML and SVG"),
        pytest.param(b"GIF89a", "image/gif", id="another kind of picture"),
        pytest.param(pictures.png(pictures.itxt(b" " * 200_000_000, compressed=True)), "image/png", id="a bomb"),
        pytest.param(pictures.svg("<g>" * 100_000), "image/svg+xml", id="100,000 levels"),
    ],
)
@pytest.mark.parametrize("is_file", [False, True])
def test_a_picture_that_is_not_what_it_is_called_is_refused(
    service: Running, picture: bytes, media_type: str, is_file: bool
) -> None:
    if is_file and media_type == "application/vc":
        media_type = "image/svg+xml"  # A file's type is a browser's guess from its name: only pictures are held to it.
    headers = {"Accept": "application/json"}
    if is_file:
        answer = service.client.post("/verify", files={"file": ("a", picture, media_type)}, headers=headers)
    else:
        answer = service.client.post("/verify", content=picture, headers={**headers, "Content-Type": media_type})
    assert answer.status_code in {400, 415}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_nul_in_a_text_is_refused_on_either_database(empty_database_url: str, tmp_path: Path) -> None:
    with running(database_url=empty_database_url, folder=tmp_path, settings=_NO_LIMITS) as service:
        assert service.award(titled("Data\x00Literacy")).status_code in {400, 422}
        assert service.client.get("/awards", headers=service.signed_in()).json()["awards"] == []


def test_text_is_never_more_than_text_to_either_database(empty_database_url: str, tmp_path: Path) -> None:
    with running(database_url=empty_database_url, folder=tmp_path, settings=_NO_LIMITS) as service:
        assert service.award(titled("'); DROP TABLE awards; --")).status_code == 201
        headers = service.signed_in()
        for text in _INJECTIONS:
            for path in (f"/awards/{text}", f"/claim/{text}", f"/status-lists/{text}", f"/issuers/{text}/did.json"):
                assert service.client.get(path, headers=headers).status_code in {400, 404, 422}, path
            for query in (f"cursor={text}", f"limit={text}"):
                assert service.client.get(f"/awards?{query}", headers=headers).status_code in {400, 422}, query
        (award,) = service.client.get("/awards", headers=headers).json()["awards"]
        assert "'); DROP TABLE awards; --" in json.dumps(award["title"])


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_token_in_the_query_opens_nothing(service: Running) -> None:
    answer = service.client.get(f"/awards?access_token={service.token()}")
    assert answer.status_code == 401


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_no_header_makes_another_method_of_a_request(service: Running, header: str) -> None:
    award = service.award(MINIMAL_EXAMPLE).json()["id"]
    service.client.get(f"/awards/{award}/revoke", headers={**service.signed_in(), header: "POST"})
    assert service.client.get(f"/awards/{award}", headers=service.signed_in()).json()["state"] != "revoked"


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "CONNECT", "PUT", "DELETE", "PATCH"])
def test_a_method_that_is_not_offered_is_refused(service: Running, method: str) -> None:
    answer = service.client.request(method, "/awards", headers=service.signed_in())
    assert answer.status_code == 405


@pytest.mark.parametrize(
    "target",
    [
        b"/issuers/other/../demo/../../awards",
        b"/issuers/demo/../nobody/did.json",
        b"/issuers/x/..%2fdemo/did.json",
        b"/issuers/%2e%2e/demo/did.json",
        b"/issuers/DEMO/did.json",
        b"/issuers/demo%00/did.json",
        b"//issuers/demo/did.json",
        b"/static/../app/settings.py",
        b"/static/x/..%2f..%2fkeys",
    ],
    ids=repr,
)
def test_no_path_leads_to_what_another_path_names(service: Running, target: bytes) -> None:
    line = send_raw(service, b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert line.split()[1] in {b"400", b"404", b"422"}


# ── browsers and caches ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/", "/verify", "/api", "/awards", "/openapi.json", "/issuers/demo/did.json"])
def test_no_answer_sets_a_cookie_or_reflects_an_origin(service: Running, path: str) -> None:
    answer = service.client.get(path, headers={"Origin": "https://evil.example", "Accept": "text/html"})
    assert "set-cookie" not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers.get("access-control-allow-origin", "*") == "*"


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "Host", "X-Forwarded-Prefix", "X-Original-URL", "Forwarded"])
def test_no_header_changes_what_is_written_into_a_credential(service: Running, header: str) -> None:
    receipt = service.award(MINIMAL_EXAMPLE, **{header: "evil.example"})
    assert receipt.status_code == 201
    assert b"evil.example" not in receipt.content


def test_what_is_secret_or_personal_is_not_kept_by_any_cache(service: Running) -> None:
    receipt = service.award(MINIMAL_EXAMPLE)
    award, claim = receipt.json()["id"], receipt.json()["claimUrl"].removeprefix(service.url)
    secret = service.credentials()
    answers = [
        receipt,
        service.client.get(f"/awards/{award}", headers=service.signed_in()),
        service.client.get(claim),
        service.client.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(secret["CLIENT_ID"], secret["CLIENT_SECRET"]),
        ),
    ]
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 4


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><svg onload=alert(1)>", "{{7*7}}"],
)
def test_markup_in_a_title_is_text_on_every_page(service: Running, hostile: str) -> None:
    receipt = service.award(titled(hostile)).json()
    html = {"Accept": "text/html"}
    claim = service.client.get(receipt["claimUrl"].removeprefix(service.url), headers=html)
    report = service.client.post("/verify", data={"text": json.dumps(receipt["credential"])}, headers=html)
    for page in (claim, report):
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "alert(1)" in page.text or "{{7*7}}" in page.text
        assert not any(opened in page.text for opened in ("<script>alert", "<img src=x", "<svg onload"))


# ── the log ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_stranger_sends_writes_no_line_of_its_own_into_the_log(service: Running) -> None:
    token = service.token()
    before = len(service.log.read_text().splitlines())
    for text in ("%0d%0a{%22forged%22:true}", "%1b[31mforged", "forged@learner.example"):
        service.client.get(f"/awards/{text}", headers={"Authorization": f"Bearer {token}", "User-Agent": "forged"})
    service.client.post("/verify", content=b'{"forged": "canary"}', headers={"Content-Type": "application/vc"})
    service.client.get("/healthz")  # A line is written once its answer is sent: by now all four are there.
    log = service.log.read_text()
    written = [json.loads(line) for line in log.splitlines()[before:]]
    assert len(written) >= 4
    assert "forged" not in log
    assert token not in log


# ── what RFC 9110 and RFC 6749 ask ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/verify/", "/awards/", "/api/", "/oauth/token/", "/issuers/demo/did.json/"])
def test_a_slash_too_many_leads_nowhere(service: Running, path: str) -> None:
    answer = service.client.get(path, headers={**service.signed_in(), "Host": "evil.example"})
    assert (answer.status_code, "location" in answer.headers) == (404, False)


@pytest.mark.parametrize(
    "path", ["/", "/verify", "/api", "/openapi.json", "/healthz", "/readyz", "/issuers/demo/did.json", "/awards"]
)
def test_head_is_answered_as_get_is_without_the_content(service: Running, path: str) -> None:
    head, got = (service.client.request(method, path, headers=service.signed_in()) for method in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (got.status_code, b"") == (200, b"")
    assert {"content-length", "content-type"} <= head.headers.keys()
    assert head.headers["content-length"] == got.headers.get("content-length", str(len(got.content)))


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/verify", "GET, HEAD, POST"),
        ("PUT", "/awards", "GET, HEAD, POST"),
        ("PATCH", "/claim/none", "GET, HEAD, POST"),
        ("GET", "/oauth/token", "POST"),
        ("HEAD", "/oauth/token", "POST"),
        ("DELETE", "/healthz", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_taken_is_told_all_that_are(service: Running, method: str, path: str, allow: str) -> None:
    answer = service.client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


@pytest.mark.parametrize("header", ["Idempotency-Key", "Authorization", "Content-Type"])
def test_a_header_that_says_two_things_is_refused(service: Running, header: str) -> None:
    answer = service.client.post("/awards", content=b"{}", headers=[(header, "a"), (header, "b")])
    assert answer.status_code == 400
    assert "more than once" in answer.json()["detail"]


def test_a_parameter_that_stands_twice_is_answered_in_the_terms_of_oauth(service: Running) -> None:
    body = b"grant_type=client_credentials&grant_type=client_credentials"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = service.client.post("/oauth/token", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.headers["cache-control"] == "no-store"


def test_who_sends_no_token_is_told_of_no_error(service: Running) -> None:
    assert service.client.get("/awards").headers["www-authenticate"] == 'Bearer realm="testamur"'
    wrong = service.client.get("/awards", headers={"Authorization": "Bearer x"})
    assert wrong.headers["www-authenticate"] == 'Bearer realm="testamur", error="invalid_token"'


def test_a_number_that_is_too_large_is_a_problem_like_any_other_of_a_request(service: Running) -> None:
    headers = {**service.signed_in(), "Content-Type": "application/json"}
    answer = service.client.post("/awards", content=b'{"number":9007199254740993}', headers=headers)
    assert answer.status_code == 422
