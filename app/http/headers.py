"""What every answer says to browsers: security headers, and who may read it from another site.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

import re
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing of an API's answer is to be run, framed or remembered. A page sets its own policy; what may be kept, says so.
_DEFAULTS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)

# What anyone may read, from any site and without credentials: there is nothing in it that is not public.
_PUBLIC = re.compile(
    r"/(?:status-lists|token-status-lists|contexts|schemas)/[^/]+"
    r"|/issuers/[^/]+/did\.json"
    r"|/\.well-known/(?:did\.json|jwt-vc-issuer(?:/issuers/[^/]+)?)"
    r"|/openapi\.json"
    r"|/credentials/(?:verify|derive)"
)
_PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, HEAD, POST"),
    (b"access-control-allow-headers", b"accept, content-type"),
    (b"access-control-max-age", b"86400"),
)


class Headers:
    """ASGI: adds what an answer did not say itself, and answers the preflight of a public resource."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        public = _PUBLIC.fullmatch(scope["path"]) is not None

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _DEFAULTS:
                    headers.setdefault(name, value)
                headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if public else "same-origin")
                if public:
                    headers["Access-Control-Allow-Origin"] = "*"
            await send(message)

        if public and _is_preflight(scope):
            await send_with_headers({"type": "http.response.start", "status": 204, "headers": list(_PREFLIGHT)})
            await send_with_headers({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, send_with_headers)


def _is_preflight(scope: Scope) -> bool:
    asked = {name for name, _ in scope["headers"]}
    return scope["method"] == "OPTIONS" and {b"origin", b"access-control-request-method"} <= asked


def attachment(filename: str) -> str:
    """`Content-Disposition` for saving under a name in any language (RFC 6266 §4.3, RFC 8187)."""
    ascii_name = "".join(
        character if character.isascii() and character.isprintable() and character not in '"\\%' else "_"
        for character in filename
    )
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(filename, safe='')}"
