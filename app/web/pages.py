"""The routes of the pages for people: verify, claim, the front page, static files, and every error as a page."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.core import strict_json
from app.core.problems import GONE, MALFORMED_VALUE_ERROR, NOT_FOUND, PARSING_ERROR, JsonObject, Problem, Refused
from app.http.forms import MULTIPART, URLENCODED, read_form
from app.http.negotiation import read_body, wants_json
from app.http.problems import Answer, ErrorPage
from app.ports import Clock
from app.verifier.report import VerificationReport
from app.web.languages import Language, choose
from app.web.renderer import ClaimOffer, Renderer
from app.web.static_files import StaticFiles

CREDENTIAL_TYPES = ("application/vc", "application/json", "application/vc+ld+json", "application/ld+json")

# Everything comes from this service; no inline script or style; nobody may frame a verdict.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NEGOTIATED = "Accept, Accept-Language"
_PRIVATE = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store"}


class Verifies(Protocol):
    async def verify(self, content: bytes, media_type: str, *, now: datetime) -> VerificationReport: ...


class Opens(Protocol):
    async def open(self, token: str, *, now: datetime) -> ClaimOffer: ...


def routes(
    *,
    renderer: Renderer,
    static: StaticFiles,
    verifier: Verifies,
    claims: Opens,
    clock: Clock,
    openapi: Callable[[], JsonObject],
    public_url: str,
    max_form_bytes: int,
) -> APIRouter:
    """All pages. What they need of the service is handed in; they decide nothing."""
    router = APIRouter()
    router.include_router(_front(renderer, static, openapi))
    router.include_router(_verify(renderer, verifier, clock, max_form_bytes=max_form_bytes))
    router.include_router(_claim(renderer, claims, clock, public_url=public_url))
    return router


def error_page(renderer: Renderer) -> ErrorPage:
    """Draws an error for a person; the status code and its headers are `http.problems`' own."""

    def page(request: Request, answer: Answer) -> Response:
        language = _language(request)
        if answer.type == GONE:
            return _html(renderer.render_claim_gone(language=language), _PRIVATE)
        if request.url.path == "/verify" and answer.problems:
            return _html(renderer.render_unreadable(answer.problems, language=language))
        reference = answer.instance.removeprefix("urn:uuid:")[:8] or f"{answer.status}"
        return _html(renderer.render_error(answer.status, language=language, reference=reference), _PRIVATE)

    return page


def _front(renderer: Renderer, static: StaticFiles, openapi: Callable[[], JsonObject]) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def home(request: Request) -> Response:
        return _html(renderer.render_home(language=_language(request)))

    @router.get("/api")
    async def api(request: Request) -> Response:
        return _html(renderer.render_api(openapi(), language=_language(request)), connects=True)

    @router.get("/static/{digest}/{name:path}")
    async def static_file(digest: str, name: str) -> Response:
        file = static.find(digest, name)
        if file is None:
            raise Refused(Problem(NOT_FOUND, detail="there is no such file"))
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(file.content, media_type=file.media_type, headers=headers)

    return router


def _verify(renderer: Renderer, verifier: Verifies, clock: Clock, *, max_form_bytes: int) -> APIRouter:
    router = APIRouter(tags=["Verify"])

    @router.get("/verify", include_in_schema=False)
    async def verify_form(request: Request) -> Response:
        return _html(renderer.render_verify_form(language=_language(request)))

    @router.post(
        "/verify",
        summary="Is this credential genuine? Public, keeps nothing",
        responses={200: {"description": "The report, or by `Accept: text/html` the page.", "content": _REPORT}},
        openapi_extra={"requestBody": {"required": True, "content": _HANDED_IN}},
    )
    async def verify(request: Request) -> Response:
        content, media_type = await _handed_in(request, max_form_bytes=max_form_bytes)
        report = await verifier.verify(content, media_type, now=clock())
        if wants_json(request):
            return _json(json.dumps(report.as_json(), ensure_ascii=False).encode())
        return _html(renderer.render_report(report, language=_language(request), content=content))

    return router


