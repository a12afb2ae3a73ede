"""A page of the console as an answer: kept by nobody, shown in no frame, and sent back from to this service alone."""

from typing import Any

from fastapi.responses import HTMLResponse

from app.core.problems import Refused
from app.http.negotiation import HttpRefused
from app.http.problems import answer_to
from app.web.console.doorkeeper import Guest
from app.web.languages import Language
from app.web.pages import POLICY
from app.web.renderer import Renderer

# With `no-referrer`, as on the other pages, a browser would not say where a form comes from: `Origin: null`.
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Vary": "Accept-Language, Cookie",
}


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
        person=None if guest is None else guest.visitor.person,
        institution=None if guest is None else guest.institution,
        form_token=None if guest is None else guest.visitor.form_token,
        **values,
    )
    answer = None if because is None else answer_to(because)
    response = HTMLResponse(page.encode("utf-8", "replace"), headers=_HEADERS)
    if answer is not None:
        response.status_code = answer.status
        for name, value in answer.headers:
            response.headers[name] = value
    return response
