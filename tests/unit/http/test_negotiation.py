"""Media types, both ways."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.problems import PARSING_ERROR
from app.http.negotiation import best
from tests.http_server import RunningServer, running
from tests.unit.http.application import application

JSON, HTML, VC = "application/json", "text/html", "application/vc"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/html", HTML),
        ("text/*", HTML),
        ("application/*", JSON),
        ("application/vc, */*;q=0.1", VC),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("application/json;q=0.5, text/html;q=0.6", HTML),
        ("TEXT/HTML", HTML),
        ("text/html;level=1;q=0.4, application/json;q=0.3", HTML),
        ("*/*, application/json;q=0", HTML),
        ("application/*;q=0, */*", HTML),
        ("image/png", None),
        ("application/json;q=0", None),
        ("application/json;q=2", None),
        ("application/json;q=nan", None),
        ("json", None),
        (", ,", None),
    ],
)
def test_the_most_specific_range_decides(accept: str | None, chosen: str | None) -> None:
    assert best(accept, (JSON, HTML, VC)) == chosen


@given(accept=st.text())
def test_any_text_as_accept_gives_what_was_offered_or_nothing(accept: str) -> None:
    assert best(accept, (JSON, HTML)) in {JSON, HTML, None}


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running(application()) as started:
        yield started


@pytest.mark.parametrize(
    "content_type", ["application/vc", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_an_allowed_type_is_read(server: RunningServer, content_type: str) -> None:
    assert server.request("POST", "/body", f"Content-Type: {content_type}", body=b"{}").status == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/jsonx", "", "application/json2; charset=utf-8"])
def test_another_type_is_415_and_told_which_are_taken(server: RunningServer, content_type: str) -> None:
    answer = server.request("POST", "/body", f"Content-Type: {content_type}", body=b"{}")
    assert (answer.status, answer.headers["accept"]) == (415, "application/vc, application/json")


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "latin1"])
def test_json_in_another_charset_can_not_be_read(server: RunningServer, charset: str) -> None:
    answer = server.request("POST", "/body", f"Content-Type: application/json; charset={charset}", body=b"{}")
    assert (answer.status, PARSING_ERROR.encode() in answer.body) == (400, True)


def test_a_compressed_body_is_415(server: RunningServer) -> None:
    answer = server.request("POST", "/body", "Content-Type: application/json", "Content-Encoding: gzip", body=b"{}")
    assert (answer.status, answer.headers["accept-encoding"]) == (415, "identity")


def test_an_empty_body_needs_no_type(server: RunningServer) -> None:
    assert server.request("POST", "/body").body == b"0 application/vc"


def test_a_body_that_can_only_be_small_is_not_read_when_it_is_large(server: RunningServer) -> None:
    body = b" " * 70_000
    assert server.request("POST", "/small", "Content-Type: application/json", body=body).status == 413
    assert server.request("POST", "/small", "Content-Type: application/json", body=body[:65_536]).status == 200
