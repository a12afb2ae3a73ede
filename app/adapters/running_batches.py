"""Classes that this process is awarding, in its memory; what the register holds outlives it."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from app.issuer.batch import Classes
from app.ports import Batch, BatchProgress, Clock, Institution, Overloaded, RowAwarded, RowFailed

_MOST_OF_ONE_INSTITUTION = 4
_MOST_KEPT = 200


@dataclass(slots=True)
class _Kept:
    """What came of a class, and nothing of what was asked for."""

    id: str
    total: int
    task: "asyncio.Task[None] | None" = None
    outcomes: dict[int, RowAwarded | RowFailed] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        return self.task is not None and not self.task.done()

    @property
    def all_awarded(self) -> bool:
        return len(self.progress().awarded) == self.total

    def tell(self, outcome: RowAwarded | RowFailed) -> None:
        self.outcomes[outcome.row] = outcome

    def progress(self) -> BatchProgress:
        told = [self.outcomes[row] for row in sorted(self.outcomes)]
        return BatchProgress(
            id=self.id,
            total=self.total,
            running=self.running,
            awarded=tuple(each for each in told if isinstance(each, RowAwarded)),
            failed=tuple(each for each in told if isinstance(each, RowFailed)),
        )


class RunningBatches:
    """Implements `Batches`."""

    def __init__(self, *, classes: Classes, clock: Clock) -> None:
        self._classes = classes
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()

    async def start(self, batch: Batch, *, institution: Institution, actor: str) -> BatchProgress:
        place = (institution.name, batch.id)
        earlier = self._kept.get(place)
        if earlier is not None and (earlier.running or earlier.all_awarded):
            return earlier.progress()
        running = [name for (name, _), each in self._kept.items() if each.running]
        if running.count(institution.name) >= _MOST_OF_ONE_INSTITUTION or len(running) >= _MOST_KEPT:
            detail = f"{_MOST_OF_ONE_INSTITUTION} classes of your institution are being awarded. Send this one later."
            raise Overloaded(detail, retry_after_seconds=10)
        kept = _Kept(batch.id, len(batch.rows))
        kept.task = asyncio.create_task(
            self._classes.award(batch, institution=institution, actor=actor, clock=self._clock, tell=kept.tell)
        )
        self._kept[place] = kept
        self._kept.move_to_end(place)
        self._forget()
        return kept.progress()

    async def find(self, batch_id: str, *, institution: str) -> BatchProgress | None:
        kept = self._kept.get((institution, batch_id))
        return None if kept is None else kept.progress()

    async def close(self) -> None:
        """Ends what runs: what was intended is finished by whoever comes next."""
        tasks = [each.task for each in self._kept.values() if each.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self) -> None:
        for place in [place for place, each in self._kept.items() if not each.running]:
            if len(self._kept) <= _MOST_KEPT:
                return
            del self._kept[place]
