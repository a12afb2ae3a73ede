"""`/awards/{id}/…`: every act that an institution may ask for, one route each; `issuer/life` is the table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Path, Request, Response

from app.access.scopes import Scope
from app.api.authorization import Authorize, Caller
from app.api.described import AWARD, CORRECTION, REASON, RECEIPT, SENDING
from app.api.idempotency import IdempotencyKey, idempotency_key
from app.api.rendered import whole
from app.core import strict_json
from app.core.credential.award_request import read_email
from app.core.credential.correction import read_reason
from app.core.credential.members import Members
from app.core.personal import Personal
from app.core.problems import JsonObject
from app.http.described import json_answer, json_body, problems
from app.http.negotiation import SMALL_BODY_BYTES, read_body
from app.issuer.award import Issuer
from app.issuer.life import Act
from app.ports import Clock

AwardId: TypeAlias = Annotated[str, Path(max_length=64, description="The award's id, as `POST /awards` answered it.")]


@dataclass(frozen=True, slots=True)
class _Described:
    """How one route tells what it does."""

    scope: Scope
    summary: str
    done: str
    example: str


_WITH_A_REASON: dict[Act, _Described] = {
    Act.WITHDRAW: _Described(
        Scope.AWARD,
        "Withdraw the learner's link and get a new one",
        "The old link is gone; `claimUrl` is the new one.",
        "The first message went to a wrong address.",
    ),
    Act.SUSPEND: _Described(
        Scope.REVOKE,
        "Suspend an award, for now; an Open Badge has no room for it, and is refused",
        "Suspended: the published list says so.",
        "The examination is being looked into.",
    ),
    Act.REINSTATE: _Described(
        Scope.REVOKE,
        "Reinstate a suspended award",
        "In force again.",
        "Nothing was wrong with the examination.",
    ),
    Act.REVOKE: _Described(
        Scope.REVOKE,
        "Revoke an award, for good",
        "Revoked: the published list says so.",
        "Awarded by mistake: the learner had not passed.",
    ),
    Act.ERASE: _Described(
        Scope.ERASE,
        "Erase what is kept of the learner (GDPR article 17)",
        "Erased, for good. The learner's own copy still verifies.",
        "The learner asked for it.",
    ),
}


def routes(*, issuer: Issuer, authorize: Authorize, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["Acts on an award"])

    @router.post(
        "/awards/{award_id}/supersede",
        status_code=201,
        summary="Correct an award: a new one takes its place (GDPR article 16)",
        openapi_extra=json_body(
            CORRECTION,
            full={"reason": "The name was misspelt.", "learner": {"fullName": "Aoife Ní Bhriain"}},
        ),
        responses={
            201: json_answer("Awarded anew: the old link leads to it, the old credential is revoked.", RECEIPT),
            **problems(400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503),
        },
    )
    async def supersede(
        award_id: AwardId,
        request: Request,
        caller: Annotated[Caller, Depends(authorize(Scope.AWARD))],
        key: IdempotencyKey = None,
    ) -> Response:
        body, _ = await read_body(request, allowed=("application/json",))
        receipt = await issuer.supersede(
            award_id,
            body,
            institution=caller.institution,
            actor=caller.client_id,
            idempotency_key=idempotency_key(key),
            now=clock(),
        )
        headers = {"Location": f"/awards/{receipt.id}"}
        return Response(receipt.as_json_bytes(), status_code=201, media_type="application/json", headers=headers)

    @router.post(
        "/awards/{award_id}/send",
        summary="Write to the learner again",
        openapi_extra=json_body(SENDING, full={"email": "aoife@example.org"}),
        responses={
            200: json_answer("Written down; it is sent as soon as the mail server takes it.", AWARD),
            **problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        },
    )
    async def send(
        award_id: AwardId, request: Request, caller: Annotated[Caller, Depends(authorize(Scope.AWARD))]
    ) -> Response:
        members = await _members(request)
        email = read_email(members)
        reason = read_reason(members) if "reason" in members else None
        members.refuse_unread()
        members.end()
        return await _acted(award_id, Act.SEND, caller, reason, email)

    def with_a_reason(act: Act, caller_of: Callable[..., Awaitable[Caller]]) -> Callable[..., Awaitable[Response]]:
        async def route(award_id: AwardId, request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> Response:
            members = await _members(request)
            reason = read_reason(members)
            members.refuse_unread()
            members.end()
            return await _acted(award_id, act, caller, reason)

        return route

    async def _acted(
        award_id: str, act: Act, caller: Caller, reason: Personal[str] | None, email: Personal[str] | None = None
    ) -> Response:
        award = await issuer.act(
            award_id,
            act,
            institution=caller.institution,
            actor=caller.client_id,
            reason=reason,
            now=clock(),
            learner_email=email,
        )
        return await whole(issuer, award)

    for act, described in _WITH_A_REASON.items():
        router.add_api_route(
            f"/awards/{{award_id}}/{act}",
            with_a_reason(act, authorize(described.scope)),
            methods=["POST"],
            name=act,
            summary=described.summary,
            openapi_extra=json_body(REASON, full={"reason": described.example}),
            responses={
                200: json_answer(described.done, AWARD),
                **problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
            },
        )
    return router


async def _members(request: Request) -> Members:
    body, _ = await read_body(request, allowed=("application/json",), max_bytes=SMALL_BODY_BYTES)
    read: JsonObject = strict_json.read_object(body) if body else {}
    return Members(read)
