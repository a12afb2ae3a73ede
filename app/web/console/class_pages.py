"""Awarding a class: a list and what it is awarded are looked over first, then awarded, and watched while they are.

1. What was learnt and the list come in; nothing is awarded where any row is wrong, and each mistake is told by row and
   column. What was handed in stays in the form, so that only an answer, or a file that was put right, is sent again.
2. The paper, the day and every learner are shown; only what was shown is awarded.
3. A page shows how far it has come, and at the end every learner's link.
"""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.access.scopes import Scope
from app.core.json_ld import Contexts
from app.core.problems import NOT_FOUND, UNCERTAIN_ENCODING, Problem, Refused
from app.http.headers import attachment
from app.http.see_other import see_other
from app.issuer.award import Issuer
from app.issuer.batch import Classes, LookedOver, links
from app.issuer.preview import Preview, Previews
from app.ports import Batches, BatchProgress, Clock
from app.web.console.award_draft import drawn_fields
from app.web.console.award_fields import fresh
from app.web.console.class_form import By, ClassForm, read
from app.web.console.class_look import ClassLook, class_look
from app.web.console.doorkeeper import Doorkeeper, Guest
from app.web.console.drawn import drawn
from app.web.console.earlier import earlier_achievements
from app.web.console.rows import award_path
from app.web.console.told import in_a_cell
from app.web.drawing import Drawing
from app.web.outside import outside
from app.web.renderer import Renderer

PATH = "/console/class"
ClassId = Annotated[str, Path(max_length=64)]


def routes(
    *,
    door: Doorkeeper,
    issuer: Issuer,
    classes: Classes,
    batches: Batches,
    previews: Previews,
    contexts: Contexts,
    renderer: Renderer,
    clock: Clock,
) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    router.include_router(_progress(door=door, issuer=issuer, classes=classes, batches=batches, renderer=renderer))
    pages = _ClassPages(issuer, classes, previews, contexts, renderer, clock)

    @router.get(PATH)
    async def form(request: Request) -> Response:
        guest = await door.look(request, Scope.AWARD)
        return door.keep_language(await pages.draw(guest, await pages.empty(guest)), request)

    @router.post(PATH)
    async def look_or_award(request: Request) -> Response:
        guest, form = await door.act(request, Scope.AWARD)
        filled = await pages.empty(guest)
        try:
            filled = read(form, contexts=contexts, fallback=filled)
            shared = await filled.shared(issuer, guest, contexts)
            given = await classes.read_files(shared, filled.list_content, encoding=filled.encoding or None)
            looked = await classes.look_over(given, institution=guest.institution, key=None, now=clock())
        except Refused as refused:
            return await pages.draw(guest, filled, refused=refused)
        match form.text("step"):
            case "annotated" if given.listed:
                write = partial(in_a_cell, words=renderer.words(guest.language))
                headers = {"Content-Disposition": attachment("class-problems.csv"), "Cache-Control": "no-store"}
                content = given.listed.annotated(looked.problems, write=write)
                return Response(content, media_type="text/csv", headers=headers)
            case "award" if not looked.problems and filled.seen == looked.batch.id:
                progress = await batches.start(looked.sound(), institution=guest.institution, actor=guest.actor)
                return see_other(f"{PATH}/{progress.id}")
            case step:
                return await pages.draw(guest, filled, looked=looked, changed=step == "award")

    return router


