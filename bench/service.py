"""One award and one verification, in this process, over SQLite: where the time goes.

Wall and CPU microseconds, the median of the rounds.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.cli.setup import set_up
from app.core import strict_json
from app.core.credential.award_request import EXAMPLE
from app.core.json_ld import canonicalize
from app.core.proof import data_integrity
from app.issuer.prepare import Awarding, prepare
from app.main import Service, clock, composed, new_id
from app.settings import Settings
from app.verifier.verifier import checked

ROUNDS = 60


def median(work: Callable[[], object], *, rounds: int = ROUNDS) -> tuple[float, float]:
    """(wall, CPU) microseconds of `work`."""
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append((time.perf_counter() - wall) * 1e6)
        cpus.append((time.process_time() - cpu) * 1e6)
    return statistics.median(walls[5:]), statistics.median(cpus[5:])


async def whole(work: Callable[[], Any]) -> tuple[float, float]:
    walls, cpus = [], []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        await work()
        walls.append((time.perf_counter() - wall) * 1e6)
        cpus.append((time.process_time() - cpu) * 1e6)
    return statistics.median(walls[5:]), statistics.median(cpus[5:])


def row(name: str, cost: tuple[float, float]) -> None:
    print(f"  {name:<44} {cost[0]:>9,.0f} {cost[1]:>9,.0f}")


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(
            public_url="http://127.0.0.1:8000",
            database_url=f"sqlite:///{folder / 'bench.sqlite3'}",
            keys_dir=folder / "keys",
        )
        await set_up(settings, institution_file=None)
        async with composed(settings, inline=True) as service:
            credential = await _award(service)
            await _verify(service, credential)


async def _award(service: Service) -> bytes:
    institution, body = service.institutions[0], strict_json.write(EXAMPLE)
    last: list[bytes] = []

    async def award() -> None:
        receipt = await service.issuer.award(
            body, institution=institution, actor="bench", idempotency_key=None, now=clock()
        )
        last[:] = [receipt.credential]

    print(f"{'':<46} {'wall µs':>9} {'CPU µs':>9}")
    row("award, whole", await whole(award))
    credential = last[0]
    document = {name: value for name, value in strict_json.read_object(credential).items() if name != "proof"}
    method = institution.keys[0].verification_method
    options = data_integrity.proof_options("eddsa-rdfc-2022", verification_method=method, created=clock())
    controller = await service.publisher.controlled_identifier(institution.did)
    row(
        "  read, compose, examine",
        median(
            lambda: prepare(
                service.contexts,
                body,
                Awarding(
                    credential_id=f"urn:uuid:{new_id()}",
                    issuer=institution.profile,
                    time_zone=institution.time_zone,
                    public_url=service.settings.public_url,
                    now=clock(),
                ),
            )
        ),
    )
    row(
        "  what is signed (canonical form, hashes)",
        median(lambda: data_integrity.sign_input(service.contexts, document, options)),
    )
    row("  our own work checked", median(lambda: checked(service.contexts, credential, controller, now=clock())))
    return credential


async def _verify(service: Service, credential: bytes) -> None:
    document = strict_json.read_object(credential)
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    aliases = service.contexts.aliases(document)
    print(f"\n  a credential of {len(credential):,} bytes")
    row(
        "verification, whole, with our own status list",
        await whole(lambda: service.verifier.verify(credential, "application/vc", now=clock())),
    )
    row("  strict JSON", median(lambda: strict_json.read_object(credential)))
    row("  canonical form", median(lambda: canonicalize(service.contexts, unsigned, aliases=aliases)))
