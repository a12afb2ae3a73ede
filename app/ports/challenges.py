"""Questions that a holder answers by signing a presentation: each once, and soon."""

from datetime import datetime
from typing import Protocol


class Challenges(Protocol):
    async def give(self, *, now: datetime) -> str:
        """A challenge that nobody can guess. Nothing is written down for it."""
        ...

    async def use(self, challenge: str, *, now: datetime) -> bool:
        """Uses it up; False where it was not given out here, it ended, or it was used before."""
        ...
