"""The routes of the pages for people: verify, claim, the front page, static files, and every error as a page."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from fastapi import APIRouter, Request, Response

from app.core import containers
from app.core.problems import (
    GONE,
    NOT_FOUND,
    PARSING_ERROR,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import sd_jwt_vc, vc_jwt
from app.http.described import CREDENTIAL, EXAMPLE_CREDENTIAL, problems
from app.http.forms import MULTIPART, URLENCODED, read_form
from app.http.negotiation import read_body, takes_gzip, wants_json
from app.http.problems import Answer, ErrorPage
from app.ports import Clock, SealedCopies
from app.verifier.parse import ANY_FILE, PRESENTATION, PRESENTATIONS
from app.verifier.report import REPORT, VerificationReport
from app.web import answers
from app.web.answers import PRIVATE, html, reader
from app.web.claim_pages import PRESENTATION_SCHEMA, Bakes, Opens, Prints, badge_routes, claim_routes, printed_routes
from app.web.console.doorkeeper import language_of
from app.web.renderer import Renderer
from app.web.static_files import StaticFiles

CREDENTIAL_TYPES = (
    "application/vc",
    "application/json",
    "application/vc+ld+json",
    "application/ld+json",
    *PRESENTATIONS,
    *vc_jwt.MEDIA_TYPES,
    *sd_jwt_vc.MEDIA_TYPES,
)
CONTAINER_TYPES = tuple(sorted(containers.MEDIA_TYPES))


class Verifies(Protocol):
    async def verify(self, content: bytes, media_type: str, *, now: datetime) -> VerificationReport: ...


def routes(
    *,
    renderer: Renderer,
    static: StaticFiles,
    verifier: Verifies,
    claims: Opens,
    badges: Bakes,
    certificates: Prints,
    copies: SealedCopies,
    clock: Clock,
    openapi: Callable[[], JsonObject],
    public_url: str,
    max_form_bytes: int,
) -> APIRouter:
    """All pages. What they need of the service is handed in; they decide nothing."""
    router = APIRouter()
    router.include_router(_front(renderer, static, openapi))
    router.include_router(_verify(renderer, verifier, clock, max_form_bytes=max_form_bytes))
    router.include_router(claim_routes(renderer, claims, certificates, clock, public_url=public_url))
    router.include_router(badge_routes(claims, badges, clock, max_form_bytes=max_form_bytes))
    router.include_router(printed_routes(renderer, copies))
    return router


def error_page(renderer: Renderer) -> ErrorPage:
    """Draws an error for a person; the status code and its headers are `http.problems`' own."""

    def page(request: Request, answer: Answer) -> Response:
        in_the_console = request.url.path.startswith("/console")
        language = language_of(request) if in_the_console else reader(request)
        if answer.type == GONE and not in_the_console:
            return html(renderer.render_claim_gone(language=language), PRIVATE)
        if request.url.path == "/verify" and answer.problems:
            return html(renderer.render_unreadable(answer.problems, language=language))
        reference = answer.instance.removeprefix("urn:uuid:")[:8] or f"{answer.status}"
        page = renderer.render_error(
            answer.status, language=language, reference=reference, in_the_console=in_the_console
        )
        return html(page, PRIVATE)

    return page


def _front(renderer: Renderer, static: StaticFiles, openapi: Callable[[], JsonObject]) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def home(request: Request) -> Response:
        return html(renderer.render_home(language=reader(request)))

    @router.get("/api")
    async def api(request: Request) -> Response:
        return html(renderer.render_api(openapi(), language=reader(request)), connects=True)

    @router.get("/static/{digest}/{name:path}")
    async def static_file(digest: str, name: str, request: Request) -> Response:
        file = static.find(digest, name)
        if file is None:
            raise Refused(Problem(NOT_FOUND, detail="there is no such file"))
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        if file.compressed and takes_gzip(request):
            headers["Content-Encoding"] = "gzip"
            return Response(file.compressed, media_type=file.media_type, headers=headers)
        return Response(file.content, media_type=file.media_type, headers=headers)

    return router


def _verify(renderer: Renderer, verifier: Verifies, clock: Clock, *, max_form_bytes: int) -> APIRouter:
    router = APIRouter(tags=["Verify"])

    @router.get("/verify", include_in_schema=False)
    async def verify_form(request: Request) -> Response:
        return html(renderer.render_verify_form(language=reader(request)))

    @router.post(
        "/verify",
        summary="Is this credential genuine? Public, keeps nothing",
        responses={
            200: {"description": "The report, or by `Accept: text/html` the page.", "content": _REPORT},
            **problems(400, 408, 413, 415, 429, 503),
        },
        openapi_extra={"requestBody": {"required": True, "content": _HANDED_IN}},
    )
    async def verify(request: Request) -> Response:
        content, media_type = await _handed_in(request, max_form_bytes=max_form_bytes)
        report = await verifier.verify(content, media_type, now=clock())
        if wants_json(request):
            return answers.json(json.dumps(report.as_json(), ensure_ascii=False).encode())
        return html(renderer.render_report(report, language=reader(request), content=content))

    return router


async def _handed_in(request: Request, *, max_form_bytes: int) -> tuple[bytes, str]:
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in (MULTIPART, URLENCODED):
        return await read_body(request, allowed=(*CREDENTIAL_TYPES, *CONTAINER_TYPES))
    form = await read_form(request, max_bytes=max_form_bytes)
    file, text = form.file("file"), form.text("text")
    if file is not None and file.content:
        # A browser declares a picture by the file's name; that it is what it is called is checked.
        return file.content, file.media_type if file.media_type in CONTAINER_TYPES else ANY_FILE
    if text is not None and text.strip():
        return text.strip().encode(), ANY_FILE
    raise Refused(Problem(PARSING_ERROR, detail="nothing was handed in", remedy="choose a file, or paste its text"))


_TEXT = {"schema": {"type": "string"}}
_TOKEN = {"type": "string", "description": "Signed as a token: a compact JWS, VC-JOSE-COSE's or Open Badges 3.0's."}
_HANDED_IN: dict[str, Any] = {
    "application/vc": {"schema": CREDENTIAL, "examples": {"full": {"value": EXAMPLE_CREDENTIAL}}},
    "application/json": {"schema": CREDENTIAL},
    PRESENTATION: {"schema": PRESENTATION_SCHEMA},
    **{media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in CONTAINER_TYPES},
    MULTIPART: {"schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}},
    URLENCODED: {"schema": {"type": "object", "properties": {"text": {"type": "string"}}}},
}
_REPORT: dict[str, Any] = {"application/json": {"schema": REPORT}, "text/html": _TEXT}
