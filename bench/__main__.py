"""What our work costs, beside peers: every mechanism, how it grows, and requests a second over HTTP.

    make bench

Prints tables; writes `bench/results.json`, and the figures and drawings of docs/performance.md, which tells how it is
measured.
`python -m bench proofs` or `python -m bench http` measures one of the two alone, and writes nothing.
"""

import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from bench import over_http, plot, proofs, table
from bench.page import filled
from bench.peers import npm_versions

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"


def main(only: str | None) -> None:
    print(f"load of the machine before: {_load()}")
    if only == "http":
        print(over_http.write(over_http.main()))
        return
    rows, growth, node = proofs.measure()
    print(table.write(rows))
    print()
    for each in growth:
        row = each.row
        print(
            f"{row.work:<8} {each.document_bytes:>7,} bytes: {row.ours_us:>8,.0f} µs, {row.peer} {row.peer_us:>8,.0f}"
        )
    if only == "proofs":
        return
    served = over_http.main()
    print()
    print(over_http.write(served))
    print(f"load of the machine after: {_load()}")
    results = {
        "machine": machine(),
        "versions": {"Node": node, **{name: version(name) for name in ("PyLD", "cryptography")}, **npm_versions()},
        "turns": proofs.TURNS,
        "rounds": proofs.ROUNDS,
        "rows": [row.as_json() for row in rows],
        "growth": [each.as_json() for each in growth],
        "http": [row.as_json() for row in served],
    }
    page = DOCS / "performance.md"
    page.write_text(filled(page.read_text(), results))
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (DOCS / "performance-growth.svg").write_text(plot.growth(growth))
    (DOCS / "performance-peers.svg").write_text(plot.peers(rows))


def machine() -> dict[str, object]:
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": _load(),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _load() -> str:
    return " ".join(f"{each:.1f}" for each in os.getloadavg())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
