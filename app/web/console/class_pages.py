"""Awarding a class: a list and what it is awarded are looked over first, then awarded, and watched while they are.

1. Both files come in; nothing is awarded where any row is wrong, and each mistake is told by row and column.
2. What was looked over is sent again as it was, and awarded.
3. A page shows how far it has come, and at the end every learner's link.
"""

import binascii
from base64 import b64decode, b64encode
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request, Response

from app.access.scopes import Scope
from app.core import strict_json
from app.core.credential import achievement_file, csv_encoding
from app.core.problems import MISSING_ELEMENT, NOT_FOUND, PARSING_ERROR, Problem, Refused
from app.http.forms import Form
from app.http.headers import attachment
from app.http.see_other import see_other
from app.issuer.batch import Classes, LookedOver, links
from app.ports import Batches, BatchProgress, Clock
from app.web.console.doorkeeper import Doorkeeper, Guest
from app.web.console.drawn import drawn
from app.web.console.rows import award_path
from app.web.outside import outside
from app.web.renderer import Renderer

PATH = "/console/class"
_FIRST_ROWS = 5
_MOST_PROBLEMS = 100
ClassId = Annotated[str, Path(max_length=64)]


def routes(*, door: Doorkeeper, classes: Classes, batches: Batches, renderer: Renderer, clock: Clock) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    async def form(request: Request) -> Response:
        guest = await door.look(request, Scope.AWARD)
        return door.keep_language(draw(guest), request)

    @router.post(PATH)
    async def look_or_award(request: Request) -> Response:
        guest, form = await door.act(request, Scope.AWARD)
        try:
            achievement, learners = _achievement(form), _learners(form)
            given = await classes.read_files(achievement, learners, encoding=form.text("encoding") or None)
            looked = await classes.look_over(given, institution=guest.institution, key=None, now=clock())
        except Refused as refused:
            return draw(guest, refused=refused)
        if form.text("step") != "award" or looked.problems:
            return draw(guest, looked=looked, files=(achievement, learners), encoding=form.text("encoding") or "")
        progress = await batches.start(looked.sound(), institution=guest.institution, actor=guest.actor)
        return see_other(f"{PATH}/{progress.id}")

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

    def draw(
        guest: Guest,
        *,
        looked: LookedOver | None = None,
        files: tuple[bytes, bytes] | None = None,
        encoding: str = "",
        refused: Refused | None = None,
    ) -> Response:
        problems = looked.problems if looked else ()
        because = refused or (Refused(*(each.as_problem() for each in problems)) if problems else None)
        return drawn(
            renderer,
            "class.html",
            guest=guest,
            language=guest.language,
            because=because,
            here=PATH,
            today=clock().astimezone(ZoneInfo(guest.institution.time_zone)).date().isoformat(),
            encodings=csv_encoding.ENCODINGS,
            encoding=encoding,
            refused=refused.problems if refused else (),
            problems=problems[:_MOST_PROBLEMS],
            looked=looked,
            rows=len(looked.batch.rows) if looked else 0,
            again=len(looked.before) if looked else 0,
            first=tuple(each.name.open() for each in looked.given.learners[:_FIRST_ROWS]) if looked else (),
            achievement=files[0].decode() if files else "",
            learners=b64encode(files[1]).decode() if files else "",
        )

    return router


def _achievement(form: Form) -> bytes:
    """What the class is awarded, as JSON, with the day that the form gives where the file has none."""
    looked_over = form.text("looked_achievement")
    if looked_over:
        return looked_over.encode()
    file = form.file("achievement")
    if file is None or not file.content:
        raise Refused(Problem(MISSING_ELEMENT, at="/achievement", detail="the file of what was learnt is missing"))
    given = achievement_file.read(file.content)
    return strict_json.write({"awardedDate": form.text("awardedDate") or "", **given})


def _learners(form: Form) -> bytes:
    looked_over = form.text("looked_learners")
    if looked_over:
        try:
            return b64decode(looked_over, validate=True)
        except (binascii.Error, ValueError):
            raise Refused(Problem(PARSING_ERROR, at="/learners", detail="the list came back damaged")) from None
    file = form.file("learners")
    if file is None or not file.content:
        raise Refused(Problem(MISSING_ELEMENT, at="/learners", detail="the list of learners is missing"))
    return file.content
