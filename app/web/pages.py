"""The routes of the pages for people: verify, claim, the front page, static files, and every error as a page."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.core import containers, strict_json
from app.core.problems import (
    GONE,
    MALFORMED_VALUE_ERROR,
    NOT_FOUND,
    PARSING_ERROR,
    REVOKED,
    SUSPENDED,
    JsonObject,
    Problem,
    Refused,
)
from app.core.proof import vc_jwt
from app.exchange import picture_badge
from app.exchange.picture_badge import PictureBadge
from app.http.described import CREDENTIAL, EXAMPLE_CREDENTIAL, json_answer, problems
from app.http.forms import MULTIPART, URLENCODED, read_form
from app.http.headers import attachment
from app.http.negotiation import SMALL_BODY_BYTES, best, read_body, wants_json
from app.http.problems import Answer, ErrorPage
from app.issuer.life import State
from app.ports import Clock, Institution, SealedCopies
from app.verifier.parse import ANY_FILE, PRESENTATION, PRESENTATIONS
from app.verifier.report import REPORT, VerificationReport
from app.web.certificates import Certificate
from app.web.languages import Language, choose
from app.web.renderer import ClaimOffer, Renderer
from app.web.static_files import StaticFiles

CREDENTIAL_TYPES = (
    "application/vc",
    "application/json",
    "application/vc+ld+json",
    "application/ld+json",
    *PRESENTATIONS,
    *vc_jwt.MEDIA_TYPES,
)
CONTAINER_TYPES = tuple(sorted(containers.MEDIA_TYPES))

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

    async def take(self, token: str, *, now: datetime) -> ClaimOffer: ...

    async def decline(self, token: str, *, now: datetime) -> ClaimOffer: ...


class Bakes(Protocol):
    async def bake(self, credential: bytes, *, institution: Institution, media_type: str) -> PictureBadge: ...


class Prints(Protocol):
    def offers(self, awarded: ClaimOffer, *, language: Language) -> bool: ...

    async def make(self, awarded: ClaimOffer, *, language: Language, now: datetime) -> Certificate: ...


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
    router.include_router(_claim(renderer, claims, certificates, clock, public_url=public_url))
    router.include_router(_picture_badge(claims, badges, clock, max_form_bytes=max_form_bytes))
    router.include_router(_printed(renderer, copies))
    return router


def error_page(renderer: Renderer) -> ErrorPage:
    """Draws an error for a person; the status code and its headers are `http.problems`' own."""

    def page(request: Request, answer: Answer) -> Response:
        language = _language(request)
        if answer.type == GONE and not request.url.path.startswith("/console"):
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
            return _json(json.dumps(report.as_json(), ensure_ascii=False).encode())
        return _html(renderer.render_report(report, language=_language(request), content=content))

    return router


