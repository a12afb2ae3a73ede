"""What other hosts publish, asked for once: a short memory before `Fetch`, so that no issuer can count our checks.

Bitstring Status List 1.0 §5.3 asks verifiers to cache a list, for the holders' sake. What is fetched are
bytes here: how long a list may be kept stands inside it, and is said by who has verified it.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TypeAlias

from app.adapters.fetch import FetchOutcome
from app.core.problems import NOT_ASKED, Problem, Refused
from app.ports import Counts, Fetch, Fetched, NotCounted

_Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Kept:
    since: float
    expires: float
    outcome: Fetched | Refused

    @property
    def size(self) -> int:
        return len(self.outcome.content) if isinstance(self.outcome, Fetched) else 0


class CachedFetch:
    """Port `Fetch`, over another. However many ask for a URL at once, or while its answer is kept, it is fetched once.

    An answer is kept for `usual_age_seconds`. What proved good is kept for the time that it gives itself, be it longer
    or shorter, up to `max_age_seconds`: what is no list, or does not verify, gives itself nothing.

    A fetch has `fetch_timeout_seconds` of its own and goes on when a caller's deadline passes: who comes with little
    time left can't spoil it for the others. A refusal is kept for `failure_seconds`, to spare a host that is down.
    """

    def __init__(
        self,
        fetch: Fetch,
        *,
        fetch_timeout_seconds: float,
        usual_age_seconds: float,
        max_age_seconds: float,
        failure_seconds: float = 2.0,
        max_entries: int = 1_024,
        max_bytes: int = 64 * 1_048_576,
        counts: Counts | None = None,
    ) -> None:
        self._fetch = fetch
        self._fetch_timeout_seconds = fetch_timeout_seconds
        self._usual_age_seconds = usual_age_seconds
        self._max_age_seconds = max_age_seconds
        self._failure_seconds = failure_seconds
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._counts = counts or NotCounted()
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._bytes = 0
        self._flights: dict[_Key, asyncio.Task[Fetched | Refused]] = {}

    async def __call__(
        self, url: str, *, accept: str, deadline: float, otherwise: str, at_most_seconds_old: float | None = None
    ) -> Fetched:
        key = (url, accept)
        outcome = self._remembered(key, at_most_seconds_old)
        if outcome is not None:
            self._counts.add(FetchOutcome.REMEMBERED)
        else:
            flight = self._flights.get(key) or self._start(key, otherwise=otherwise)
            outcome = await self._landed(flight, key, deadline=deadline, otherwise=otherwise)
        if isinstance(outcome, Refused):
            raise Refused(
                *(each if each.type == NOT_ASKED else replace(each, type=otherwise) for each in outcome.problems)
            )
        return outcome

    def keep(self, fetched: Fetched, *, accept: str, ttl_seconds: float | None, until: float | None) -> None:
        key = (fetched.url, accept)
        kept = self._kept.get(key)
        if kept is None or kept.outcome is not fetched:
            return
        age = self._usual_age_seconds if ttl_seconds is None else min(ttl_seconds, self._max_age_seconds)
        expires = kept.since + age if until is None else min(kept.since + age, until)
        self._kept[key] = replace(kept, expires=expires)

    async def close(self) -> None:
        """Ends what is still being fetched."""
        flights = tuple(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    def _start(self, key: _Key, *, otherwise: str) -> "asyncio.Task[Fetched | Refused]":
        flight = asyncio.create_task(self._fly(key, otherwise=otherwise))
        self._flights[key] = flight
        flight.add_done_callback(lambda _: self._flights.pop(key, None))
        return flight

    async def _fly(self, key: _Key, *, otherwise: str) -> Fetched | Refused:
        url, accept = key
        loop = asyncio.get_running_loop()
        try:
            outcome: Fetched | Refused = await self._fetch(
                url, accept=accept, deadline=loop.time() + self._fetch_timeout_seconds, otherwise=otherwise
            )
            age = self._usual_age_seconds
        except Refused as refused:
            outcome, age = refused, self._failure_seconds
        now = loop.time()
        self._remember(key, _Kept(since=now, expires=now + age, outcome=outcome))
        return outcome

    async def _landed(
        self, flight: "asyncio.Task[Fetched | Refused]", key: _Key, *, deadline: float, otherwise: str
    ) -> Fetched | Refused:
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.shield(flight)
        except TimeoutError:
            host = key[0].removeprefix("https://").partition("/")[0][:253]
            return Refused(Problem(otherwise, detail=f"{host} did not answer in time", remedy="Try again later."))

    def _remembered(self, key: _Key, at_most_seconds_old: float | None) -> Fetched | Refused | None:
        kept, now = self._kept.get(key), asyncio.get_running_loop().time()
        if kept is None:
            return None
        if kept.expires <= now:
            self._forget(key)
            return None
        too_old = at_most_seconds_old is not None and kept.since + at_most_seconds_old < now
        if too_old and isinstance(kept.outcome, Fetched):
            return None
        self._kept.move_to_end(key)
        return kept.outcome

    def _remember(self, key: _Key, kept: _Kept) -> None:
        if key in self._kept:
            self._forget(key)
        if kept.size > self._max_bytes:
            return
        self._kept[key] = kept
        self._bytes += kept.size
        while len(self._kept) > self._max_entries or self._bytes > self._max_bytes:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: _Key) -> None:
        self._bytes -= self._kept.pop(key).size
