"""Work that may be slow, in processes of its own: a stuck one is killed and replaced, and only its task fails."""

import asyncio
import contextlib
import logging
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar, cast

from app.adapters.cpu_worker import BEGUN, DONE, LENGTH, REFUSED
from app.core.json_ld import Contexts
from app.core.problems import Refused
from app.ports import Counts, NotCounted, Overloaded, TooSlow

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger("testamur.cpu_pool")

_START_SECONDS: Final = 60.0
_MOST_PATIENCE_SECONDS: Final = 10.0
# A worker reads what strangers send: of our environment it gets what Python needs, and no passphrase.
_ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "LC_ALL", "TZ", "HOME", "TMPDIR")


class PoolTrouble(StrEnum):
    """What does not happen while all is well: a caller turned away, work stopped, a process replaced."""

    QUEUE_FULL = "queue_full"
    WAITED_TOO_LONG = "waited_too_long"
    TOO_SLOW = "too_slow"
    GAVE_UP = "gave_up"
    WORKER_REPLACED = "worker_replaced"


class WorkFailed(Exception):  # noqa: N818 - the work's, not the pool's
    """The work raised something that is not a refusal: a fault of ours. Says of what kind, and where."""


class _WorkerDied(Exception):  # noqa: N818 - what happened
    """The process ended before it answered; `begun` says whether it had taken the work up."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__(begun)
        self.begun = begun


class InlineCompute:
    """Port `Compute` for the command line, where nobody else waits."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts

    async def run(self, work: Callable[Concatenate[Contexts, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return work(self._contexts, *args, **kwargs)


class CpuPool:
    """Port `Compute`. `workers` processes, each with its own `Contexts`; `async with` starts and ends them.

    A task waits at most `timeout_seconds` for a process, in a queue of at most `max_queued` (Overloaded beyond), and
    then runs at most `timeout_seconds` (TooSlow beyond).
    """

    def __init__(
        self,
        *,
        contexts_dir: Path,
        workers: int,
        max_queued: int,
        timeout_seconds: float,
        counts: Counts | None = None,
    ) -> None:
        self._contexts_dir = contexts_dir
        self._count = workers
        self._max_queued = max_queued
        self._timeout_seconds = timeout_seconds
        self._counts = counts or NotCounted()
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._queued = 0
        self._keepers: list[asyncio.Task[None]] = []
        self._exchanges: set[asyncio.Task[Any]] = set()

    @property
    def queued(self) -> int:
        """How much work waits for a process at this moment."""
        return self._queued

    async def __aenter__(self) -> Self:
        """Returns once every process is ready. Raises RuntimeError where one does not start."""
        started = await asyncio.gather(*(self._start() for _ in range(self._count)), return_exceptions=True)
        failed = next((each for each in started if isinstance(each, BaseException)), None)
        workers = [each for each in started if isinstance(each, _Worker)]
        if failed is not None:
            await asyncio.gather(*(worker.end() for worker in workers))
            raise RuntimeError("the processes that verify could not be started") from failed
        self._keepers = [asyncio.create_task(self._keep(worker)) for worker in workers]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (*self._keepers, *self._exchanges):
            task.cancel()
        await asyncio.gather(*self._keepers, *self._exchanges, return_exceptions=True)

    async def run(self, work: Callable[Concatenate[Contexts, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        kind, value = await self._outcome(pickle.dumps((work, args, kwargs)))
        if kind == DONE:
            return cast("T", value)
        if kind == REFUSED:
            raise Refused(*value)
        raise WorkFailed(value)

    async def _outcome(self, request: bytes) -> tuple[str, Any]:
        # Work is pure, so it may be begun again where its process was killed; not a third time, if it is what kills.
        begun = 0
        while begun < 2:
            exchange = asyncio.create_task(self._exchange(await self._free_worker(), request))
            self._exchanges.add(exchange)
            exchange.add_done_callback(self._exchanged)
            try:
                # Shielded: where the caller goes away, the process still ends its work, and is free again after it.
                return await asyncio.shield(exchange)
            except _WorkerDied as died:
                begun += died.begun
        self._counts.add(PoolTrouble.GAVE_UP)
        raise Overloaded("The process that checked this ended. Try again.")

    async def _free_worker(self) -> "_Worker":
        # Nobody is overtaken: where somebody waits, a process that is free is theirs.
        while not self._queued and not self._idle.empty():
            if (worker := self._idle.get_nowait()).alive:
                return worker
        if self._queued >= self._max_queued:
            self._counts.add(PoolTrouble.QUEUE_FULL)
            raise Overloaded("Too many credentials are being checked at this moment. Try again.")
        self._queued += 1
        try:
            async with asyncio.timeout(self._timeout_seconds):
                while not (worker := await self._idle.get()).alive:
                    continue
                return worker
        except TimeoutError:
            self._counts.add(PoolTrouble.WAITED_TOO_LONG)
            raise Overloaded("All who could check this are busy. Try again.") from None
        finally:
            self._queued -= 1

    async def _exchange(self, worker: "_Worker", request: bytes) -> tuple[str, Any]:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                outcome = await worker.ask(request)
        except TimeoutError:
            worker.kill()
            self._counts.add(PoolTrouble.TOO_SLOW)
            raise TooSlow("Checking this took too long and was stopped.") from None
        except _WorkerDied:
            worker.kill()
            raise
        self._idle.put_nowait(worker)
        return outcome

    def _exchanged(self, exchange: "asyncio.Task[Any]") -> None:
        self._exchanges.discard(exchange)
        if not exchange.cancelled():
            # Retrieved here too, for where nobody waits any more.
            exchange.exception()

    async def _keep(self, worker: "_Worker") -> None:
        """One place in the pool: a worker in it, and another when that one has ended."""
        try:
            while True:
                self._idle.put_nowait(worker)
                await worker.ended()
                self._counts.add(PoolTrouble.WORKER_REPLACED)
                logger.warning("a worker ended and is replaced")
                await worker.end()
                worker = await self._start_again()
        finally:
            await worker.end()

    async def _start_again(self) -> "_Worker":
        patience = 0.1
        while True:
            try:
                return await self._start()
            except (OSError, EOFError, TimeoutError) as error:
                logger.error("a worker did not start: %s", type(error).__qualname__)  # noqa: TRY400 - once a try
                await asyncio.sleep(patience)
                patience = min(2 * patience, _MOST_PATIENCE_SECONDS)

    async def _start(self) -> "_Worker":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "app.adapters.cpu_worker",
            str(self._contexts_dir),
            stdin=PIPE,
            stdout=PIPE,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
        worker = _Worker(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await worker.ready()
        except BaseException:
            await worker.end()
            raise
        return worker


class _Worker:
    """One process, from outside."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None  # noqa: S101 - both were asked for
        assert process.stdout is not None  # noqa: S101
        self._process = process
        self._to = process.stdin
        self._from = process.stdout

    @property
    def alive(self) -> bool:
        return self._process.returncode is None and not self._from.at_eof()

    async def ready(self) -> None:
        await self._answer()

    async def ask(self, request: bytes) -> tuple[str, Any]:
        """Raises _WorkerDied."""
        begun = False
        try:
            self._to.write(LENGTH.pack(len(request)) + request)
            await self._to.drain()
            begun = (await self._answer())[0] == BEGUN
            return await self._answer()
        except (EOFError, ConnectionError):
            raise _WorkerDied(begun=begun) from None

    async def _answer(self) -> tuple[str, Any]:
        (length,) = LENGTH.unpack(await self._from.readexactly(LENGTH.size))
        kind, value = pickle.loads(await self._from.readexactly(length))  # noqa: S301 - written by our own worker
        return kind, value

    async def ended(self) -> None:
        await self._process.wait()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        """Killed and waited for: no zombie, no open pipe."""
        self.kill()
        self._to.close()
        with contextlib.suppress(ConnectionError):
            await self._to.wait_closed()
        await self._process.wait()
