"""Challenges as public conformance suites have them: of their own making, and asked again as they like."""

from datetime import datetime

from app.ports import Challenges


class ClientsChallenges:
    """Implements `Challenges`. Whoever asks keeps account of it: an answer is good as often as it comes."""

    def __init__(self, ours: Challenges) -> None:
        self._ours = ours

    async def give(self, *, now: datetime) -> str:
        return await self._ours.give(now=now)

    async def use(self, challenge: str, *, now: datetime) -> bool:
        del challenge, now
        return True
