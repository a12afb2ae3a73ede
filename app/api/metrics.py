"""What whoever runs the service reads in numbers, on a port of its own that is no part of the public service."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from app.http.negotiation import best

OPENMETRICS = "application/openmetrics-text"
PLAIN = "text/plain"


def routes(*, exposition: Callable[[str], Awaitable[tuple[bytes, str]]]) -> APIRouter:
    """`exposition` tells the numbers in one of the two media types, and its parameters."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        wanted = best(request.headers.get("accept"), (PLAIN, OPENMETRICS)) or PLAIN
        content, content_type = await exposition(wanted)
        return Response(content, headers={"Content-Type": content_type})

    return router
