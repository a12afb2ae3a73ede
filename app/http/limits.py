"""How large a request may be and how long it may take, counted as its bytes come in."""

import asyncio
import contextlib
from collections import Counter
from typing import Final

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.forms import MULTIPART, URLENCODED
from app.http.methods import METHODS
from app.http.negotiation import HttpRefused, Refusal
from app.http.problems import ErrorPage, answer_to, respond

# Each says one thing; of two, one reader would take the first and another the last.
_ONCE: Final = frozenset({b"authorization", b"content-type", b"content-encoding", b"idempotency-key"})

# A client that still sends while its answer is ready is read a little longer: closing at once would reset the
# connection, and the answer would be lost (RFC 9112 §9.6).
_LINGER_SECONDS: Final = 1.0
_LINGER_BYTES: Final = 16 * 1_048_576


class Limits:
    """ASGI: refuses what is too large, too slow or no request, before and while the application reads it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_credential_bytes: int,
        max_form_bytes: int,
        body_timeout_seconds: float,
        request_timeout_seconds: float,
        page: ErrorPage | None = None,
    ) -> None:
        self._app = app
        self._max_credential_bytes = max_credential_bytes
        self._max_form_bytes = max_form_bytes
        self._body_timeout_seconds = body_timeout_seconds
        self._request_timeout_seconds = request_timeout_seconds
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Ranges are never served: a thousand of them cost what one does (RFC 9110 §14.2 lets a server ignore them).
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in {b"range", b"if-range"}]
        exchange = _Exchange(
            scope,
            receive,
            send,
            max_bytes=self._max_bytes(scope),
            body_deadline=asyncio.get_running_loop().time() + self._body_timeout_seconds,
            page=self._page,
        )
        try:
            _check(scope)
            exchange.check_length()
        except HttpRefused as refused:
            await exchange.refuse(refused)
            return
        await self._run(exchange)

    async def _run(self, exchange: "_Exchange") -> None:
        try:
            async with asyncio.timeout(self._request_timeout_seconds) as timeout:
                await self._app(exchange.scope, exchange.receive, exchange.send)
        except Exception as exception:
            if exchange.ended:
                return
            if isinstance(exception, TimeoutError) and timeout.expired():
                exception = HttpRefused(Refusal.TOO_SLOW, "This took too long and was stopped. Try again later.")
            # Starlette answers, then raises all the same; what was answered was logged with its trace already.
            if not exchange.started:
                await exchange.refuse(exception)
            elif not exchange.complete:
                raise _BrokenOff from exception

    def _max_bytes(self, scope: Scope) -> int:
        for name, value in scope["headers"]:
            if name == b"content-type":
                media_type = value.decode("latin-1").partition(";")[0].strip().lower()
                return self._max_form_bytes if media_type in {URLENCODED, MULTIPART} else self._max_credential_bytes
        return self._max_credential_bytes


class _BrokenOff(Exception):  # noqa: N818 - says to the server that the connection must end
    """Half an answer is out; only closing the connection tells the client so."""


class _Exchange:
    """One request and its answer: what came in, what went out, and what has ended it."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        max_bytes: int,
        body_deadline: float,
        page: ErrorPage | None,
    ) -> None:
        self.scope = scope
        self.started = False
        self.complete = False
        self.ended = False
        self._receive = receive
        self._send = send
        self._max_bytes = max_bytes
        self._body_deadline = body_deadline
        self._page = page
        self._received_bytes = 0
        headers = dict(scope["headers"])
        self._expects_continue = b"expect" in headers
        self._length = headers.get(b"content-length", b"0")
        self._received_all = self._length == b"0" and b"transfer-encoding" not in headers

    def check_length(self) -> None:
        if not self._length.isdigit():
            raise HttpRefused(Refusal.MALFORMED, "The Content-Length is no number.")
        if len(self._length) > 20 or int(self._length) > self._max_bytes:
            raise self._too_large()

    async def receive(self) -> Message:
        if self._received_all:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._body_deadline):
                message = await self._receive()
        except TimeoutError:
            slow = HttpRefused(Refusal.TOO_SLOW, "The body did not arrive in time.", headers=(("Connection", "close"),))
            await self.refuse(slow)
            raise slow from None
        if message["type"] == "http.request":
            self._received_bytes += len(message.get("body", b""))
            self._received_all = not message.get("more_body", False)
            if self._received_bytes > self._max_bytes:
                large = self._too_large()
                await self.refuse(large)
                raise large
        return message

    async def send(self, message: Message) -> None:
        if self.ended:
            return
        await self._forward(message)

    async def refuse(self, exception: Exception) -> None:
        """Answers in the application's place; what it may still say is dropped."""
        if self.started or self.ended:
            return
        self.ended = True
        response = respond(answer_to(exception, path=self.scope["path"]), Request(self.scope), self._page)
        await response(self.scope, self._receive, self._forward)

    async def _forward(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            if not self._received_all:
                MutableHeaders(scope=message)["Connection"] = "close"
        elif not message.get("more_body", False):
            self.complete = True
            if not self._received_all and not self._expects_continue:
                await self._send({**message, "more_body": True})
                await self._linger()
                message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def _linger(self) -> None:
        read = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while read < _LINGER_BYTES:
                    message = await self._receive()
                    read += len(message.get("body", b""))
                    if message["type"] != "http.request" or not message.get("more_body", False):
                        return

    def _too_large(self) -> HttpRefused:
        return HttpRefused(
            Refusal.TOO_LARGE, f"The body is larger than {self._max_bytes:,} bytes.", headers=(("Connection", "close"),)
        )


def _check(scope: Scope) -> None:
    if scope["method"] not in METHODS:
        raise HttpRefused(
            Refusal.METHOD, "No address here takes that method.", headers=(("Allow", ", ".join(sorted(METHODS))),)
        )
    counted = Counter(name for name, _ in scope["headers"])
    for name in _ONCE:
        if counted[name] > 1:
            raise HttpRefused(Refusal.MALFORMED, f"The header {name.decode().title()} stands more than once.")
    names = counted.keys()
    # RFC 9112 §6.1: both together are how a request is smuggled past a proxy; HTTP/1.0 has no transfer codings.
    if b"transfer-encoding" in names and (b"content-length" in names or scope["http_version"] == "1.0"):
        raise HttpRefused(
            Refusal.MALFORMED,
            "The request says in two ways how long it is: send Content-Length or Transfer-Encoding.",
            headers=(("Connection", "close"),),
        )
