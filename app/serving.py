"""The service as it runs: both doors over one composition, its work in the background, its socket, its first words."""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from importlib import metadata

from fastapi import FastAPI

from app.access.pace import Pace
from app.adapters.cpu_pool import CpuPool
from app.adapters.keys.ring import DATA_FILE
from app.adapters.metrics import Levels, Metrics
from app.adapters.running_batches import RunningBatches
from app.api import acts, awards, badges, batches, brought, derive, oauth, public, sd_jwt, vcalm
from app.api import metrics as metrics_routes
from app.api.authorization import authorization
from app.api.described import CHAPTERS
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.http import problems
from app.http.described import ANY_OTHER
from app.http.log_lines import configure_logging
from app.http.problems import ErrorPage
from app.http.server import CannotListen, listen, make_server
from app.issuer.recovery import recover
from app.main import Service, clock, composed, new_id, new_token
from app.ports import Counts, NotCounted, Unavailable
from app.settings import Settings
from app.web.console.routes import console_routes
from app.web.pages import error_page, routes
from app.web.renderer import Operator, Renderer
from app.web.static_files import StaticFiles

# How long a letter that is being handed to the mail server may hold up the end; it is sent again where that was short.
_LAST_LETTER_SECONDS = 5


def web_application(service: Service, *, counts: Counts | None = None) -> tuple[FastAPI, ErrorPage]:
    """Both doors over one service, the API and the pages; and how what stands before them draws an error."""
    settings = service.settings
    static = StaticFiles.read()
    renderer = _renderer(service, static)
    page = error_page(renderer)
    running = RunningBatches(classes=service.classes, clock=clock)
    application = FastAPI(
        title="Testamur",
        version=metadata.version("testamur"),
        summary="European micro-credentials as verifiable credentials.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_tags=CHAPTERS,
        responses=ANY_OTHER,
        lifespan=_lifespan(service, running, counts),
    )
    directory = service.database.directory
    authorize = authorization(tokens=service.tokens, directory=directory, clock=clock)
    max_age_seconds = min(settings.status_publish_seconds, settings.status_ttl_seconds)
    for router in (
        oauth.routes(tokens=service.tokens, directory=directory, clock=clock, new_id=new_id),
        awards.routes(issuer=service.issuer, prints=service.certificates.printed, authorize=authorize, clock=clock),
        badges.routes(issuer=service.issuer, badges=service.badges, authorize=authorize),
        acts.routes(issuer=service.issuer, authorize=authorize, clock=clock),
        batches.routes(
            classes=service.classes,
            batches=running,
            authorize=authorize,
            clock=clock,
            max_form_bytes=settings.max_form_bytes,
        ),
        brought.routes(
            issuer=service.brought,
            awards=service.issuer,
            publisher=service.publisher,
            pace=Pace(steady_clock=time.monotonic),
            example_issuer=service.institutions[0].did,
            authorize=authorize,
            clock=clock,
        ),
        derive.routes(compute=service.compute),
        public.routes(
            publisher=service.publisher,
            contexts=service.contexts,
            clock=clock,
            ready=service.ready,
            max_age_seconds=max_age_seconds,
        ),
        sd_jwt.routes(publisher=service.publisher, clock=clock, max_age_seconds=max_age_seconds),
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
        vcalm.routes(
            verifier=service.verifier,
            presentations=service.presentations,
            challenges=service.challenges,
            compute=service.compute,
            clock=clock,
            strict_http=settings.strict_http,
        ),
    ):
        application.include_router(router)
    application.include_router(
        console_routes(
            renderer=renderer,
            sign_in=service.sign_in,
            issuer=service.issuer,
            claims=service.claims,
            people=service.database.people,
            prints=service.certificates.printed,
            previews=service.previews,
            classes=service.classes,
            batches=running,
            contexts=service.contexts,
            new_token=new_token,
            directory=directory,
            clock=clock,
            public_url=settings.public_url,
            max_form_bytes=settings.max_form_bytes,
        )
    )
    problems.install(application, page=page)
    return application, page


def _renderer(service: Service, static: StaticFiles) -> Renderer:
    first = service.institutions[0]
    operator = Operator(
        name=first.profile.name,
        public_url=service.settings.public_url,
        demo=first.demo,
    )
    return Renderer(operator=operator, headings=service.headings, static=static)


