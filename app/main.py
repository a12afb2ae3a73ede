"""The composition root: the only module that knows all others."""

import asyncio
import logging
import socket
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata

from fastapi import FastAPI

from app.access.tokens import AccessTokens
from app.adapters import typesetting
from app.adapters.act_journal import ActJournal
from app.adapters.cached_fetch import CachedFetch
from app.adapters.contexts import load_contexts
from app.adapters.cpu_pool import CpuPool, InlineCompute
from app.adapters.database import Database
from app.adapters.fetch import GuardedFetch, Offline
from app.adapters.keys.ring import DATA_FILE, open_data_key, open_key_ring
from app.adapters.known_issuers import ListedIssuers, OwnAndListedIssuers, load_known_issuers
from app.adapters.paper_seal import seal
from app.adapters.remembered_institutions import RememberedInstitutions
from app.adapters.typesetting import PooledRasteriser
from app.adapters.vault import AesGcmVault
from app.api import acts, awards, badges, oauth, public, vcalm
from app.api.authorization import authorization
from app.core.credential import vocabularies
from app.core.json_ld import Contexts
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.exchange.claim import Claims
from app.exchange.picture_badge import PictureBadges
from app.http import problems
from app.http.problems import ErrorPage
from app.http.server import CannotListen, configure_logging, listen, make_server
from app.issuer.award import Issuer
from app.issuer.publish import NothingPublished, Publisher
from app.issuer.set_up import demand_public_url
from app.ports import Fetch, Institution, KeyPurpose, Overloaded, Unavailable
from app.settings import Settings
from app.verifier.verifier import Verifier
from app.web import badge_picture
from app.web.certificates import Certificates, Press
from app.web.headings import Headings
from app.web.pages import error_page, routes
from app.web.renderer import Operator, Renderer
from app.web.static_files import StaticFiles

log = logging.getLogger("testamur")


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that one process works with, made once."""

    settings: Settings
    contexts: Contexts
    database: Database
    institutions: tuple[Institution, ...]
    tokens: AccessTokens
    issuer: Issuer
    publisher: Publisher
    verifier: Verifier
    claims: Claims
    badges: PictureBadges
    headings: Headings
    certificates: Certificates


def clock() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return str(uuid.uuid4())


@asynccontextmanager
async def composed(settings: Settings, *, inline: bool = False, offline: bool = False) -> AsyncIterator[Service]:
    """The whole service over one database. `inline` works in this process alone, as a command does.

    Raises Refused (SETTING_ERROR, KEY_ERROR) where it was not set up, or a key can't be opened; Unavailable.
    """
    contexts = load_contexts(settings.contexts_dir)
    listed = load_known_issuers(settings.known_issuers_file)
    async with AsyncExitStack() as stack:
        database = await _database(settings, stack)
        institutions = tuple(await database.directory.institutions())
        await _check_set_up(settings, database, institutions)
        keys = open_key_ring(institutions, keys_dir=settings.keys_dir, passphrase=settings.passphrase)
        compute = InlineCompute(contexts) if inline else await stack.enter_async_context(_pool(settings))
        fetch = _fetch(settings, stack, offline=offline)
        remembered = RememberedInstitutions(database.directory, ttl_seconds=settings.status_ttl_seconds)
        headings = Headings.of(vocabularies.field_labels(contexts))
        publisher = Publisher(
            institutions=remembered,
            status_lists=database.status_lists,
            signers=keys,
            compute=compute,
            public_url=settings.public_url,
            publish_seconds=settings.status_publish_seconds,
            ttl_seconds=settings.status_ttl_seconds,
            valid_days=settings.status_valid_days,
        )
        yield Service(
            settings=settings,
            contexts=contexts,
            database=database,
            institutions=institutions,
            tokens=AccessTokens(
                signer=keys.by_purpose(KeyPurpose.ACCESS_TOKEN),
                public_key=keys.access_token_public_key,
                public_url=settings.public_url,
                lifetime=timedelta(seconds=settings.access_token_seconds),
            ),
            issuer=Issuer(
                register=database.register,
                vault=AesGcmVault(keys.data),
                signers=keys,
                documents=publisher,
                compute=compute,
                public_url=settings.public_url,
                claim_expires_days=settings.claim_expires_days,
                new_id=new_id,
            ),
            publisher=publisher,
            verifier=Verifier(
                fetch=fetch,
                publications=publisher,
                known_issuers=OwnAndListedIssuers(remembered, listed),
                compute=compute,
                fetch_timeout_seconds=settings.fetch_timeout_seconds,
            ),
            claims=Claims(register=database.register, directory=database.directory),
            badges=PictureBadges(draw=badge_picture.of, rasterise=PooledRasteriser(compute)),
            headings=headings,
            certificates=Certificates(
                press=_press(settings),
                copies=database.sealed_copies,
                compute=compute,
                headings=headings,
                public_url=settings.public_url,
            ),
        )


@asynccontextmanager
async def verifying(settings: Settings, *, offline: bool = False) -> AsyncIterator[Verifier]:
    """A verifier alone. Where this machine was set up as a service, it knows that service's lists and institutions."""
    if (settings.keys_dir / DATA_FILE).exists():
        async with composed(settings, inline=True, offline=offline) as service:
            yield service.verifier
        return
    contexts = load_contexts(settings.contexts_dir)
    async with AsyncExitStack() as stack:
        yield Verifier(
            fetch=_fetch(settings, stack, offline=offline),
            publications=NothingPublished(),
            known_issuers=ListedIssuers(load_known_issuers(settings.known_issuers_file)),
            compute=InlineCompute(contexts),
            fetch_timeout_seconds=settings.fetch_timeout_seconds,
        )


