"""Two server processes, one register, and kill -9: what was acknowledged is there, whole, once, and stays."""

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.credential.award_request import MINIMAL_EXAMPLE
from app.core.status import bitstring_status_list
from tests.long_proofs import fraction
from tests.service import NO_TLS, Running, free_port, running

AWARDS = 1_000
KILLS = 50
_AT_ONCE = 16
_SETTINGS = {
    "COMPUTE_WORKERS": "2",
    "INTENT_LEASE_SECONDS": "2",
    "WRITE_PER_MINUTE": "1000000",
    "TOKEN_PER_MINUTE": "100000",
}


@dataclass
class Pair:
    """Two processes of the same service; either may be killed and started again at any time."""

    database_url: str
    folder: Path
    ports: tuple[int, int]
    processes: list[ExitStack] = field(default_factory=list)
    running: list[Running] = field(default_factory=list)
    kills: int = 0

    def start(self, which: int) -> None:
        stack = ExitStack()
        self.processes[which] = stack
        self.running[which] = stack.enter_context(
            running(
                database_url=self.database_url,
                folder=self.folder,
                port=self.ports[which],
                public_url=f"http://127.0.0.1:{self.ports[0]}",
                settings=_SETTINGS,
            )
        )

    def kill(self, which: int) -> None:
        self.running[which].process.kill()
        self.running[which].process.join()
        self.processes[which].close()
        self.kills += 1


@pytest.fixture
def pair(empty_database_url: str, tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(empty_database_url, tmp_path, (free_port(), free_port()))
    pair.processes = [ExitStack(), ExitStack()]
    pair.running = [None, None]  # type: ignore[list-item]
    try:
        pair.start(0)
        pair.start(1)
        yield pair
    finally:
        for stack in pair.processes:
            stack.close()


@dataclass
class Acknowledged:
    """What the clients were told: the exact answers, and which awards are revoked."""

    answers: dict[str, bytes] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)


@pytest.mark.long
async def test_nothing_acknowledged_is_lost_or_doubled_under_kill_9(pair: Pair) -> None:
    awards, kills = int(AWARDS * fraction()), int(KILLS * fraction())
    acknowledged = await _storm(pair, awards=awards, kills=kills)
    settled = await _settle(pair)

    assert len(acknowledged.answers) == awards
    assert pair.kills >= kills
    for key, answer in acknowledged.answers.items():
        replayed = await _post(pair, "/awards", _body(key), {"Idempotency-Key": key})
        assert replayed.content == answer
    by_id = {award["id"]: award for award in settled}
    assert len(by_id) == len(settled)
    assert not [award for award in settled if award["state"] == "intended"]
    for answer in acknowledged.answers.values():
        receipt = json.loads(answer)
        recorded = await _get(pair, f"/awards/{receipt['id']}")
        assert recorded.content.endswith(b'"credentials":[' + _credential_bytes(answer) + b"]}")
    entries = [_entry(answer) for answer in acknowledged.answers.values()]
    assert len(set(entries)) == awards
    # A voided intent's bit is set too, so only the acknowledged ones are compared.
    set_bits = await _set_bits(pair, entries) & set(entries)
    assert set_bits == {_entry(acknowledged.answers[key]) for key in acknowledged.revoked}


async def _storm(pair: Pair, *, awards: int, kills: int) -> Acknowledged:
    acknowledged = Acknowledged()
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(key: str) -> None:
        async with places:
            answer = await _post(pair, "/awards", _body(key), {"Idempotency-Key": key})
            acknowledged.answers[key] = answer.content
            if random.random() < 0.3:
                award_id = answer.json()["id"]
                await _post(pair, f"/awards/{award_id}/revoke", b'{"reason":"a storm"}', {}, done=(200, 409))
                acknowledged.revoked.add(key)

    async def killer() -> None:
        which = 0
        while pair.kills < kills:
            await asyncio.sleep(random.uniform(0.05, 0.9))
            which = 1 - which
            await asyncio.to_thread(pair.kill, which)
            await asyncio.to_thread(pair.start, which)

    # Awards go on for as long as processes die: before each share of them there was another kill.
    killing = asyncio.create_task(killer())
    share = max(1, awards // kills)
    waiting = []
    for number in range(awards):
        if number % share == 0:
            await _killed(pair, min(kills, number // share))
        waiting.append(asyncio.create_task(one(f"storm-{number}")))
    await asyncio.gather(killing, *waiting)
    return acknowledged


async def _killed(pair: Pair, times: int) -> None:
    for _ in range(4_000):
        if pair.kills >= times:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{pair.kills} kills, and no more")


async def _settle(pair: Pair) -> list[dict[str, Any]]:
    """Every award of the register, once no intent is open any more."""
    for _ in range(60):
        awards = await _all_awards(pair)
        if not any(award["state"] == "intended" for award in awards):
            return awards
        await asyncio.sleep(0.5)
    return awards


async def _all_awards(pair: Pair) -> list[dict[str, Any]]:
    awards: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await _get(pair, f"/awards?limit=200{cursor}")).json()
        awards += page["awards"]
        if "next" not in page:
            return awards
        cursor = f"&cursor={page['next']}"


async def _post(
    pair: Pair, path: str, body: bytes, headers: dict[str, str], *, done: tuple[int, ...] = (201,)
) -> httpx.Response:
    """Sends until it is acknowledged, to whichever process answers, as a careful client does."""
    async with httpx.AsyncClient(timeout=20, trust_env=False, verify=NO_TLS) as client:
        for _ in range(600):
            base = random.choice(pair.running).url
            try:
                answer = await client.post(
                    base + path,
                    content=body,
                    headers={"Content-Type": "application/json", **_authorization(pair), **headers},
                )
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code in done:
                return answer
            assert answer.status_code in {409, 503}, answer.text
            await asyncio.sleep(0.2)
    raise AssertionError(f"{path} was never acknowledged")


async def _get(pair: Pair, path: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=20, trust_env=False, verify=NO_TLS) as client:
        answer = await client.get(pair.running[0].url + path, headers=_authorization(pair))
    assert answer.status_code == 200, answer.text
    return answer


_tokens: dict[Path, str] = {}


def _authorization(pair: Pair) -> dict[str, str]:
    if pair.folder not in _tokens:
        _tokens[pair.folder] = pair.running[0].token()
    return {"Authorization": f"Bearer {_tokens[pair.folder]}"}


def _body(key: str) -> bytes:
    learner = {**MINIMAL_EXAMPLE["learner"], "fullName": f"Learner {key}"}
    return json.dumps({**MINIMAL_EXAMPLE, "learner": learner}).encode()


def _credential_bytes(answer: bytes) -> bytes:
    return answer.partition(b'"credential":')[2][:-1]


def _entry(answer: bytes) -> tuple[str, str]:
    status = json.loads(answer)["credential"]["credentialStatus"]
    return status["statusListCredential"], status["statusListIndex"]


async def _set_bits(pair: Pair, entries: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """The entries whose bit is set in the list as it is published."""
    found = set()
    for url in {url for url, _ in entries}:
        path = url.partition("/status-lists/")
        content = (await _get(pair, "/status-lists/" + path[2])).json()
        encoded = content["credentialSubject"]["encodedList"]
        bits = bitstring_status_list.expand(encoded)
        found |= {(url, str(index)) for index in range(len(bits) * 8) if bits[index // 8] >> (7 - index % 8) & 1}
    return found
