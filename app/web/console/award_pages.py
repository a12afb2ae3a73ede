"""The institution's awards: the table of them, one of them with all that was done to it, and the acts that are left."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.access.people import allowed
from app.access.scopes import Scope
from app.core import strict_json
from app.core.credential import open_badge
from app.core.problems import GONE, MALFORMED_VALUE_ERROR, STATE_CONFLICT, Problem, Refused
from app.exchange.claim import ClaimOffer, Claims
from app.http.see_other import see_other
from app.issuer.award import Issuer
from app.ports import Clock, Page, People, RegisteredAward
from app.web.console.acts import FORMS, form_of, possible, read_reason
from app.web.console.doorkeeper import HOME, Doorkeeper, Guest
from app.web.console.drawn import drawn
from app.web.console.rows import act_line, award_line, award_path, names_by_id
from app.web.pages import attachment
from app.web.renderer import Renderer
from app.web.verdict import day_element

_PAGE = 25
_LONGEST_FIND = 512
AwardId = Annotated[str, Path(max_length=64)]


def routes(
    *, door: Doorkeeper, issuer: Issuer, claims: Claims, people: People, renderer: Renderer, clock: Clock
) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    router.include_router(_table(door=door, issuer=issuer, claims=claims, renderer=renderer, clock=clock))
    pages = _AwardPages(issuer, people, renderer, clock)

    @router.get("/console/awards/{award_id}")
    async def one(award_id: AwardId, request: Request) -> Response:
        guest = await door.look(request, Scope.READ_AWARDS)
        award = await issuer.find(award_id, institution=guest.institution)
        is_new = request.query_params.get("new") is not None
        return door.keep_language(await pages.draw(award, guest, is_new=is_new), request)

    @router.get("/console/awards/{award_id}/credential")
    async def save(award_id: AwardId, request: Request) -> Response:
        guest = await door.look(request, Scope.READ_AWARDS)
        offer = _kept(await issuer.find(award_id, institution=guest.institution), guest)
        if offer is None:
            raise Refused(Problem(GONE, detail="this credential is not kept"))
        headers = {"Content-Disposition": attachment(offer.filename), "Cache-Control": "no-store"}
        return Response(offer.credential, media_type="application/vc", headers=headers)

    @router.post("/console/awards/{award_id}/{act}")
    async def act(award_id: AwardId, act: str, request: Request) -> Response:
        asked = form_of(act)
        guest, form = await door.act(request, FORMS[asked].scope)
        award = await issuer.find(award_id, institution=guest.institution)
        try:
            reason = read_reason(form.text("reason"))
            await FORMS[asked].do(
                issuer, award_id, institution=guest.institution, actor=guest.actor, reason=reason, now=clock()
            )
        except Refused as refused:
            if any(problem.type not in (MALFORMED_VALUE_ERROR, STATE_CONFLICT) for problem in refused.problems):
                raise
            award = await issuer.find(award_id, institution=guest.institution)
            return await pages.draw(award, guest, asked=asked, typed=form.text("reason") or "", because=refused)
        return see_other(award_path(award_id))

    return router


def _table(*, door: Doorkeeper, issuer: Issuer, claims: Claims, renderer: Renderer, clock: Clock) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(HOME)
    async def table(request: Request) -> Response:
        guest = await door.look(request, Scope.READ_AWARDS)
        find = request.query_params.get("find", "").strip()[:_LONGEST_FIND]
        if find and (found := await _found(find, guest)):
            return see_other(award_path(found))
        cursor = None if find else request.query_params.get("cursor")
        page = Page((), None) if find else await issuer.list(institution=guest.institution, cursor=cursor, limit=_PAGE)
        response = drawn(
            renderer,
            "awards.html",
            guest=guest,
            language=guest.language,
            here=HOME,
            lines=tuple(award_line(award, language=guest.language.words) for award in page.awards),
            next_cursor=page.next_cursor,
            is_later=cursor is not None,
            find=find,
            may_award=Scope.AWARD in allowed(guest.visitor.person),
        )
        return door.keep_language(response, request)

    async def _found(find: str, guest: Guest) -> str | None:
        """The award of this number, or behind this learner's link; None where there is none of this institution."""
        last = find.rstrip("/").rpartition("/")[2]
        try:
            return (await issuer.find(last, institution=guest.institution)).id
        except Refused:
            pass
        try:
            offer = await claims.open(last, now=clock())
        except Refused:
            return None
        return offer.award_id if offer.institution.name == guest.institution.name else None

    return router


class _AwardPages:
    """Draws one award, as it is, with what may be done to it next."""

    def __init__(self, issuer: Issuer, people: People, renderer: Renderer, clock: Clock) -> None:
        self._issuer = issuer
        self._people = people
        self._renderer = renderer
        self._clock = clock

    async def draw(
        self,
        award: RegisteredAward,
        guest: Guest,
        *,
        is_new: bool = False,
        asked: str | None = None,
        typed: str = "",
        because: Refused | None = None,
    ) -> Response:
        words = self._renderer.words(guest.language)
        names = names_by_id(await self._people.list(institution=guest.institution.name))
        offer = _kept(award, guest)
        refused = because.problems[0].type if because else None
        return drawn(
            self._renderer,
            "award.html",
            guest=guest,
            language=guest.language,
            because=because,
            here=HOME,
            award=award,
            line=award_line(award, language=words.language),
            paper=None if offer is None else self._renderer.paper_of(offer.micro_credential, guest.language),
            stamp="stamp.revoked" if award.state == "revoked" else None,
            demo=guest.institution.profile.name if guest.institution.demo else None,
            claim_url=None if offer is None else await self._issuer.claim_url(award),
            claim_ends=day_element(award.claim_expires, language=words.language),
            is_claim_over=award.claim_expires <= self._clock(),
            acts=tuple(act_line(record, names=names, words=words) for record in award.acts),
            possible=possible(award.state, guest.visitor.person),
            asked=asked if refused == MALFORMED_VALUE_ERROR else None,
            typed=typed,
            conflict=refused == STATE_CONFLICT,
            is_new=is_new,
            may_award=Scope.AWARD in allowed(guest.visitor.person),
        )


def _kept(award: RegisteredAward, guest: Guest) -> ClaimOffer | None:
    """What the learner is offered; None where no signed credential is kept, or not yet."""
    signed = next((each.signed.open() for each in award.credentials if each.signed), None)
    if signed is None:
        return None
    return ClaimOffer(
        award_id=award.id,
        institution=guest.institution,
        micro_credential=open_badge.read(strict_json.read_object(signed)),
        state=award.state,
        expires=award.claim_expires,
        credential=signed,
    )
