"""`/awards`: award, look up, revoke, withdraw the link. JSON in, JSON out; who decides is `Issuer`."""

from datetime import datetime
from typing import Annotated, Any, Protocol, TypeAlias

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from app.access.scopes import Scope
from app.api.authorization import Authorize, Caller
from app.api.described import AWARD, AWARD_PAGE, REASON, RECEIPT, json_answer, json_body, problems
from app.core import strict_json
from app.core.credential import award_request
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Problem, Refused
from app.exchange.claim import ClaimOffer
from app.http.headers import attachment
from app.http.negotiation import read_body
from app.issuer.award import Issuer
from app.ports import Clock, RegisteredAward

AwardId: TypeAlias = Annotated[str, Path(max_length=64, description="The award's id, as `POST /awards` answered it.")]


class Prints(Protocol):
    """Makes the certificate of an award, in a reader's language: bytes of a PDF, and a name to save them under."""

    async def __call__(self, awarded: ClaimOffer, *, language: str, now: datetime) -> tuple[str, bytes]: ...


def routes(*, issuer: Issuer, prints: Prints, authorize: Authorize, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["Awards"])
    may_write = Depends(authorize(Scope.AWARD))
    may_revoke = Depends(authorize(Scope.REVOKE))
    may_read = Depends(authorize(Scope.READ_AWARDS))

    @router.post(
        "/awards",
        status_code=201,
        summary="Award a micro-credential",
        openapi_extra=json_body(
            award_request.REQUEST_SCHEMA, full=award_request.EXAMPLE, least=award_request.MINIMAL_EXAMPLE
        ),
        responses={
            201: json_answer("Awarded, signed and recorded.", RECEIPT),
            **problems(400, 401, 403, 409, 413, 415, 422, 429, 503),
        },
    )
    async def award(
        request: Request,
        caller: Annotated[Caller, may_write],
        idempotency_key: Annotated[
            str | None,
            Header(
                description="Any string of your own, 1 to 255 characters: the same key with the same body gives "
                "the same answer, byte for byte, however often it is sent.",
                examples=['"course-7-learner-42"'],
            ),
        ] = None,
    ) -> Response:
        body, _ = await read_body(request, allowed=("application/json",))
        receipt = await issuer.award(
            body,
            institution=caller.institution,
            actor=caller.client_id,
            idempotency_key=_idempotency_key(idempotency_key),
            now=clock(),
        )
        return Response(
            receipt.as_json_bytes(),
            status_code=201,
            media_type="application/json",
            headers={"Location": f"/awards/{receipt.id}"},
        )

    @router.get(
        "/awards",
        summary="List the awards of your institution, newest first",
        responses={200: json_answer("One page.", AWARD_PAGE), **problems(401, 403, 422, 429, 503)},
    )
    async def list_awards(
        caller: Annotated[Caller, may_read],
        cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="How many awards at most.")] = 50,
    ) -> JSONResponse:
        page = await issuer.list(institution=caller.institution, cursor=cursor, limit=limit)
        awards = [_summary(award, claim_url=await issuer.claim_url(award)) for award in page.awards]
        return JSONResponse({"awards": awards, **({"next": page.next_cursor} if page.next_cursor else {})})

    @router.get(
        "/awards/{award_id}",
        summary="Look one award up",
        responses={
            200: json_answer("The award, its credentials and every act on it.", AWARD),
            **problems(401, 403, 404, 429, 503),
        },
    )
    async def get_award(award_id: AwardId, caller: Annotated[Caller, may_read]) -> Response:
        return await _answer(await issuer.find(award_id, institution=caller.institution))

    @router.get(
        "/awards/{award_id}/certificate",
        summary="The certificate in print: a PDF/A with the signed credential attached",
        responses={
            200: {"description": "Pages to print or to send.", "content": {"application/pdf": {}}},
            **problems(401, 403, 404, 410, 422, 429, 503),
        },
    )
    async def certificate(
        award_id: AwardId,
        caller: Annotated[Caller, may_read],
        lang: Annotated[str, Query(max_length=35, description="The reader's language, e.g. `de`.")] = "en",
    ) -> Response:
        award = await issuer.find(award_id, institution=caller.institution)
        offer = ClaimOffer.of(award, caller.institution)
        filename, content = await prints(offer, language=lang, now=clock())
        return Response(content, media_type="application/pdf", headers={"Content-Disposition": attachment(filename)})

    @router.post(
        "/awards/{award_id}/revoke",
        summary="Revoke an award, for good",
        openapi_extra=json_body(REASON, full={"reason": "Awarded by mistake: the learner had not passed."}),
        responses={
            200: json_answer("Revoked: the published list says so.", AWARD),
            **problems(400, 401, 403, 404, 409, 422, 429, 503),
        },
    )
    async def revoke(award_id: AwardId, request: Request, caller: Annotated[Caller, may_revoke]) -> Response:
        reason = _reason((await read_body(request, allowed=("application/json",)))[0])
        return await _answer(
            await issuer.revoke(
                award_id, institution=caller.institution, actor=caller.client_id, reason=reason, now=clock()
            )
        )

    @router.post(
        "/awards/{award_id}/withdraw",
        summary="Withdraw the learner's link and get a new one",
        openapi_extra=json_body(REASON, full={"reason": "The first message went to a wrong address."}),
        responses={
            200: json_answer("The old link is gone; `claimUrl` is the new one.", AWARD),
            **problems(400, 401, 403, 404, 409, 422, 429, 503),
        },
    )
    async def withdraw(award_id: AwardId, request: Request, caller: Annotated[Caller, may_write]) -> Response:
        reason = _reason((await read_body(request, allowed=("application/json",)))[0])
        return await _answer(
            await issuer.withdraw(
                award_id, institution=caller.institution, actor=caller.client_id, reason=reason, now=clock()
            )
        )

    async def _answer(award: RegisteredAward) -> Response:
        """The award as JSON, the recorded bytes of each credential spliced in as they are."""
        members: JsonObject = {
            **_summary(award, claim_url=await issuer.claim_url(award)),
            "acts": [
                {
                    "act": act.act,
                    "actor": act.actor,
                    "at": act.at.isoformat(),
                    **({"reason": act.reason.open()} if act.reason else {}),
                }
                for act in award.acts
            ],
        }
        signed = b",".join(each.signed.open() for each in award.credentials if each.signed)
        return Response(
            strict_json.write(members)[:-1] + b',"credentials":[' + signed + b"]}", media_type="application/json"
        )

    return router


