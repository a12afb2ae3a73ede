"""The console's routes, all of them; what they need of the service is handed in."""

from collections.abc import Callable

from fastapi import APIRouter

from app.access.sessions import SignIn
from app.core.json_ld import Contexts
from app.exchange.claim import Claims
from app.issuer.award import Issuer
from app.issuer.batch import Classes
from app.issuer.preview import Previews
from app.ports import Batches, Clock, Directory, People
from app.web.console import award_form, award_pages, class_pages, sign_in_pages
from app.web.console.doorkeeper import Doorkeeper
from app.web.renderer import Renderer


def console_routes(
    *,
    renderer: Renderer,
    sign_in: SignIn,
    issuer: Issuer,
    claims: Claims,
    people: People,
    prints: award_pages.Prints,
    directory: Directory,
    clock: Clock,
    previews: Previews,
    classes: Classes,
    batches: Batches,
    contexts: Contexts,
    new_token: Callable[[], str],
    public_url: str,
    max_form_bytes: int,
) -> APIRouter:
    door = Doorkeeper(
        sign_in=sign_in, directory=directory, clock=clock, public_url=public_url, max_form_bytes=max_form_bytes
    )
    router = APIRouter()
    router.include_router(sign_in_pages.routes(door=door, sign_in=sign_in, renderer=renderer, clock=clock))
    router.include_router(
        award_pages.routes(
            door=door, issuer=issuer, claims=claims, people=people, prints=prints, renderer=renderer, clock=clock
        )
    )
    router.include_router(
        award_form.routes(
            door=door,
            issuer=issuer,
            previews=previews,
            contexts=contexts,
            renderer=renderer,
            clock=clock,
            new_token=new_token,
        )
    )
    router.include_router(
        class_pages.routes(
            door=door,
            issuer=issuer,
            classes=classes,
            batches=batches,
            previews=previews,
            contexts=contexts,
            renderer=renderer,
            clock=clock,
        )
    )
    return router
