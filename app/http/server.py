"""The socket and its time-outs: uvicorn, with the gaps of its HTTP/1.1 closed. The only module that knows it."""

import asyncio
import errno
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.http.client_connections import ClientConnections, TooManyConnections
from app.http.headers import Headers
from app.http.limits import Limits
from app.http.methods import Heads
from app.http.negotiation import HttpRefused, Refusal
from app.http.problems import MEDIA_TYPE, ErrorPage, refusal
from app.http.rate_limit import RateLimit, rules
from app.http.request_log import RequestCounts, RequestLog
from app.ports import Counts, NotCounted
from app.settings import Settings

_LAST_PORT: Final = 65_535
_MAX_HEAD_BYTES: Final = 32_768
# The body's own time-out is `limits`'; the socket's comes after it, so that the answer still gets out.
_GRACE_SECONDS: Final = 3.0
# What a client still sends is read for so long after it was turned away: a reset would lose the answer.
_LINGER_SECONDS: Final = 1.0
# RFC 9112 §2.2 and §5.2: a line that ends in LF alone, and a header folded over lines, are refused.
_BAD_LINE: Final = re.compile(rb"(?<!\r)\n|\n[ \t]")
_END_OF_HEAD: Final = b"\r\n\r\n"

# Why a connection is answered on the socket itself.
TURNED_AWAY: Final = frozenset(
    {Refusal.BUSY, Refusal.TOO_MANY, Refusal.MALFORMED, Refusal.HEADERS_TOO_LARGE, Refusal.TOO_SLOW}
)


class CannotListen(Exception):  # noqa: N818 - like Refused
    """The address can't be had. `free_port` is one to try instead, where another program has the port."""

    def __init__(self, why: str, *, free_port: int | None = None) -> None:
        super().__init__(why)
        self.free_port = free_port


