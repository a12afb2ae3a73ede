"""An application on a real socket, behind all that stands before it in production; and raw bytes to send it."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp

from app.http.problems import ErrorPage
from app.http.request_log import RequestCounts
from app.http.server import listen, make_server
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: read until the server closed, or until the answer was complete."""

    status: int
    headers: dict[str, str]
    body: bytes
    closed: bool


@dataclass(frozen=True, slots=True)
class RunningServer:
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def connect(self, *, source: str = "127.0.0.1") -> socket.socket:
        """A connection from one of loopback's addresses."""
        return socket.create_connection((self.host, self.port), timeout=10, source_address=(source, 0))

    def send(self, data: bytes, *, seconds: float = 10.0) -> Answered:
        """Sends bytes as they are and reads one answer; whether the server then closes is waited for 0.2 s."""
        with self.connect() as connection:
            connection.settimeout(seconds)
            connection.sendall(data)
            return read_answer(connection)

    def get(self, path: str, *headers: str) -> Answered:
        return self.request("GET", path, *headers)

    def request(self, method: str, path: str, *headers: str, body: bytes = b"") -> Answered:
        lines = [f"{method} {path} HTTP/1.1", "Host: testamur.example", *headers]
        if body or method in {"POST", "PUT"}:
            lines.append(f"Content-Length: {len(body)}")
        return self.send("\r\n".join([*lines, "", ""]).encode() + body)


def read_answer(connection: socket.socket) -> Answered:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65_536)
        if not chunk:
            return Answered(0, {}, received, closed=True)
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    content = bytearray(body)
    while len(content) < length and (chunk := connection.recv(1_048_576)):
        content += chunk
    return Answered(int(status_line.split(" ")[1]), headers, bytes(content), closed=_is_closed(connection))


def _is_closed(connection: socket.socket) -> bool:
    connection.settimeout(0.2)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


@contextmanager
def running(
    app: ASGIApp,
    settings: Settings | None = None,
    *,
    page: ErrorPage | None = None,
    counts: RequestCounts | None = None,
) -> Iterator[RunningServer]:
    """Runs `app` as `serve` does, on a free port of loopback."""
    listener = listen("127.0.0.1", 0)
    host, port = listener.getsockname()
    server = make_server(app, settings or Settings(), page=page, counts=counts)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not server.started and time.monotonic() < deadline and thread.is_alive():
            time.sleep(0.005)
        yield RunningServer(host, port)
    finally:
        server.should_exit = True
        thread.join(timeout=15)
        listener.close()