def _summary(award: RegisteredAward, *, claim_url: str) -> dict[str, Any]:
    return {
        "id": award.id,
        "state": award.state,
        "title": award.title,
        "learner": {"fullName": award.learner_name.open()},
        "achievement": {"id": award.achievement_id},
        "awardedDate": award.awarded_date,
        "created": award.created.isoformat(),
        "claimUrl": claim_url,
        "claimExpires": award.claim_expires.isoformat(),
    }


def _reason(body: bytes) -> str:
    match strict_json.read_object(body):
        case {"reason": str(reason), **more} if not more and 0 < len(reason.strip()) <= 2000:
            return reason.strip()
        case _:
            raise Refused(
                Problem(
                    MALFORMED_VALUE_ERROR,
                    at="/reason",
                    detail="an act needs a reason, a text of 1 to 2,000 characters, and nothing else",
                    remedy='send {"reason": "…"}; it is kept for your institution and never published',
                )
            )


def _idempotency_key(header: str | None) -> str | None:
    """draft-ietf-httpapi-idempotency-key-header §2.1: a structured-field string; bare ones are common."""
    if header is None:
        return None
    key = header[1:-1] if len(header) > 1 and header[0] == header[-1] == '"' else header
    if not 0 < len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise Refused(
            Problem(
                MALFORMED_VALUE_ERROR,
                detail="the header Idempotency-Key must be 1 to 255 printable ASCII characters",
                remedy='send a string of your own, such as Idempotency-Key: "3f1c…"',
            )
        )
    return key
