"""`/claim/{token}`: what is offered behind a link, and every way of taking it; `/p/{id}`: where paper leads."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from fastapi import APIRouter, Request, Response

from app.core import strict_json
from app.core.problems import MALFORMED_VALUE_ERROR, NOT_FOUND, REVOKED, SUSPENDED, JsonObject, Problem, Refused
from app.exchange import picture_badge
from app.exchange.claim import ClaimOffer, OfferedForm
from app.exchange.picture_badge import PictureBadge
from app.http.described import json_answer, problems
from app.http.forms import MULTIPART, URLENCODED, read_form
from app.http.headers import attachment
from app.http.negotiation import SMALL_BODY_BYTES, best, read_body, wants_json
from app.issuer.life import State
from app.issuer.mechanisms import MECHANISMS
from app.ports import Clock, Institution, SealedCopies
from app.web import answers
from app.web.answers import PRIVATE, html, reader
from app.web.certificates import Certificate
from app.web.languages import Language
from app.web.renderer import Renderer

PRESENTATION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A Verifiable Presentation of one credential; its own proof is not looked at.",
    "required": ["@context", "type", "verifiableCredential"],
}
_OFFER: JsonObject = {
    "type": "object",
    "required": ["protocols"],
    "properties": {
        "protocols": {
            "type": "object",
            "required": ["vcapi"],
            "properties": {"vcapi": {"type": "string", "format": "uri", "description": "POST `{}` there."}},
        },
        "credentials": {
            "type": "array",
            "description": "The forms that it is offered in. POST to `/claim/{token}/credential` with one of the media "
            "types as Accept, or `mechanism=…` as a form.",
            "items": {
                "type": "object",
                "required": ["mechanism", "mediaType"],
                "properties": {"mechanism": {"enum": list(MECHANISMS)}, "mediaType": {"type": "string"}},
            },
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
    "properties": {"verifiablePresentation": PRESENTATION_SCHEMA},
}
_FORMS = {each.media_type: {"schema": {"type": "string"}} for each in MECHANISMS.values()}
_FORM_OF_FORMS = {"type": "object", "properties": {"mechanism": {"enum": list(MECHANISMS)}}}
_PICTURES = {media_type: {"schema": {"type": "string"}} for media_type in picture_badge.MEDIA_TYPES.values()}
_PICTURE_FORM = {"type": "object", "properties": {"format": {"enum": list(picture_badge.MEDIA_TYPES)}}}


class Opens(Protocol):
    async def open(self, token: str, *, now: datetime) -> ClaimOffer: ...

    async def take(self, token: str, *, now: datetime) -> ClaimOffer: ...

    async def decline(self, token: str, *, now: datetime) -> ClaimOffer: ...


class Bakes(Protocol):
    async def bake(self, credential: bytes, *, institution: Institution, media_type: str) -> PictureBadge: ...


class Prints(Protocol):
    def offers(self, awarded: ClaimOffer, *, language: Language) -> bool: ...

    async def make(self, awarded: ClaimOffer, *, language: Language, now: datetime) -> Certificate: ...


def claim_routes(
    renderer: Renderer, claims: Opens, certificates: Prints, clock: Clock, *, public_url: str
) -> APIRouter:
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
            return answers.json(json.dumps(_offer(offered, f"{public_url}/claim/{token}")).encode(), PRIVATE)
        language = reader(request)
        prints = certificates.offers(offered, language=language)
        return html(renderer.render_claim(offered, token=token, language=language, prints=prints), PRIVATE)

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
        return answers.json(b'{"verifiablePresentation":' + offered.verifiable_presentation() + b"}", PRIVATE)

    @router.post(
        "/claim/{token}/credential",
        summary="Take it as a file, in one of the forms that it is offered in",
        responses={
            200: {"description": "The recorded credential, as it is.", "content": _FORMS},
            **problems(400, 404, 410, 413, 429, 503),
        },
        openapi_extra={"requestBody": {"content": {URLENCODED: {"schema": _FORM_OF_FORMS}}}},
    )
    async def save(token: str, request: Request) -> Response:
        mechanism = await _chosen(request, "mechanism", max_form_bytes=SMALL_BODY_BYTES)
        form = _form(await claims.take(token, now=clock()), mechanism, request)
        headers = {**PRIVATE, "Vary": "Accept", "Content-Disposition": attachment(form.filename)}
        return Response(form.credential, media_type=form.media_type, headers=headers)

    @router.post("/claim/{token}/decline", include_in_schema=False)
    async def decline(token: str, request: Request) -> Response:
        offered = await claims.decline(token, now=clock())
        language = reader(request)
        prints = certificates.offers(offered, language=language)
        page = renderer.render_claim(offered, token=token, language=language, prints=prints, declined=True)
        return html(page, PRIVATE)

    @router.post("/claim/{token}/certificate", include_in_schema=False)
    async def certificate(token: str, request: Request) -> Response:
        now = clock()
        offered = await claims.take(token, now=now)
        made = await certificates.make(offered, language=reader(request), now=now)
        headers = {**PRIVATE, "Content-Disposition": attachment(made.filename)}
        return Response(made.content, media_type="application/pdf", headers=headers)

    return router


def badge_routes(claims: Opens, badges: Bakes, clock: Clock, *, max_form_bytes: int) -> APIRouter:
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
        headers = {**PRIVATE, "Vary": "Accept", "Content-Disposition": attachment(badge.file_name)}
        return Response(badge.content, media_type=badge.media_type, headers=headers)

    return router


def _offer(offered: ClaimOffer, url: str) -> JsonObject:
    """VCALM's interaction, with a warning where the page has one: who does not know the member loses nothing."""
    forms = [{"mechanism": form.mechanism, "mediaType": form.media_type} for form in offered.forms]
    interaction: JsonObject = {"protocols": {"vcapi": url}, "credentials": forms}
    if problem := _NOT_IN_FORCE.get(offered.state):
        interaction["problemDetails"] = [{"type": problem.type, "title": problem.code, "detail": problem.detail}]
    return interaction


