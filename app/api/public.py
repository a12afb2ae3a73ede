"""What anyone may read: status lists, our institutions' documents, our context and schema, and whether we are well."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from app.core import strict_json
from app.core.json_ld import Contexts
from app.core.problems import NOT_FOUND, Problem, Refused
from app.http.described import CREDENTIAL, json_answer, problems
from app.http.negotiation import best
from app.issuer.publish import Publisher
from app.ports import Clock

_CREDENTIAL_TYPES = ("application/ld+json", "application/json", "application/vc")
_DOCUMENTS = {
    "contexts": ("https://w3id.org/testamur/contexts/", "application/ld+json"),
    "types": ("https://w3id.org/testamur/types/", "application/json"),
    "schemas": ("https://w3id.org/testamur/schemas/", "application/schema+json"),
}


def routes(
    *,
    publisher: Publisher,
    contexts: Contexts,
    clock: Clock,
    ready: Callable[[], Awaitable[None]],
    max_age_seconds: int,
) -> APIRouter:
    router = APIRouter()
    fresh = f"public, max-age={max_age_seconds}" if max_age_seconds else "public, no-cache"

    @router.get(
        "/status-lists/{list_id}",
        tags=["Published"],
        summary="A revocation list: a credential about 131,072 others",
        responses={200: json_answer("The signed BitstringStatusListCredential.", CREDENTIAL), **problems(404, 503)},
    )
    async def status_list(list_id: Annotated[str, Path(max_length=64)], request: Request) -> Response:
        published = await publisher.published_list(list_id, now=clock())
        if published is None:
            raise not_found("status list", list_id)
        media_type = best(request.headers.get("accept"), _CREDENTIAL_TYPES) or _CREDENTIAL_TYPES[0]
        return tagged(request, published.content, media_type=media_type, cache_control=fresh, vary="Accept")

    @router.get(
        "/issuers/{name}/did.json",
        tags=["Published"],
        summary="An institution's controlled identifier document: its keys",
        responses={200: json_answer("The document.", {"type": "object"}), **problems(404, 503)},
    )
    async def did_document(name: Annotated[str, Path(pattern="^[a-z0-9-]{1,63}$")], request: Request) -> Response:
        document = await publisher.document_of(name)
        if document is None:
            raise not_found("issuer", name)
        content = strict_json.write(document)
        return tagged(request, content, media_type="application/json", cache_control=fresh)

    @router.get(
        "/contexts/{name}",
        tags=["Published"],
        summary="The JSON-LD context of the European elements",
        responses=problems(404),
    )
    async def context(name: Annotated[str, Path(max_length=64)], request: Request) -> Response:
        return _pinned("contexts", name, request)

    @router.get(
        "/schemas/{name}",
        tags=["Published"],
        summary="The JSON Schema of the European elements",
        responses=problems(404),
    )
    async def schema(name: Annotated[str, Path(max_length=64)], request: Request) -> Response:
        return _pinned("schemas", name, request)

    @router.get(
        "/types/{name}",
        tags=["Published"],
        summary="What a learning credential's type (vct) demands: its Type Metadata",
        responses=problems(404),
    )
    async def type_metadata(name: Annotated[str, Path(max_length=64)], request: Request) -> Response:
        return _pinned("types", name, request)

    @router.get("/healthz", tags=["Operation"], summary="The process answers")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @router.get(
        "/readyz", tags=["Operation"], summary="The register answers, and our keys open", responses=problems(503)
    )
    async def readyz() -> JSONResponse:
        await ready()
        return JSONResponse({"status": "ready"})

    def _pinned(kind: str, name: str, request: Request) -> Response:
        base, media_type = _DOCUMENTS[kind]
        try:
            content = contexts.document(base + name)
        except Refused as refused:
            raise not_found(kind[:-1], name) from refused
        return tagged(request, content, media_type=media_type, cache_control="public, max-age=31536000, immutable")

    return router


def tagged(
    request: Request, content: bytes, *, media_type: str, cache_control: str, vary: str | None = None
) -> Response:
    """RFC 9110 §8.8.3: the same bytes have the same tag, and need not be sent again. A Range is not served."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": cache_control, **({"Vary": vary} if vary else {})}
    wanted = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if wanted & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def not_found(kind: str, name: str) -> Refused:
    return Refused(Problem(NOT_FOUND, detail=f"there is no {kind} {name!r} here"))
