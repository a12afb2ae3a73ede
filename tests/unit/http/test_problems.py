"""What went wrong, as HTTP says it."""

import json
from collections.abc import Iterator

import pytest
from fastapi import Request, Response

from app.core import problems as p
from app.core.problems import Problem, Refused
from app.http.problems import STATUS, Answer, answer_to
from app.settings import Settings
from tests.http_server import RunningServer, running
from tests.unit.http.application import application


def draw(request: Request, answer: Answer) -> Response:
    return Response(f"<h1>{answer.status}</h1>", media_type="text/html", headers={"Content-Security-Policy": "own"})


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running(application(page=draw), Settings(max_credential_bytes=100), page=draw) as started:
        yield started


STATUSES = {
    "parsing": 400,
    "malformed": 422,
    "range": 422,
    "missing": 422,
    "mixed": 404,
    "not-found": 404,
    "gone": 410,
    "conflict": 409,
    "reused": 422,
    "in-flight": 409,
    "token": 401,
    "scope": 403,
    "signing": 500,
    "unavailable": 503,
    "overloaded": 503,
    "too-often": 429,
    "too-slow": 408,
    "teapot": 418,
    "bug": 500,
}


@pytest.mark.parametrize(("name", "status"), STATUSES.items(), ids=STATUSES)
def test_each_kind_has_its_status(server: RunningServer, name: str, status: int) -> None:
    answer = server.get(f"/raise/{name}")
    body = json.loads(answer.body)
    assert (answer.status, body["status"], answer.headers["content-type"]) == (
        status,
        status,
        "application/problem+json",
    )


def test_a_refusal_lists_every_problem(server: RunningServer) -> None:
    body = json.loads(server.get("/raise/missing").body)
    assert [(each["type"], each["at"]) for each in body["problems"]] == [
        (p.MISSING_ELEMENT, "/title"),
        (p.UNKNOWN_VALUE, "/mode"),
    ]


def test_a_refusal_is_of_the_type_of_its_first_problem(server: RunningServer) -> None:
    body = json.loads(server.get("/raise/malformed").body)
    assert body == {
        "type": p.MALFORMED_VALUE_ERROR,
        "title": "Malformed value error",
        "status": 422,
        "detail": "bad",
        "problems": [{"type": p.MALFORMED_VALUE_ERROR, "at": "/a", "detail": "bad", "remedy": "mend it"}],
    }


def test_where_a_credential_is_only_read_what_cannot_be_read_is_400(server: RunningServer) -> None:
    assert server.request("POST", "/verify").status == 400


def test_a_fault_of_ours_has_a_number_and_no_word_of_what_it_was(server: RunningServer) -> None:
    body = server.get("/raise/bug").body
    assert (json.loads(body)["instance"].startswith("urn:uuid:"), b"canary" in body) == (True, False)


def test_a_fault_of_ours_is_logged_once(server: RunningServer, caplog: pytest.LogCaptureFixture) -> None:
    server.get("/raise/bug")
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == ["unexpected KeyError"]


def test_a_fault_of_ours_is_logged_with_its_place_and_its_number(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    instance = json.loads(server.get("/raise/bug").body)["instance"]
    logged = next(record.__dict__ for record in caplog.records if record.levelname == "ERROR")
    assert (f"urn:uuid:{logged['request']}", "application.py" in logged["trace"][-1]) == (instance, True)


def test_who_shows_no_good_token_is_told_how(server: RunningServer) -> None:
    answer = server.get("/raise/token", "Authorization: Bearer x")
    assert answer.headers["www-authenticate"] == 'Bearer realm="testamur", error="invalid_token"'


def test_who_may_not_is_told_so_in_oauths_words(server: RunningServer) -> None:
    assert 'error="insufficient_scope"' in server.get("/raise/scope").headers["www-authenticate"]


@pytest.mark.parametrize(
    ("name", "seconds"), [("unavailable", "7"), ("overloaded", "3"), ("too-often", "9"), ("in-flight", "1")]
)
def test_who_is_to_come_again_is_told_when(server: RunningServer, name: str, seconds: str) -> None:
    assert server.get(f"/raise/{name}").headers["retry-after"] == seconds


def test_a_parameter_that_is_wrong_is_named_and_not_repeated(server: RunningServer) -> None:
    answer = server.get("/number?limit=canary")
    assert (answer.status, json.loads(answer.body)["problems"][0]["at"], b"canary" in answer.body) == (
        422,
        "/query/limit",
        False,
    )


def test_an_address_with_nothing_is_404(server: RunningServer) -> None:
    assert json.loads(server.get("/nothing").body)["type"] == p.NOT_FOUND


BROWSER = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_browser_is_shown_a_page(server: RunningServer) -> None:
    answer = server.get("/raise/gone", BROWSER)
    assert (answer.status, answer.body, answer.headers["content-security-policy"]) == (410, b"<h1>410</h1>", "own")


def test_a_browser_that_sends_too_much_is_shown_a_page(server: RunningServer) -> None:
    answer = server.request("POST", "/body", BROWSER, "Content-Type: application/vc", body=bytes(200))
    assert (answer.status, answer.body) == (413, b"<h1>413</h1>")


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/vc", "text/html;q=0.1, */*"])
def test_a_program_is_given_problem_details(server: RunningServer, accept: str) -> None:
    assert server.get("/raise/gone", f"Accept: {accept}").headers["content-type"] == "application/problem+json"


def test_an_answer_that_breaks_off_ends_the_connection(server: RunningServer) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /half HTTP/1.1\r\nHost: a\r\n\r\n")
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
    assert received.endswith(b"half\r\n")


def test_every_type_with_a_status_is_one_that_exists() -> None:
    assert set(STATUS) <= {value for value in vars(p).values() if isinstance(value, str)}


def test_a_lone_surrogate_in_a_detail_is_still_answered() -> None:
    assert b"?" in answer_to(Refused(Problem(p.PARSING_ERROR, detail="\ud800"))).as_json()
