"""Methods of an address: HEAD is answered wherever GET is, and what an address does not take is told all that it takes.

https://www.rfc-editor.org/rfc/rfc9110 §9.3.2 and §15.5.6
"""

from collections.abc import Iterable
from typing import Final

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Heads:
    """ASGI: asks the application for GET where the client asked for HEAD, and keeps the content back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, head)
        finally:
            # The log tells a request by its route's template.
            scope["route"] = asked.get("route")


def allowed(routes: Iterable[BaseRoute], scope: Scope) -> str:
    """The `Allow` of an address, whichever of its routes answered."""
    taken = {method for method in METHODS for route in routes if _takes(route, {**scope, "method": method})}
    return ", ".join(sorted(taken | {"HEAD"} if "GET" in taken else taken))


def _takes(route: BaseRoute, scope: Scope) -> bool:
    return route.matches(scope)[0] is Match.FULL