def _lifespan(
    service: Service, running: RunningBatches, counts: Counts | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        recovering = asyncio.create_task(
            recover(
                service.issuer,
                service.brought,
                clock=clock,
                every_seconds=service.settings.intent_lease_seconds / 2,
                counts=counts or NotCounted(),
            )
        )
        delivering = asyncio.create_task(_deliver(service, stopping))
        yield
        stopping.set()
        await running.close()
        recovering.cancel()
        await asyncio.wait([delivering], timeout=_LAST_LETTER_SECONDS)
        delivering.cancel()
        await asyncio.gather(recovering, delivering, return_exceptions=True)

    return lifespan


async def _deliver(service: Service, stopping: asyncio.Event) -> None:
    if service.delivery is not None:
        await service.delivery.run(clock, stopping=stopping)


def listening(settings: Settings) -> socket.socket:
    """The socket of the service, taken before anything is made: the first start stores its address. Raises Refused."""
    try:
        return listen(settings.host, settings.port)
    except CannotListen as taken:
        raise Refused(
            Problem(SETTING_ERROR, at="/PORT", detail=str(taken), remedy=_elsewhere(settings, taken))
        ) from taken


def _elsewhere(settings: Settings, taken: CannotListen) -> str:
    """How to listen elsewhere. What was signed points at the port, where the public URL follows from it."""
    if taken.free_port is None:
        return ""
    if settings.public_url_is_default and (settings.keys_dir / DATA_FILE).exists():
        return (
            f"Stop it. What this service signed points at port {settings.port}: a second service, on another port, has "
            f"a database and keys of its own: PORT={taken.free_port} DATABASE_URL=sqlite:///second.sqlite3 "
            "KEYS_DIR=second-keys"
        )
    return f"Stop it, or choose another port: PORT={taken.free_port}"


def serve(settings: Settings, listener: socket.socket) -> None:
    """Runs until it is told to stop. Raises Refused where it was not set up, or a key can't be opened; Unavailable."""
    configure_logging(settings.log_format)
    asyncio.run(_serve(settings, listener, _metrics_listening(settings)))


async def _serve(settings: Settings, listener: socket.socket, metrics_listener: socket.socket | None) -> None:
    metrics = Metrics() if metrics_listener else None
    with listener, metrics_listener or nullcontext():
        async with composed(settings, serving=True, counts=metrics) as service:
            application, page = web_application(service, counts=metrics)
            server = make_server(application, settings, page=page, counts=metrics)
            sys.stdout.write(_welcome(service))
            sys.stdout.flush()
            if metrics and metrics_listener:
                async with _telling(service, metrics, metrics_listener):
                    await server.serve(sockets=[listener])
            else:
                await server.serve(sockets=[listener])


def _metrics_listening(settings: Settings) -> socket.socket | None:
    if settings.metrics_port is None:
        return None
    try:
        return listen(settings.metrics_host, settings.metrics_port)
    except CannotListen as taken:
        remedy = "Choose another METRICS_HOST or METRICS_PORT, or leave them out: then there are no metrics."
        raise Refused(Problem(SETTING_ERROR, at="/METRICS_PORT", detail=str(taken), remedy=remedy)) from taken


@asynccontextmanager
async def _telling(service: Service, metrics: Metrics, listener: socket.socket) -> AsyncIterator[None]:
    """The metrics on their own socket, for as long as the service runs."""
    server = make_server(metrics_application(service, metrics), service.settings, hears_signals=False)
    telling = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await telling


def metrics_application(service: Service, metrics: Metrics) -> FastAPI:
    """What is served on METRICS_PORT, and nowhere else."""

    async def exposition(media_type: str) -> tuple[bytes, str]:
        return metrics.exposition(await _levels(service), media_type=media_type)

    application = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    application.include_router(metrics_routes.routes(exposition=exposition))
    problems.install(application)
    return application


async def _levels(service: Service) -> Levels:
    queued = service.compute.queued if isinstance(service.compute, CpuPool) else 0
    try:
        backlog = await service.database.backlog.read(now=clock())
        institutions = await service.database.directory.institutions()
    except Unavailable:
        return Levels(compute_queued=queued)
    in_use = [key for institution in institutions for key in institution.keys if key.in_use]
    purposes = {purpose for key in in_use for purpose in key.purposes}
    oldest = {purpose: min(key.created for key in in_use if purpose in key.purposes) for purpose in sorted(purposes)}
    return Levels(compute_queued=queued, backlog=backlog, oldest_keys=oldest)


def _welcome(service: Service) -> str:
    settings = service.settings
    url = settings.public_url
    first = service.institutions[0]
    client = settings.keys_dir / f"{first.name}-client.env"
    registrar = settings.keys_dir / f"{first.name}-registrar.env"
    password = f" (its password: {registrar})" if registrar.exists() else ""
    return (
        f"\n  {first.profile.name}\n"
        f"  verify   {url}/verify\n"
        f"  console  {url}/console{password}\n"
        f"  the API  {url}/api\n"
        f"  client   {client}\n\n"
        f"  Try:     .venv/bin/testamur award --example\n"
    )
