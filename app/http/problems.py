"""What went wrong, as an HTTP answer: RFC 9457 problem details. The only place with status codes."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.core import problems as p
from app.core.problems import Problem, Refused, pointer
from app.http.log_lines import reference, trace
from app.http.methods import allowed
from app.http.negotiation import HttpRefused, Refusal, best
from app.ports import Overloaded, TooOften, TooSlow, Unavailable

logger = logging.getLogger("testamur.http")

MEDIA_TYPE = "application/problem+json"
BLANK = "about:blank"  # RFC 9457 §4.2.1: no more than the status code says
REALM = 'Bearer realm="testamur"'
_INSUFFICIENT_SCOPE = (("WWW-Authenticate", f'{REALM}, error="insufficient_scope"'),)

# What is not named here is 422: it was understood, and it does not hold.
STATUS: Mapping[str, int] = MappingProxyType(
    {
        p.PARSING_ERROR: 400,
        p.INVALID_TOKEN: 401,
        p.INSUFFICIENT_SCOPE: 403,
        p.NOT_ALLOWED: 403,
        p.NOT_FOUND: 404,
        p.STATE_CONFLICT: 409,
        p.IDEMPOTENCY_IN_FLIGHT: 409,
        p.GONE: 410,
        p.IDEMPOTENCY_KEY_REUSED: 422,
        # The caller can do nothing about these: they are faults of ours.
        p.PROOF_GENERATION_ERROR: 500,
        p.SETTING_ERROR: 500,
        p.KEY_ERROR: 500,
    }
)
# Of several problems, the one whose status comes first here says what the answer is about.
_PRECEDENCE = (500, 401, 403, 404, 410, 409, 400, 422)

# Here a credential is only read: what is refused could not be read, which is 400 whatever the problem.
_READS_ONLY = frozenset({"/verify", "/credentials/verify", "/credentials/derive", "/presentations/verify"})
# VCALM has one status for whatever is wrong with what its issuers are sent.
_OF_VCALM = frozenset({"/credentials/issue", "/credentials/status", "/status-lists"})
# It knows of no such header: whoever sends one is answered as everywhere else.
_OF_A_KEY = frozenset({p.IDEMPOTENCY_IN_FLIGHT, p.IDEMPOTENCY_KEY_REUSED})

_REFUSAL: Mapping[Refusal, int] = MappingProxyType(
    {
        Refusal.SIGN_IN: 303,
        Refusal.MALFORMED: 400,
        Refusal.FOREIGN: 403,
        Refusal.METHOD: 405,
        Refusal.TOO_SLOW: 408,
        Refusal.TOO_LARGE: 413,
        Refusal.MEDIA_TYPE: 415,
        Refusal.TOO_MANY: 429,
        Refusal.HEADERS_TOO_LARGE: 431,
        Refusal.BUSY: 503,
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An error answer before it is drawn, as JSON or as a page. `instance` is the number of a fault of ours."""

    status: int
    detail: str
    type: str = BLANK
    problems: tuple[Problem, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    instance: str = ""

    @property
    def title(self) -> str:
        if self.type == BLANK:
            return HTTPStatus(self.status).phrase
        return self.type.rpartition("#")[2].replace("_", " ").capitalize()

    def as_json(self) -> bytes:
        members: dict[str, Any] = {"type": self.type, "title": self.title, "status": self.status, "detail": self.detail}
        if self.instance:
            members["instance"] = self.instance
        if self.problems:
            members["problems"] = [
                {"type": each.type, "at": each.at, "detail": each.detail, "remedy": each.remedy}
                for each in self.problems
            ]
        return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")


ErrorPage: TypeAlias = Callable[[Request, Answer], Response]
"""How `web` draws an answer for a person; it sets its own Content-Security-Policy."""


def respond(answer: Answer, request: Request, page: ErrorPage | None = None) -> Response:
    """A page for who prefers HTML, problem details for everybody else."""
    wanted = best(request.headers.get("accept"), (MEDIA_TYPE, "application/json", "text/html"))
    if page is not None and wanted == "text/html":
        response = page(request, answer)
    else:
        response = Response(answer.as_json(), media_type=MEDIA_TYPE)
    response.status_code = answer.status
    for name, value in _as_asked(answer, request):
        response.headers[name] = value
    response.headers.add_vary_header("Accept")
    return response


def _as_asked(answer: Answer, request: Request) -> tuple[tuple[str, str], ...]:
    """RFC 6750 §3.1: who sent no token is told what is wanted, and of no error."""
    if answer.status == 401 and "authorization" not in request.headers:
        return (("WWW-Authenticate", REALM),)
    return answer.headers


def answer_to(exception: Exception, *, path: str = "") -> Answer:
    """The one table from what can be raised to what is answered."""
    match exception:
        case HttpRefused():
            return refusal(exception)
        case Refused():
            return _refused(exception, path=path)
        case RequestValidationError():
            return _refused(_validation(exception), path=path)
        case HTTPException():
            return _http_exception(exception)
        case TooSlow():
            return Answer(408, str(exception), headers=(("Connection", "close"),))
        case TooOften():
            return Answer(429, str(exception), headers=(("Retry-After", str(exception.retry_after_seconds)),))
        case Overloaded() | Unavailable():
            return Answer(503, str(exception), headers=(("Retry-After", str(exception.retry_after_seconds)),))
        case ClientDisconnect():
            return Answer(400, "the client went away before its request was complete")
        case _:
            return unexpected(exception)


def refusal(refused: HttpRefused) -> Answer:
    return Answer(_REFUSAL[refused.kind], refused.detail, headers=refused.headers)


def unexpected(exception: BaseException) -> Answer:
    """A fault of ours: logged once, with its trace and without anything that the request said."""
    number = reference.get() or str(uuid4())
    logger.error("unexpected %s", type(exception).__qualname__, extra={"request": number, "trace": trace(exception)})
    told = "This is a fault of ours; it was recorded under the number in `instance`."
    return Answer(500, told, instance=f"urn:uuid:{number}")


def install(app: FastAPI, *, page: ErrorPage | None = None) -> None:
    """Every exception that leaves a route becomes an answer here."""

    async def handle(request: Request, exception: Exception) -> Response:
        if isinstance(exception, HTTPException) and exception.status_code == 405:
            allow = allowed(app.routes, request.scope)
            exception = HttpRefused(Refusal.METHOD, f"This address takes {allow}.", headers=(("Allow", allow),))
        return respond(answer_to(exception, path=request.url.path), request, page)

    handled: tuple[type[Exception], ...] = (
        HttpRefused,
        Refused,
        RequestValidationError,
        HTTPException,
        Overloaded,
        TooOften,
        Unavailable,
        ClientDisconnect,
        Exception,
    )
    handler: Callable[[Request, Exception], Awaitable[Response]] = handle
    for kind in handled:
        app.add_exception_handler(kind, handler)


def _refused(refused: Refused, *, path: str) -> Answer:
    chief = min(refused.problems, key=lambda each: _PRECEDENCE.index(STATUS.get(each.type, 422)))
    status = STATUS.get(chief.type, 422)
    if status == 500:
        return unexpected(refused)
    of_vcalm = path in _OF_VCALM and chief.type not in _OF_A_KEY
    if (status == 422 and path in _READS_ONLY) or (status in (409, 422) and of_vcalm):
        status = 400
    more = len(refused.problems) - 1
    detail = chief.detail + (f" (and {more} more)" if more else "")
    headers = {
        401: (("WWW-Authenticate", f'{REALM}, error="invalid_token"'),),
        403: _INSUFFICIENT_SCOPE if chief.type == p.INSUFFICIENT_SCOPE else (),
        409: (("Retry-After", "1"),) if chief.type == p.IDEMPOTENCY_IN_FLIGHT else (),
    }
    return Answer(status, detail, type=chief.type, problems=refused.problems, headers=headers.get(status, ()))


def _validation(invalid: RequestValidationError) -> Refused:
    """What a parameter should have been. The value itself is not repeated: it may be a secret in the wrong place."""
    found = []
    for error in invalid.errors():
        where = error["loc"][1:] if error["loc"][:1] == ("body",) else error["loc"]
        kind = {"json_invalid": p.PARSING_ERROR, "missing": p.MISSING_ELEMENT}.get(
            error["type"], p.MALFORMED_VALUE_ERROR
        )
        found.append(Problem(kind, at=pointer(*where), detail=error["msg"]))
    return Refused(*found)


def _http_exception(exception: HTTPException) -> Answer:
    headers = tuple((exception.headers or {}).items())
    match exception.status_code:
        case 404:
            return Answer(404, "There is nothing at this address.", type=p.NOT_FOUND, headers=headers)
        case status:
            return Answer(status, exception.detail, headers=headers)
