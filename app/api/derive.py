"""W3C VCALM's holder interface: of a credential that was signed statement by statement, the part that is to be shown.

https://www.w3.org/TR/vcalm/#derive-credential. Nothing is kept, and no key is used: whoever holds it may ask.
"""

from fastapi import APIRouter, Request, Response

from app.api.derive_request import derived
from app.core.problems import JsonObject
from app.http.described import CREDENTIAL, EXAMPLE_BASE_CREDENTIAL, json_answer, json_body, problems
from app.http.negotiation import best, read_body
from app.ports import Compute

_MEDIA_TYPES = ("application/json", "application/ld+json", "application/vc")

_BODY: JsonObject = {
    "type": "object",
    "required": ["verifiableCredential"],
    "additionalProperties": False,
    "properties": {
        "verifiableCredential": {
            **CREDENTIAL,
            "description": "As its issuer gave it, with an ecdsa-sd-2023 base proof: it is for its holder alone.",
        },
        "options": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "selectivePointers": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "JSON Pointers (RFC 6901) to what is to be shown, beside what must be.",
                }
            },
        },
    },
}
_EXAMPLE: JsonObject = {
    "verifiableCredential": EXAMPLE_BASE_CREDENTIAL,
    "options": {"selectivePointers": ["/credentialSubject/result"]},
}


def routes(*, compute: Compute) -> APIRouter:
    router = APIRouter(tags=["Verify"])

    @router.post(
        "/credentials/derive",
        status_code=201,
        summary="Derive what is to be shown of a credential (VCALM)",
        openapi_extra=json_body(_BODY, full=_EXAMPLE),
        responses={
            201: json_answer("The part that is to be shown, with its own proof: anyone can verify it.", CREDENTIAL),
            **problems(400, 408, 413, 415, 429, 503),
        },
    )
    async def derive(request: Request) -> Response:
        body, _ = await read_body(request, allowed=("application/json",))
        content = await compute.run(derived, body)
        media_type = best(request.headers.get("accept"), _MEDIA_TYPES) or _MEDIA_TYPES[0]
        return Response(content, status_code=201, media_type=media_type)

    return router
