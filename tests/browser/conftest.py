"""The pages' own routes behind a real server, with reports built as values, and a real Chromium before it."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

from app.adapters.cpu_pool import InlineCompute
from app.adapters.typesetting import PooledRasteriser
from app.core import strict_json
from app.core.json_ld import Contexts
from app.core.problems import GONE, NOT_FOUND, PARSING_ERROR, JsonObject, Problem, Refused
from app.exchange.claim import ClaimOffer
from app.exchange.picture_badge import PictureBadges
from app.http import headers, problems
from app.verifier.report import VerificationReport
from app.web import badge_picture
from app.web.pages import error_page, routes
from app.web.static_files import StaticFiles
from tests.chromium import find_chromium, launch_arguments
from tests.conftest import ROOT
from tests.node import install
from tests.unit.web import reports

_THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


@dataclass(frozen=True, slots=True)
class ReportsByName:
    """Answers `{"case": name}` with the report of that name; `document` beside it is what the report is about."""

    contexts: Contexts

    async def verify(self, content: bytes, media_type: str, *, now: datetime) -> VerificationReport:
        asked: JsonObject = strict_json.read_object(content)
        if asked.get("case") not in reports.CASES:
            raise Refused(Problem(PARSING_ERROR, detail="an object without a case in it"))
        return reports.report(self.contexts, asked["case"], document=asked.get("document"))


@dataclass(frozen=True, slots=True)
class OffersByToken:
    contexts: Contexts

    async def open(self, token: str, *, now: datetime) -> ClaimOffer:
        match token:
            case "good" | "demo":
                return reports.offer(self.contexts, demo=token == "demo")
            case "revoked":
                return reports.offer(self.contexts, state="revoked")
            case "several":
                offered = reports.offer(self.contexts)
                more = reports.form(offered.micro_credential, b"a.b.c", mechanism="vc+jwt")
                return replace(offered, forms=(*offered.forms, more))
            case "gone":
                raise Refused(Problem(GONE, detail="this link expired"))
            case _:
                raise Refused(Problem(NOT_FOUND, detail="there is no such link"))

    async def take(self, token: str, *, now: datetime) -> ClaimOffer:
        return await self.open(token, now=now)

    async def decline(self, token: str, *, now: datetime) -> ClaimOffer:
        return await self.open(token, now=now)


def application(contexts: Contexts) -> FastAPI:
    static, renderer = StaticFiles.read(), reports.renderer(contexts)
    app, copies = FastAPI(docs_url=None, redoc_url=None), reports.CopiesInMemory()
    router = routes(
        renderer=renderer,
        static=static,
        verifier=ReportsByName(contexts),
        claims=OffersByToken(contexts),
        badges=PictureBadges(draw=badge_picture.of, rasterise=PooledRasteriser(InlineCompute(contexts))),
        certificates=reports.certificates(contexts, copies),
        copies=copies,
        clock=lambda: reports.NOW,
        openapi=app.openapi,
        public_url=reports.OPERATOR.public_url,
        max_form_bytes=1_310_720,
    )
    app.include_router(router)
    app.add_middleware(headers.Headers)
    problems.install(app, page=error_page(renderer))
    return app


@pytest.fixture(scope="session")
def site(contexts: Contexts) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application(contexts), log_level="warning"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=launch_arguments())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    return (install(Path(__file__).parent / "axe") / "axe-core" / "axe.min.js").read_text("utf-8")


class Look(NamedTuple):
    """How a page is looked at: the theme that the reader prefers, and how many pixels wide."""

    theme: str
    width: int


@dataclass
class Visit:
    """A page in a browser, and everything that it asked for, was refused or said while it was open."""

    page: Page
    site: str
    asked: list[Request] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def hear(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def read(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(self.site + path)

    def hand_in(self, case: str, *, document: JsonObject | None = None, language: str = "en") -> None:
        """Pastes a credential into the form and sends it, as a person does."""
        self.open(f"/verify?lang={language}")
        self.page.locator(".paste > summary").click()
        asked: dict[str, Any] = {"case": case} if document is None else {"case": case, "document": document}
        self.page.locator("#text").fill(json.dumps(asked))
        self.page.locator(".paste button").click()
        self.page.wait_for_load_state()

    def looks(self, widths: Iterable[int]) -> Iterator[Look]:
        """The page that stands there, in both themes at each width."""
        for theme in _THEMES:
            self.page.emulate_media(color_scheme=theme)
            for width in widths:
                self.page.set_viewport_size({"width": width, "height": 900})
                yield Look(theme, width)

    def is_wide(self, name: str, look: Look) -> bool:
        """Whether it must be pushed aside to be read. A picture of it goes to screenshots/, for people to look at."""
        picture = ROOT / "screenshots" / f"{name}-{look.theme}-{look.width}.jpeg"
        self.page.screenshot(path=picture, full_page=True, type="jpeg", quality=90)
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))

    def weight(self) -> int:
        """Bytes on the wire of everything that the page needed."""
        return sum(
            sum(request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize")) for request in self.asked
        )


def visit(browser: Browser, site: str, **options: Any) -> Visit:
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Helsinki", **options)
    context.set_default_timeout(10_000)
    made = Visit(context.new_page(), site)
    made.page.on("request", lambda request: made.asked.append(request))
    made.page.on("dialog", made.hear)
    made.page.on("console", made.read)
    made.page.on("pageerror", lambda error: made.errors.append(str(error)))
    return made


@pytest.fixture
def here(browser: Browser, site: str) -> Iterator[Visit]:
    made = visit(browser, site)
    yield made
    made.page.context.close()
