"""Awarding one: the form, the paper as it will be, and the act itself, once however often the button is pressed.

1. `draw` shows the form: empty, from an earlier award, from a file, or as it was typed.
2. What was typed is previewed as it would be awarded; what is missing or wrong is shown at its field.
3. Only what was looked at is awarded: a form that changed since is shown again.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from fastapi import APIRouter, Request, Response

from app.access.scopes import Scope
from app.core import strict_json
from app.core.credential import achievement_file
from app.core.json_ld import Contexts
from app.core.problems import IDEMPOTENCY_IN_FLIGHT, JsonObject, Problem, Refused
from app.http.forms import Form
from app.http.see_other import see_other
from app.issuer.award import Issuer, Receipt
from app.issuer.preview import Preview, Previews
from app.ports import Clock
from app.web.console.award_body import body_of, values_of
from app.web.console.award_draft import draft_paper, drawn_fields, elsewhere
from app.web.console.award_fields import Values, fresh, typed
from app.web.console.doorkeeper import Doorkeeper, Guest
from app.web.console.drawn import drawn
from app.web.console.earlier import achievement_of, earlier_achievements
from app.web.console.rows import award_path
from app.web.paper import Paper
from app.web.renderer import Renderer

PATH = "/console/award"
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
# A second press of the button comes while the first is still being signed: it waits for the same answer.
_WAITS, _WAIT_SECONDS = 40, 0.25


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was filled in: `carried` is an achievement that the form has no fields for."""

    values: Values
    carried: JsonObject | None
    key: str


def routes(
    *,
    door: Doorkeeper,
    issuer: Issuer,
    previews: Previews,
    contexts: Contexts,
    renderer: Renderer,
    clock: Clock,
    new_token: Callable[[], str],
) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    forms = _Forms(issuer, previews, contexts, renderer, clock)

    @router.get(PATH)
    async def form(request: Request) -> Response:
        guest = await door.look(request, Scope.AWARD)
        values, carried = forms.fresh(guest), None
        if earlier := request.query_params.get("from"):
            award = await issuer.find(earlier[:64], institution=guest.institution)
            values, carried = forms.taken(achievement_of(award, guest.institution), guest)
        return door.keep_language(await forms.begin(guest, Typed(values, carried, new_token())), request)

    @router.post(PATH + "/file")
    async def from_file(request: Request) -> Response:
        guest, form = await door.act(request, Scope.AWARD)
        file = form.file("file")
        try:
            given = achievement_file.read(file.content if file else b"")
            achievement = strict_json.read_object(strict_json.write(given["achievement"]))
        except Refused as refused:
            begun = Typed(forms.fresh(guest), None, new_token())
            return await forms.draw(guest, begun, unreadable=refused)
        values, carried = forms.taken(achievement, guest)
        return await forms.begin(guest, Typed(values, carried, new_token()))

    @router.post(PATH)
    async def award(request: Request) -> Response:
        guest, form = await door.act(request, Scope.AWARD)
        filled = _filled(form, contexts=contexts, new_token=new_token)
        body = forms.body(filled, guest)
        preview = await previews.of(body, institution=guest.institution, now=clock())
        wanted, digest = form.text("step") == "award", sha256(body).hexdigest()
        if not wanted or preview.problems or form.text("seen") != digest:
            changed = wanted and not preview.problems
            return await forms.draw(guest, filled, preview=preview, seen=digest, changed=changed)
        receipt = await _award_once(issuer, body, guest, key=f"console-{filled.key}-{digest[:32]}", clock=clock)
        return see_other(f"{award_path(receipt.id)}?new")

    return router


