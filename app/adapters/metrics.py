"""The numbers that whoever runs the service reads: counted here, told in Prometheus' text. Owns prometheus_client.

A label is a member of a closed set, a route's template or a status: no text from outside gets among them.
https://prometheus.io/docs/instrumenting/exposition_formats/, https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from time import perf_counter
from types import MappingProxyType
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics import exposition as openmetrics

from app.adapters.cpu_pool import PoolTrouble
from app.adapters.database.backlog import Backlog
from app.adapters.database.engine import Away
from app.adapters.fetch import FetchOutcome
from app.http.negotiation import Refusal
from app.http.server import TURNED_AWAY
from app.issuer.life import Act
from app.issuer.publish import Publication
from app.issuer.recovery import Recovery
from app.ports import KeyPurpose, MessageState
from app.verifier.report import Verdict
from app.verifier.verifier import Step

_OPENMETRICS: Final = "application/openmetrics-text"

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What one set of things to count is told as; those `without` are never counted."""

    name: str
    label: str
    help: str
    without: tuple[StrEnum, ...] = ()


# A new kind of thing to count is a row here, and a row in docs/operating.md.
COUNTED: Final[Mapping[type[StrEnum], _Counted]] = MappingProxyType(
    {
        Act: _Counted("testamur_acts", "act", "Acts on awards, of institutions, learners and the service."),
        Verdict: _Counted("testamur_verifications", "verdict", "Credentials verified, by verdict."),
        FetchOutcome: _Counted("testamur_fetches", "outcome", "Questions to other hosts, by how they went."),
        PoolTrouble: _Counted("testamur_compute_troubles", "trouble", "What the processes that compute did not do."),
        MessageState: _Counted(
            "testamur_letters", "state", "Attempts to send a letter, by what came of them.", (MessageState.WAITING,)
        ),
        Publication: _Counted("testamur_status_list_publications", "outcome", "Status lists made anew."),
        Recovery: _Counted("testamur_recoveries", "outcome", "Looks for intents of a process that died."),
        Refusal: _Counted(
            "testamur_http_turned_away",
            "why",
            "Connections closed before there was a request.",
            tuple(kind for kind in Refusal if kind not in TURNED_AWAY),
        ),
        Away: _Counted("testamur_database_unavailable", "transaction", "Transactions that found no database."),
    }
)


@dataclass(frozen=True, slots=True)
class Levels:
    """How things stand at this moment. What the database knows is None while it does not answer."""

    compute_queued: int
    backlog: Backlog | None = None
    oldest_keys: Mapping[KeyPurpose, datetime] = field(default_factory=dict)


class Metrics:
    """Implements `Counts`, and `RequestCounts` of the server. One for a process; a process that starts, starts at 0."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._counters = {kind: self._counter(kind, told) for kind, told in COUNTED.items()}
        self._steps = self._histogram("testamur_verification_step_seconds", "Steps of a verification.", "step")
        for step in Step:
            self._steps.labels(step)
        self._requests = Counter(
            "testamur_http_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._durations = self._histogram(
            "testamur_http_request_seconds", "From a request's head to the end of its answer.", "method", "route"
        )
        self._in_flight = Gauge(
            "testamur_http_requests_in_flight", "Requests that are being answered.", registry=self._registry
        )
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def add(self, what: StrEnum) -> None:
        self._counters[type(what)].labels(what.value).inc()

    @contextmanager
    def timed(self, what: StrEnum) -> Iterator[None]:
        began = perf_counter()
        try:
            yield
        finally:
            self._steps.labels(Step(what)).observe(perf_counter() - began)

    def begun(self) -> None:
        self._in_flight.inc()

    def ended(self, *, method: str, route: str, status: int, seconds: float) -> None:
        self._in_flight.dec()
        self._requests.labels(method, route, status).inc()
        self._durations.labels(method, route).observe(seconds)

    def exposition(self, levels: Levels, *, media_type: str) -> tuple[bytes, str]:
        """All of it as OpenMetrics or Prometheus' older text, and its media type with parameters."""
        told = _Told(self._registry, levels)
        if media_type == _OPENMETRICS:
            text = openmetrics.generate_latest(told)  # type: ignore[no-untyped-call]
            return text, openmetrics.CONTENT_TYPE_LATEST
        return generate_latest(told), CONTENT_TYPE_PLAIN_0_0_4

    def _counter(self, kind: type[StrEnum], told: _Counted) -> Counter:
        counter = Counter(told.name, told.help, (told.label,), registry=self._registry)
        # What never happened is told as 0: a rate can be taken of it, and its first time is seen.
        for member in kind:
            if member not in told.without:
                counter.labels(member.value)
        return counter

    def _histogram(self, name: str, told: str, *labels: str) -> Histogram:
        return Histogram(name, told, labels, registry=self._registry, buckets=_SECONDS)


class _Told:
    """What was counted, and how things stand, for one answer."""

    def __init__(self, registry: CollectorRegistry, levels: Levels) -> None:
        self._registry = registry
        self._levels = levels

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            # When each series began is two lines in three, and tells no more than the process's start.
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric
        levels = self._levels
        yield _gauge("testamur_compute_queued", "Work that waits for a process.", levels.compute_queued)
        yield _gauge("testamur_database_up", "1 where the database answered just now.", int(levels.backlog is not None))
        if levels.backlog is not None:
            yield from _backlog(levels.backlog)
        keys = GaugeMetricFamily(
            "testamur_oldest_key_created_timestamp_seconds",
            "When the oldest key of institutions that is in use was made.",
            labels=("purpose",),
        )
        for purpose, created in levels.oldest_keys.items():
            keys.add_metric((purpose.value,), created.timestamp())
        yield keys


def _backlog(backlog: Backlog) -> Iterator[Metric]:
    yield _gauge("testamur_unfinished_intents", "Awards begun by a process that died.", backlog.intents)
    yield _gauge("testamur_outbox_letters", "Letters that wait to be sent, or to be tried again.", backlog.letters)
    for name, told, moment in (
        ("testamur_outbox_oldest", "Since when the oldest of them waits.", backlog.oldest_letter),
        ("testamur_status_list_published", "When a status list was last published.", backlog.last_published),
    ):
        if moment is not None:
            yield _gauge(f"{name}_timestamp_seconds", told, moment.timestamp())


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)
