"""Where a browser goes next after a form was taken (RFC 9110 §15.4.4): loading that page again sends nothing again."""

from http import HTTPStatus

from fastapi import Response


def see_other(path: str) -> Response:
    """`path` is one of our own."""
    return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": path, "Cache-Control": "no-store"})
