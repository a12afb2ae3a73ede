"""How every page is answered: for whom, in which language, under which policy, and kept by nobody."""

from collections.abc import Mapping

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from app.web.languages import Language, choose

# Everything comes from this service; no inline script or style; nobody may frame a verdict.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NEGOTIATED = "Accept, Accept-Language"
PRIVATE = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store"}


def reader(request: Request) -> Language:
    """The language that was asked for, or that the browser would like best."""
    return choose(asked=request.query_params.get("lang"), accept_language=request.headers.get("accept-language"))


def html(page: str, headers: Mapping[str, str] | None = None, *, connects: bool = False) -> HTMLResponse:
    policy = f"{POLICY}; connect-src 'self'" if connects else POLICY
    own = {"Content-Security-Policy": policy, "Vary": _NEGOTIATED, "Cache-Control": "no-store", **(headers or {})}
    return HTMLResponse(page.encode("utf-8", "replace"), headers=own)


def json(content: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(content, media_type="application/json", headers={"Vary": "Accept", **(headers or {})})
