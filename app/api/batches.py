"""`/batches`: award a class, and see how far it has come. A list or JSON in, JSON or a list out; `Classes` decides."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from app.access.scopes import Scope
from app.api.authorization import Authorize, Caller
from app.api.described_batches import BATCH, BODIES, DRY_RUN, listed_too
from app.api.idempotency import idempotency_key
from app.core import strict_json
from app.core.credential.class_request import GivenClass
from app.core.problems import MALFORMED_VALUE_ERROR, MISSING_ELEMENT, NOT_FOUND, JsonObject, Problem, Refused
from app.http.described import json_answer, problems
from app.http.forms import MULTIPART, Form, read_form
from app.http.negotiation import best, read_body
from app.issuer.batch import Classes, LookedOver, links
from app.ports import Batches, BatchProgress, Clock

_JSON, _CSV = "application/json", "text/csv"
_FIRST_ROWS = 5  # so many learners a dry run shows as they were read


def routes(*, classes: Classes, batches: Batches, authorize: Authorize, clock: Clock, max_form_bytes: int) -> APIRouter:
    router = APIRouter(tags=["Classes"])
    may_write = Depends(authorize(Scope.AWARD))

    @router.post(
        "/batches",
        status_code=202,
        summary="Award a class",
        openapi_extra=BODIES,
        responses={
            200: listed_too("Only looked over (`dryRun`): what was recognised, and every mistake.", DRY_RUN),
            202: json_answer("Every row is in order, and the class is being awarded: `Location` tells how far.", BATCH),
            **problems(400, 401, 403, 408, 413, 415, 422, 429, 503),
        },
    )
    async def award_class(
        *,
        request: Request,
        caller: Annotated[Caller, may_write],
        dry_run: Annotated[bool, Query(alias="dryRun", description="Look the class over, and award nothing.")] = False,
        key: Annotated[
            str | None,
            Header(
                alias="Idempotency-Key",
                description="Any string of your own, 1 to 255 characters. The same key with the same rows awards "
                "nothing twice. Without it, what the rows share is the key.",
                examples=['"data-literacy-june"'],
            ),
        ] = None,
    ) -> Response:
        given = await _read(request, classes=classes, max_form_bytes=max_form_bytes)
        looked = await classes.look_over(given, institution=caller.institution, key=idempotency_key(key), now=clock())
        if dry_run:
            return _dry_run(request, looked)
        progress = await batches.start(looked.sound(), institution=caller.institution, actor=caller.client_id)
        return _json(_progress(progress), status_code=202, headers={"Location": f"/batches/{progress.id}"})

    @router.get(
        "/batches/{batch_id}",
        summary="See how far a class has come",
        responses={
            200: listed_too("The class, with the learners' links; as a list too.", BATCH),
            **problems(401, 403, 404, 429, 503),
        },
    )
    async def get_batch(
        batch_id: Annotated[str, Path(max_length=64, description="The class's id, as `POST /batches` answered it.")],
        request: Request,
        caller: Annotated[Caller, may_write],
    ) -> Response:
        progress = await batches.find(batch_id, institution=caller.institution.name)
        if progress is None:
            detail = f"there is no class {batch_id} of your institution that is remembered here"
            remedy = "send the class again: whoever was awarded already is not awarded twice, and the links come back"
            raise Refused(Problem(NOT_FOUND, detail=detail, remedy=remedy))
        progress = await classes.as_they_stand(progress, institution=caller.institution)
        if best(request.headers.get("accept"), (_JSON, _CSV)) == _CSV:
            return _list(links((*progress.awarded, *progress.failed)), name=f"class-{progress.id}.csv")
        return _json(_progress(progress))

    return router


async def _read(request: Request, *, classes: Classes, max_form_bytes: int) -> GivenClass:
    body, media_type = await read_body(request, allowed=(_JSON, MULTIPART))
    if media_type == _JSON:
        return await classes.read_json(body)
    form = await read_form(request, max_bytes=max_form_bytes)
    achievement, learners = _part(form, "achievement"), _part(form, "learners")
    others = [part.name for part in form.parts if part.name not in ("achievement", "learners", "encoding")]
    if others:
        detail = f"the form has {others[0]!r}; it takes achievement, learners and encoding"
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=detail))
    return await classes.read_files(achievement, learners, encoding=form.text("encoding") or None)


def _part(form: Form, name: str) -> bytes:
    """A file, or a field that holds the same text."""
    for part in form.parts:
        if part.name == name and part.content:
            return part.content
    raise Refused(Problem(MISSING_ELEMENT, at=f"/{name}", detail=f"the form has no part {name!r}, or it is empty"))


def _dry_run(request: Request, looked: LookedOver) -> Response:
    listed = looked.given.listed
    if listed is not None and best(request.headers.get("accept"), (_JSON, _CSV)) == _CSV:
        return _list(listed.annotated(looked.problems), name="problems.csv")
    return _json(
        {
            "rows": len(looked.batch.rows),
            "awardedAlready": len(looked.before),
            **({"recognised": listed.recognised.as_json()} if listed else {}),
            "firstRows": [
                {
                    "row": each.row,
                    "key": each.row_key,
                    "learner": each.learner.open(),
                    **({"grade": each.grade.open()} if each.grade else {}),
                }
                for each in looked.given.learners[:_FIRST_ROWS]
            ],
            "problems": [problem.as_json() for problem in looked.problems],
        }
    )


def _progress(progress: BatchProgress) -> JsonObject:
    return {
        "id": progress.id,
        "state": "running" if progress.running else "done",
        "total": progress.total,
        "done": len(progress.awarded),
        "failed": len(progress.failed),
        "awards": [
            {"row": each.row, "key": each.key, "id": each.award_id, "claimUrl": each.claim_url}
            for each in progress.awarded
        ],
        "problems": [
            {
                "row": each.row,
                "key": each.key,
                "detail": each.problem.detail,
                "remedy": each.problem.remedy,
                "type": each.problem.type,
            }
            for each in progress.failed
        ],
    }


def _json(value: JsonObject, *, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(strict_json.write(value), status_code=status_code, media_type=_JSON, headers=headers)


def _list(content: bytes, *, name: str) -> Response:
    return Response(content, media_type=_CSV, headers={"Content-Disposition": f'attachment; filename="{name}"'})
