"""The table of the institution's awards: newest first, found by learner and state, saved as a spreadsheet."""

from contextlib import suppress
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from app.access.people import allowed
from app.access.scopes import Scope
from app.core.problems import Refused
from app.exchange.claim import Claims
from app.http.headers import attachment
from app.http.see_other import see_other
from app.issuer.award import Issuer, Wanted
from app.issuer.export import spreadsheet
from app.issuer.life import State
from app.ports import Clock
from app.web.console.doorkeeper import HOME, Doorkeeper, Guest
from app.web.console.drawn import drawn
from app.web.console.rows import award_line, award_path
from app.web.renderer import Renderer

_PAGE = 25
_LONGEST_FIND = 512
_SHOWN_STATES = tuple(state.value for state in State if state is not State.REVOKED_ERASED)


def table_routes(*, door: Doorkeeper, issuer: Issuer, claims: Claims, renderer: Renderer, clock: Clock) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(f"{HOME}.csv")
    async def export(request: Request) -> Response:
        guest = await door.look(request, Scope.READ_AWARDS)
        find, state = _asked(request)
        rows = spreadsheet(issuer, institution=guest.institution, wanted=Wanted(learner=find or None, state=state))
        headers = {"Content-Disposition": attachment("awards.csv"), "Cache-Control": "no-store"}
        return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)

    @router.get(HOME)
    async def table(request: Request) -> Response:
        guest = await door.look(request, Scope.READ_AWARDS)
        find, state = _asked(request)
        if find and (found := await _found(find, guest)):
            return see_other(award_path(found))
        cursor = request.query_params.get("cursor")
        wanted = Wanted(learner=find or None, state=state)
        page = await issuer.list(institution=guest.institution, cursor=cursor, limit=_PAGE, wanted=wanted)
        words = renderer.words(guest.language)
        response = drawn(
            renderer,
            "awards.html",
            guest=guest,
            language=guest.language,
            here=HOME,
            lines=tuple(award_line(award, words=words) for award in page.awards),
            older=_link(find, state, page.next_cursor) if page.next_cursor else None,
            export=_link(find, state, None, path=f"{HOME}.csv"),
            newest=_link(find, state, None) if cursor is not None else None,
            was_erased="erased" in request.query_params,
            find=find,
            state=state.value if state else "",
            states=_SHOWN_STATES,
            may_award=Scope.AWARD in allowed(guest.visitor.person),
        )
        return door.keep_language(response, request)

    async def _found(find: str, guest: Guest) -> str | None:
        """The award of this number, or behind this learner's link; None where there is none of this institution."""
        last = find.rstrip("/").rpartition("/")[2]
        with suppress(Refused):
            return (await issuer.find(last, institution=guest.institution)).id
        try:
            offer = await claims.open(last, now=clock())
        except Refused:
            return None
        return offer.award_id if offer.institution.name == guest.institution.name else None

    return router


def _asked(request: Request) -> tuple[str, State | None]:
    find = request.query_params.get("find", "").strip()[:_LONGEST_FIND]
    return find, next((each for each in State if each == request.query_params.get("state")), None)


def _link(find: str, state: State | None, cursor: str | None, *, path: str = HOME) -> str:
    asked = {"find": find, "state": state.value if state else "", "cursor": cursor or ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path
