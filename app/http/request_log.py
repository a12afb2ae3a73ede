"""What is written of a request: one line of JSON, with the route's template, never the path, the client or the body."""

import json
import logging
import time
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.methods import METHODS
from app.http.problems import trace

logger = logging.getLogger("testamur.request")

_FIELDS = ("method", "route", "status", "milliseconds", "instance", "trace")


class RequestLog:
    """ASGI: logs each request once its answer is out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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

        try:
            await self._app(scope, receive, noting)
        finally:
            # A path may hold a claim link's token; the template that matched it can't.
            route = getattr(scope.get("route"), "path", None)
            logger.info(
                "request",
                extra={
                    "method": scope["method"] if scope["method"] in METHODS else "unknown",
                    "route": route,
                    "status": status,
                    "milliseconds": round((time.perf_counter() - began) * 1000, 1),
                },
            )


class JsonLines(logging.Formatter):
    """A record as one line of ASCII JSON: a line break or an escape sequence in a value stays a value."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update({name: getattr(record, name) for name in _FIELDS if hasattr(record, name)})
        if record.exc_info and record.exc_info[1] is not None:
            line["trace"] = trace(record.exc_info[1])
        return json.dumps(line, default=str)
