"""A class on its way out: read → look over → award each row; nothing is awarded where any row is wrong.

1. `read` makes a `GivenClass` of what was handed in, without judging a value.
2. `look_over` asks for each row what `POST /awards` would say of it, and finds again what was awarded already.
3. `award` awards the rows, some at a time, each under an idempotency key of its own: whoever dies on the way, and
   whoever sends the class again, makes no second award.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.core.credential import class_request, csv_table
from app.core.credential.class_request import GivenClass
from app.core.credential.given_learners import GivenLearner
from app.core.credential.learners_csv import ReadAs
from app.core.credential.row_problems import RowProblem
from app.core.personal import Personal
from app.core.problems import (
    GONE,
    IDEMPOTENCY_IN_FLIGHT,
    IDEMPOTENCY_KEY_REUSED,
    PROOF_GENERATION_ERROR,
    STATE_CONFLICT,
    Problem,
    Refused,
    said,
)
from app.issuer.award import Issuer, Wanted
from app.issuer.class_problems import problems_of
from app.issuer.life import State
from app.issuer.plan import never_awarded, plan
from app.issuer.prepare import Awarding
from app.issuer.sign import OwnWorkRefused
from app.ports import (
    Batch,
    BatchProgress,
    BatchRow,
    Clock,
    Compute,
    Institution,
    Overloaded,
    RegisteredAward,
    RowAwarded,
    RowFailed,
    Unavailable,
)

# Rows of one class that are on their way at a time: it must leave room for everybody else.
_AT_ONCE = 4
# What one piece of work looks over, about a tenth of a second.
_ROWS_OF_A_PIECE = 50
_BYTES_OF_A_PIECE = 262_144

log = logging.getLogger("testamur.issuer")


class Since(StrEnum):
    """What became of a row that was awarded before; none of these is awarded again."""

    STANDS = "stands"
    CORRECTED = "corrected"
    REVOKED = "revoked"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class LookedOver:
    """What would be awarded, and what is wrong. `before` are the rows that were awarded before."""

    given: GivenClass
    batch: Batch
    before: Mapping[int, Since]
    problems: tuple[RowProblem, ...]

    @property
    def new(self) -> tuple[BatchRow, ...]:
        """The rows that nobody has been awarded yet."""
        return tuple(row for row in self.batch.rows if row.row not in self.before)

    def count(self, since: Since) -> int:
        return sum(each is since for each in self.before.values())

    def sound(self) -> Batch:
        """The class to award. Raises Refused with every problem, each with its row and column."""
        if self.problems:
            raise Refused(*(problem.as_problem() for problem in self.problems))
        return self.batch


class Classes:
    """Awards classes, through the issuer that awards one learner."""

    def __init__(
        self, *, issuer: Issuer, compute: Compute, public_url: str, most_rows: int, patience_seconds: float
    ) -> None:
        self._issuer = issuer
        self._compute = compute
        self._public_url = public_url
        self._most_rows = most_rows
        self._patience = timedelta(seconds=patience_seconds)

    async def read_json(self, body: bytes) -> GivenClass:
        """The body of `POST /batches`. Raises Refused where it can't be read."""
        return await self._compute.run(class_request.read_json, body, most_rows=self._most_rows)

    async def read_files(self, achievement: bytes, learners: bytes, *, encoding: str | None) -> GivenClass:
        """An achievement file and a class list. Raises Refused where one can't be read; UNCERTAIN_ENCODING asks."""
        return await self._compute.run(
            class_request.read_files, achievement, learners, encoding=encoding, most_rows=self._most_rows
        )

    async def samples(self, learners: bytes) -> tuple[ReadAs, ...]:
        """What a list reads like in each encoding that it may be in; empty where it says itself."""
        return await self._compute.run(class_request.samples, learners, most_rows=self._most_rows)

    async def look_over(
        self, given: GivenClass, *, institution: Institution, key: str | None, now: datetime
    ) -> LookedOver:
        """Every row as it would be awarded, and every problem. `key` is the class's own; else its content is."""
        batch_key = key or given.key
        rows = tuple(_row(given, learner) for learner in given.learners)
        before: dict[int, Since] = {}
        wrong: dict[int, tuple[Problem, ...]] = {}
        for learner, row in zip(given.learners, rows, strict=True):
            try:
                earlier = await self._issuer.awarded_under(
                    idempotency_key(batch_key, row), row.body.open(), institution=institution
                )
            except Refused as refused:
                wrong[learner.row] = tuple(_reused(problem) for problem in refused.problems)
            else:
                if earlier is not None:
                    before[learner.row] = await self._since(earlier, institution)
        new = [row for row in rows if row.row not in before and row.row not in wrong]
        wrong |= await self._problems(new, institution, now)
        problems = class_request.by_row(
            given, [(learner, wrong[learner.row]) for learner in given.learners if learner.row in wrong]
        )
        batch = Batch(id=_batch_id(institution, batch_key, rows), key=batch_key, rows=rows)
        return LookedOver(given, batch, MappingProxyType(before), problems)

    async def a_second_time(
        self, looked: LookedOver, *, achievement_id: str, institution: Institution
    ) -> frozenset[int]:
        """New rows whose learner has the same achievement in force, from another day or another class.

        The learner is known by their identifiers, else by the name: it is a question to a person, not an answer.
        """
        new = {row.row for row in looked.new}
        found: set[int] = set()
        for learner in looked.given.learners:
            if learner.row not in new:
                continue
            wanted = Wanted(learner=_known_by(learner), achievement_id=achievement_id, state=State.ISSUED)
            page = await self._issuer.list(institution=institution, cursor=None, limit=1, wanted=wanted)
            if page.awards:
                found.add(learner.row)
        return frozenset(found)

    async def award(
        self,
        batch: Batch,
        *,
        institution: Institution,
        actor: str,
        clock: Clock,
        tell: Callable[[RowAwarded | RowFailed], None],
    ) -> None:
        """Awards every row, and tells each as soon as it is done."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def one(row: BatchRow) -> None:
            async with places:
                tell(await self._award(row, batch.key, institution=institution, actor=actor, clock=clock))

        async with asyncio.TaskGroup() as group:
            for row in batch.rows:
                group.create_task(one(row))

    async def _since(self, earlier: RegisteredAward, institution: Institution) -> Since:
        award = await self._issuer.as_it_stands(earlier.id, institution=institution)
        if award is None:
            return Since.ERASED
        if award.state == State.REVOKED:
            return Since.REVOKED
        return Since.STANDS if award.id == earlier.id else Since.CORRECTED

    async def _problems(
        self, rows: Sequence[BatchRow], institution: Institution, now: datetime
    ) -> dict[int, tuple[Problem, ...]]:
        longest = max((len(row.body.open()) for row in rows), default=1)
        size = max(1, min(_ROWS_OF_A_PIECE, _BYTES_OF_A_PIECE // longest))
        pieces = [rows[start : start + size] for start in range(0, len(rows), size)]
        places = asyncio.Semaphore(_AT_ONCE)

        async def look_at(piece: Sequence[BatchRow]) -> tuple[tuple[Problem, ...], ...]:
            async with places:
                return await self._compute.run(
                    problems_of,
                    tuple(row.body.open() for row in piece),
                    Awarding(
                        planned=plan(institution, new_id=never_awarded),
                        issuer=institution.profile,
                        time_zone=institution.time_zone,
                        public_url=self._public_url,
                        now=now,
                    ),
                )

        found = [each for piece in await asyncio.gather(*map(look_at, pieces)) for each in piece]
        return {row.row: problems for row, problems in zip(rows, found, strict=True)}

    async def _award(
        self, row: BatchRow, batch_key: str, *, institution: Institution, actor: str, clock: Clock
    ) -> RowAwarded | RowFailed:
        until = clock() + self._patience
        while True:
            try:
                receipt = await self._issuer.award(
                    row.body.open(),
                    institution=institution,
                    actor=actor,
                    idempotency_key=idempotency_key(batch_key, row),
                    now=clock(),
                )
                # A receipt is the same however often it is asked for; a link may have been renewed since.
                award = await self._issuer.as_it_stands(receipt.id, institution=institution)
                return await self._told(row, award)
            except Refused as refused:
                problem = refused.problems[0]
                if problem.type == GONE:
                    return await self._as_it_stands(row, batch_key, institution)
                # Another process has begun this very row, and may have died over it: its lease is waited for.
                wait_seconds = 1 if problem.type == IDEMPOTENCY_IN_FLIGHT else None
            except (Unavailable, Overloaded) as later:
                remedy, which = "send the class again", said("row.later")
                problem = Problem(STATE_CONFLICT, detail=str(later), remedy=remedy, said=which)
                wait_seconds = later.retry_after_seconds
            except OwnWorkRefused:
                detail = "what we signed does not verify, so it was not released"
                problem = Problem(PROOF_GENERATION_ERROR, detail=detail, said=said("row.fault"))
                wait_seconds = None
            except Exception:
                # One row's fault must not take the others' answers away.
                log.exception("a row of a class failed")
                detail = "this is a fault of ours"
                problem = Problem(PROOF_GENERATION_ERROR, detail=detail, said=said("row.fault"))
                wait_seconds = None
            if wait_seconds is None or clock() >= until:
                return RowFailed(row.row, row.key, row.learner_name, problem)
            await asyncio.sleep(wait_seconds)

    async def _as_it_stands(self, row: BatchRow, batch_key: str, institution: Institution) -> RowAwarded | RowFailed:
        """A row whose award was corrected or erased since."""
        earlier = await self._issuer.awarded_under(
            idempotency_key(batch_key, row), row.body.open(), institution=institution
        )
        award = earlier and await self._issuer.as_it_stands(earlier.id, institution=institution)
        return await self._told(row, award)

    async def _told(self, row: BatchRow | RowAwarded, award: RegisteredAward | None) -> RowAwarded | RowFailed:
        if award is None or award.learner_name is None:
            detail = "what was awarded to this learner was erased since"
            remedy = "leave the row out; to award it again, give it another key"
            problem = Problem(GONE, detail=detail, remedy=remedy, said=said("row.erased"))
            return RowFailed(row.row, row.key, Personal(""), problem)
        return RowAwarded(row.row, row.key, award.learner_name, award.id, await self._issuer.claim_url(award))

    async def as_they_stand(self, progress: BatchProgress, *, institution: Institution) -> BatchProgress:
        """Once a class is awarded, what was corrected or erased since is told as it is now."""
        if progress.running:
            return progress
        told = [
            await self._told(each, await self._issuer.as_it_stands(each.award_id, institution=institution))
            for each in progress.awarded
        ]
        return replace(
            progress,
            awarded=tuple(each for each in told if isinstance(each, RowAwarded)),
            failed=(*progress.failed, *(each for each in told if isinstance(each, RowFailed))),
        )


def idempotency_key(batch_key: str, row: BatchRow) -> str:
    """What makes the award of a row the same, however often and by whichever door the class is sent."""
    return f"batch:{batch_key}:{row.key}"


def links(outcomes: Sequence[RowAwarded | RowFailed]) -> bytes:
    """What came of a class as a list: each learner's link, or why there is none."""
    rows = [("row", "key", "learner", "awardId", "claimUrl", "problem")]
    for each in sorted(outcomes, key=lambda each: each.row):
        match each:
            case RowAwarded():
                told = (each.award_id, each.claim_url, "")
            case RowFailed():
                told = ("", "", f"{each.problem.detail} ({each.problem.remedy})".removesuffix(" ()"))
        rows.append((str(each.row), each.key, each.learner_name.open(), *told))
    return csv_table.write(rows)


def _row(given: GivenClass, learner: GivenLearner) -> BatchRow:
    return BatchRow(learner.row, learner.row_key, learner.name, Personal(given.request(learner)))


def _known_by(learner: GivenLearner) -> str:
    match learner.learner.open():
        case {"identifier": [_, *_] as identifiers}:
            return " ".join(str(each["value"]) for each in identifiers)
        case _:
            return learner.name.open()


def _batch_id(institution: Institution, batch_key: str, rows: Sequence[BatchRow]) -> str:
    digest = hashlib.sha256(f"{institution.did}\n{batch_key}\n".encode())
    for row in rows:
        digest.update(hashlib.sha256(idempotency_key(batch_key, row).encode() + b"\n" + row.body.open()).digest())
    return digest.hexdigest()[:32]


def _reused(problem: Problem) -> Problem:
    if problem.type != IDEMPOTENCY_KEY_REUSED:
        return problem
    detail = "this learner was awarded before, and something in the row or in the achievement was another then"
    remedy = (
        "leave the row out, the award stands; to change it, act on it; for a second award, give the row another key"
    )
    which, at = said("row.reused"), "/learner/fullName"
    return Problem(IDEMPOTENCY_KEY_REUSED, at=at, detail=detail, remedy=remedy, said=which)
