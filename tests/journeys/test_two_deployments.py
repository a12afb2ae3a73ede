"""Two deployments of this service verify each other's credentials, each a did:web behind TLS with a list of its own."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.adapters.fetch import GuardedFetch, Reach
from app.adapters.keys.maker import FileKeyMaker
from app.cli.setup import set_up
from app.core.credential import award_request
from app.core.personal import Personal
from app.issuer import keys
from app.issuer.keys import INSTITUTION_PURPOSES
from app.issuer.life import Act
from app.main import Service, clock, composed
from app.ports import Institution
from app.serving import web_application
from app.settings import Settings, from_environment
from app.verifier.report import Verdict, VerificationReport
from tests.https_server import LOOPBACK, Answer, HttpsServer, head, https_server

HOSTS = ("college.example", "academy.example")


@dataclass(frozen=True)
class Running:
    """One of the two: its service, and whom it awards as."""

    settings: Settings
    service: Service

    async def institution(self) -> Institution:
        (institution,) = await self.service.database.directory.institutions()
        return institution

    async def awarded(self) -> tuple[str, bytes]:
        body = json.dumps(award_request.MINIMAL_EXAMPLE).encode()
        receipt = await self.service.issuer.award(
            body, institution=await self.institution(), actor="a test", idempotency_key=None, now=clock()
        )
        return receipt.id, receipt.credential

    async def verified(self, credential: bytes) -> VerificationReport:
        return await self.service.verifier.verify(credential, "application/vc", now=clock())


def proxied(client: httpx.AsyncClient, path: str) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        got = await client.get(path)
        status = f"{got.status_code} {got.reason_phrase}"
        writer.write(head(status, got.headers["content-type"], len(got.content)) + got.content)

    return answer


class Proxy(dict[str, Answer]):
    """Every path leads to the application, as behind a proxy that ends TLS."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        super().__init__()
        self._client = client

    def get(self, path: str, _default: object = None) -> Answer:
        return proxied(self._client, path)


@asynccontextmanager
async def deployed(host: str, server: HttpsServer, reaching: GuardedFetch, folder: Path) -> AsyncIterator[Running]:
    url = f"https://{host}:{server.port}"
    settings = from_environment(
        {
            "PUBLIC_URL": url,
            "DATABASE_URL": f"sqlite:///{folder / 'testamur.sqlite3'}",
            "KEYS_DIR": str(folder / "keys"),
            "STATUS_TTL_SECONDS": "0",
            # Two deployments, an application each, and the tests beside them share this process.
            "FETCH_TIMEOUT_SECONDS": "20",
        }
    )
    await set_up(settings, institution_file=None)
    async with composed(settings, inline=True, reaching=reaching) as service:
        application, _ = web_application(service)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=url) as client:
            server.paths = Proxy(client)
            yield Running(settings, service)


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[tuple[Running, Running]]:
    async with AsyncExitStack() as stack:
        servers = []
        authorities = ssl.create_default_context()
        for host in HOSTS:
            (folder := tmp_path / host).mkdir()
            servers.append(await stack.enter_async_context(https_server(folder, names=(host,))))
            authorities.load_verify_locations(folder / "authority.pem")

        async def resolve(_host: str, _port: int) -> tuple[str, ...]:
            return ("127.0.0.1",)

        reach = Reach(ports=frozenset(server.port for server in servers), networks=(LOOPBACK,))
        reaching = GuardedFetch(max_bytes=1_048_576, reach=reach, resolve=resolve, ssl_context=authorities)
        college, academy = [
            await stack.enter_async_context(deployed(host, server, reaching, tmp_path / host))
            for host, server in zip(HOSTS, servers, strict=True)
        ]
        yield college, academy


async def test_each_verifies_what_the_other_awarded_revoked_and_signed_with_new_keys(
    both: tuple[Running, Running],
) -> None:
    for issuer, verifier in (both, both[::-1]):
        award_id, credential = await issuer.awarded()
        report = await verifier.verified(credential)
        assert (report.verdict, report.known_issuer) == (Verdict.VALID, None)

        institution = await issuer.institution()
        maker = FileKeyMaker(issuer.settings.keys_dir, issuer.settings.passphrase)
        directory = issuer.service.database.directory
        purposes = frozenset(INSTITUTION_PURPOSES)
        await keys.rotate(directory, maker, institution, purposes=purposes, now=clock())
        assert (await verifier.verified(credential)).verdict is Verdict.VALID
        _, newer = await issuer.awarded()
        assert (await verifier.verified(newer)).verdict is Verdict.VALID

        institution = await issuer.institution()
        await issuer.service.issuer.act(
            award_id, Act.REVOKE, institution=institution, actor="a test", reason=Personal("A test."), now=clock()
        )
        assert (await verifier.verified(credential)).verdict is Verdict.REVOKED
        assert (await verifier.verified(newer)).verdict is Verdict.VALID

        given_up = json.loads(newer)["proof"][0]["verificationMethod"]
        await keys.revoke(directory, maker, institution, given_up, since=clock() - timedelta(days=1), now=clock())
        assert (await verifier.verified(newer)).verdict is Verdict.INVALID
        assert (await verifier.verified(credential)).verdict is Verdict.REVOKED


async def test_what_was_recorded_before_a_key_got_out_is_good_at_home_and_nowhere_else(
    both: tuple[Running, Running],
) -> None:
    issuer, verifier = both
    _, credential = await issuer.awarded()
    institution = await issuer.institution()
    maker = FileKeyMaker(issuer.settings.keys_dir, issuer.settings.passphrase)
    key = json.loads(credential)["proof"][0]["verificationMethod"]
    # The document tells its dates to the second.
    later = clock() + timedelta(seconds=2)
    await keys.revoke(issuer.service.database.directory, maker, institution, key, since=later, now=later)
    assert (await issuer.verified(credential)).verdict is Verdict.VALID
    assert (await verifier.verified(credential)).verdict is Verdict.INVALID
