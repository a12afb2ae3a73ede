"""Token buckets, with a clock of the test's own."""

import re
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from app.http.rate_limit import RateLimit, Rule, client_key

RULE = Rule("claim", re.compile("/claim/.*"), frozenset({"GET"}), per_minute=60)


class Limited:
    """An application behind a limit, asked without a socket."""

    def __init__(self, *, max_buckets: int = 100) -> None:
        self.time = 0.0
        self.statuses: list[int] = []
        self.limit = RateLimit(self._app, rules=(RULE,), max_buckets=max_buckets, now=lambda: self.time)

    async def _app(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ask(self, *, client: str = "192.0.2.1", path: str = "/claim/a", method: str = "GET") -> int:
        status = 0

        async def send(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        scope = {"type": "http", "method": method, "path": path, "headers": [], "client": (client, 1)}
        await self.limit(scope, receive, send)
        return status


async def test_a_full_bucket_holds_a_minutes_worth() -> None:
    limited = Limited()
    assert [await limited.ask() for _ in range(61)] == [200] * 60 + [429]


async def test_a_bucket_fills_as_time_passes() -> None:
    limited = Limited()
    for _ in range(60):
        await limited.ask()
    limited.time += 2
    assert [await limited.ask() for _ in range(3)] == [200, 200, 429]


async def test_a_refused_request_costs_nothing() -> None:
    limited = Limited()
    for _ in range(200):
        await limited.ask()
    limited.time += 1
    assert await limited.ask() == 200


async def test_one_client_does_not_use_up_anothers() -> None:
    limited = Limited()
    for _ in range(61):
        await limited.ask()
    assert await limited.ask(client="192.0.2.2") == 200


async def test_what_no_rule_names_is_not_limited() -> None:
    limited = Limited()
    assert {await limited.ask(path="/status-lists/1") for _ in range(200)} == {200}


async def test_a_line_break_in_a_path_does_not_escape_its_rule() -> None:
    from app.http.rate_limit import rules
    from app.settings import Settings

    claim = next(rule for rule in rules(Settings()) if rule.name == "claim")
    assert claim.path.fullmatch("/claim/a\nb")


async def test_the_memory_is_bounded() -> None:
    limited = Limited(max_buckets=10)
    for each in range(100):
        await limited.ask(client=f"192.0.2.{each}")
    assert len(limited.limit._buckets) == 10


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "unix socket"),
    ],
)
def test_addresses_of_one_subscriber_are_one_client(one: str, other: str) -> None:
    assert client_key({"client": (one, 1)}) == client_key({"client": (other, 2)})


def test_addresses_of_two_subscribers_are_two() -> None:
    assert client_key({"client": ("2001:db8:1:2::1", 1)}) != client_key({"client": ("2001:db8:1:3::1", 1)})
