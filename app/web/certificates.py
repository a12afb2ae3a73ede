"""Makes certificates: a sealed copy is kept for the code on the paper, then the paper is set around the credential."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from app.core.json_ld import Contexts
from app.core.problems import NO_TYPE, Problem, Refused
from app.exchange.claim import ClaimOffer
from app.ports import Compute, Sealed, SealedCopies, SealedCopy
from app.web.certificate import as_input, content, unprintable
from app.web.drawing import Drawing
from app.web.headings import Headings
from app.web.languages import Language, choose
from app.web.words import Library

_TEMPLATE = Path(__file__).parent / "templates" / "certificate.typ"
_STAMPS: Mapping[str, str] = MappingProxyType({"revoked": "stamp.revoked", "suspended": "stamp.suspended"})


class Typeset(Protocol):
    """A function of a module, for `Compute`: a Typst template and its inputs become a PDF."""

    def __call__(
        self,
        contexts: Contexts,
        template: bytes,
        /,
        *,
        inputs: Mapping[str, str],
        created: datetime,
        fonts_dir: Path | None,
    ) -> bytes: ...


class Seal(Protocol):
    def __call__(self, signed: bytes) -> Sealed: ...


@dataclass(frozen=True, slots=True)
class Press:
    """What printing takes: how a credential is sealed, how a page is set, and what characters there is type for."""

    seal: Seal
    typeset: Typeset
    glyphs: frozenset[int] = field(repr=False)
    fonts_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    filename: str
    content: bytes = field(repr=False)


class Certificates:
    """The certificate of an award, the same bytes each time for the same state and language."""

    def __init__(
        self, *, press: Press, copies: SealedCopies, compute: Compute, headings: Headings, public_url: str
    ) -> None:
        self._press = press
        self._copies = copies
        self._compute = compute
        self._headings = headings
        self._public_url = public_url
        self._library = Library.read()
        self._template = _TEMPLATE.read_bytes()

    def offers(self, awarded: ClaimOffer, *, language: Language) -> bool:
        """Whether the learner is offered one: it still stands, and there is type for title and name."""
        return awarded.state not in _STAMPS and not self._unprintable(awarded, language)

    async def make(self, awarded: ClaimOffer, *, language: Language, now: datetime) -> Certificate:
        """Raises Refused (NO_TYPE) where title or name can't be set; Overloaded, Unavailable."""
        if lacking := self._unprintable(awarded, language):
            shown = " ".join(
                f"{character} (U+{ord(character):04X})" if character.isprintable() else f"U+{ord(character):04X}"
                for character in lacking[:10]
            )
            raise Refused(
                Problem(
                    NO_TYPE,
                    detail=f"title and name can't be printed: there is no type for {shown}",
                    remedy="save the credential itself; the institution may add a font in FONTS_DIR",
                )
            )
        sealed = self._press.seal(awarded.credential)
        claimed = awarded.micro_credential
        data = content(
            claimed,
            drawing=Drawing(language, self._library.of(language), self._headings),
            demo=awarded.institution.profile.name if awarded.institution.demo else None,
            stamp=_stamp(awarded, now=now),
            accent=awarded.institution.accent,
            glyphs=self._press.glyphs,
            copy_url=f"{self._public_url}/p/{sealed.id}#{sealed.key.open()}",
            verify_url=f"{self._public_url}/verify",
        )
        await self._copies.keep(
            SealedCopy(
                id=sealed.id,
                award_id=awarded.award_id,
                institution=awarded.institution.name,
                content=sealed.content,
                created=now,
            )
        )
        printed = await self._compute.run(
            self._press.typeset,
            self._template,
            inputs={
                "data": as_input(data),
                "credential": awarded.credential.decode(),
                "filename": awarded.filename,
            },
            created=claimed.awarded_date,
            fonts_dir=self._press.fonts_dir,
        )
        return Certificate(awarded.filename.removesuffix(".vc.json") + ".pdf", printed)

    async def printed(self, awarded: ClaimOffer, *, language: str, now: datetime) -> tuple[str, bytes]:
        """`make` for a program: the reader's language by its tag; a name to save under, and the PDF."""
        made = await self.make(awarded, language=choose(asked=language, accept_language=None), now=now)
        return made.filename, made.content

    def _unprintable(self, awarded: ClaimOffer, language: Language) -> tuple[str, ...]:
        return unprintable(awarded.micro_credential, language=language.reader, glyphs=self._press.glyphs)


def _stamp(awarded: ClaimOffer, *, now: datetime) -> str | None:
    until = awarded.micro_credential.valid_until
    return _STAMPS.get(awarded.state) or ("stamp.expired" if until and until <= now else None)
