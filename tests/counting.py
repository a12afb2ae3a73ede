"""What was counted, read as Prometheus would: for tests of who counts."""

from collections.abc import Mapping
from enum import StrEnum

from prometheus_client.parser import text_string_to_metric_families

from app.adapters.metrics import COUNTED, Levels, Metrics

NOTHING_KNOWN = Levels(compute_queued=0)


def value(
    metrics: Metrics, name: str, labels: Mapping[str, str] = {}, *, levels: Levels = NOTHING_KNOWN
) -> float | None:
    """One sample; None where there is none."""
    text, _ = metrics.exposition(levels, media_type="text/plain")
    samples = (sample for family in text_string_to_metric_families(text.decode()) for sample in family.samples)
    return next((sample.value for sample in samples if (sample.name, sample.labels) == (name, labels)), None)


def counted(metrics: Metrics, what: StrEnum) -> float | None:
    """How often it was counted."""
    told = COUNTED[type(what)]
    return value(metrics, f"{told.name}_total", {told.label: what.value})
