"""Every mechanism on one credential of 4 KB, beside the bare cryptography and the peers, by turns in one run."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.adapters.contexts import load_contexts
from app.core import strict_json
from app.core.json_ld import Contexts
from bench.badge import badge
from bench.peers import NAMES, Node, PyldWithCryptography, Took
from bench.table import Row
from bench.work import ECDSA_SD, WHOLE, Job, issued, jobs, whole
from tests.shared import ROOT

TURNS = 7
ROUNDS = 30
GROWING = "eddsa-rdfc-2022"
# Documents of 4, 8, 16, 32 and 64 KB.
ALIGNMENTS = (7, 20, 46, 98, 203)


@dataclass(frozen=True)
class Grown:
    """A row for a document of so many bytes."""

    document_bytes: int
    row: Row

    def as_json(self) -> dict[str, object]:
        return {"bytes": self.document_bytes, **self.row.as_json()}


def measure(*, turns: int = TURNS) -> tuple[list[Row], list[Grown], str]:
    """The table, how the cost grows with the document, and which Node it was."""
    contexts = load_contexts(ROOT / "contexts")
    with tempfile.TemporaryDirectory() as name, Node(Path(name)) as node:
        table = [row for job in jobs(contexts) for row in _beside_peers(contexts, job, node, turns=turns)]
        growth = [grown for alignments in ALIGNMENTS for grown in _growth(contexts, node, alignments)]
        return table, growth, node.version


def _beside_peers(contexts: Contexts, job: Job, node: Node, *, turns: int) -> Iterator[Row]:
    """One row for each peer: they and we take turns, and the median of each counts."""
    rounds = ROUNDS // 4 if job.mechanism == ECDSA_SD else ROUNDS
    measured: list[Callable[[], Took]] = [lambda: microseconds(job.ours, rounds)]
    measured.append(lambda: microseconds(job.bare, rounds))
    peers = []
    if job.asked:
        peers.append(NAMES[job.mechanism])
        measured.append(lambda: node.took(job.work, job.mechanism, job.asked, rounds=rounds))
    if job.asked and "rdfc" in job.mechanism:
        key = WHOLE[job.mechanism]
        unsigned = badge(key.did)
        signed = issued(contexts, job.mechanism, unsigned, key)
        pyld = PyldWithCryptography(contexts)
        peers.append(pyld.name)
        slow = pyld.work(job.work, job.mechanism, key=key, unsigned=unsigned, signed=signed)
        measured.append(lambda: microseconds(slow, rounds))
    ours, bare, *theirs = by_turns(measured, turns=turns)
    if not peers:
        yield Row(job.work, job.mechanism, ours.us, bare.us)
    for peer, took in zip(peers, theirs, strict=True):
        yield Row(job.work, job.mechanism, ours.us, bare.us, peer, took.us, took.cpu_us)


def _growth(contexts: Contexts, node: Node, alignments: int) -> Iterator[Grown]:
    size = len(strict_json.write(badge(WHOLE[GROWING].did, alignments=alignments)))
    for job in whole(contexts, GROWING, alignments=alignments):
        if job.asked:
            theirs = partial(node.took, job.work, job.mechanism, job.asked, rounds=5)
            ours, bare = partial(microseconds, job.ours, 10), partial(microseconds, job.bare, 10)
            mine, alone, peer = by_turns([ours, bare, theirs], turns=3)
            row = Row(job.work, job.mechanism, mine.us, alone.us, NAMES[job.mechanism], peer.us, peer.cpu_us)
            yield Grown(size, row)


def by_turns(measured: list[Callable[[], Took]], *, turns: int) -> list[Took]:
    """The medians: one after the other, again and again, so that a slow minute of the machine is everybody's."""
    took = [[each() for each in measured] for _ in range(turns)]
    return [
        Took(statistics.median(each.us for each in column), statistics.median(each.cpu_us for each in column))
        for column in zip(*took, strict=True)
    ]


def microseconds(work: Callable[[], object], rounds: int) -> Took:
    """The median of the rounds, in a process of one thread; and its CPU time for each."""
    times = []
    cpu = time.process_time()
    for _ in range(rounds):
        before = time.perf_counter()
        work()
        times.append((time.perf_counter() - before) * 1e6)
    return Took(statistics.median(times), (time.process_time() - cpu) * 1e6 / rounds)