def _claim(renderer: Renderer, claims: Opens, clock: Clock, *, public_url: str) -> APIRouter:
    router = APIRouter(tags=["Claim"])

    @router.get(
        "/claim/{token}",
        summary="What is offered behind a claim link; changes nothing",
        responses={200: {"description": "The ways of taking it (VCALM), or by `Accept: text/html` the page."}},
    )
    async def offer(token: str, request: Request) -> Response:
        offered = await claims.open(token, now=clock())
        if wants_json(request):
            return _json(json.dumps({"protocols": {"vcapi": f"{public_url}/claim/{token}"}}).encode(), _PRIVATE)
        return _html(renderer.render_claim(offered, token=token, language=_language(request)), _PRIVATE)

    @router.post(
        "/claim/{token}",
        summary="Take it into a wallet (VCALM exchange)",
        responses={200: {"description": "`{verifiablePresentation}` holding the recorded credential."}},
        openapi_extra={"requestBody": {"content": {"application/json": {"example": {}}}}},
    )
    async def exchange(token: str, request: Request) -> Response:
        content, _ = await read_body(request, allowed=("application/json",))
        if content and strict_json.read_object(content):
            raise Refused(Problem(MALFORMED_VALUE_ERROR, detail="this exchange begins and ends with `{}`"))
        offered = await claims.open(token, now=clock())
        return _json(b'{"verifiablePresentation":' + offered.verifiable_presentation() + b"}", _PRIVATE)

    @router.post("/claim/{token}/credential", include_in_schema=False)
    async def save(token: str) -> Response:
        offered = await claims.open(token, now=clock())
        headers = {**_PRIVATE, "Content-Disposition": attachment(offered.filename)}
        return Response(offered.credential, media_type="application/vc", headers=headers)

    return router


def attachment(filename: str) -> str:
    """`Content-Disposition` for saving under a name in any language (RFC 6266 §4.3, RFC 8187)."""
    ascii_name = "".join(
        character if character.isascii() and character.isprintable() and character not in '"\\%' else "_"
        for character in filename
    )
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(filename, safe='')}"


async def _handed_in(request: Request, *, max_form_bytes: int) -> tuple[bytes, str]:
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in (MULTIPART, URLENCODED):
        return await read_body(request, allowed=CREDENTIAL_TYPES)
    form = await read_form(request, max_bytes=max_form_bytes)
    file, text = form.file("file"), form.text("text")
    if file is not None and file.content:
        return file.content, CREDENTIAL_TYPES[0]
    if text is not None and text.strip():
        return text.strip().encode(), CREDENTIAL_TYPES[0]
    raise Refused(Problem(PARSING_ERROR, detail="nothing was handed in", remedy="choose a file, or paste its text"))


def _language(request: Request) -> Language:
    return choose(asked=request.query_params.get("lang"), accept_language=request.headers.get("accept-language"))


def _html(page: str, headers: Mapping[str, str] | None = None, *, connects: bool = False) -> HTMLResponse:
    policy = f"{POLICY}; connect-src 'self'" if connects else POLICY
    own = {"Content-Security-Policy": policy, "Vary": _NEGOTIATED, "Cache-Control": "no-store", **(headers or {})}
    return HTMLResponse(page.encode("utf-8", "replace"), headers=own)


def _json(content: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(content, media_type="application/json", headers={"Vary": "Accept", **(headers or {})})


_TEXT = {"schema": {"type": "string"}}
_HANDED_IN: dict[str, Any] = {
    **{media_type: {"schema": {"type": "object"}} for media_type in CREDENTIAL_TYPES[:2]},
    MULTIPART: {"schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}},
    URLENCODED: {"schema": {"type": "object", "properties": {"text": {"type": "string"}}}},
}
_REPORT: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}, "text/html": _TEXT}
