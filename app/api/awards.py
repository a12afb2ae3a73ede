"""`/awards`: award, list, export, look up. JSON in, JSON out; who decides is `Issuer`."""

from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from app.access.scopes import Scope
from app.api.acts import AwardId
from app.api.authorization import Authorize, Caller
from app.api.described import AWARD, AWARD_PAGE, RECEIPT
from app.api.idempotency import IdempotencyKey, idempotency_key
from app.api.rendered import whole
from app.core.credential import award_request
from app.exchange.claim import ClaimOffer
from app.http.described import json_answer, json_body, problems
from app.http.headers import attachment
from app.http.negotiation import best, read_body
from app.issuer.award import Issuer, Wanted
from app.issuer.export import CSV, JSON_LINES, json_lines, spreadsheet
from app.issuer.life import State
from app.issuer.summary import summary
from app.ports import Clock

_AWARDS_CSV = {"Content-Disposition": 'attachment; filename="awards.csv"'}
_LISTS = ("application/json", JSON_LINES, CSV)


class Prints(Protocol):
    """Makes the certificate of an award, in a reader's language: bytes of a PDF, and a name to save them under."""

    async def __call__(self, awarded: ClaimOffer, *, language: str, now: datetime) -> tuple[str, bytes]: ...


def routes(*, issuer: Issuer, prints: Prints, authorize: Authorize, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["Awards"])
    may_write = Depends(authorize(Scope.AWARD))
    may_read = Depends(authorize(Scope.READ_AWARDS))

    @router.post(
        "/awards",
        status_code=201,
        summary="Award a micro-credential",
        openapi_extra=json_body(
            award_request.REQUEST_SCHEMA, full=award_request.EXAMPLE, least=award_request.MINIMAL_EXAMPLE
        ),
        responses={
            201: json_answer("Awarded, signed and recorded.", RECEIPT),
            **problems(400, 401, 403, 409, 413, 415, 422, 429, 503),
        },
    )
    async def award(
        request: Request,
        caller: Annotated[Caller, may_write],
        key: IdempotencyKey = None,
    ) -> Response:
        body, _ = await read_body(request, allowed=("application/json",))
        receipt = await issuer.award(
            body,
            institution=caller.institution,
            actor=caller.client_id,
            idempotency_key=idempotency_key(key),
            now=clock(),
        )
        return Response(
            receipt.as_json_bytes(),
            status_code=201,
            media_type="application/json",
            headers={"Location": f"/awards/{receipt.id}"},
        )

    @router.get(
        "/awards",
        summary="Find awards, newest first; or export all of them, as CSV or JSON Lines",
        responses={
            200: {
                "description": "One page; as JSON Lines or CSV, every award that was asked for.",
                "content": {
                    "application/json": {"schema": AWARD_PAGE},
                    JSON_LINES: {"schema": {"type": "string"}},
                    CSV: {"schema": {"type": "string"}},
                },
            },
            **problems(401, 403, 422, 429, 503),
        },
    )
    async def list_awards(
        request: Request,
        caller: Annotated[Caller, may_read],
        learner: Annotated[
            str | None,
            Query(max_length=200, description="Whole words of the name, an identifier or the e-mail address."),
        ] = None,
        achievement: Annotated[str | None, Query(max_length=1_000, description="The achievement's id.")] = None,
        state: State | None = None,
        awarded_from: Annotated[date | None, Query(alias="awardedFrom")] = None,
        awarded_until: Annotated[date | None, Query(alias="awardedUntil")] = None,
        cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="How many awards at most.")] = 50,
    ) -> Response:
        wanted = Wanted(learner, achievement, state, awarded_from, awarded_until)
        institution = caller.institution
        match best(request.headers.get("accept"), _LISTS):
            case "text/csv":
                lines = spreadsheet(issuer, institution=institution, wanted=wanted)
                return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=_AWARDS_CSV)
            case "application/jsonl":
                return StreamingResponse(
                    json_lines(issuer, institution=institution, wanted=wanted), media_type=JSON_LINES
                )
        page = await issuer.list(institution=institution, cursor=cursor, limit=limit, wanted=wanted)
        awards = [await summary(issuer, award) for award in page.awards]
        return JSONResponse({"awards": awards, **({"next": page.next_cursor} if page.next_cursor else {})})

    @router.get(
        "/awards/{award_id}",
        summary="Look one award up",
        responses={
            200: json_answer("The award, its credentials and every act on it.", AWARD),
            **problems(401, 403, 404, 410, 429, 503),
        },
    )
    async def get_award(award_id: AwardId, caller: Annotated[Caller, may_read]) -> Response:
        return await whole(issuer, await issuer.find(award_id, institution=caller.institution))

    @router.get(
        "/awards/{award_id}/certificate",
        summary="An award in print: a PDF with the signed credential attached",
        responses={
            200: {"description": "Pages to print or to send.", "content": {"application/pdf": {}}},
            **problems(401, 403, 404, 410, 422, 429, 503),
        },
    )
    async def certificate(
        award_id: AwardId,
        caller: Annotated[Caller, may_read],
        lang: Annotated[str, Query(max_length=35, description="The reader's language, e.g. `de`.")] = "en",
    ) -> Response:
        award = await issuer.find(award_id, institution=caller.institution)
        offer = ClaimOffer.of(award, caller.institution)
        filename, content = await prints(offer, language=lang, now=clock())
        return Response(content, media_type="application/pdf", headers={"Content-Disposition": attachment(filename)})

    return router
