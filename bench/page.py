"""The figures in docs/performance.md, written there from `results.json`: between two marks, and nowhere else."""

from collections.abc import Mapping
from typing import Any

from bench import over_http, table
from bench.over_http import HttpRow, Served
from bench.table import Row

_HEAD = "| request | | requests a second | p99, ms | CPU for each, µs | ratio |\n|---|---|--:|--:|--:|--:|"


def filled(page: str, results: Mapping[str, Any]) -> str:
    """The page, with the figures of `results` in the place of those that were there."""
    rows = [_row(each) for each in results["rows"]]
    page = _between(page, "proofs", table.markdown(rows))
    return _between(_between(page, "http", _http(results["http"])), "machine", _machine(results))


def _row(told: Mapping[str, Any]) -> Row:
    return Row(**{name: value for name, value in told.items() if name != "ratio"})


def _http(rows: list[Mapping[str, Any]]) -> str:
    read = [HttpRow(each["work"], Served(**each["ours"]), Served(**each["peer"])) for each in rows]
    return "\n".join((_HEAD, *(f"| {' | '.join(cells)} |" for cells in over_http.cells(read))))


def _machine(results: Mapping[str, Any]) -> str:
    machine, versions = results["machine"], results["versions"]
    peers = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}, load "
        f"{machine['load']} (the last 1, 5 and 15 minutes). {peers}."
    )


def _between(page: str, name: str, content: str) -> str:
    begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the page has no place for {name}")
    return f"{before}{begin}{content}{end}{after}"