def _fetch(settings: Settings, stack: AsyncExitStack, *, offline: bool) -> Fetch:
    if offline:
        return Offline()
    fetch = CachedFetch(
        GuardedFetch(max_bytes=settings.max_fetch_bytes),
        fetch_timeout_seconds=settings.fetch_timeout_seconds,
        usual_age_seconds=settings.status_ttl_seconds,
        max_age_seconds=settings.max_status_ttl_seconds,
    )
    stack.push_async_callback(fetch.close)
    return fetch


async def _database(settings: Settings, stack: AsyncExitStack) -> Database:
    if not (settings.keys_dir / DATA_FILE).exists():
        detail = f"There are no keys in {settings.keys_dir}."
        remedy = (
            "Type: testamur setup. Where this service was set up before, restore its keys from your backup instead."
        )
        raise Refused(Problem(SETTING_ERROR, at="/KEYS_DIR", detail=detail, remedy=remedy))
    data_key = open_data_key(settings.keys_dir, passphrase=settings.passphrase, may_be_unencrypted=True)
    journal = ActJournal(settings.act_journal)
    journal.prepare()
    database = Database.connect(
        settings.database_url,
        vault=AesGcmVault(data_key),
        intent_lease_seconds=settings.intent_lease_seconds,
        journal=journal,
        max_clock_skew_seconds=settings.max_clock_skew_seconds,
    )
    stack.push_async_callback(database.close)
    await database.upgrade()
    await database.check()
    return database


async def _check_set_up(settings: Settings, database: Database, institutions: tuple[Institution, ...]) -> None:
    if not institutions:
        detail = "There is no institution yet."
        raise Refused(Problem(SETTING_ERROR, detail=detail, remedy="Type: testamur setup"))
    await demand_public_url(database.directory, settings.public_url)


def _press(settings: Settings) -> Press:
    glyphs = typesetting.glyphs(settings.fonts_dir)
    return Press(seal=seal, typeset=typesetting.pdf, glyphs=glyphs, fonts_dir=settings.fonts_dir)


def _pool(settings: Settings) -> CpuPool:
    return CpuPool(
        contexts_dir=settings.contexts_dir,
        workers=settings.compute_workers,
        max_queued=settings.compute_queue,
        timeout_seconds=settings.compute_timeout_seconds,
    )


