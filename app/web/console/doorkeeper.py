"""Who stands at the console's door: the session's cookie, and what is asked of everyone who looks or acts.

1. `look` lets a person of the institution see a page; who is not signed in is sent to do so.
2. `act` lets them do something: the form came from a page of ours, drawn for this very session.
A cookie of the prefix `__Host-` is of this host alone and crosses no network in the clear:
https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/
"""

import hmac
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request, Response

from app.access.people import demand
from app.access.scopes import Scope
from app.access.sessions import SignedIn, SignIn, Visitor
from app.core.problems import NOT_FOUND, Problem, Refused
from app.http.forms import Form, read_form
from app.http.negotiation import HttpRefused, Refusal
from app.http.same_origin import demand_same_origin
from app.ports import Clock, Directory, Institution
from app.web.languages import Language, choose

HOME = "/console/awards"
PASSWORD = "/console/password"  # noqa: S105 - a page's address
SIGN_IN = "/console/sign-in"
_LANGUAGE = "testamur-language"
_MAX_PARTS = 128


@dataclass(frozen=True, slots=True)
class Guest:
    """A person who is signed in, the institution that they act for, and the language that they read."""

    visitor: Visitor
    institution: Institution
    language: Language

    @property
    def actor(self) -> str:
        """How the register names them beside what they do."""
        return f"person:{self.visitor.person.id}"


class Doorkeeper:
    def __init__(
        self, *, sign_in: SignIn, directory: Directory, clock: Clock, public_url: str, max_form_bytes: int
    ) -> None:
        self._sign_in = sign_in
        self._directory = directory
        self._clock = clock
        self._public_url = public_url
        self._max_form_bytes = max_form_bytes
        self._secure = public_url.startswith("https:")
        self._cookie = "__Host-testamur-session" if self._secure else "testamur-session"

    async def look(self, request: Request, scope: Scope | None = None) -> Guest:
        """Raises HttpRefused (sign in, or choose a password first), Refused (NOT_ALLOWED)."""
        guest = await self.whoever(request)
        if guest is None:
            asked = f"?next={quote(request.url.path, safe='/')}" if request.method == "GET" else ""
            raise _go_to(SIGN_IN + asked, "Sign in first.")
        if guest.visitor.person.must_change and request.url.path != PASSWORD:
            raise _go_to(PASSWORD, "Choose a password of your own first.")
        if scope is not None:
            demand(scope, guest.visitor.person)
        return guest

    async def act(self, request: Request, scope: Scope | None = None) -> tuple[Guest, Form]:
        """Raises as `look` does, and HttpRefused where the form is not one of this session's."""
        demand_same_origin(request, public_url=self._public_url)
        guest = await self.look(request, scope)
        form = await read_form(request, max_bytes=self._max_form_bytes, max_parts=_MAX_PARTS)
        sent = (form.text("form_token") or "").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(sent, guest.visitor.form_token.encode()):
            raise HttpRefused(Refusal.FOREIGN, "This form was drawn for another session. Open the page again.")
        return guest, form

    async def read_from_nobody(self, request: Request) -> Form:
        """The form of somebody who has yet to sign in. There is no session that it could misuse; its origin counts."""
        demand_same_origin(request, public_url=self._public_url)
        return await read_form(request, max_bytes=self._max_form_bytes, max_parts=_MAX_PARTS)

    async def whoever(self, request: Request) -> Guest | None:
        visitor = await self._sign_in.visitor(self.token(request), now=self._clock())
        if visitor is None:
            return None
        institution = await self._directory.institution(visitor.person.institution)
        if institution is None:
            raise Refused(Problem(NOT_FOUND, detail="this institution is not here any more"))
        return Guest(visitor=visitor, institution=institution, language=language_of(request))

    def token(self, request: Request) -> str | None:
        return request.cookies.get(self._cookie)

    def let_in(self, response: Response, signed_in: SignedIn) -> Response:
        """Hands the session to the browser; no script can read it, no other site can use it."""
        response.set_cookie(
            self._cookie, signed_in.token, path="/", secure=self._secure, httponly=True, samesite="strict"
        )
        return response

    def see_out(self, response: Response) -> Response:
        response.delete_cookie(self._cookie, path="/", secure=self._secure, httponly=True, samesite="strict")
        return response

    def keep_language(self, response: Response, request: Request) -> Response:
        """What was chosen stays so from page to page."""
        if "lang" in request.query_params:
            chosen = language_of(request).reader
            response.set_cookie(
                _LANGUAGE, chosen, path="/console", secure=self._secure, httponly=True, samesite="strict"
            )
        return response


def language_of(request: Request) -> Language:
    asked = request.query_params.get("lang") or request.cookies.get(_LANGUAGE)
    return choose(asked=asked, accept_language=request.headers.get("accept-language"))


def wanted_page(asked: str | None) -> str:
    """Where somebody wanted to go before they had to sign in: a page of the console, and nowhere else."""
    if asked is None or not asked.startswith("/console/") or not asked.isascii() or not asked.isprintable():
        return HOME
    return HOME if "//" in asked or "\\" in asked or asked.startswith(SIGN_IN) else asked


def _go_to(path: str, detail: str) -> HttpRefused:
    return HttpRefused(Refusal.SIGN_IN, detail, headers=(("Location", path), ("Cache-Control", "no-store")))