def _claim(renderer: Renderer, claims: Opens, certificates: Prints, clock: Clock, *, public_url: str) -> APIRouter:
    router = APIRouter(tags=["Claim"])

    @router.get(
        "/claim/{token}",
        summary="What is offered behind a claim link; changes nothing",
        responses={
            200: json_answer("The ways of taking it (VCALM), or by `Accept: text/html` the page.", _OFFER),
            **problems(404, 410, 429, 503),
        },
    )
    async def offer(token: str, request: Request) -> Response:
        offered = await claims.open(token, now=clock())
        if wants_json(request):
            return _json(json.dumps(_offer(offered, f"{public_url}/claim/{token}")).encode(), _PRIVATE)
        language = _language(request)
        prints = certificates.offers(offered, language=language)
        return _html(renderer.render_claim(offered, token=token, language=language, prints=prints), _PRIVATE)

    @router.post(
        "/claim/{token}",
        summary="Take it into a wallet (VCALM exchange)",
        responses={
            200: json_answer("An unsigned presentation that holds the recorded credential.", _TAKEN),
            **problems(400, 404, 410, 413, 415, 422, 429, 503),
        },
        openapi_extra={"requestBody": {"content": {"application/json": {"example": {}}}}},
    )
    async def exchange(token: str, request: Request) -> Response:
        content, _ = await read_body(request, allowed=("application/json",), max_bytes=SMALL_BODY_BYTES)
        if content and strict_json.read_object(content):
            raise Refused(Problem(MALFORMED_VALUE_ERROR, detail="this exchange begins and ends with `{}`"))
        offered = await claims.take(token, now=clock())
        return _json(b'{"verifiablePresentation":' + offered.verifiable_presentation() + b"}", _PRIVATE)

    @router.post("/claim/{token}/credential", include_in_schema=False)
    async def save(token: str) -> Response:
        offered = await claims.take(token, now=clock())
        headers = {**_PRIVATE, "Content-Disposition": attachment(offered.filename)}
        return Response(offered.credential, media_type="application/vc", headers=headers)

    @router.post("/claim/{token}/decline", include_in_schema=False)
    async def decline(token: str, request: Request) -> Response:
        offered = await claims.decline(token, now=clock())
        language = _language(request)
        prints = certificates.offers(offered, language=language)
        page = renderer.render_claim(offered, token=token, language=language, prints=prints, declined=True)
        return _html(page, _PRIVATE)

    @router.post("/claim/{token}/certificate", include_in_schema=False)
    async def certificate(token: str, request: Request) -> Response:
        now = clock()
        offered = await claims.take(token, now=now)
        made = await certificates.make(offered, language=_language(request), now=now)
        headers = {**_PRIVATE, "Content-Disposition": attachment(made.filename)}
        return Response(made.content, media_type="application/pdf", headers=headers)

    return router


def _picture_badge(claims: Opens, badges: Bakes, clock: Clock, *, max_form_bytes: int) -> APIRouter:
    router = APIRouter(tags=["Claim"])

    @router.post(
        "/claim/{token}/badge",
        summary="Take it as a picture: an Open Badge baked into SVG or PNG",
        responses={
            200: {"description": "The picture with the recorded credential in it.", "content": _PICTURES},
            **problems(400, 404, 410, 413, 429, 503),
        },
        openapi_extra={"requestBody": {"content": {URLENCODED: {"schema": _PICTURE_FORM}}}},
    )
    async def badge(token: str, request: Request) -> Response:
        media_type = await _picture_type(request, max_form_bytes=max_form_bytes)
        offered = await claims.take(token, now=clock())
        badge = await badges.bake(offered.credential, institution=offered.institution, media_type=media_type)
        headers = {**_PRIVATE, "Vary": "Accept", "Content-Disposition": attachment(badge.file_name)}
        return Response(badge.content, media_type=badge.media_type, headers=headers)

    return router


def _offer(offered: ClaimOffer, url: str) -> JsonObject:
    """VCALM's interaction, with a warning where the page has one: who does not know the member loses nothing."""
    interaction: JsonObject = {"protocols": {"vcapi": url}}
    if problem := _NOT_IN_FORCE.get(offered.state):
        interaction["problemDetails"] = [{"type": problem.type, "title": problem.code, "detail": problem.detail}]
    return interaction


_NOT_IN_FORCE: Mapping[str, Problem] = {
    State.REVOKED: Problem(REVOKED, detail="the institution has revoked it"),
    State.SUSPENDED: Problem(SUSPENDED, detail="the institution has suspended it for now"),
}


async def _picture_type(request: Request, *, max_form_bytes: int) -> str:
    """The form's `format`, else what the client would like best, else SVG."""
    chosen = None
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() in (MULTIPART, URLENCODED):
        chosen = (await read_form(request, max_bytes=max_form_bytes)).text("format")
    if chosen is None:
        return best(request.headers.get("accept"), tuple(picture_badge.MEDIA_TYPES.values())) or picture_badge.SVG
    if chosen not in picture_badge.MEDIA_TYPES:
        named = " or ".join(picture_badge.MEDIA_TYPES)
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/format", detail=f"{chosen!r:.40} is not {named}"))
    return picture_badge.MEDIA_TYPES[chosen]


