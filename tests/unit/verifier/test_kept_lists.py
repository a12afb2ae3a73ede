"""How long another host's status list is kept: as long as it says itself, within bounds; over a real HTTPS server."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.cached_fetch import CachedFetch
from app.adapters.cpu_pool import InlineCompute
from app.adapters.known_issuers import ListedIssuers
from app.core.json_ld import Contexts
from app.core.status import bitstring_status_list
from app.issuer.publish import NothingPublished
from app.verifier.report import Check, Outcome, Passed, Undetermined
from app.verifier.verifier import Verifier
from tests.https_server import HttpsServer, answering, https_server
from tests.verifying import CREATED, KEY, NOW, STRANGER, Key, badge, sign

_LONG = 600.0
_SHORT = 0.05


@dataclass(frozen=True)
class Registry:
    """An issuer's list on a real server, and a verifier that has a real memory of it."""

    contexts: Contexts
    server: HttpsServer
    verifier: Verifier

    @property
    def url(self) -> str:
        return self.server.url("/list")

    @property
    def times_asked(self) -> int:
        return len(self.server.requests)

    def remembering(self, *, usual: float, longest: float = _LONG) -> "Registry":
        fetch = CachedFetch(
            self.server.fetch(), fetch_timeout_seconds=2.0, usual_age_seconds=usual, max_age_seconds=longest
        )
        return replace(self, verifier=_verifier(self.contexts, fetch))

    def publish(
        self,
        *,
        ttl: object,
        valid_until: datetime = NOW + timedelta(days=1),
        key: Key = KEY,
        revoked: tuple[int, ...] = (),
    ) -> None:
        unsigned = bitstring_status_list.credential(
            url=self.url,
            issuer=KEY.did,
            purpose="revocation",
            encoded_list=bitstring_status_list.encode(131_072, revoked),
            valid_from=CREATED,
            valid_until=valid_until,
            ttl_milliseconds=0,
        )
        unsigned["credentialSubject"] |= {"ttl": ttl}
        if ttl is None:
            del unsigned["credentialSubject"]["ttl"]
        signed = sign(self.contexts, unsigned, key=key, verification_method=KEY.did_method)
        self.server.paths["/list"] = answering(json.dumps(signed).encode())

    async def status(self, *, now: datetime = NOW) -> Outcome:
        entry = bitstring_status_list.entry(status_list_credential=self.url, index=7, purpose="revocation")
        unsigned = badge(issuer={"id": KEY.did, "type": ["Profile"]}, credentialStatus=entry)
        content = json.dumps(sign(self.contexts, unsigned, verification_method=KEY.did_method)).encode()
        report = await self.verifier.verify(content, "application/vc", now=now)
        return next(finding.outcome for finding in report.findings if finding.check is Check.STATUS)

    async def status_a_moment_later(self, *, now: datetime = NOW) -> Outcome:
        await asyncio.sleep(2 * _SHORT)
        return await self.status(now=now)


def _verifier(contexts: Contexts, fetch: CachedFetch) -> Verifier:
    return Verifier(
        fetch=fetch,
        publications=NothingPublished(),
        known_issuers=ListedIssuers({}),
        compute=InlineCompute(contexts),
        fetch_timeout_seconds=3.0,
    )


@pytest.fixture
async def registry(contexts: Contexts, tmp_path: Path) -> AsyncIterator[Registry]:
    async with https_server(tmp_path) as server:
        fetch = CachedFetch(server.fetch(), fetch_timeout_seconds=2.0, usual_age_seconds=_LONG, max_age_seconds=_LONG)
        yield Registry(contexts, server, _verifier(contexts, fetch))


async def test_a_list_is_kept_for_its_ttl_though_that_is_longer_than_usual(registry: Registry) -> None:
    registry = registry.remembering(usual=_SHORT)
    registry.publish(ttl=60_000)
    assert isinstance(await registry.status(), Passed)
    assert isinstance(await registry.status_a_moment_later(), Passed)
    assert registry.times_asked == 1


async def test_a_list_is_kept_for_its_ttl_though_that_is_shorter_than_usual(registry: Registry) -> None:
    registry.publish(ttl=_SHORT * 1000)
    assert isinstance(await registry.status(), Passed)
    registry.publish(ttl=_SHORT * 1000, revoked=(7,))
    assert not isinstance(await registry.status_a_moment_later(), Passed)


async def test_no_ttl_has_a_list_kept_longer_than_the_operator_allows(registry: Registry) -> None:
    registry = registry.remembering(usual=_SHORT, longest=_SHORT)
    registry.publish(ttl=60_000)
    await registry.status()
    await registry.status_a_moment_later()
    assert registry.times_asked == 2


@pytest.mark.parametrize("ttl", [None, -1])
@pytest.mark.parametrize(("usual", "asked"), [(_LONG, 1), (_SHORT, 2)])
async def test_a_list_that_does_not_say_is_kept_as_long_as_anything_else(
    registry: Registry, ttl: object, usual: float, asked: int
) -> None:
    registry = registry.remembering(usual=usual)
    registry.publish(ttl=ttl)
    await registry.status()
    await registry.status_a_moment_later()
    assert registry.times_asked == asked


async def test_a_list_is_never_kept_past_the_end_of_its_validity(registry: Registry) -> None:
    ending = NOW + timedelta(seconds=1)
    registry.publish(ttl=60_000, valid_until=ending)
    assert isinstance(await registry.status(now=ending - timedelta(seconds=_SHORT)), Passed)
    registry.publish(ttl=60_000)
    assert isinstance(await registry.status_a_moment_later(now=ending), Passed)


async def test_a_list_that_does_not_verify_gives_itself_no_time(registry: Registry) -> None:
    registry = registry.remembering(usual=_SHORT)
    registry.publish(ttl=60_000, key=STRANGER)
    assert isinstance(await registry.status(), Undetermined)
    registry.publish(ttl=60_000)
    assert isinstance(await registry.status_a_moment_later(), Passed)
