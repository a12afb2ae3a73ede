"""What is counted for whoever runs the service."""

from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Protocol


class Counts(Protocol):
    """What whoever runs the service is told of its work: how often, and how long.

    What is counted is a member of a closed set, never a text: no name, no id and no host can get among the numbers.
    """

    def add(self, what: StrEnum) -> None: ...

    def timed(self, what: StrEnum) -> AbstractContextManager[None]:
        """Takes the time of what is done within, however it ends."""
        ...


class NotCounted:
    """Fulfils `Counts` where nobody asks, as in a command."""

    def add(self, what: StrEnum) -> None:
        """Nobody is told."""

    def timed(self, what: StrEnum) -> AbstractContextManager[None]:
        return nullcontext()