_NOT_IN_FORCE: Mapping[str, Problem] = {
    State.REVOKED: Problem(REVOKED, detail="the institution has revoked it"),
    State.SUSPENDED: Problem(SUSPENDED, detail="the institution has suspended it for now"),
}


async def _chosen(request: Request, member: str, *, max_form_bytes: int) -> str | None:
    """What the form says under that name, where there is a form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in (MULTIPART, URLENCODED):
        return None
    return (await read_form(request, max_bytes=max_form_bytes)).text(member)


def _form(offered: ClaimOffer, mechanism: str | None, request: Request) -> OfferedForm:
    """The mechanism that was chosen, else what the client would like best, else the first."""
    if mechanism is None:
        wanted = best(request.headers.get("accept"), tuple(dict.fromkeys(form.media_type for form in offered.forms)))
        mechanism = next((form.mechanism for form in offered.forms if form.media_type == wanted), None)
    return offered.form(mechanism=mechanism)


async def _picture_type(request: Request, *, max_form_bytes: int) -> str:
    """The form's `format`, else what the client would like best, else SVG."""
    chosen = await _chosen(request, "format", max_form_bytes=max_form_bytes)
    if chosen is None:
        return best(request.headers.get("accept"), tuple(picture_badge.MEDIA_TYPES.values())) or picture_badge.SVG
    if chosen not in picture_badge.MEDIA_TYPES:
        named = " or ".join(picture_badge.MEDIA_TYPES)
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/format", detail=f"{chosen!r:.40} is not {named}"))
    return picture_badge.MEDIA_TYPES[chosen]


def printed_routes(renderer: Renderer, copies: SealedCopies) -> APIRouter:
    """Where the code on a printed certificate leads. Its key is in the fragment, which no browser sends."""
    router = APIRouter(include_in_schema=False)

    @router.get("/p/{copy_id}")
    async def printed(copy_id: str, request: Request) -> Response:
        found = await copies.find(copy_id) is not None
        page = renderer.render_printed(copy_id if found else None, language=reader(request))
        answer = html(page, PRIVATE, connects=True)
        answer.status_code = 200 if found else 404
        return answer

    @router.get("/p/{copy_id}/sealed")
    async def sealed(copy_id: str) -> Response:
        copy = await copies.find(copy_id)
        if copy is None:
            raise Refused(Problem(NOT_FOUND, detail="there is no copy behind this code"))
        return Response(copy, media_type="application/octet-stream", headers=PRIVATE)

    return router