def guarded(
    app: ASGIApp, settings: Settings, *, page: ErrorPage | None = None, counts: RequestCounts | None = None
) -> ASGIApp:
    """The application behind everything that stands before it; the log outermost, so that it sees what was refused."""
    limited = Limits(
        RateLimit(Heads(app), rules=rules(settings), page=page),
        max_credential_bytes=settings.max_credential_bytes,
        max_form_bytes=settings.max_form_bytes,
        body_timeout_seconds=settings.body_timeout_seconds,
        request_timeout_seconds=settings.request_timeout_seconds,
        page=page,
    )
    return RequestLog(Headers(limited), counts=counts)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CannotListen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(f"{host} is no address of this machine ({error.strerror}). Set HOST to another.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            taken = f"Port {port} on {host} is taken by another program."
            raise CannotListen(taken, free_port=port + 1 if port < _LAST_PORT else port - 1) from error
        raise CannotListen(f"Can't listen on {host} port {port}: {error.strerror}. Set HOST or PORT.") from error
    listener.setblocking(False)
    return listener


def make_server(
    app: ASGIApp,
    settings: Settings,
    *,
    page: ErrorPage | None = None,
    counts: RequestCounts | None = None,
    hears_signals: bool = True,
) -> uvicorn.Server:
    """The server, not yet running: `await make_server(…).serve(sockets=[listen(…)])`.

    Of two in one process, one hears the signals, and the other is told by `should_exit`.
    """

    numbers = counts or NotCounted()

    class Protocol(GuardedProtocol):
        limits = settings
        counts = numbers
        clients = ClientConnections(most=settings.max_connections_per_client, trusted_proxies=settings.trusted_proxies)

    config = Config(
        guarded(app, settings, page=page, counts=counts),
        http=Protocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=int(settings.request_timeout_seconds) + 1,
        h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
    )
    return _Server(config) if hears_signals else _Deaf(config)


class _Server(uvicorn.Server):
    """Stops on a signal and returns. uvicorn's own raises the signal again, before its caller could close anything."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal lets what was begun end; a second Ctrl-C does not wait for it."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


class _Deaf(_Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class GuardedProtocol(H11Protocol):
    """HTTP/1.1 in which no client may take its time: head, body and answer each have a deadline on the socket."""

    limits: Settings
    clients: ClientConnections
    counts: Counts

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._turned_away = False
        self._counted_for: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.max_connections:
            busy = HttpRefused(Refusal.BUSY, "Too many connections. Try again.", headers=(("Retry-After", "1"),))
            self._turn_away(busy, linger=False)
            return
        try:
            self._counted_for = self.clients.admit(self.client[0] if self.client else "")
        except TooManyConnections:
            detail = f"More than {self.limits.max_connections_per_client} connections from one address."
            many = HttpRefused(Refusal.TOO_MANY, detail, headers=(("Retry-After", "1"),))
            self._turn_away(many, linger=False)
            return
        self._arm("head", self.limits.header_timeout_seconds, self._head_too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        for name in list(self._timers):
            self._disarm(name)
        if self._counted_for is not None:
            self.clients.left(self._counted_for)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._turned_away:
            return
        if self.conn.their_state is h11.IDLE:
            if not self.transport.get_write_buffer_size():
                self._disarm("answer")
            self._arm("head", self.limits.header_timeout_seconds, self._head_too_slow)
            if not self._head_is_sound(data):
                return
        super().data_received(data)
        self._watch_body()

    def _head_is_sound(self, data: bytes) -> bool:
        """h11 unfolds folded headers and takes bare line feeds; a server in front of us may not read them alike."""
        known = self.conn.trailing_data[0]
        head = (known + data).partition(_END_OF_HEAD)[0]
        if _BAD_LINE.search(head, max(0, len(known) - 1)):
            self._turn_away(HttpRefused(Refusal.MALFORMED, "The request's head is not in lines that end in CR LF."))
            return False
        if len(head) > _MAX_HEAD_BYTES:
            large = HttpRefused(Refusal.HEADERS_TOO_LARGE, f"The head is larger than {_MAX_HEAD_BYTES:,} bytes.")
            self._turn_away(large)
            return False
        return True

    def _watch_body(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._disarm("head")
        if self.conn.their_state is h11.SEND_BODY:
            self._arm("body", self.limits.body_timeout_seconds + _GRACE_SECONDS, self.transport.abort)
        else:
            self._disarm("body")

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._disarm("answer")
        if self.transport.get_write_buffer_size():
            self._arm("answer", self.limits.body_timeout_seconds, self.transport.abort)
        if not self.transport.is_closing():
            self._watch_body()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._arm("answer", self.limits.body_timeout_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._disarm("answer")

    def send_400_response(self, msg: str) -> None:
        self._turn_away(HttpRefused(Refusal.MALFORMED, "This is not an HTTP request that can be read."))

    def _unsupported_upgrade_warning(self) -> None:
        """An upgrade that is not offered is ignored (RFC 9110 §7.8); it is not worth a line each."""

    def _head_too_slow(self) -> None:
        if not self.conn.trailing_data[0]:
            self.transport.close()
            return
        self._turn_away(HttpRefused(Refusal.TOO_SLOW, "The request's head did not arrive in time."))

    def _turn_away(self, refused: HttpRefused, *, linger: bool = True) -> None:
        """Answers on the socket itself, as no application has seen the request, and closes it."""
        self._turned_away = True
        self.counts.add(refused.kind)
        if isinstance(self.cycle, RequestResponseCycle):
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.abort()
            return
        answer = refusal(refused)
        content = answer.as_json()
        headers = [
            ("Content-Type", MEDIA_TYPE),
            ("Content-Length", str(len(content))),
            ("Connection", "close"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *answer.headers,
        ]
        response = h11.Response(status_code=answer.status, headers=headers, reason=answer.title)
        for event in (response, h11.Data(data=content), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self._arm("answer", self.limits.body_timeout_seconds, self.transport.abort)
        if linger and self.transport.can_write_eof():
            self.transport.write_eof()
            self._arm("linger", _LINGER_SECONDS, self.transport.close)
        else:
            self.transport.close()

    def _arm(self, name: str, seconds: float, then: Any) -> None:
        """A deadline counts from when it was first set: what comes in meanwhile does not move it."""
        if name not in self._timers:
            self._timers[name] = self.loop.call_later(seconds, then)

    def _disarm(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
