"""A COMMIT without an answer is neither done nor failed until what it should have kept was looked for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.adapters.database.engine import Unacknowledged

T = TypeVar("T")


async def acknowledged(work: Awaitable[T], read_back: Callable[[], Awaitable[T | None]]) -> T:
    """What `work` returns, or what `read_back` finds of it. Raises Unacknowledged where that is nothing."""
    try:
        # A transaction that was begun ends, though who asked for it goes away: half of one holds up the others.
        return await asyncio.shield(asyncio.ensure_future(work))
    except Unacknowledged:
        kept = await read_back()
        if kept is None:
            raise
        return kept
