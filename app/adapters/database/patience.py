"""A server that is silent: how long it is waited for, and that not everybody then waits in turn.

A stopped PostgreSQL keeps its sockets open and answers nothing, a request to cancel included: only hanging up ends it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import psycopg
from psycopg import waiting
from psycopg.abc import PQGen
from sqlalchemy import exc

from app.ports import Unavailable

# Above what PostgreSQL itself allows a statement (`engine`), so that its own word comes first where it has one.
_ANSWER_SECONDS: Final = 22.0
_ASK_AGAIN_SECONDS: Final = 2.0

T = TypeVar("T")


class NoAnswer(psycopg.OperationalError):
    """We hung up."""


class PatientConnection(psycopg.AsyncConnection[Any]):
    """Hangs up where no answer comes, or nobody waits for it any more."""

    async def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:  # noqa: ASYNC109
        try:
            async with asyncio.timeout(_ANSWER_SECONDS if timeout is None else timeout):
                return await waiting.wait_async(gen, self.pgconn.socket, interval=interval)
        except TimeoutError:
            self.pgconn.finish()
            raise NoAnswer("no answer in time") from None
        except asyncio.CancelledError:
            self.pgconn.finish()
            raise


class Patience:
    """Once the server was silent, one caller asks every few seconds; all others are told at once."""

    def __init__(self) -> None:
        self._silent_until: float | None = None

    @asynccontextmanager
    async def asking(self, *, at_most_seconds: float | None) -> AsyncIterator[None]:
        """Raises Unavailable where the server is silent, or was so a moment ago."""
        now = asyncio.get_running_loop().time()
        if self._silent_until is not None:
            if now < self._silent_until:
                raise Unavailable("The database does not answer.")
            self._silent_until = now + _ASK_AGAIN_SECONDS
        try:
            async with asyncio.timeout(at_most_seconds) as limit:
                yield
        except Unavailable as unavailable:
            if _is_silence(unavailable.__cause__):
                self._fell_silent()
            raise
        except Exception as error:
            if not (limit.expired() or _is_silence(error)):
                raise
            self._fell_silent()
            raise Unavailable("The database does not answer.") from error
        self._silent_until = None

    def _fell_silent(self) -> None:
        self._silent_until = asyncio.get_running_loop().time() + _ASK_AGAIN_SECONDS


def _is_silence(error: BaseException | None) -> bool:
    return isinstance(error, exc.DBAPIError) and isinstance(error.orig, NoAnswer | psycopg.errors.ConnectionTimeout)
