"""What is counted, as Prometheus reads it: every name documented, every label of a closed set."""

import asyncio
import os
import re
import signal
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from app.adapters.contexts import load_contexts
from app.adapters.cpu_pool import CpuPool, InlineCompute, PoolTrouble
from app.adapters.database.backlog import Backlog
from app.adapters.fetch import FetchOutcome, GuardedFetch
from app.adapters.metrics import COUNTED, Levels, Metrics
from app.core.problems import STATUS_RETRIEVAL_ERROR, Refused
from app.http.negotiation import Refusal
from app.ports import KeyPurpose
from app.settings import Settings
from app.verifier.report import Verdict
from app.verifier.verifier import Step, Verifier
from tests.counting import counted, value
from tests.http_server import running
from tests.unit.adapters import work
from tests.unit.http.application import application
from tests.verifying import NOW, university

ROOT = Path(__file__).resolve().parents[3]
CONTEXTS = ROOT / "contexts"
MOMENT = datetime(2026, 11, 24, tzinfo=UTC)
ALL = Levels(
    compute_queued=3,
    backlog=Backlog(intents=1, letters=2, oldest_letter=MOMENT, last_published=MOMENT),
    oldest_keys={KeyPurpose.CREDENTIAL: MOMENT},
)


def exposed(metrics: Metrics, levels: Levels = ALL) -> dict[str, dict[str, set[str]]]:
    """Each name, with its labels and their values."""
    text, _ = metrics.exposition(levels, media_type="application/openmetrics-text")
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(text.decode()):  # type: ignore[no-untyped-call]
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = found.setdefault(name, {})
        for sample in family.samples:
            for label, named in sample.labels.items():
                labels.setdefault(label, set()).add(named)
    return found


def documented() -> dict[str, set[str]]:
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in (ROOT / "docs" / "operating.md").read_text("utf-8").splitlines()
        if re.match(r"\| `testamur_\w+` \|", line)
    ]
    return {row[0].strip("`"): {label.strip("` ") for label in row[1].split(",") if label.strip()} for row in rows}


# ── what is told ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_number_is_documented_with_its_labels_and_no_other() -> None:
    metrics = Metrics()
    metrics.ended(method="GET", route="/verify", status=200, seconds=0.1)
    told = {name: labels.keys() - {"le"} for name, labels in exposed(metrics).items() if name.startswith("testamur_")}
    assert told == documented()


@pytest.mark.parametrize("kind", COUNTED)
def test_what_never_happened_is_told_as_nought(kind: type[StrEnum]) -> None:
    told = COUNTED[kind]
    values = exposed(Metrics())[f"{told.name}_total"][told.label]
    assert values == {member.value for member in kind if member not in told.without}


def test_a_label_never_takes_a_text_that_is_no_member() -> None:
    with pytest.raises(KeyError):
        Metrics().add("canary")  # type: ignore[arg-type]


def test_what_the_database_knows_is_left_out_while_it_is_away() -> None:
    away = Levels(compute_queued=0)
    metrics = Metrics()
    assert value(metrics, "testamur_database_up", levels=away) == 0
    assert value(metrics, "testamur_outbox_letters", levels=away) is None
    assert value(metrics, "testamur_outbox_letters", levels=ALL) == 2


# ── what is counted ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_request_is_counted_by_template_method_and_status() -> None:
    metrics = Metrics()
    with running(application(), counts=metrics) as server:
        server.get("/claim/canary")
        server.request("CANARY", "/canary")
        server.get("/raise/bug")
    labels = exposed(metrics)["testamur_http_requests_total"]
    assert labels == {
        "route": {"/claim/{token}", "/raise/{name}", "none"},
        "method": {"GET", "unknown"},
        "status": {"200", "405", "500"},
    }
    assert value(metrics, "testamur_http_requests_in_flight") == 0


def test_a_connection_that_is_turned_away_is_counted() -> None:
    metrics = Metrics()
    with (
        running(application(), Settings(max_connections_per_client=1), counts=metrics) as server,
        server.connect() as first,
    ):
        first.sendall(b"GET /large HTTP/1.1\r\n")
        with server.connect() as second:
            assert b"429" in second.recv(65_536)
    assert counted(metrics, Refusal.TOO_MANY) == 1


async def test_a_verdict_is_counted_and_each_step_timed() -> None:
    metrics = Metrics()
    contexts = load_contexts(CONTEXTS)
    world = university(contexts)
    verifier = Verifier(
        fetch=world,
        publications=world,
        known_issuers=world,
        compute=InlineCompute(contexts),
        fetch_timeout_seconds=1.0,
        counts=metrics,
    )
    good = (ROOT / "tests" / "cases" / "good_badge" / "credential.json").read_bytes()
    report = await verifier.verify(good, "application/vc", now=NOW)
    assert counted(metrics, report.verdict) == 1
    times = [value(metrics, "testamur_verification_step_seconds_count", {"step": step.value}) for step in Step]
    assert times[0] == times[1] == times[-1] == 1
    with pytest.raises(Refused):
        await verifier.verify(b"canary", "application/vc", now=NOW)
    assert sum(counted(metrics, verdict) or 0 for verdict in Verdict) == 1


async def test_how_asking_another_host_went_is_counted_without_its_name() -> None:
    metrics = Metrics()

    async def loopback(host: str, port: int) -> tuple[str, ...]:
        return ("127.0.0.1",)

    fetch = GuardedFetch(max_bytes=100, resolve=loopback, counts=metrics)
    for url in ("http://canary.example/", "https://canary.example/"):
        deadline = asyncio.get_running_loop().time() + 1
        with pytest.raises(Refused):
            await fetch(url, accept="*/*", deadline=deadline, otherwise=STATUS_RETRIEVAL_ERROR)
    assert (counted(metrics, FetchOutcome.NOT_ASKED), counted(metrics, FetchOutcome.NOT_TAKEN)) == (1, 1)
    assert b"canary" not in metrics.exposition(ALL, media_type="text/plain")[0]


async def test_a_process_that_was_killed_is_counted_as_replaced() -> None:
    metrics = Metrics()
    async with CpuPool(contexts_dir=CONTEXTS, workers=1, max_queued=1, timeout_seconds=20, counts=metrics) as pool:
        os.kill(await pool.run(work.process), signal.SIGKILL)
        await pool.run(work.process)
        assert (counted(metrics, PoolTrouble.WORKER_REPLACED), pool.queued) == (1, 0)
