"""A small application whose routes do what a test wants done before the front."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from app.core import problems as p
from app.core.problems import Problem, Refused
from app.http.forms import read_form
from app.http.negotiation import SMALL_BODY_BYTES, read_body
from app.http.problems import ErrorPage, install
from app.ports import Overloaded, TooOften, TooSlow, Unavailable

RAISED: dict[str, Exception] = {
    "parsing": Refused(Problem(p.PARSING_ERROR, detail="no JSON")),
    "malformed": Refused(Problem(p.MALFORMED_VALUE_ERROR, at="/a", detail="bad", remedy="mend it")),
    "range": Refused(Problem(p.RANGE_ERROR)),
    "missing": Refused(Problem(p.MISSING_ELEMENT, at="/title"), Problem(p.UNKNOWN_VALUE, at="/mode")),
    "mixed": Refused(Problem(p.MISSING_ELEMENT, at="/title"), Problem(p.NOT_FOUND, detail="no such award")),
    "not-found": Refused(Problem(p.NOT_FOUND)),
    "gone": Refused(Problem(p.GONE)),
    "conflict": Refused(Problem(p.STATE_CONFLICT)),
    "reused": Refused(Problem(p.IDEMPOTENCY_KEY_REUSED)),
    "in-flight": Refused(Problem(p.IDEMPOTENCY_IN_FLIGHT)),
    "token": Refused(Problem(p.INVALID_TOKEN)),
    "scope": Refused(Problem(p.INSUFFICIENT_SCOPE)),
    "signing": Refused(Problem(p.PROOF_GENERATION_ERROR, detail="canary-detail")),
    "unavailable": Unavailable("the database does not answer", 7),
    "overloaded": Overloaded("busy", 3),
    "too-often": TooOften("more than 2 a minute", 9),
    "too-slow": TooSlow("stopped"),
    "teapot": HTTPException(418, "short and stout"),
    "bug": KeyError("canary Ada Lovelace"),
}


def application(*, page: ErrorPage | None = None) -> FastAPI:
    app = FastAPI(openapi_url=None)
    install(app, page=page)
    _routes_that_refuse(app)
    _routes_that_answer(app)
    return app


def _routes_that_refuse(app: FastAPI) -> None:
    @app.get("/raise/{name}")
    async def raise_(name: str) -> None:
        raise RAISED[name]

    @app.post("/verify")
    async def verify() -> None:
        raise RAISED["malformed"]

    @app.post("/body")
    async def body(request: Request) -> Response:
        content, media_type = await read_body(request, allowed=("application/vc", "application/json"))
        return Response(f"{len(content)} {media_type}")

    @app.post("/small")
    async def small(request: Request) -> Response:
        content, _ = await read_body(request, allowed=("application/json",), max_bytes=SMALL_BODY_BYTES)
        return Response(f"{len(content)}")

    @app.post("/form")
    async def form(request: Request) -> Response:
        return Response(f"{len((await read_form(request, max_bytes=2_000_000)).parts)}")

    @app.post("/unread")
    async def unread() -> Response:
        return Response("I did not read it")

    @app.get("/number")
    async def number(limit: Annotated[int, Query(ge=1)]) -> int:
        return limit

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(30)

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def content() -> AsyncIterator[bytes]:
            yield b"half"
            raise KeyError("canary half")

        return StreamingResponse(content())


def _routes_that_answer(app: FastAPI) -> None:
    @app.get("/client")
    async def client(request: Request) -> str:
        return request.client.host if request.client else ""

    router = APIRouter()

    @router.get("/claim/{token}")
    async def claim(token: str) -> str:
        return "yours"

    app.include_router(router)

    @app.get("/status-lists/{name}")
    async def status_list(name: str) -> Response:
        return Response(b"x" * 20_000, headers={"Cache-Control": "public, max-age=60"})

    @app.get("/large")
    async def large() -> Response:
        return Response(bytes(30_000_000))
