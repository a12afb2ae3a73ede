"""The socket: clients that are slow, many, or do not speak HTTP as one should."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.http.server import CannotListen, listen
from app.settings import Settings
from tests.http_server import RunningServer, read_answer, running
from tests.unit.http.application import application

ROOT = Path(__file__).resolve().parents[3]
HASTY = Settings(
    header_timeout_seconds=0.5, body_timeout_seconds=0.5, keep_alive_seconds=1, request_timeout_seconds=2.0
)


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running(application()) as started:
        yield started


@pytest.fixture(scope="module")
def hasty() -> Iterator[RunningServer]:
    with running(application(), HASTY) as started:
        yield started


# Attack P13: each is one request to one reader and another to the next.
SMUGGLED = {
    "both lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "a list of lengths": b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 5\r\n\r\nabcde",
    "a signed length": b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nabcd",
    "a length in hexadecimal": b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\nabcd",
    "a folded header": b"GET /client HTTP/1.1\r\nHost: a\r\nX-A: b\r\n Content-Length: 5\r\n\r\n",
    "a bare line feed": b"GET /client HTTP/1.1\nHost: a\n\n",
    "one bare line feed": b"GET /client HTTP/1.1\r\nHost: a\r\nX: y\nZ: w\r\n\r\n",
    "a space before the colon": b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "an unknown coding": b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a disguised coding": b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": b"POST /body HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two hosts": b"GET /client HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"GET /client HTTP/1.1\r\n\r\n",
    "a NUL": b"GET /client HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
}


@pytest.mark.parametrize("request_", SMUGGLED.values(), ids=SMUGGLED)
def test_a_request_that_two_servers_would_read_differently_is_refused(server: RunningServer, request_: bytes) -> None:
    answer = server.send(request_)
    assert (answer.status, answer.headers["content-type"], answer.closed) == (400, "application/problem+json", True)


@pytest.mark.parametrize(
    "chunks",
    [b"3\r\nabcXX0\r\n\r\n", b"-3\r\nabc\r\n0\r\n\r\n", b"3\nabc\r\n0\r\n\r\n", b"zz\r\n", b"3 \0\r\nabc\r\n"],
)
def test_a_chunk_that_does_not_end_as_it_says_ends_the_connection(server: RunningServer, chunks: bytes) -> None:
    head = b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Type: application/vc\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = server.send(head + chunks)
    assert (answer.status, answer.closed) == (400, True)


def test_a_header_folded_in_a_later_packet_is_refused_too(server: RunningServer) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /client HTTP/1.1\r\nHost: a\r\nX: y\r\n")
        time.sleep(0.1)
        connection.sendall(b" folded\r\n\r\n")
        assert read_answer(connection).status == 400


def test_a_head_in_single_bytes_is_read(server: RunningServer) -> None:
    with server.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"GET /client HTTP/1.1\r\nHost: a\r\n\r\n":
            connection.send(bytes([byte]))
        assert read_answer(connection).status == 200


def test_requests_sent_in_one_go_are_answered_in_turn(server: RunningServer) -> None:
    request = b"GET /client HTTP/1.1\r\nHost: a\r\n"
    received = b""
    with server.connect() as connection:
        connection.sendall((request + b"\r\n") * 2 + request)
        time.sleep(0.1)
        connection.sendall(b"Connection: close\r\n\r\n")
        while chunk := connection.recv(65_536):
            received += chunk
    assert received.count(b"HTTP/1.1 200 OK") == 3


def test_a_head_that_is_too_large_is_refused(server: RunningServer) -> None:
    answer = server.send(b"GET /client HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 40_000 + b"\r\n\r\n")
    assert (answer.status, answer.closed) == (431, True)


def test_a_head_that_drips_is_ended_in_time(hasty: RunningServer) -> None:
    began = time.monotonic()
    with hasty.connect() as connection:
        answers = threading.Thread(target=_drip, args=(connection, b"GET / HTTP/1.1\r\nHost: a\r\nX: yyyyyyyyyyyyyy"))
        answers.start()
        answer = read_answer(connection)
        answers.join()
    assert (answer.status, answer.closed, time.monotonic() - began < 3) == (408, True, True)


def _drip(connection: socket.socket, data: bytes) -> None:
    try:
        for byte in data:
            connection.send(bytes([byte]))
            time.sleep(0.1)
    except OSError:
        return


def test_a_connection_that_says_nothing_is_closed(hasty: RunningServer) -> None:
    with hasty.connect() as connection:
        connection.settimeout(3)
        assert connection.recv(1) == b""


def test_a_second_request_that_drips_is_ended_in_time(hasty: RunningServer) -> None:
    with hasty.connect() as connection:
        connection.sendall(b"GET /client HTTP/1.1\r\nHost: a\r\n\r\n")
        read_answer(connection)
        connection.settimeout(3)
        connection.sendall(b"GET /cl")
        assert read_answer(connection).status == 408


def test_a_body_that_drips_is_ended_in_time(hasty: RunningServer) -> None:
    with hasty.connect() as connection:
        connection.sendall(
            b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Type: application/vc\r\nContent-Length: 100\r\n\r\n{"
        )
        connection.settimeout(5)
        answer = read_answer(connection)
    assert (answer.status, json.loads(answer.body)["detail"]) == (408, "The body did not arrive in time.")


def test_a_body_that_drips_after_its_answer_ends_the_connection(hasty: RunningServer) -> None:
    began = time.monotonic()
    with hasty.connect() as connection:
        connection.sendall(b"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{")
        connection.settimeout(10)
        while connection.recv(65_536):
            connection.send(b" ")
    assert time.monotonic() - began < 5


def test_an_answer_that_nobody_reads_is_given_up(hasty: RunningServer) -> None:
    with hasty.connect() as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(2.5)
        connection.settimeout(5)
        received = 0
        try:
            while chunk := connection.recv(1_048_576):
                received += len(chunk)
        except ConnectionError:
            pass
    assert received < 30_000_000


def test_an_answer_that_is_read_at_once_comes_whole(hasty: RunningServer) -> None:
    assert len(hasty.get("/large").body) == 30_000_000


def test_two_hundred_slow_clients_do_not_hold_up_another() -> None:
    with running(application(), Settings(header_timeout_seconds=3.0, max_connections_per_client=300)) as server:
        slow = [server.connect() for _ in range(200)]
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        began = time.monotonic()
        statuses = {server.get("/client").status for _ in range(3)}
        for connection in slow:
            connection.close()
    # Each `get` waits 0.2 s for a close that does not come.
    assert (statuses, time.monotonic() - began < 2.5) == ({200}, True)


def test_one_connection_too_many_is_told_so() -> None:
    with running(application(), Settings(max_connections=3)) as server:
        held = [server.connect() for _ in range(3)]
        time.sleep(0.1)
        answer = server.send(b"")
        for connection in held:
            connection.close()
    assert (answer.status, answer.headers["retry-after"], answer.closed) == (503, "1", True)


TWO_EACH = Settings(max_connections_per_client=2, keep_alive_seconds=30)


@contextmanager
def holding(server: RunningServer, number: int, *, source: str = "127.0.0.1") -> Iterator[None]:
    """So many connections of one address, each answered once and kept."""
    with ExitStack() as held:
        for _ in range(number):
            held.enter_context(_admitted(server, source))
        yield


def _admitted(server: RunningServer, source: str) -> socket.socket:
    """Within some seconds: what a client has closed, the server learns a moment later."""
    for _ in range(50):
        connection = server.connect(source=source)
        connection.sendall(b"GET /client HTTP/1.1\r\nHost: a\r\n\r\n")
        if read_answer(connection).status == 200:
            return connection
        connection.close()
        time.sleep(0.05)
    raise AssertionError("nobody was let in")


def test_one_connection_too_many_of_one_address_is_told_so() -> None:
    with running(application(), TWO_EACH) as server, holding(server, 2):
        answer = server.send(b"")
    assert (answer.status, answer.headers["retry-after"], answer.closed) == (429, "1", True)
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_one_address_holds_does_not_count_for_another() -> None:
    with running(application(), TWO_EACH) as server, holding(server, 2, source="127.0.0.2"):
        assert server.get("/client").status == 200


def test_a_connection_that_ended_is_not_counted_any_more() -> None:
    with running(application(), TWO_EACH) as server:
        for _ in range(3):
            with holding(server, 2):
                assert server.send(b"").status == 429


def test_a_turned_away_connection_takes_no_place() -> None:
    with running(application(), TWO_EACH) as server:
        with holding(server, 2):
            assert [server.send(b"").status for _ in range(4)] == [429] * 4
        with holding(server, 2):
            assert server.send(b"").status == 429


def test_a_trusted_proxy_may_hold_as_many_as_there_are() -> None:
    proxied = replace(TWO_EACH, trusted_proxies=("127.0.0.0/8",))
    with running(application(), proxied) as server, holding(server, 10):
        assert server.get("/client").status == 200


def test_a_proxy_that_is_not_trusted_is_not_believed(server: RunningServer) -> None:
    assert server.get("/client", "X-Forwarded-For: 203.0.113.9").body == b'"127.0.0.1"'


def test_a_trusted_proxy_says_who_the_client_is() -> None:
    with running(application(), Settings(trusted_proxies=("127.0.0.1",))) as server:
        assert server.get("/client", "X-Forwarded-For: 198.51.100.7, 203.0.113.9").body == b'"203.0.113.9"'


def test_an_upgrade_that_is_not_offered_is_ignored(server: RunningServer) -> None:
    assert server.get("/client", "Connection: Upgrade", "Upgrade: websocket").status == 200


def test_a_port_that_is_taken_is_said_so(server: RunningServer) -> None:
    with pytest.raises(CannotListen, match=f"Port {server.port} on 127.0.0.1 is taken"):
        listen("127.0.0.1", server.port)


def test_an_address_that_is_not_ours_is_said_so() -> None:
    with pytest.raises(CannotListen, match="Set HOST"):
        listen("203.0.113.1", 8000)


SERVE = (
    "import asyncio, sys; from app.http.server import listen, make_server; from app.settings import Settings\n"
    "from tests.unit.http.application import application\n"
    "server = make_server(application(), Settings())\n"
    "asyncio.run(server.serve(sockets=[listen('127.0.0.1', int(sys.argv[1]))]))\n"
    "print('closed')"
)


def test_a_request_that_was_begun_is_answered_though_the_server_is_told_to_stop() -> None:
    probe = listen("127.0.0.1", 0)
    port = probe.getsockname()[1]
    probe.close()
    with subprocess.Popen([sys.executable, "-c", SERVE, str(port)], stderr=subprocess.PIPE, cwd=ROOT) as process:
        server = RunningServer("127.0.0.1", port)
        connection = _connect_when_ready(server)
        connection.sendall(
            b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Type: application/vc\r\nContent-Length: 2\r\n\r\n{"
        )
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(b"}")
        answer = read_answer(connection)
        connection.close()
        process.wait(timeout=10)
    assert answer.body == b"2 application/vc"


@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_returns_to_its_caller(signal_: signal.Signals) -> None:
    probe = listen("127.0.0.1", 0)
    port = probe.getsockname()[1]
    probe.close()
    with subprocess.Popen([sys.executable, "-c", SERVE, str(port)], stdout=subprocess.PIPE, cwd=ROOT) as process:
        _connect_when_ready(RunningServer("127.0.0.1", port)).close()
        process.send_signal(signal_)
        output, _ = process.communicate(timeout=10)
    assert (process.returncode, output) == (0, b"closed\n")


def _connect_when_ready(server: RunningServer) -> socket.socket:
    """One that listens does not yet heed signals; one that answered does."""
    for _ in range(200):
        try:
            assert server.get("/client").status == 200
            return server.connect()
        except ConnectionError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")


def test_the_log_has_the_route_and_not_the_token(server: RunningServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="testamur.request"):
        server.get("/claim/canary-token?lang=canary-query", "User-Agent: canary-agent")
    record = caplog.records[-1]
    assert (record.__dict__["route"], record.__dict__["status"], "canary" in str(record.__dict__)) == (
        "/claim/{token}",
        200,
        False,
    )
