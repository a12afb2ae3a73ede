"""`POST /oauth/token`: client credentials, RFC 6749 §4.4; who decides is `access`."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.access.clients import TokenError, TokenRefusal, authenticate, granted, read_token_request
from app.access.scopes import write_scope
from app.access.tokens import AccessTokens
from app.api.described import TOKEN, TOKEN_REFUSAL, TOKEN_REQUEST
from app.core.problems import Refused
from app.http.described import json_answer, json_body, problems
from app.http.forms import read_form
from app.ports import Clock, Directory

_MAX_FORM_BYTES = 8_192


def routes(*, tokens: AccessTokens, directory: Directory, clock: Clock, new_id: Callable[[], str]) -> APIRouter:
    router = APIRouter(tags=["Access"])

    @router.post(
        "/oauth/token",
        summary="Get an access token",
        openapi_extra=json_body(
            TOKEN_REQUEST,
            media_type="application/x-www-form-urlencoded",
            full={"grant_type": "client_credentials", "client_id": "…", "client_secret": "…"},
        ),
        responses={
            200: json_answer("A bearer token, good for some minutes.", TOKEN),
            400: json_answer("RFC 6749 §5.2.", TOKEN_REFUSAL),
            401: json_answer("RFC 6749 §5.2: invalid_client.", TOKEN_REFUSAL),
            **problems(413, 415, 429, 503),
        },
    )
    async def token(request: Request) -> JSONResponse:
        try:
            form = await read_form(request, max_bytes=_MAX_FORM_BYTES)
            fields = [(part.name, form.text(part.name) or "") for part in form.parts]
        except Refused as refused:
            # RFC 6749 §3.2 and §5.2: a parameter that stands twice, say, is answered in the terms of OAuth.
            return _refused(TokenRefusal(TokenError.INVALID_REQUEST, refused.problems[0].detail))
        asked = read_token_request(fields, authorization=request.headers.get("authorization"))
        if isinstance(asked, TokenRefusal):
            return _refused(asked)
        client = await authenticate(asked, directory)
        if isinstance(client, TokenRefusal):
            return _refused(client)
        scopes = granted(asked, client)
        if isinstance(scopes, TokenRefusal):
            return _refused(scopes)
        issued = await tokens.issue(client, scopes, jti=new_id(), now=clock())
        return JSONResponse(
            {
                "access_token": issued.value,
                "token_type": "Bearer",
                "expires_in": issued.expires_in_seconds,
                "scope": write_scope(issued.scopes),
            },
            headers={"Cache-Control": "no-store"},
        )

    return router


def _refused(refusal: TokenRefusal) -> JSONResponse:
    unknown = refusal.error is TokenError.INVALID_CLIENT
    headers = {"Cache-Control": "no-store"}
    if unknown:
        headers["WWW-Authenticate"] = 'Basic realm="testamur"'
    return JSONResponse(
        {"error": refusal.error.value, "error_description": refusal.description},
        status_code=401 if unknown else 400,
        headers=headers,
    )