def _printed(renderer: Renderer, copies: SealedCopies) -> APIRouter:
    """Where the code on a printed certificate leads. Its key is in the fragment, which no browser sends."""
    router = APIRouter(include_in_schema=False)

    @router.get("/p/{copy_id}")
    async def printed(copy_id: str, request: Request) -> Response:
        found = await copies.find(copy_id) is not None
        page = renderer.render_printed(copy_id if found else None, language=_language(request))
        answer = _html(page, _PRIVATE, connects=True)
        answer.status_code = 200 if found else 404
        return answer

    @router.get("/p/{copy_id}/sealed")
    async def sealed(copy_id: str) -> Response:
        copy = await copies.find(copy_id)
        if copy is None:
            raise Refused(Problem(NOT_FOUND, detail="there is no copy behind this code"))
        return Response(copy, media_type="application/octet-stream", headers=_PRIVATE)

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


def _language(request: Request) -> Language:
    return choose(asked=request.query_params.get("lang"), accept_language=request.headers.get("accept-language"))


def _html(page: str, headers: Mapping[str, str] | None = None, *, connects: bool = False) -> HTMLResponse:
    policy = f"{POLICY}; connect-src 'self'" if connects else POLICY
    own = {"Content-Security-Policy": policy, "Vary": _NEGOTIATED, "Cache-Control": "no-store", **(headers or {})}
    return HTMLResponse(page.encode("utf-8", "replace"), headers=own)


def _json(content: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(content, media_type="application/json", headers={"Vary": "Accept", **(headers or {})})


_PICTURES = {media_type: {"schema": {"type": "string"}} for media_type in picture_badge.MEDIA_TYPES.values()}
_PICTURE_FORM = {"type": "object", "properties": {"format": {"enum": list(picture_badge.MEDIA_TYPES)}}}
_TEXT = {"schema": {"type": "string"}}
_PRESENTATION: dict[str, Any] = {
    "type": "object",
    "description": "A Verifiable Presentation of one credential; its own proof is not looked at.",
    "required": ["@context", "type", "verifiableCredential"],
}
_TOKEN = {"type": "string", "description": "Signed as a token: a compact JWS, VC-JOSE-COSE's or Open Badges 3.0's."}
_OFFER: JsonObject = {
    "type": "object",
    "required": ["protocols"],
    "properties": {
        "protocols": {
            "type": "object",
            "required": ["vcapi"],
            "properties": {"vcapi": {"type": "string", "format": "uri", "description": "POST `{}` there."}},
        },
        "problemDetails": {
            "type": "array",
            "description": "Only where it is not in force: revoked, or suspended for now.",
            "items": {"type": "object"},
        },
    },
}
_TAKEN: JsonObject = {
    "type": "object",
    "required": ["verifiablePresentation"],
    "properties": {"verifiablePresentation": _PRESENTATION},
}
_HANDED_IN: dict[str, Any] = {
    "application/vc": {"schema": CREDENTIAL, "examples": {"full": {"value": EXAMPLE_CREDENTIAL}}},
    "application/json": {"schema": CREDENTIAL},
    PRESENTATION: {"schema": _PRESENTATION},
    **{media_type: {"schema": _TOKEN} for media_type in (*vc_jwt.MEDIA_TYPES, vc_jwt.PRESENTATION)},
    **{media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in CONTAINER_TYPES},
    MULTIPART: {"schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}},
    URLENCODED: {"schema": {"type": "object", "properties": {"text": {"type": "string"}}}},
}
_REPORT: dict[str, Any] = {"application/json": {"schema": REPORT}, "text/html": _TEXT}
