"""How often one client address may ask: a token bucket each, in bounded memory.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

import ipaddress
import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.negotiation import HttpRefused, Refusal
from app.http.problems import ErrorPage, answer_to, respond
from app.settings import Settings

_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Rule:
    """`per_minute` requests of one client to the paths that match; the first rule that fits a request is its rule."""

    name: str
    path: re.Pattern[str]
    methods: frozenset[str]
    per_minute: int


def rules(settings: Settings) -> tuple[Rule, ...]:
    every = _WRITING | {"GET", "HEAD"}
    return (
        Rule("token", re.compile(r"/oauth/token"), _WRITING, settings.token_per_minute),
        Rule("sign-in", re.compile(r"/console/(?:sign-in|password)"), _WRITING, settings.sign_in_per_minute),
        Rule(
            "verify",
            re.compile(r"/(?:credentials/|presentations/)?verify|/credentials/derive|/challenges"),
            _WRITING,
            settings.verify_per_minute,
        ),
        Rule("claim", re.compile(r"/(?:claim|p)/.*", re.DOTALL), every, settings.claim_per_minute),
        Rule("write", re.compile(r".*", re.DOTALL), _WRITING, settings.write_per_minute),
    )


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class RateLimit:
    """ASGI: answers 429 where a client's bucket for a rule is empty."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        rules: tuple[Rule, ...],
        max_buckets: int = 65_536,
        now: Callable[[], float] = time.monotonic,
        page: ErrorPage | None = None,
    ) -> None:
        self._app = app
        self._rules = rules
        self._max_buckets = max_buckets
        self._now = now
        self._page = page
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        rule = self._rule(scope) if scope["type"] == "http" else None
        if rule is None:
            await self._app(scope, receive, send)
            return
        bucket = self._fill(rule, client_key(scope))
        allowed = bucket.tokens >= 1
        if allowed:
            bucket.tokens -= 1
        wait = math.ceil(max(0.0, 1 - bucket.tokens) * 60 / rule.per_minute)
        full = math.ceil((rule.per_minute - bucket.tokens) * 60 / rule.per_minute)

        async def send_with_limit(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = f'"{rule.name}";q={rule.per_minute};w=60'
                headers["RateLimit"] = f'"{rule.name}";r={int(bucket.tokens)};t={full}'
            await send(message)

        if allowed:
            await self._app(scope, receive, send_with_limit)
            return
        refused = HttpRefused(
            Refusal.TOO_MANY,
            f"More than {rule.per_minute} requests a minute. Wait {wait} s and try again.",
            headers=(("Retry-After", str(wait)),),
        )
        response = respond(answer_to(refused), Request(scope), self._page)
        await response(scope, receive, send_with_limit)

    def _rule(self, scope: Scope) -> Rule | None:
        for rule in self._rules:
            if scope["method"] in rule.methods and rule.path.fullmatch(scope["path"]):
                return rule
        return None

    def _fill(self, rule: Rule, client: str) -> _Bucket:
        now = self._now()
        bucket = self._buckets.pop((rule.name, client), None) or _Bucket(rule.per_minute, now)
        gained = (now - bucket.filled_at) * rule.per_minute / 60
        bucket.tokens = min(rule.per_minute, bucket.tokens + gained)
        bucket.filled_at = now
        # The bucket that was asked longest ago is the fullest, so forgetting it gives away least.
        if len(self._buckets) >= self._max_buckets:
            self._buckets.popitem(last=False)
        self._buckets[(rule.name, client)] = bucket
        return bucket


def client_key(scope: Scope) -> str:
    """Who counts as one client: an IPv4 address, or an IPv6 /64, which is what one subscriber is given."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))
