"""Draws every page: from values to HTML, no framework and nothing asked of the world."""

import base64
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.core import containers
from app.core.credential import learning_credential, open_badge
from app.core.credential.micro_credential import MicroCredential
from app.core.problems import UNSUPPORTED_MECHANISM, JsonObject, Problem, Refused
from app.exchange.claim import ClaimOffer
from app.ports import KnownIssuer
from app.verifier.claims import are_claims
from app.verifier.report import Check, Headline, Passed, VerificationReport
from app.web import badge_picture, cldr
from app.web.api_page import chapters, first_to_try, refusals, without
from app.web.check_rows import check_rows
from app.web.drawing import Drawing
from app.web.headings import Headings
from app.web.issuer import issuer_block
from app.web.languages import OWN_NAMES, WHOLE_PAGES, Language
from app.web.outline import outline
from app.web.outside import link, visible
from app.web.paper import Paper, claimed_rows, micro_credential_paper, outline_paper, plain_rows
from app.web.static_files import StaticFiles
from app.web.verdict import band, day_element, time_element
from app.web.words import Library, Words

_TEMPLATES = Path(__file__).parent / "templates"
_MAX_RESUBMITTED_BYTES = 40_000
# What a file dialog offers first; anything else may be chosen there all the same.
_ACCEPTED = (
    *(
        ".json",
        ".vc",
        ".jwt",
        ".sd-jwt",
        "application/json",
        "application/vc",
        "application/vc+jwt",
        "application/dc+sd-jwt",
    ),
    *sorted(containers.MEDIA_TYPES),
)
_ERRORS = frozenset({400, 403, 404, 405, 408, 410, 413, 415, 429, 500, 503})
# Elsewhere their words speak of a credential that was handed in, or of the check.
_IN_THE_CONSOLE = {**dict.fromkeys((400, 405, 408, 415), "console"), 404: "console_nothing", 413: "console_large"}
_STAMPS = {
    Headline.REVOKED: "stamp.revoked",
    Headline.SUSPENDED: "stamp.suspended",
    Headline.EXPIRED: "stamp.expired",
    Headline.NOT_YET_VALID: "stamp.not_yet_valid",
}


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this service, as each page says."""

    name: str
    public_url: str
    demo: bool = False
    independent_verifier: str = "https://verifierplus.org"


@dataclass(frozen=True, slots=True)
class _Choice:
    language: str
    name: str
    tag: str


class Renderer:
    """Every page as a function over values; the templates, words, headings and static files are read once."""

    def __init__(self, *, operator: Operator, headings: Headings, static: StaticFiles) -> None:
        self._operator = operator
        self._headings = headings
        self._static = static
        self._library = Library.read()
        self._choices = tuple(_Choice(tag, name, cldr.html_tag(tag)) for tag, name in OWN_NAMES.items())
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["html_tag"] = cldr.html_tag
        self._environment.filters["visible"] = visible
        self._environment.filters["between_tags"] = _between_tags

    def render_home(self, *, language: Language) -> str:
        return self._page("home.html", language)

    def render_api(self, openapi: JsonObject, *, language: Language) -> str:
        found = chapters(openapi, public_url=self._operator.public_url)
        common = refusals(found)
        return self._page(
            "api.html", language, chapters=without(common, found), first=first_to_try(found), refusals=common
        )

    def render_verify_form(self, *, language: Language) -> str:
        return self._page("verify_form.html", language, accept=",".join(_ACCEPTED))

    def render_report(self, report: VerificationReport, *, language: Language, content: bytes | None = None) -> str:
        """The answer. `content` is what was handed in: where it is not long, the page can send it again."""
        words = self._library.of(language)
        confirmed = report.verified is not None and isinstance(report.outcome(Check.CONTROLLER), Passed)
        document = report.verified.document if report.verified and confirmed else report.received.document
        seen = outline(document)
        known = report.known_issuer
        own = confirmed and known is not None and known.own
        return self._page(
            "report.html",
            language,
            resubmit=_resubmit(content),
            band=band(report, seen, words=words),
            checked=time_element(report.checked_at, cldr.moment(report.checked_at, language=words.language)),
            issuer=issuer_block(report, seen, confirmed=confirmed, own=own, words=words),
            outline=seen,
            issuer_name=known.name if known else seen.issuer_name,
            paper=self._paper(document, language) if confirmed else None,
            claimed=() if confirmed else claimed_rows(seen, self._drawing(language)),
            rows=() if confirmed else plain_rows(seen),
            stamp=_STAMPS.get(report.headline) if confirmed else None,
            demo=_demo(known, own=own, operator=self._operator),
            accent=known.accent if known and own else None,
            checks=check_rows(report, seen, words=words),
            own=own,
            download=_download(report.as_json()),
            is_undetermined=report.headline.startswith("indeterminate"),
        )

    def render_unreadable(self, problems: Sequence[Problem], *, language: Language) -> str:
        another = any(problem.type == UNSUPPORTED_MECHANISM for problem in problems)
        title = "unreadable.title.another_kind" if another else "unreadable.title"
        return self._page("unreadable.html", language, problems=tuple(problems), title=title, is_another_kind=another)

    def render_claim(
        self, offer: ClaimOffer, *, token: str, language: Language, prints: bool, declined: bool = False
    ) -> str:
        """What it is and from whom, above any action. `prints` says whether there is a certificate to take."""
        institution = offer.institution
        words = self._library.of(language)
        verify = f"{self._operator.public_url}/verify"
        return self._page(
            "claim.html",
            language,
            institution=institution.profile.name,
            contact=_contact(institution.contact),
            demo=institution.profile.name if institution.demo else None,
            paper=micro_credential_paper(offer.micro_credential, self._drawing(language)),
            stamp="stamp.revoked" if offer.state == "revoked" else None,
            accent=institution.accent,
            revoked=offer.state == "revoked",
            corrects=offer.corrects,
            declined=declined,
            take=f"/claim/{token}/credential",
            others=tuple(form.mechanism for form in offer.forms[1:]),
            decline=f"/claim/{token}/decline",
            take_picture=f"/claim/{token}/badge",
            picture=_picture(offer),
            printed=f"/claim/{token}/certificate?lang={language.reader}" if prints else None,
            verify=Markup('<a href="/verify">{}</a>').format(verify),
            ends=day_element(offer.expires, language=words.language),
            qr=_qr(f"{self._operator.public_url}/claim/{token}"),
        )

    def render_claim_gone(self, *, language: Language) -> str:
        return self._page("claim_gone.html", language)

    def render_printed(self, copy_id: str | None, *, language: Language) -> str:
        """What the code on paper leads to; None where there is no such copy (any more)."""
        verify = Markup('<a href="/verify">{}</a>').format(f"{self._operator.public_url}/verify")
        return self._page("printed.html", language, copy_id=copy_id, verify=verify)

    def render_error(self, status: int, *, language: Language, reference: str, in_the_console: bool = False) -> str:
        kind = status if status in _ERRORS else 500 if status >= 500 else 400
        told = _IN_THE_CONSOLE.get(kind, str(kind)) if in_the_console else str(kind)
        return self._page("error.html", language, kind=told, reference=reference, in_the_console=in_the_console)

    def render_console(self, template: str, *, language: Language, **values: Any) -> str:
        """A page of the console; its values were worked out in `web.console`."""
        return self._page(f"console/{template}", language, **{"here": None, "places": (), **values})

    def paper_of(self, credential: MicroCredential, language: Language) -> Paper:
        """The paper of a credential that the institution's own register keeps, or that it is about to award."""
        return micro_credential_paper(credential, self._drawing(language))

    def words(self, language: Language) -> Words:
        return self._library.of(language)

    def drawing(self, language: Language) -> Drawing:
        return self._drawing(language)

    def _paper(self, document: JsonObject, language: Language) -> Paper:
        """The European elements where it has them, else what any credential has."""
        drawing = self._drawing(language)
        try:
            said = learning_credential.read(document) if are_claims(document) else open_badge.read(document)
            return micro_credential_paper(said, drawing)
        except Refused:
            return outline_paper(outline(document), drawing)

    def _drawing(self, language: Language) -> Drawing:
        return Drawing(language, self._library.of(language), self._headings)

    def _independent(self) -> Markup | None:
        """Another verifier; none for a demonstration, whose list it could not reach."""
        if self._operator.demo:
            return None
        url = self._operator.independent_verifier
        return link(url, text=url.removeprefix("https://"))

    def _page(self, template: str, language: Language, **values: Any) -> str:
        words = self._library.of(language)
        return self._environment.get_template(template).render(
            **{"resubmit": None, "own": False, "demo": None, "stamp": None, **values},
            t=words,
            lang=cldr.html_tag(words.language),
            chosen=language.reader,
            chosen_name=OWN_NAMES[language.reader],
            choices=self._choices,
            whole_pages=WHOLE_PAGES,
            operator=self._operator,
            independent=self._independent(),
            static=self._static.url,
        )


