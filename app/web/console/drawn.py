"""A page of the console as an answer: kept by nobody, shown in no frame, and sent back from to this service alone."""

from dataclasses import dataclass
from typing import Any

from fastapi.responses import HTMLResponse

from app.access.people import allowed
from app.access.scopes import Scope
from app.core.problems import Refused
from app.http.negotiation import HttpRefused
from app.http.problems import answer_to
from app.web.answers import POLICY
from app.web.console.doorkeeper import HOME, Guest
from app.web.console.told import telling
from app.web.languages import Language
from app.web.renderer import Renderer

# With `no-referrer`, as on the other pages, a browser would not say where a form comes from: `Origin: null`.
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Vary": "Accept-Language, Cookie",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the console leads to from everywhere, and what one must be allowed to do there."""

    name: str
    path: str
    scope: Scope


# `console.place.{name}.link` in the locales is its name.
PLACES = (
    Place("awards", HOME, Scope.READ_AWARDS),
    Place("award", "/console/award", Scope.AWARD),
    Place("class", "/console/class", Scope.AWARD),
)


def drawn(
    renderer: Renderer,
    template: str,
    *,
    guest: Guest | None,
    language: Language,
    because: Refused | HttpRefused | None = None,
    **values: Any,
) -> HTMLResponse:
    """`because` is what was refused, where the page says so: the answer's status is that of the refusal."""
    page = renderer.render_console(
        template,
        language=language,
        **telling(renderer.words(language)),
        person=None if guest is None else guest.visitor.person,
        institution=None if guest is None else guest.institution,
        form_token=None if guest is None else guest.visitor.form_token,
        places=() if guest is None else _places(guest),
        **values,
    )
    answer = None if because is None else answer_to(because)
    response = HTMLResponse(page.encode("utf-8", "replace"), headers=_HEADERS)
    if answer is not None:
        response.status_code = answer.status
        for name, value in answer.headers:
            response.headers[name] = value
    return response


def _places(guest: Guest) -> tuple[Place, ...]:
    scopes = allowed(guest.visitor.person)
    return tuple(place for place in PLACES if place.scope in scopes)
