"""Signing and verifying one credential of 4 KB, beside the bare signature and two peers, by turns in one run.

*Issue*: canonicalise document and proof options, hash, sign, attach. *Verify*: bytes in, finding of the proof out.
"""

import json
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from app.adapters.contexts import load_contexts
from app.core import did, strict_json
from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.multiformats import decode_multikey
from app.core.proof.cryptosuites import CRYPTOSUITES
from app.verifier.parse import parse
from app.verifier.policy import VerificationPolicy
from app.verifier.prove import Unproven, prove
from bench.badge import badge
from bench.peers import Digitalbazaar, PyldWithCryptography
from tests.shared import ROOT
from tests.verifying import CREATED, KEY, NOW, P256_KEY, CurveKey, Key, sign

RESULTS = Path(__file__).resolve().parent / "results.json"
TURNS = 7
ROUNDS = 40
RDFC = {"eddsa-rdfc-2022": KEY, "ecdsa-rdfc-2019": P256_KEY}
JCS = {"eddsa-jcs-2022": KEY}
SIZES = {"4 KB": 5, "16 KB": 52, "64 KB": 240}


@dataclass(frozen=True)
class Row:
    """One piece of work, by us, by the cryptography alone, and by a peer (0 where there is none)."""

    work: str
    mechanism: str
    ours_us: float
    bare_us: float
    peer: str
    peer_us: float

    @property
    def ratio(self) -> float:
        return round(self.peer_us / self.ours_us, 1)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio}


def main() -> None:
    contexts = load_contexts(ROOT / "contexts")
    rows: list[Row] = []
    versions = {name: version(name) for name in ("PyLD", "cryptography")}
    with tempfile.TemporaryDirectory() as name, Digitalbazaar(Path(name), badge(KEY.did)) as digitalbazaar:
        versions["Node"] = digitalbazaar.version
        for mechanism, key in RDFC.items():
            for work in ("issue", "verify"):
                rows += _beside_peers(contexts, work, mechanism, key, digitalbazaar)
    for mechanism, key in JCS.items():
        for work in ("issue", "verify"):
            ours, bare = _ours(contexts, work, mechanism, key, alignments=5)
            rows.append(Row(work, mechanism, *_by_turns(ours, bare), peer="", peer_us=0))
    for size, alignments in SIZES.items():
        for work in ("issue", "verify"):
            ours, bare = _ours(contexts, work, "eddsa-rdfc-2022", KEY, alignments=alignments)
            rows.append(Row(f"{work}, {size}", "eddsa-rdfc-2022", *_by_turns(ours, bare), peer="", peer_us=0))
    _print(rows)
    machine = {"machine": platform.machine(), "system": platform.system(), "python": platform.python_version()}
    told = {**machine, "versions": versions, "turns": TURNS, "rounds": ROUNDS, "rows": [row.as_json() for row in rows]}
    RESULTS.write_text(json.dumps(told, indent=1) + "\n")


def _beside_peers(
    contexts: Contexts, work: str, mechanism: str, key: Key | CurveKey, digitalbazaar: Digitalbazaar
) -> list[Row]:
    signed = sign(contexts, badge(key.did), key=key, verification_method=key.did_method, suite=mechanism)
    algorithm = CRYPTOSUITES[mechanism].algorithms[key.kind]
    ours, bare = _ours(contexts, work, mechanism, key, alignments=5)
    pyld = PyldWithCryptography(contexts, badge(key.did))
    python = pyld.work(work, key=key, algorithm=algorithm, signed=signed)
    text = strict_json.write(signed)
    turns = [
        (
            microseconds(ours),
            microseconds(bare),
            digitalbazaar.microseconds(work, mechanism, signed=text, rounds=ROUNDS),
            microseconds(python),
        )
        for _ in range(TURNS)
    ]
    mine, alone, node, slow = (statistics.median(column) for column in zip(*turns, strict=True))
    return [
        Row(work, mechanism, mine, alone, digitalbazaar.name, node),
        Row(work, mechanism, mine, alone, pyld.name, slow),
    ]


def _ours(
    contexts: Contexts, work: str, mechanism: str, key: Key | CurveKey, *, alignments: int
) -> tuple[Callable[[], object], Callable[[], object]]:
    """What we do, and the cryptography in it alone."""
    unsigned = badge(key.did, alignments=alignments)

    def issue() -> bytes:
        made = sign(contexts, unsigned, key=key, verification_method=key.did_method, suite=mechanism, created=CREATED)
        return strict_json.write(made)

    if work == "issue":
        return issue, lambda: key.sign(bytes(64))
    signed, policy = issue(), VerificationPolicy()
    controller = did.locate(key.did)
    assert isinstance(controller, ControlledIdentifierDocument)

    def verify() -> None:
        received = parse(contexts, signed, "application/vc")
        proven = prove(contexts, received, controller, now=NOW, policy=policy, recorded={})
        assert not isinstance(proven, Unproven), proven

    algorithm = CRYPTOSUITES[mechanism].algorithms[key.kind]
    public, signature = decode_multikey(key.multibase).raw, key.sign(bytes(64))
    return verify, lambda: algorithm.verify(public, bytes(64), signature)


def _by_turns(ours: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    turns = [(microseconds(ours), microseconds(bare)) for _ in range(TURNS)]
    return statistics.median(mine for mine, _ in turns), statistics.median(alone for _, alone in turns)


def microseconds(work: Callable[[], object]) -> float:
    """The median of the rounds: wall time, in a process of one thread."""
    times = []
    for _ in range(ROUNDS):
        before = time.perf_counter()
        work()
        times.append((time.perf_counter() - before) * 1e6)
    return statistics.median(times)


def _print(rows: list[Row]) -> None:
    print(f"{'':<14} {'':<18} {'ours µs':>9} {'bare µs':>9} {'× bare':>7}   {'peer':<24} {'peer µs':>9} {'ratio':>7}")
    for row in rows:
        beside = f"{row.peer:<24} {row.peer_us:>9,.0f} {row.ratio:>7}" if row.peer else ""
        times = row.ours_us / row.bare_us
        print(f"{row.work:<14} {row.mechanism:<18} {row.ours_us:>9,.0f} {row.bare_us:>9,.0f} {times:>7.1f}   {beside}")