def web_application(service: Service) -> tuple[FastAPI, ErrorPage]:
    """Both doors over one service, the API and the pages; and how what stands before them draws an error."""
    settings = service.settings
    static = StaticFiles.read()
    renderer = _renderer(service, static)
    page = error_page(renderer)
    application = FastAPI(
        title="Testamur",
        version=metadata.version("testamur"),
        summary="European micro-credentials as verifiable credentials.",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(service),
    )
    directory = service.database.directory
    authorize = authorization(tokens=service.tokens, directory=directory, clock=clock)
    max_age_seconds = min(settings.status_publish_seconds, settings.status_ttl_seconds)
    for router in (
        oauth.routes(tokens=service.tokens, directory=directory, clock=clock, new_id=new_id),
        acts.routes(issuer=service.issuer, authorize=authorize, clock=clock),
        badges.routes(issuer=service.issuer, badges=service.badges, authorize=authorize),
        awards.routes(issuer=service.issuer, prints=service.certificates.printed, authorize=authorize, clock=clock),
        vcalm.routes(verifier=service.verifier, clock=clock, strict_http=settings.strict_http),
        public.routes(
            publisher=service.publisher,
            contexts=service.contexts,
            clock=clock,
            ready=lambda: _ready(service),
            max_age_seconds=max_age_seconds,
        ),
        routes(
            renderer=renderer,
            static=static,
            verifier=service.verifier,
            claims=service.claims,
            badges=service.badges,
            certificates=service.certificates,
            copies=service.database.sealed_copies,
            clock=clock,
            openapi=application.openapi,
            public_url=settings.public_url,
            max_form_bytes=settings.max_form_bytes,
        ),
    ):
        application.include_router(router)
    problems.install(application, page=page)
    return application, page


async def _ready(service: Service) -> None:
    """Raises Unavailable where an award could not be made now."""
    await service.database.check()
    for institution in service.institutions:
        await service.database.register.check_clock(institution.name, now=clock())


def _renderer(service: Service, static: StaticFiles) -> Renderer:
    first = service.institutions[0]
    operator = Operator(
        name=first.profile.name,
        public_url=service.settings.public_url,
        demo=first.demo,
        issuer_ids=frozenset(institution.did for institution in service.institutions),
    )
    return Renderer(operator=operator, headings=service.headings, static=static)


def _lifespan(service: Service) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        recovering = asyncio.create_task(_recover(service))
        yield
        recovering.cancel()
        await asyncio.gather(recovering, return_exceptions=True)

    return lifespan


async def _recover(service: Service) -> None:
    """Finishes what a process that died had begun, ours or another's."""
    while True:
        try:
            if count := await service.issuer.recover(now=clock()):
                log.info("%s intents of a process that died were finished", count)
        except (Unavailable, Overloaded) as later:
            log.warning("recovery waits: %s", later)
        except Exception:
            # A fault of ours must not end recovery for every other award; it is told, and tried again.
            log.exception("recovery failed")
        await asyncio.sleep(service.settings.intent_lease_seconds / 2)


def listening(settings: Settings) -> socket.socket:
    """The socket of the service, taken before anything is made: the first start stores its address. Raises Refused."""
    try:
        return listen(settings.host, settings.port)
    except CannotListen as taken:
        raise Refused(Problem(SETTING_ERROR, at="/PORT", detail=str(taken))) from taken


def serve(settings: Settings, listener: socket.socket) -> None:
    """Runs until it is told to stop. Raises Refused where it was not set up, or a key can't be opened; Unavailable."""
    configure_logging()
    asyncio.run(_serve(settings, listener))


async def _serve(settings: Settings, listener: socket.socket) -> None:
    with listener:
        async with composed(settings) as service:
            application, page = web_application(service)
            server = make_server(application, settings, page=page)
            sys.stdout.write(_welcome(service))
            sys.stdout.flush()
            await server.serve(sockets=[listener])


def _welcome(service: Service) -> str:
    settings = service.settings
    url = settings.public_url
    first = service.institutions[0]
    client = settings.keys_dir / f"{first.name}-client.env"
    return (
        f"\n  {first.profile.name}\n"
        f"  verify   {url}/verify\n"
        f"  the API  {url}/api\n"
        f"  client   {client}\n\n"
        f"  Try:     .venv/bin/testamur award --example\n"
    )
