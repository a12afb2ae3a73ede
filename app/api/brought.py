"""W3C VCALM's issuer interface: what an institution composed itself is signed, kept and erased; its status.

https://www.w3.org/TR/vcalm/
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from app.access.pace import Pace
from app.access.scopes import Scope, demand_scope
from app.api.authorization import Authorize, Caller
from app.api.idempotency import IdempotencyKey, idempotency_key
from app.core.problems import GONE, STATE_CONFLICT, JsonObject, Problem, Refused
from app.http.described import CREDENTIAL, EXAMPLE_CREDENTIAL, json_answer, json_body, problems
from app.http.negotiation import SMALL_BODY_BYTES, HttpRefused, Refusal, best, read_body
from app.issuer.award import Issuer
from app.issuer.brought import BroughtIssuer
from app.issuer.brought_status import read_change, read_list_request
from app.issuer.mechanisms import as_json
from app.issuer.publish import Publisher
from app.ports import Clock, RegisteredAward, Unavailable

_MEDIA_TYPES = ("application/json", "application/ld+json")
_TEXT = {"type": "string"}

_ISSUE: JsonObject = {
    "type": "object",
    "required": ["credential"],
    "additionalProperties": False,
    "properties": {
        "credential": {
            "type": "object",
            "description": "Unsigned, with your institution's DID as its issuer. Without an id, it gets one.",
            "required": ["@context", "type", "issuer", "credentialSubject"],
        },
        "options": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "credentialId": {**_TEXT, "description": "What it is called here, where it has no id of its own."},
                "mandatoryPointers": {
                    "type": "array",
                    "items": _TEXT,
                    "description": "JSON Pointers to what every part of it shows: by ecdsa-sd-2023 alone.",
                },
            },
        },
    },
}
_ISSUED: JsonObject = {
    "type": "object",
    "required": ["verifiableCredential"],
    "properties": {"verifiableCredential": CREDENTIAL},
}
_STATUS: JsonObject = {
    "type": "object",
    "required": ["credentialId", "credentialStatus", "status"],
    "additionalProperties": False,
    "properties": {
        "credentialId": {**_TEXT, "description": "The credential's id, or what it was called when it was signed."},
        "credentialStatus": {
            "type": "object",
            "required": ["type", "statusPurpose"],
            "properties": {
                "type": {"type": "string", "enum": ["BitstringStatusListEntry", "BitstringStatusList"]},
                "statusPurpose": {"type": "string", "enum": ["revocation", "suspension"]},
                "id": _TEXT,
                "statusListIndex": _TEXT,
                "statusListCredential": _TEXT,
            },
        },
        "status": {"type": "boolean", "description": "Whether it is revoked, or suspended, from now on."},
        "indexAllocator": {**_TEXT, "description": "Taken, and of no effect: places are given out here."},
    },
}
_STATUS_EXAMPLE: JsonObject = {
    "credentialId": EXAMPLE_CREDENTIAL["id"],
    "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"},
    "status": True,
}
_LIST: JsonObject = {
    "type": "object",
    "required": ["statusPurpose"],
    "additionalProperties": False,
    "properties": {
        "statusPurpose": {"type": "string", "enum": ["revocation", "suspension"]},
        "options": {"type": "object", "additionalProperties": False, "properties": {}},
    },
}
_OPENED: JsonObject = {
    "type": "object",
    "required": ["id", "verifiableCredential"],
    "properties": {"id": {**_TEXT, "format": "uri"}, "verifiableCredential": CREDENTIAL},
}

_LEAST_MEMBERS = (
    "@context",
    "id",
    "type",
    "issuer",
    "validFrom",
    "awardedDate",
    "credentialSubject",
    "relatedResource",
)

CredentialName = Annotated[
    str, Path(description="The credential's id, percent-encoded, or what it was called when it was signed.")
]


def routes(
    *,
    issuer: BroughtIssuer,
    awards: Issuer,
    publisher: Publisher,
    pace: Pace,
    authorize: Authorize,
    clock: Clock,
    example_issuer: str,
) -> APIRouter:
    """`example_issuer` is the DID in the example: it works when that institution sends it."""
    router = APIRouter(tags=["Bring your own"])

    @router.post(
        "/credentials/issue",
        status_code=201,
        summary="Have a credential signed that you composed (VCALM)",
        openapi_extra=json_body(_ISSUE, full={"credential": _example(example_issuer)}),
        responses={
            201: json_answer("Signed and recorded.", _ISSUED),
            **problems(400, 401, 403, 409, 410, 413, 415, 422, 429, 503),
        },
    )
    async def issue(
        request: Request, caller: Annotated[Caller, Depends(authorize(Scope.ISSUE))], key: IdempotencyKey = None
    ) -> Response:
        _demand_pace(pace, caller)
        body, _ = await read_body(request, allowed=_MEDIA_TYPES)
        signed = await issuer.issue(
            body,
            institution=caller.institution,
            client=caller.client,
            idempotency_key=idempotency_key(key),
            now=clock(),
        )
        return _credential(request, signed, status_code=201)

    @router.get(
        "/credentials/{name:path}",
        summary="A credential that was signed so, or an award's own (VCALM)",
        responses={200: json_answer("As it was signed.", _ISSUED), **problems(401, 403, 404, 410, 429, 503)},
    )
    async def get(
        name: CredentialName, request: Request, caller: Annotated[Caller, Depends(authorize(Scope.READ_CREDENTIALS))]
    ) -> Response:
        award = await awards.of_credential(name, institution=caller.institution)
        if award is None:
            return _credential(request, await issuer.find(name, institution=caller.institution), status_code=200)
        demand_scope(Scope.READ_AWARDS, caller.scopes)
        return _credential(request, _of_award(award, name), status_code=200)

    @router.delete(
        "/credentials/{name:path}",
        status_code=202,
        summary="Erase it: nothing is kept but its status, which stays as it is (VCALM)",
        responses={202: {"description": "Erased."}, **problems(401, 403, 404, 409, 410, 429, 503)},
    )
    async def delete(
        name: CredentialName, caller: Annotated[Caller, Depends(authorize(Scope.ERASE_CREDENTIALS))]
    ) -> Response:
        if (award := await awards.of_credential(name, institution=caller.institution)) is not None:
            # What is not kept is gone, whoever erased it.
            _of_award(award, name)
            raise _an_awards(award, f"POST /awards/{award.id}/erase erases it, with its award")
        await issuer.erase(name, institution=caller.institution, client=caller.client, now=clock())
        return Response(status_code=202)

    @router.post(
        "/credentials/status",
        status_code=200,
        summary="Revoke it, suspend it, or lift that (VCALM)",
        openapi_extra=json_body(_STATUS, full=_STATUS_EXAMPLE),
        responses={
            200: {"description": "It is so; the published list says it."},
            **problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
    )
    async def status(request: Request, caller: Annotated[Caller, Depends(authorize(Scope.CHANGE_STATUS))]) -> Response:
        body, _ = await read_body(request, allowed=_MEDIA_TYPES, max_bytes=SMALL_BODY_BYTES)
        change = read_change(body)
        if (award := await awards.of_credential(change.name.open(), institution=caller.institution)) is not None:
            raise _an_awards(award, f"POST /awards/{award.id}/revoke, with a reason")
        await issuer.change_status(change, institution=caller.institution, client=caller.client, now=clock())
        return Response(status_code=200)

    @router.post(
        "/status-lists",
        status_code=201,
        summary="Open a status list, or learn which one is open (VCALM)",
        openapi_extra=json_body(_LIST, full={"statusPurpose": "revocation"}),
        responses={
            201: json_answer("The list that your next credentials have their places in.", _OPENED),
            **problems(400, 401, 403, 413, 415, 429, 503),
        },
    )
    async def open_list(request: Request, caller: Annotated[Caller, Depends(authorize(Scope.OPEN_LISTS))]) -> Response:
        body, _ = await read_body(request, allowed=_MEDIA_TYPES, max_bytes=SMALL_BODY_BYTES)
        now = clock()
        list_id = await issuer.open_list(read_list_request(body), institution=caller.institution, now=now)
        url = issuer.list_url(list_id)
        signed = await publisher.status_list(url, now=now)
        if signed is None:
            raise Unavailable("The list was opened, and is not to be had yet.")
        content = b'{"id":"%s","verifiableCredential":%s}' % (url.encode(), signed)
        return Response(content, status_code=201, media_type=_media_type(request), headers={"Location": url})

    return router


def _example(issuer: str) -> JsonObject:
    """The least that may be signed everywhere: a micro-credential, and the digest by which its context is known."""
    unsigned = {member: EXAMPLE_CREDENTIAL[member] for member in _LEAST_MEMBERS}
    context, *_ = unsigned["relatedResource"]
    return {**unsigned, "issuer": {**unsigned["issuer"], "id": issuer}, "relatedResource": context}


def _of_award(award: RegisteredAward, name: str) -> bytes:
    """The one credential of it that is called so. Raises Refused (GONE)."""
    for credential in award.credentials:
        if credential.id == name and credential.signed is not None:
            return as_json(credential.mechanism, credential.signed.open())
    raise Refused(Problem(GONE, detail=f"award {award.id} was {award.state}: its credential is not kept"))


def _an_awards(award: RegisteredAward, remedy: str) -> Refused:
    detail = f"it is a credential of award {award.id}, and what happens to it happens to the award"
    return Refused(Problem(STATE_CONFLICT, detail=detail, remedy=remedy))


def _demand_pace(pace: Pace, caller: Caller) -> None:
    per_minute = caller.institution.signing.per_minute
    if wait := pace.wait_seconds(caller.institution.name, per_minute=per_minute):
        detail = f"More than {per_minute} credentials of your institution a minute. Wait {wait} s and try again."
        raise HttpRefused(Refusal.TOO_MANY, detail, headers=(("Retry-After", str(wait)),))


def _credential(request: Request, signed: bytes, *, status_code: int) -> Response:
    """The recorded bytes, spliced in as they are."""
    content = b'{"verifiableCredential":' + signed + b"}"
    return Response(content, status_code=status_code, media_type=_media_type(request), headers={"Vary": "Accept"})


def _media_type(request: Request) -> str:
    return best(request.headers.get("accept"), _MEDIA_TYPES) or _MEDIA_TYPES[0]
