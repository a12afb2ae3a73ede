"""What is drawn, printed and sealed for print."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.core.credential.micro_credential import Achievement
from app.core.personal import Personal


@dataclass(frozen=True, slots=True)
class Sealed:
    """A credential sealed for print: `id` and `key` go on the paper, `id` and `content` to the service."""

    id: str
    key: Personal[str]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedCopy:
    """What the service keeps of it. The award's credential may be erased; then this must be forgotten too."""

    id: str
    award_id: str
    institution: str
    content: bytes = field(repr=False)
    created: datetime


class SealedCopies(Protocol):
    async def keep(self, copy: SealedCopy) -> None:
        """Once for each id: the same credential has the same copy, until its award is erased.

        Raises Refused (GONE) where it is erased already.
        """
        ...

    async def find(self, copy_id: str) -> bytes | None: ...


class DrawAchievement(Protocol):
    def __call__(self, achievement: Achievement, *, accent: str | None) -> bytes:
        """A picture of the achievement as SVG that stands alone; `accent` is the institution's, `#rrggbb`."""
        ...


class Rasterise(Protocol):
    async def __call__(self, svg: bytes, *, width_pixels: int) -> bytes:
        """The picture that `svg`, one of our own, draws, as PNG."""
        ...
