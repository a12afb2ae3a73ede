"""What anyone who verifies an SD-JWT of ours may read: its issuer's keys, and whether it still stands."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.api.public import not_found, tagged
from app.core import strict_json
from app.core.status import token_status_list
from app.http.described import json_answer, problems
from app.issuer.publish import Publisher
from app.ports import Clock

_TOKEN = {"type": "string"}


def routes(*, publisher: Publisher, clock: Clock, max_age_seconds: int) -> APIRouter:
    router = APIRouter()
    fresh = f"public, max-age={max_age_seconds}" if max_age_seconds else "public, no-cache"

    @router.get(
        "/token-status-lists/{list_id}",
        tags=["Published"],
        summary="The same list as a Token Status List, for SD-JWT credentials",
        responses={
            200: {"description": "The signed list.", "content": {token_status_list.MEDIA_TYPE: {"schema": _TOKEN}}},
            **problems(404, 503),
        },
    )
    async def token_status(list_id: Annotated[str, Path(max_length=64)], request: Request) -> Response:
        content = await publisher.token_list(list_id, now=clock())
        if content is None:
            raise not_found("token status list", list_id)
        return tagged(request, content, media_type=token_status_list.MEDIA_TYPE, cache_control=fresh)

    @router.get(
        "/.well-known/jwt-vc-issuer/issuers/{name}",
        tags=["Published"],
        summary="An institution's keys, as SD-JWT VC looks for them",
        responses={200: json_answer("The JWT VC Issuer Metadata.", {"type": "object"}), **problems(404, 503)},
    )
    async def issuer_metadata(name: Annotated[str, Path(pattern="^[a-z0-9-]{1,63}$")], request: Request) -> Response:
        metadata = await publisher.issuer_metadata(name)
        if metadata is None:
            raise not_found("issuer", name)
        return tagged(request, strict_json.write(metadata), media_type="application/json", cache_control=fresh)

    return router
