"""Signing in and out, and choosing a password of one's own."""

from fastapi import APIRouter, Request, Response

from app.access.people import SHORTEST_PASSWORD
from app.access.sessions import SignedIn, SignIn, TooManyTries
from app.core.problems import SIGN_IN_REFUSED, Problem, Refused
from app.http.negotiation import HttpRefused, Refusal
from app.http.see_other import see_other
from app.ports import Clock
from app.web.console.doorkeeper import HOME, PASSWORD, SIGN_IN, Doorkeeper, Guest, language_of, wanted_page
from app.web.console.drawn import drawn
from app.web.renderer import Renderer


def routes(*, door: Doorkeeper, sign_in: SignIn, renderer: Renderer, clock: Clock) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    router.include_router(_password(door=door, sign_in=sign_in, renderer=renderer, clock=clock))

    @router.get("/console")
    async def console() -> Response:
        return see_other(HOME)

    @router.get(SIGN_IN)
    async def sign_in_form(request: Request) -> Response:
        if await door.whoever(request) is not None:
            return see_other(HOME)
        return door.keep_language(
            _sign_in_page(renderer, request, login="", wanted=request.query_params.get("next")), request
        )

    @router.post(SIGN_IN)
    async def begin(request: Request) -> Response:
        form = await door.read_from_nobody(request)
        login, wanted = form.text("login") or "", form.text("next")
        outcome = await sign_in.sign_in(login, form.text("password") or "", brought=door.token(request), now=clock())
        if isinstance(outcome, SignedIn):
            return door.let_in(see_other(wanted_page(wanted)), outcome)
        return _sign_in_page(renderer, request, login=login, wanted=wanted, because=_why_not(outcome))

    @router.post("/console/sign-out")
    async def sign_out(request: Request) -> Response:
        await door.act(request)
        if token := door.token(request):
            await sign_in.sign_out(token)
        return door.see_out(see_other(SIGN_IN))

    return router


def _password(*, door: Doorkeeper, sign_in: SignIn, renderer: Renderer, clock: Clock) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(PASSWORD)
    async def password_form(request: Request) -> Response:
        guest = await door.look(request)
        return door.keep_language(_password_page(renderer, guest), request)

    @router.post(PASSWORD)
    async def change(request: Request) -> Response:
        guest, form = await door.act(request)
        try:
            outcome = await sign_in.change_password(
                guest.visitor, old=form.text("old") or "", new=form.text("new") or "", now=clock()
            )
        except Refused as refused:
            return _password_page(renderer, guest, because=refused)
        if isinstance(outcome, SignedIn):
            return door.let_in(see_other(HOME), outcome)
        return _password_page(renderer, guest, because=_why_not(outcome))

    return router


def _sign_in_page(
    renderer: Renderer,
    request: Request,
    *,
    login: str,
    wanted: str | None,
    because: Refused | HttpRefused | None = None,
) -> Response:
    return drawn(
        renderer,
        "sign_in.html",
        guest=None,
        language=language_of(request),
        because=because,
        login=login,
        wanted=wanted_page(wanted),
        wrong=_wrong(because),
        wait=_wait(because),
    )


def _password_page(renderer: Renderer, guest: Guest, *, because: Refused | HttpRefused | None = None) -> Response:
    return drawn(
        renderer,
        "password.html",
        guest=guest,
        language=guest.language,
        because=because,
        shortest=str(SHORTEST_PASSWORD),
        wrong=_wrong(because),
        wait=_wait(because),
    )


def _why_not(outcome: TooManyTries | None) -> Refused | HttpRefused:
    if outcome is None:
        return Refused(Problem(SIGN_IN_REFUSED, at="/password", detail="address and password do not belong together"))
    detail = f"Too many wrong passwords. Wait {outcome.wait_seconds} s and try again."
    return HttpRefused(Refusal.TOO_MANY, detail, headers=(("Retry-After", str(outcome.wait_seconds)),))


def _wrong(because: Refused | HttpRefused | None) -> str | None:
    """Which field is wrong."""
    return because.problems[0].at.removeprefix("/") if isinstance(because, Refused) else None


def _wait(because: Refused | HttpRefused | None) -> str | None:
    return dict(because.headers).get("Retry-After") if isinstance(because, HttpRefused) else None
