"""Requests a second and the 99th percentile, of the service as it runs and of a peer's server, by turns.

One credential of 4 KB over 8 connections on loopback: `POST /credentials/verify`, where ours looks up the status too,
and `POST /credentials/issue`, where ours records durably; the peer does neither. Ours is as it is started: one process
that serves, two that compute. The peer is one process; its engine has threads of its own.
"""

import json
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.badge import badge
from bench.load import Load, measured, one, request
from bench.peers import node_command
from bench.processes import cpu_seconds
from tests.interop.__main__ import HERE, pinned_documents
from tests.node import install
from tests.service import running

CONNECTIONS = 8
SECONDS = 3.0
TURNS = 5
VERIFY, ISSUE = "/credentials/verify", "/credentials/issue"
_SETTINGS = {"VERIFY_PER_MINUTE": "1000000", "WRITE_PER_MINUTE": "1000000", "COMPUTE_WORKERS": "2"}

_INSTITUTION = """
name = "University of Examples"
legal_identifier = "NTRIE-0123456789"
country = "IE"
time_zone = "Europe/Dublin"
languages = ["en"]
contact = "registry@uni.example"

[signing]
credentials = "open-badges"
per_minute = 60000
"""


@dataclass(frozen=True)
class Served:
    """What one server did: the medians of its turns. `cpu_us` is all its processes' time, for each request."""

    per_second: float
    p99_ms: float
    cpu_us: float


@dataclass(frozen=True)
class HttpRow:
    """One kind of request, to us and to the peer."""

    work: str
    ours: Served
    peer: Served

    @property
    def ratio(self) -> float:
        return round(self.ours.per_second / self.peer.per_second, 1)

    def as_json(self) -> dict[str, object]:
        return {"work": self.work, "ours": vars(self.ours), "peer": vars(self.peer), "ratio": self.ratio}


@dataclass(frozen=True)
class _Server:
    pid: int
    port: int
    asked: dict[str, bytes]


def main(*, turns: int = TURNS, seconds: float = SECONDS, peers: bool = True) -> list[HttpRow]:
    """`peers=False` is for who works on ours alone: the peer is asked once, for half a second."""
    with tempfile.TemporaryDirectory() as name, _ours(Path(name)) as ours, _peer(Path(name)) as peer:
        rows = []
        for path, status in ((VERIFY, 200), (ISSUE, 201)):
            seen: dict[int, list[tuple[Load, float]]] = {ours.pid: [], peer.pid: []}
            for server in (ours, peer):
                _turn(server, path, status, seconds=1.0)
            for turn in range(turns):
                for server in (ours, peer):
                    if server is ours or peers or not turn:
                        seen[server.pid].append(_turn(server, path, status, seconds=seconds))
            rows.append(HttpRow(path, _medians(seen[ours.pid]), _medians(seen[peer.pid])))
        return rows


def _turn(server: _Server, path: str, status: int, *, seconds: float) -> tuple[Load, float]:
    before = cpu_seconds(server.pid)
    load = measured(server.asked[path], port=server.port, status=status, connections=CONNECTIONS, seconds=seconds)
    return load, (cpu_seconds(server.pid) - before) / (load.per_second * seconds) * 1e6


def _medians(seen: list[tuple[Load, float]]) -> Served:
    return Served(
        per_second=round(statistics.median(load.per_second for load, _ in seen), 1),
        p99_ms=round(statistics.median(load.p99_ms for load, _ in seen), 1),
        cpu_us=round(statistics.median(cpu for _, cpu in seen)),
    )


@contextmanager
def _ours(folder: Path) -> Iterator[_Server]:
    """The service as it runs, over SQLite; its limits of pace far away."""
    institution = folder / "institution.toml"
    institution.write_text(_INSTITUTION)
    passphrase = folder / "passphrase.txt"
    passphrase.write_text(secrets.token_urlsafe(32))
    passphrase.chmod(0o600)
    settings = {**_SETTINGS, "INSTITUTION_FILE": str(institution), "KEY_PASSPHRASE_FILE": str(passphrase)}
    with running(database_url=f"sqlite:///{folder / 'bench.sqlite3'}", folder=folder, settings=settings) as service:
        issuing = service.client.get("/openapi.json").json()["paths"][ISSUE]["post"]["requestBody"]["content"]
        did = issuing["application/json"]["examples"]["full"]["value"]["credential"]["issuer"]["id"]
        port = int(service.url.rpartition(":")[2])
        (authorization,) = service.signed_in().values()
        unsigned = {member: value for member, value in badge(did, status=False).items() if member != "id"}
        issue = request(
            ISSUE,
            json.dumps({"credential": unsigned}).encode(),
            port=port,
            headers=f"Authorization: {authorization}\r\n",
        )
        verify = request(VERIFY, one(issue, port=port, status=201), port=port)
        assert json.loads(one(verify, port=port, status=200))["verified"] is True
        yield _Server(service.process.pid, port, {ISSUE: issue, VERIFY: verify})


@contextmanager
def _peer(folder: Path) -> Iterator[_Server]:
    install(HERE)
    pinned = pinned_documents(folder, "https://unused.example")
    process = subprocess.Popen(node_command("peer_server.mjs", pinned), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["port"]
        issue = request(ISSUE, json.dumps({"credential": badge("did:example:peer")}).encode(), port=port)
        signed = one(issue, port=port, status=201)
        verify = request(VERIFY, signed, port=port)
        assert json.loads(one(verify, port=port, status=200))["verified"] is True
        yield _Server(process.pid, port, {ISSUE: issue, VERIFY: verify})
    finally:
        process.terminate()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def write(rows: list[HttpRow]) -> str:
    """For a terminal."""
    lines = [f"{'':<22} {'':<5} {'requests/s':>10} {'p99 ms':>7} {'CPU µs':>7} {'ratio':>6}"]
    for work, who, per_second, p99, cpu, ratio in cells(rows):
        lines.append(f"{work:<22} {who:<5} {per_second:>10} {p99:>7} {cpu:>7} {ratio:>6}".rstrip())
    return "\n".join(lines)


def cells(rows: list[HttpRow]) -> list[tuple[str, ...]]:
    """Two lines for each kind of request, ours above the peer's."""
    return [
        (
            row.work if served is row.ours else "",
            who,
            f"{served.per_second:,.0f}",
            f"{served.p99_ms:.1f}",
            f"{served.cpu_us:,.0f}",
            f"{row.ratio:g}" if served is row.ours else "",
        )
        for row in rows
        for who, served in (("ours", row.ours), ("peer", row.peer))
    ]


if __name__ == "__main__":
    print(write(main(turns=3, peers="--alone" not in sys.argv)))