def _resubmit(content: bytes | None) -> str | None:
    if content is None or len(content) > _MAX_RESUBMITTED_BYTES:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _download(report: JsonObject) -> str:
    """The report as a link that saves it: nothing of it is kept here, so it has to be in the page."""
    content = json.dumps(report, ensure_ascii=False, indent=2).encode()
    return "data:application/json;base64," + base64.b64encode(content).decode()


def _demo(known: KnownIssuer | None, *, own: bool, operator: Operator) -> str | None:
    """The name of a demonstration. Our own is one whether it can be looked up now or not."""
    if own and operator.demo:
        return operator.name
    return known.name if known and known.demo else None


def _contact(contact: str) -> Markup:
    if "@" in contact and "/" not in contact and not contact.startswith("mailto:"):
        return Markup('<a href="mailto:{0}">{0}</a>').format(contact)
    return link(contact)


def _picture(offer: ClaimOffer) -> Markup:
    drawn = badge_picture.of(offer.micro_credential.achievement, accent=offer.institution.accent)
    return Markup(drawn.decode())  # noqa: S704 - `badge_picture` escapes what it is given


def _qr(url: str) -> Markup:
    code = segno.make(url, error="m", micro=False)
    drawn: str = code.svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None, dark="#000", light="#fff")
    return Markup(drawn)  # noqa: S704 - segno draws squares; nothing of the address is in them as text


def _between_tags(text: str) -> Markup:
    """Escaped for where no attribute is near: a quotation mark stays one byte instead of five."""
    return Markup(html.escape(text, quote=False))  # noqa: S704 - what it is given is escaped in the same line
