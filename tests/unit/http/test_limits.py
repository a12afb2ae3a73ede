"""How much a request may be, and what every answer says."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import Settings
from tests.http_server import Answered, RunningServer, read_answer, running
from tests.unit.http.application import application

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    settings = Settings(max_credential_bytes=1_000, max_form_bytes=2_000, request_timeout_seconds=0.5)
    with running(application(), settings) as started:
        yield started


def post(server: RunningServer, size: int, *, path: str = "/body", media_type: str = "application/vc") -> Answered:
    return server.request("POST", path, f"Content-Type: {media_type}", body=b"a" * size)


def chunked(server: RunningServer, size: int, *, path: str = "/body") -> Answered:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/vc\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"100\r\n" + b"a" * 256 + b"\r\n"
    return server.send(head.encode() + piece * (size // 256) + b"0\r\n\r\n")


def test_a_body_of_exactly_the_limit_is_taken(server: RunningServer) -> None:
    assert post(server, 1_000).body == b"1000 application/vc"


def test_a_body_one_byte_too_large_is_413_and_the_connection_ends(server: RunningServer) -> None:
    answer = post(server, 1_001)
    assert (answer.status, answer.headers["connection"], answer.closed) == (413, "close", True)


def test_a_body_that_does_not_say_how_long_it_is_is_counted(server: RunningServer) -> None:
    answer = chunked(server, 2_048)
    assert (answer.status, answer.closed) == (413, True)


def test_chunks_within_the_limit_are_taken(server: RunningServer) -> None:
    assert chunked(server, 768).body == b"768 application/vc"


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "Multipart/Form-Data; boundary=x"])
def test_a_form_has_a_limit_of_its_own(server: RunningServer, media_type: str) -> None:
    assert [post(server, size, path="/unread", media_type=media_type).status for size in (1_500, 2_001)] == [200, 413]


def test_an_answer_to_a_body_that_nobody_read_arrives_whole(server: RunningServer) -> None:
    answer = chunked(server, 100_096, path="/unread")
    assert (answer.body, answer.headers["connection"]) == (b"I did not read it", "close")


def test_a_length_of_a_thousand_digits_is_too_large(server: RunningServer) -> None:
    head = b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 1_000 + b"\r\n\r\n"
    assert server.send(head).status in {400, 413}


def test_a_client_that_waits_for_leave_to_send_too_much_is_not_given_it(server: RunningServer) -> None:
    head = b"POST /body HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n"
    began = time.monotonic()
    assert (server.send(head).status, time.monotonic() - began < 0.9) == (413, True)


def test_what_takes_too_long_is_ended_with_408(server: RunningServer) -> None:
    answer = server.get("/slow")
    assert (answer.status, answer.headers["content-type"]) == (408, "application/problem+json")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "GETT"])
def test_a_method_that_is_not_known_is_405(server: RunningServer, method: str) -> None:
    answer = server.request(method, "/client")
    assert (answer.status, "GET" in answer.headers["allow"]) == (405, True)


def test_a_method_that_an_address_does_not_take_is_405_and_says_which_it_takes(server: RunningServer) -> None:
    answer = server.request("DELETE", "/client")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_thousand_ranges_get_the_whole_at_once(server: RunningServer) -> None:
    ranges = ",".join(f"{each}-{each + 1}" for each in range(2_000))
    began = time.monotonic()
    answer = server.get("/status-lists/1", f"Range: bytes={ranges}")
    assert (answer.status, len(answer.body), time.monotonic() - began < 1) == (200, 20_000, True)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc to know a process's peak")
def test_a_large_body_costs_no_memory() -> None:
    code = (
        "import asyncio, sys; from app.http.server import listen, make_server; from app.settings import Settings\n"
        "from tests.unit.http.application import application\n"
        "listener = listen('127.0.0.1', 0); print(listener.getsockname()[1], flush=True)\n"
        "asyncio.run(make_server(application(), Settings()).serve(sockets=[listener]))\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        server = RunningServer("127.0.0.1", int(process.stdout.readline()))
        server.get("/client")
        before = _memory(process.pid, "VmRSS")
        status = _send_200_megabytes(server)
        peak = _memory(process.pid, "VmHWM")
        process.terminate()
    assert (status, peak - before < 8_000_000) == (413, True)


def _send_200_megabytes(server: RunningServer) -> int:
    with server.connect() as connection:
        connection.sendall(b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b"100000\r\n" + bytes(1_048_576) + b"\r\n"
        try:
            for _ in range(200):
                connection.sendall(piece)
        except ConnectionError:
            pass
        return read_answer(connection).status


def _memory(pid: int, what: str) -> int:
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1_024


def test_every_answer_says_how_to_treat_it(server: RunningServer) -> None:
    wanted = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cache-control": "no-store",
        "cross-origin-resource-policy": "same-origin",
    }
    for answer in (server.get("/client"), server.get("/nothing"), post(server, 5_000), server.get("/raise/bug")):
        assert {name: answer.headers.get(name) for name in wanted} == wanted


def test_what_an_answer_says_itself_stands(server: RunningServer) -> None:
    assert server.get("/status-lists/1").headers["cache-control"] == "public, max-age=60"


def test_what_is_public_may_be_read_from_any_site_without_credentials(server: RunningServer) -> None:
    headers = server.get("/status-lists/1", "Origin: https://evil.example").headers
    assert (headers["access-control-allow-origin"], headers.get("access-control-allow-credentials")) == ("*", None)


def test_what_is_not_public_may_not(server: RunningServer) -> None:
    assert "access-control-allow-origin" not in server.get("/client", "Origin: https://evil.example").headers


def test_a_preflight_of_the_verifier_is_answered(server: RunningServer) -> None:
    answer = server.request(
        "OPTIONS", "/credentials/verify", "Origin: https://wallet.example", "Access-Control-Request-Method: POST"
    )
    assert (answer.status, answer.headers["access-control-allow-methods"]) == (204, "GET, HEAD, POST")


def test_a_preflight_of_anything_else_is_not(server: RunningServer) -> None:
    answer = server.request("OPTIONS", "/client", "Origin: https://evil.example", "Access-Control-Request-Method: GET")
    assert (answer.status, answer.headers.get("access-control-allow-origin")) == (405, None)


def test_no_answer_names_the_server_software(server: RunningServer) -> None:
    assert "server" not in server.get("/client").headers


def test_a_client_over_its_rate_is_429_and_told_when_to_come_again() -> None:
    with running(application(), Settings(claim_per_minute=2)) as server:
        statuses = [server.get("/claim/a").status for _ in range(2)]
        answer = server.get("/claim/b")
    assert [*statuses, answer.status, answer.headers["retry-after"]] == [200, 200, 429, "30"]


def test_a_limited_answer_says_what_is_left() -> None:
    with running(application(), Settings(claim_per_minute=3)) as server:
        headers = server.get("/claim/a").headers
    assert (headers["ratelimit-policy"], headers["ratelimit"]) == ('"claim";q=3;w=60', '"claim";r=2;t=20')


def test_a_limit_that_answers_is_problem_details() -> None:
    with running(application(), Settings(verify_per_minute=1)) as server:
        server.request("POST", "/verify")
        assert json.loads(server.request("POST", "/verify").body)["status"] == 429


def test_the_log_of_a_process_is_one_line_of_json_a_request() -> None:
    code = (
        "import asyncio; from app.http.server import listen, make_server\n"
        "from app.http.log_lines import configure_logging\n"
        "from app.settings import Settings; from tests.unit.http.application import application\n"
        "configure_logging()\n"
        "listener = listen('127.0.0.1', 0); print(listener.getsockname()[1], flush=True)\n"
        "asyncio.run(make_server(application(), Settings()).serve(sockets=[listener]))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        server = RunningServer("127.0.0.1", int(process.stdout.readline()))
        for path in ("/claim/canary%0A%1b[31m", "/raise/bug", "/half", "/canary", "/raise/signing"):
            server.get(path, "Accept: canary", "X-Forwarded-For: canary")
        server.request("CANARY", "/canary", body=b"canary")
        process.terminate()
        lines = process.stderr.read().decode().splitlines()
    logged = [json.loads(line) for line in lines]
    assert "canary" not in "".join(lines).lower()
    assert sum(each["event"] == "request" for each in logged) == 6
