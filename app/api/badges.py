"""`/awards/{id}/badge.svg` and `.png`: an award as a picture with its credential inside, for the institution."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access.scopes import Scope
from app.api.acts import AwardId
from app.api.authorization import Authorize, Caller
from app.api.described import picture_answer
from app.exchange.picture_badge import PNG, SVG, PictureBadges
from app.http.described import problems
from app.http.headers import attachment
from app.issuer.award import Issuer


def routes(*, issuer: Issuer, badges: PictureBadges, authorize: Authorize) -> APIRouter:
    router = APIRouter(tags=["Awards"])
    may_read = Depends(authorize(Scope.READ_AWARDS))

    @router.get(
        "/awards/{award_id}/badge.svg",
        summary="An award as an SVG picture with its credential inside",
        responses={200: picture_answer(SVG), **problems(401, 403, 404, 410, 429, 503)},
        response_class=Response,
    )
    async def svg(award_id: AwardId, caller: Annotated[Caller, may_read]) -> Response:
        return await _answer(award_id, caller, SVG)

    @router.get(
        "/awards/{award_id}/badge.png",
        summary="An award as a PNG picture with its credential inside",
        responses={200: picture_answer(PNG), **problems(401, 403, 404, 410, 429, 503)},
        response_class=Response,
    )
    async def png(award_id: AwardId, caller: Annotated[Caller, may_read]) -> Response:
        return await _answer(award_id, caller, PNG)

    async def _answer(award_id: str, caller: Caller, media_type: str) -> Response:
        award = await issuer.find(award_id, institution=caller.institution)
        badge = await badges.of_award(award, institution=caller.institution, media_type=media_type)
        headers = {"Content-Disposition": attachment(badge.file_name), "Cache-Control": "no-store"}
        return Response(badge.content, media_type=badge.media_type, headers=headers)

    return router
