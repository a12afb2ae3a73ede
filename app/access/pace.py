"""How often an institution may ask for something: so many a minute, over all its clients, in this process."""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class _Filled:
    tokens: float
    at: float


class Pace:
    """A token bucket for each name. There are as many names as institutions, so none is forgotten."""

    def __init__(self, *, steady_clock: Callable[[], float]) -> None:
        self._clock = steady_clock
        self._filled: dict[str, _Filled] = {}

    def wait_seconds(self, name: str, *, per_minute: int) -> int:
        """0 where one more is within the pace, and it is counted; else how long to wait."""
        now = self._clock()
        filled = self._filled.setdefault(name, _Filled(per_minute, now))
        filled.tokens = min(per_minute, filled.tokens + (now - filled.at) * per_minute / 60)
        filled.at = now
        if filled.tokens < 1:
            return math.ceil((1 - filled.tokens) * 60 / per_minute)
        filled.tokens -= 1
        return 0