def _progress(*, door: Doorkeeper, issuer: Issuer, classes: Classes, batches: Batches, renderer: Renderer) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(PATH + "/{class_id}")
    async def watch(class_id: ClassId, request: Request) -> Response:
        guest = await door.look(request, Scope.AWARD)
        progress = await found(class_id, guest)
        lines = tuple(
            (award_path(each.award_id), outside(each.learner_name.open()), each.claim_url) for each in progress.awarded
        )
        failed = tuple((str(each.row), outside(each.learner_name.open()), each.problem) for each in progress.failed)
        response = drawn(
            renderer,
            "class_progress.html",
            guest=guest,
            language=guest.language,
            here=PATH,
            progress=progress,
            done=len(progress.awarded),
            lines=lines,
            failed=failed,
            writes=issuer.writes_to_learners,
        )
        return door.keep_language(response, request)

    @router.get(PATH + "/{class_id}/links")
    async def save_links(class_id: ClassId, request: Request) -> Response:
        progress = await found(class_id, await door.look(request, Scope.AWARD))
        headers = {"Content-Disposition": attachment(f"class-{progress.id}.csv"), "Cache-Control": "no-store"}
        return Response(links((*progress.awarded, *progress.failed)), media_type="text/csv", headers=headers)

    async def found(class_id: str, guest: Guest) -> BatchProgress:
        progress = await batches.find(class_id, institution=guest.institution.name)
        if progress is None:
            raise Refused(Problem(NOT_FOUND, detail="there is no such class of your institution that is remembered"))
        return await classes.as_they_stand(progress, institution=guest.institution)

    return router


class _ClassPages:
    """Draws the form of a class, with whatever came of it."""

    def __init__(
        self,
        issuer: Issuer,
        classes: Classes,
        previews: Previews,
        contexts: Contexts,
        renderer: Renderer,
        clock: Clock,
    ) -> None:
        self._issuer = issuer
        self._classes = classes
        self._previews = previews
        self._contexts = contexts
        self._renderer = renderer
        self._clock = clock

    async def empty(self, guest: Guest) -> ClassForm:
        """Who has awarded before begins with what was awarded; anybody else writes it."""
        values = fresh(self._contexts, institution=guest.institution, now=self._clock())
        earlier = await earlier_achievements(self._issuer, guest.institution)
        return ClassForm(By.EARLIER if earlier else By.FORM, values)

    async def draw(
        self,
        guest: Guest,
        filled: ClassForm,
        *,
        looked: LookedOver | None = None,
        refused: Refused | None = None,
        changed: bool = False,
    ) -> Response:
        words, drawing = self._renderer.words(guest.language), self._renderer.drawing(guest.language)
        problems = looked.problems if looked else ()
        shared = tuple(each.problem for each in problems if each.row is None)
        asks = refused is not None and any(each.type == UNCERTAIN_ENCODING for each in refused.problems)
        fields = drawn_fields(
            filled.values,
            shared if filled.by is By.FORM else (),
            contexts=self._contexts,
            languages=guest.institution.languages,
            words=words,
        )
        return drawn(
            self._renderer,
            "class.html",
            guest=guest,
            language=guest.language,
            because=refused or (Refused(*(each.as_problem() for each in problems)) if problems else None),
            here=PATH,
            ways=tuple(By),
            filled=filled,
            fields=fields,
            earlier=await earlier_achievements(self._issuer, guest.institution),
            samples=await self._classes.samples(filled.list_content) if asks else (),
            refused=refused.problems if refused and not asks else (),
            look=await self._look(looked, guest, drawing=drawing) if looked else None,
            changed=changed,
            demo=guest.institution.profile.name if guest.institution.demo else None,
            writes=self._issuer.writes_to_learners,
        )

    async def _look(self, looked: LookedOver, guest: Guest, *, drawing: Drawing) -> ClassLook:
        preview = await self._preview(looked, guest)
        twice: frozenset[int] = frozenset()
        if preview and not preview.problems:
            achievement_id = preview.micro_credential.achievement.id
            twice = await self._classes.a_second_time(
                looked, achievement_id=achievement_id, institution=guest.institution
            )
        return class_look(looked, preview, twice=twice, drawing=drawing)

    async def _preview(self, looked: LookedOver, guest: Guest) -> Preview | None:
        """What the first of those will get who have nothing yet; where all have it, what the first one has."""
        if looked.problems:
            return None
        row = next(iter(looked.new), looked.batch.rows[0])
        return await self._previews.of(row.body.open(), institution=guest.institution, now=self._clock())
