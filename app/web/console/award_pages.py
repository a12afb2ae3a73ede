"""The institution's awards: the table of them, one of them with all that was done to it, and the acts that are left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Request, Response

from app.access.people import allowed
from app.access.scopes import Scope
from app.core.credential import correction
from app.core.problems import (
    GONE,
    MALFORMED_VALUE_ERROR,
    MISSING_ELEMENT,
    NOT_FOUND,
    RANGE_ERROR,
    STATE_CONFLICT,
    Problem,
    Refused,
)
from app.exchange.claim import ClaimOffer, Claims
from app.http.forms import Form
from app.http.headers import attachment
from app.http.see_other import see_other
from app.issuer.award import Issuer
from app.issuer.life import AFTER, Act, State
from app.ports import Clock, People, RegisteredAward
from app.web.console.acts import FORMS, NAMES, form_of, possible, read_address, read_correction, read_reason
from app.web.console.awards_table import table_routes
from app.web.console.doorkeeper import HOME, Doorkeeper, Guest
from app.web.console.drawn import drawn
from app.web.console.rows import act_line, award_line, award_path, message_line, names_by_id
from app.web.renderer import Renderer
from app.web.verdict import day_element

# What a person can mend where they typed it; anything else is an error like any other.
_TOLD_AT_THE_FORM = frozenset({MALFORMED_VALUE_ERROR, MISSING_ELEMENT, RANGE_ERROR, STATE_CONFLICT})
# `error.{…}.…` are their words.
_NOT_HERE: Mapping[str, str] = MappingProxyType({GONE: "410", NOT_FOUND: "console_nothing"})
AwardId = Annotated[str, Path(max_length=64)]


class Prints(Protocol):
    """Makes the certificate of an award, in a reader's language: a name to save it under, and the PDF."""

    async def __call__(self, awarded: ClaimOffer, *, language: str, now: datetime) -> tuple[str, bytes]: ...


def routes(
    *,
    door: Doorkeeper,
    issuer: Issuer,
    claims: Claims,
    people: People,
    prints: Prints,
    renderer: Renderer,
    clock: Clock,
) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    router.include_router(table_routes(door=door, issuer=issuer, claims=claims, renderer=renderer, clock=clock))
    pages = _AwardPages(issuer, people, renderer, clock)

    @router.get("/console/awards/{award_id}")
    async def one(award_id: AwardId, request: Request) -> Response:
        guest = await door.look(request, Scope.READ_AWARDS)
        is_new = request.query_params.get("new") is not None
        return door.keep_language(await pages.show(award_id, guest, is_new=is_new), request)

    @router.get("/console/awards/{award_id}/credential")
    async def save(award_id: AwardId, request: Request) -> Response:
        guest = await door.look(request, Scope.READ_AWARDS)
        award = await issuer.find(award_id, institution=guest.institution)
        offer = ClaimOffer.of(award, guest.institution)
        headers = {"Content-Disposition": attachment(offer.filename), "Cache-Control": "no-store"}
        return Response(offer.credential, media_type="application/vc", headers=headers)

    @router.get("/console/awards/{award_id}/certificate")
    async def certificate(award_id: AwardId, request: Request) -> Response:
        guest = await door.look(request, Scope.READ_AWARDS)
        award = await issuer.find(award_id, institution=guest.institution)
        offer = ClaimOffer.of(award, guest.institution)
        filename, content = await prints(offer, language=guest.language.reader, now=clock())
        headers = {"Content-Disposition": attachment(filename), "Cache-Control": "no-store"}
        return Response(content, media_type="application/pdf", headers=headers)

    @router.post("/console/awards/{award_id}/send")
    async def send(award_id: AwardId, request: Request) -> Response:
        guest, form = await door.act(request, Scope.AWARD)
        if not issuer.writes_to_learners:
            raise Refused(Problem(NOT_FOUND, detail="there is no such act: no mail server is set"))
        award = await issuer.find(award_id, institution=guest.institution)
        try:
            await issuer.act(
                award.id,
                Act.SEND,
                institution=guest.institution,
                actor=guest.actor,
                reason=None,
                now=clock(),
                learner_email=read_address(form.text("email")),
            )
        except Refused as refused:
            if any(problem.type not in _TOLD_AT_THE_FORM for problem in refused.problems):
                raise
            return await pages.draw(award, guest, tried=Tried(Act.SEND, form, refused))
        return see_other(award_path(award.id))

    @router.post("/console/awards/{award_id}/{act}")
    async def act(award_id: AwardId, act: str, request: Request) -> Response:
        asked = form_of(act)
        guest, form = await door.act(request, FORMS[asked])
        award = await issuer.find(award_id, institution=guest.institution)
        try:
            return see_other(await _done(issuer, award, asked, guest, form, clock=clock))
        except Refused as refused:
            if any(problem.type not in _TOLD_AT_THE_FORM for problem in refused.problems):
                raise
            award = await issuer.find(award_id, institution=guest.institution)
            return await pages.draw(award, guest, tried=Tried(asked, form, refused))

    return router