class _Forms:
    """Draws the form."""

    def __init__(
        self, issuer: Issuer, previews: Previews, contexts: Contexts, renderer: Renderer, clock: Clock
    ) -> None:
        self._issuer = issuer
        self._previews = previews
        self._contexts = contexts
        self._renderer = renderer
        self._clock = clock

    def fresh(self, guest: Guest) -> dict[str, str]:
        return fresh(self._contexts, institution=guest.institution, now=self._clock())

    def taken(self, achievement: JsonObject, guest: Guest) -> tuple[dict[str, str], JsonObject | None]:
        """The form filled in with an achievement, or empty with the achievement to be carried along as it is."""
        values = values_of(achievement, contexts=self._contexts)
        begun = self.fresh(guest)
        if values is None:
            return begun, achievement
        return {**values, "awardedDate": begun["awardedDate"]}, None

    def body(self, filled: Typed, guest: Guest) -> bytes:
        return strict_json.write(
            body_of(
                filled.values,
                contexts=self._contexts,
                time_zone=guest.institution.time_zone,
                carried=filled.carried,
            )
        )

    async def begin(self, guest: Guest, filled: Typed) -> Response:
        """A form that nobody filled in yet says nothing of what is missing, save in what was taken from elsewhere."""
        if filled.carried is None:
            return await self.draw(guest, filled)
        body = self.body(filled, guest)
        preview = await self._previews.of(body, institution=guest.institution, now=self._clock())
        about = tuple(problem for problem in preview.problems if problem.at.startswith("/achievement"))
        return await self.draw(guest, filled, preview=preview, told=about)

    async def draw(
        self,
        guest: Guest,
        filled: Typed,
        *,
        preview: Preview | None = None,
        told: tuple[Problem, ...] | None = None,
        seen: str = "",
        changed: bool = False,
        unreadable: Refused | None = None,
    ) -> Response:
        words = self._renderer.words(guest.language)
        problems = told if told is not None else preview.problems if preview else ()
        fields = drawn_fields(
            filled.values,
            problems,
            contexts=self._contexts,
            languages=guest.institution.languages,
            words=words,
        )
        is_carried = filled.carried is not None
        return drawn(
            self._renderer,
            "award_form.html",
            guest=guest,
            language=guest.language,
            because=Refused(*problems) if problems and told is None else unreadable,
            here=PATH,
            fields=fields,
            elsewhere=elsewhere(problems, filled.values, is_carried=is_carried),
            unreadable=unreadable.problems if unreadable else (),
            carried=strict_json.write(filled.carried).decode() if filled.carried is not None else None,
            key=filled.key,
            seen=seen,
            changed=changed,
            is_ready=preview is not None and not preview.problems and bool(seen),
            paper=self._paper(preview, guest) if preview else None,
            demo=guest.institution.profile.name if guest.institution.demo else None,
            learner=filled.values["fullName"],
            is_not_written_to=bool(filled.values["email"]) and not self._issuer.writes_to_learners,
            earlier=await earlier_achievements(self._issuer, guest.institution),
        )

    def _paper(self, preview: Preview, guest: Guest) -> Paper:
        paper = self._renderer.paper_of(preview.micro_credential, guest.language)
        drawing = self._renderer.drawing(guest.language)
        return draft_paper(preview, paper, drawing=drawing)


def _filled(form: Form, *, contexts: Contexts, new_token: Callable[[], str]) -> Typed:
    carried, key = form.text("carried"), form.text("key") or ""
    return Typed(
        values=typed(form, contexts),
        carried=strict_json.read_object(carried.encode()) if carried else None,
        key=key if _KEY.fullmatch(key) else new_token(),
    )


async def _award_once(issuer: Issuer, body: bytes, guest: Guest, *, key: str, clock: Clock) -> Receipt:
    """The same form with the same content is one award: a second press is answered as the first was."""
    for attempt in range(_WAITS):
        try:
            return await issuer.award(
                body, institution=guest.institution, actor=guest.actor, idempotency_key=key, now=clock()
            )
        except Refused as refused:
            if refused.problems[0].type != IDEMPOTENCY_IN_FLIGHT or attempt == _WAITS - 1:
                raise
            await asyncio.sleep(_WAIT_SECONDS)
    raise AssertionError("the last attempt returned or raised")
