"""Classes on their way: many awards that were asked for at once."""

from dataclasses import dataclass, field
from typing import Protocol

from app.core.personal import Personal
from app.core.problems import Problem
from app.ports.directory import Institution


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One learner of a class. `body` is the request of the award; `key` makes it the same when it is sent again."""

    row: int
    key: str
    learner_name: Personal[str]
    body: Personal[bytes]


@dataclass(frozen=True, slots=True)
class Batch:
    """A class that nothing is wrong with. The same class of the same institution has the same `id`."""

    id: str
    key: str
    rows: tuple[BatchRow, ...]


@dataclass(frozen=True, slots=True)
class RowAwarded:
    row: int
    key: str
    learner_name: Personal[str]
    award_id: str
    claim_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RowFailed:
    """What was not awarded, and why; sending the class again tries it again."""

    row: int
    key: str
    learner_name: Personal[str]
    problem: Problem


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a class has come; what was awarded of it stays, whatever happens to the rest."""

    id: str
    total: int
    running: bool
    awarded: tuple[RowAwarded, ...]
    failed: tuple[RowFailed, ...]


class Batches(Protocol):
    """Classes that are being awarded, and those that were lately."""

    async def start(self, batch: Batch, *, institution: Institution, actor: str) -> BatchProgress:
        """Begins to award the class, or joins it where it is under way. Raises Overloaded where there is no room."""
        ...

    async def find(self, batch_id: str, *, institution: str) -> BatchProgress | None:
        """None where it is not this institution's, or not remembered: sending it again awards nothing twice."""
        ...
