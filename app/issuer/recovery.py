"""Recovery: what a process that died had begun is finished by another; a look that fails does not end the looking."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.ports import Clock, Counts, Overloaded, Unavailable

log = logging.getLogger("testamur.recovery")


class Recovery(StrEnum):
    """How one look for intents of a process that died went."""

    NOTHING_LEFT = "nothing_left"
    FINISHED = "finished"
    WAITS = "waits"
    FAILED = "failed"


class Recovering(Protocol):
    async def recover(self, *, now: datetime) -> int:
        """Ends every intent whose lease has run out; returns how many there were."""
        ...


async def recover(*issuers: Recovering, clock: Clock, every_seconds: float, counts: Counts) -> None:
    """Looks for what is unfinished until it is cancelled."""
    while True:
        counts.add(await _look(issuers, clock))
        await asyncio.sleep(every_seconds)


async def _look(issuers: Sequence[Recovering], clock: Clock) -> Recovery:
    try:
        count = sum([await issuer.recover(now=clock()) for issuer in issuers])
    except (Unavailable, Overloaded) as later:
        log.warning("recovery waits: %s", later)
        return Recovery.WAITS
    except Exception:
        # A fault of ours must not end recovery for every other award; it is told, and tried again.
        log.exception("recovery failed")
        return Recovery.FAILED
    if count:
        log.info("%s intents of a process that died were finished", count)
    return Recovery.FINISHED if count else Recovery.NOTHING_LEFT
