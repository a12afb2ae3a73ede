"""A light HTTP/1.1 client that asks the same over a few connections, and notes how long each answer took."""

import asyncio
import time
from dataclasses import dataclass

_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class Load:
    """What was seen: answers a second, and the 99th percentile of how long one took."""

    per_second: float
    p99_ms: float


def request(path: str, body: bytes, *, port: int, headers: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def measured(asked: bytes, *, port: int, status: int, connections: int, seconds: float) -> Load:
    """Raises AssertionError where an answer has another status."""
    return asyncio.run(_measured(asked, port=port, status=status, connections=connections, seconds=seconds))


def one(asked: bytes, *, port: int, status: int) -> bytes:
    """The content of one answer."""
    return asyncio.run(_one(asked, port=port, status=status))


async def _one(asked: bytes, *, port: int, status: int) -> bytes:
    loop = asyncio.get_running_loop()
    transport, asking = await loop.create_connection(lambda: _Asking(asked, b"%d" % status), "127.0.0.1", port)
    asking.until = time.perf_counter()
    asking.begin()
    await asking.ended
    transport.close()
    return asking.content


async def _measured(asked: bytes, *, port: int, status: int, connections: int, seconds: float) -> Load:
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Asking(asked, b"%d" % status), "127.0.0.1", port)
        for _ in range(connections)
    ]
    began = time.perf_counter()
    for _, asking in made:
        asking.until = began + seconds
        asking.begin()
    await asyncio.gather(*(asking.ended for _, asking in made))
    took = time.perf_counter() - began
    times = sorted(each for _, asking in made for each in asking.times)
    for transport, _ in made:
        transport.close()
    return Load(per_second=len(times) / took, p99_ms=times[int(len(times) * 0.99)] * 1000)


class _Asking(asyncio.Protocol):
    """One connection: the next request is sent when the last was answered, until the time is up."""

    def __init__(self, asked: bytes, status: bytes) -> None:
        self._asked = asked
        self._start = b"HTTP/1.1 " + status
        self._received = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.until = 0.0
        self.times: list[float] = []
        self.content = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def begin(self) -> None:
        assert self._transport is not None
        self._sent_at = time.perf_counter()
        self._transport.write(self._asked)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, content = self._received.partition(_END_OF_HEAD)
        if not end or len(content) < _length(head):
            return
        if not head.startswith(self._start):
            self.ended.set_exception(AssertionError(self._received.decode(errors="replace")[:2000]))
            return
        now = time.perf_counter()
        self.times.append(now - self._sent_at)
        self._received, self.content = b"", content
        if now < self.until:
            self.begin()
        else:
            self.ended.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(AssertionError(f"the connection ended: {exc}"))


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
