"""W3C VCALM's verifier interface: credentials, presentations, and the challenges that these answer.

https://www.w3.org/TR/vcalm/
"""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.api.vcalm_request import read_presentation_request, read_request
from app.api.vcalm_results import credential_result, presentation_result
from app.core.problems import JsonObject
from app.http.described import (
    CREDENTIAL,
    EXAMPLE_PRESENTATION,
    EXAMPLE_SMALL_CREDENTIAL,
    json_answer,
    json_body,
    problems,
)
from app.http.negotiation import read_body
from app.ports import Challenges, Clock, Compute
from app.verifier.presentations import Presentations
from app.verifier.verifier import Verifier

_BODY: JsonObject = {
    "type": "object",
    "required": ["verifiableCredential"],
    "additionalProperties": False,
    "properties": {
        "verifiableCredential": CREDENTIAL,
        "options": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "returnResults": {"type": "boolean"},
                "returnProblemDetails": {"type": "boolean"},
                "returnCredential": {"type": "boolean"},
            },
        },
    },
}
_EXAMPLE: JsonObject = {"verifiableCredential": EXAMPLE_SMALL_CREDENTIAL, "options": {"returnResults": True}}
_RESULT: JsonObject = {
    "type": "object",
    "required": ["verified"],
    "properties": {
        "verified": {"type": "boolean", "description": "Status and validity problems are warnings: see `/verify`."},
        "credential": CREDENTIAL,
        "problemDetails": {"type": "array", "items": {"type": "object"}},
        "results": {"type": "object"},
    },
}
_PRESENTATION: JsonObject = {
    "type": "object",
    "description": "A W3C Verifiable Presentation 2.0, or one in its envelope.",
    "required": ["@context", "type"],
}
_PRESENTATION_BODY: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "verifiablePresentation": {**_PRESENTATION, "description": "Signed by its holder."},
        "presentation": {**_PRESENTATION, "description": "In its place: one that nobody signed."},
        "options": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "challenge": {
                    "type": "string",
                    "description": "Of `POST /challenges`: an answer to it is good once, and for minutes.",
                },
                "domain": {"type": "string", "description": "Whom it must have been made for, and no other."},
                "returnPresentation": {"type": "boolean"},
            },
        },
    },
}
_PRESENTATION_EXAMPLE: JsonObject = {
    "verifiablePresentation": EXAMPLE_PRESENTATION,
    "options": {"domain": "employer.example", "returnPresentation": False},
}
_PRESENTATION_RESULT: JsonObject = {
    "type": "object",
    "required": ["verified", "problemDetails", "results"],
    "properties": {
        "verified": {"type": "boolean", "description": "Of the presentation and every credential in it."},
        "verifiablePresentation": _PRESENTATION,
        "problemDetails": {"type": "array", "items": {"type": "object"}},
        "results": {
            "type": "object",
            "properties": {
                "presentation": {"type": "object"},
                "credentials": {"type": "array", "items": _RESULT},
            },
        },
    },
}
_CHALLENGE: JsonObject = {"type": "object", "required": ["challenge"], "properties": {"challenge": {"type": "string"}}}


def routes(
    *,
    verifier: Verifier,
    presentations: Presentations,
    challenges: Challenges,
    compute: Compute,
    clock: Clock,
    strict_http: bool,
) -> APIRouter:
    router = APIRouter(tags=["Verify"])

    def answer(result: JsonObject) -> JSONResponse:
        refused = strict_http and not result["verified"]
        return JSONResponse(result, status_code=400 if refused else 200)

    @router.post(
        "/credentials/verify",
        summary="The same, as VCALM asks and answers",
        openapi_extra=json_body(_BODY, full=_EXAMPLE),
        responses={
            200: json_answer("Read and checked; `verified` says whether it is what its issuer signed.", _RESULT),
            **problems(400, 408, 413, 415, 429, 503),
        },
    )
    async def verify(request: Request) -> JSONResponse:
        body, _ = await read_body(request, allowed=("application/json",))
        report, options = await verifier.verify_asked(partial(read_request, strict_http=strict_http), body, now=clock())
        return answer(credential_result(report, options))

    @router.post(
        "/presentations/verify",
        summary="Is it its holder's, and is every credential in it genuine? (VCALM)",
        openapi_extra=json_body(_PRESENTATION_BODY, full=_PRESENTATION_EXAMPLE),
        responses={
            200: json_answer("Read and checked, whatever was found.", _PRESENTATION_RESULT),
            **problems(400, 408, 413, 415, 429, 503),
        },
    )
    async def verify_presentation(request: Request) -> JSONResponse:
        body, _ = await read_body(request, allowed=("application/json",))
        content, asked, wanted_back = await compute.run(read_presentation_request, body, strict_http=strict_http)
        report = await presentations.verify(content, asked=asked, now=clock())
        return answer(presentation_result(report, asked, with_presentation=wanted_back))

    @router.post(
        "/challenges",
        summary="A question for a holder to answer, once (VCALM)",
        responses={200: json_answer("What the holder signs, as `challenge`.", _CHALLENGE), **problems(429)},
    )
    async def challenge() -> JSONResponse:
        given = await challenges.give(now=clock())
        return JSONResponse({"challenge": given}, headers={"Cache-Control": "no-store"})

    return router