async def _done(issuer: Issuer, award: RegisteredAward, act: Act, guest: Guest, form: Form, *, clock: Clock) -> str:
    """Does it, and says which page shows what came of it. Raises Refused."""
    if act is Act.SUPERSEDE:
        body = read_correction(form, before=_names(award, guest))
        # The same correction of the same award is one, however often it is sent.
        key = f"console-{award.id}-{sha256(body).hexdigest()[:32]}"
        receipt = await issuer.supersede(
            award.id, body, institution=guest.institution, actor=guest.actor, idempotency_key=key, now=clock()
        )
        return f"{award_path(receipt.id)}?new"
    reason = read_reason(form.text("reason"))
    await issuer.act(award.id, act, institution=guest.institution, actor=guest.actor, reason=reason, now=clock())
    return f"{HOME}?erased" if act is Act.ERASE else award_path(award.id)


@dataclass(frozen=True, slots=True)
class Tried:
    """An act that was refused, with what was typed for it: it is shown again where it was typed."""

    act: Act
    form: Form
    refused: Refused

    def typed(self, name: str) -> str:
        return self.form.text(name) or ""

    @property
    def lacks_reason(self) -> bool:
        return any(problem.at == "/reason" for problem in self.refused.problems)

    @property
    def is_conflict(self) -> bool:
        return any(problem.type == STATE_CONFLICT for problem in self.refused.problems)

    @property
    def told(self) -> tuple[Problem, ...]:
        """What else is wrong."""
        return tuple(
            problem for problem in self.refused.problems if problem.at != "/reason" and problem.type != STATE_CONFLICT
        )


class _AwardPages:
    """Draws one award, as it is, with what may be done to it next."""

    def __init__(self, issuer: Issuer, people: People, renderer: Renderer, clock: Clock) -> None:
        self._issuer = issuer
        self._people = people
        self._renderer = renderer
        self._clock = clock

    async def show(self, award_id: str, guest: Guest, *, is_new: bool) -> Response:
        """The award; where it was erased, or is none of the institution's, a page that says so."""
        try:
            award = await self._issuer.find(award_id, institution=guest.institution)
        except Refused as refused:
            if refused.problems[0].type not in _NOT_HERE:
                raise
            return drawn(
                self._renderer,
                "gone.html",
                guest=guest,
                language=guest.language,
                because=refused,
                here=HOME,
                kind=_NOT_HERE[refused.problems[0].type],
                award_id=award_id,
            )
        return await self.draw(award, guest, is_new=is_new)

    async def draw(
        self,
        award: RegisteredAward,
        guest: Guest,
        *,
        is_new: bool = False,
        tried: Tried | None = None,
    ) -> Response:
        words = self._renderer.words(guest.language)
        names = names_by_id(await self._people.list(institution=guest.institution.name))
        offer = _kept(award, guest)
        line = award_line(award, words=words)
        return drawn(
            self._renderer,
            "award.html",
            guest=guest,
            language=guest.language,
            because=tried.refused if tried else None,
            here=HOME,
            award=award,
            line=line,
            paper=None if offer is None else self._renderer.paper_of(offer.micro_credential, guest.language),
            stamp="stamp.revoked" if award.state in (State.REVOKED, State.SUPERSEDED) else None,
            demo=guest.institution.profile.name if guest.institution.demo else None,
            claim_url=None if offer is None else await self._issuer.claim_url(award),
            claim_ends=day_element(award.claim_expires, language=words.language),
            is_claim_over=award.claim_expires <= self._clock(),
            acts=tuple(act_line(record, names=names, words=words) for record in award.acts),
            messages=tuple(message_line(message, words=words) for message in award.messages),
            address=award.learner_email.open() if award.learner_email else "",
            may_send=self._may_send(award, guest),
            possible=possible(award.state, guest.visitor.person),
            tried=tried,
            names=_names(award, guest),
            corrects=award_path(award.supersedes) if award.supersedes else None,
            corrected_by=award_path(award.superseded_by) if award.superseded_by else None,
            is_new=is_new,
            next_step=_next_step(award),
            may_award=Scope.AWARD in allowed(guest.visitor.person),
        )

    def _may_send(self, award: RegisteredAward, guest: Guest) -> bool:
        may = Scope.AWARD in allowed(guest.visitor.person) and award.claim_expires > self._clock()
        return may and self._issuer.writes_to_learners and (State(award.state), Act.SEND) in AFTER


def _next_step(award: RegisteredAward) -> str:
    """What is left to do once it is awarded, by the id of its sentence."""
    if award.supersedes:
        return "console.awarded.corrected"
    return "console.awarded.letter" if award.messages else "console.awarded.next"


def _kept(award: RegisteredAward, guest: Guest) -> ClaimOffer | None:
    """What the learner is offered; None where no signed credential is kept, or not yet."""
    if award.primary is None:
        return None
    return ClaimOffer.of(award, guest.institution)


def _names(award: RegisteredAward, guest: Guest) -> Mapping[str, str]:
    """The learner's name and its parts as they were signed."""
    offer = _kept(award, guest)
    signed = correction.as_request(offer.micro_credential.learner) if offer else {}
    return {name: signed.get(name) or "" for name in NAMES}
