"""What is kept of a request: its number, and one line with the route's template; never the path, client or body."""

import logging
import time
from typing import Protocol
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.log_lines import reference
from app.http.methods import METHODS
from app.ports import Counts

logger = logging.getLogger("testamur.request")


class RequestCounts(Counts, Protocol):
    """Who counts requests. `route` is a template of ours, or "none"; a status of 0 is a client that went away."""

    def begun(self) -> None: ...

    def ended(self, *, method: str, route: str, status: int, seconds: float) -> None: ...


class RequestLog:
    """ASGI: gives each request its number, and logs and counts it once its answer is out."""

    def __init__(self, app: ASGIApp, *, counts: RequestCounts | None = None) -> None:
        self._app = app
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        numbered = reference.set(str(uuid4()))
        if self._counts:
            self._counts.begun()
        try:
            await self._app(scope, receive, noting)
        finally:
            self._note(scope, status, time.perf_counter() - began)
            reference.reset(numbered)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # A path may hold a claim link's token; the template that matched it can't.
        route = getattr(scope.get("route"), "path", None)
        method = scope["method"] if scope["method"] in METHODS else "unknown"
        logger.info(
            "request",
            extra={"method": method, "route": route, "status": status, "duration_ms": round(seconds * 1000, 1)},
        )
        if self._counts:
            self._counts.ended(method=method, route=route or "none", status=status, seconds=seconds)
