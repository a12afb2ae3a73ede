"""Handing over as a picture: the recorded credential, baked into a picture of its achievement.

The picture is made when it is asked for, out of what the credential says and the institution's accent; it is evidence
of nothing, and none of it is signed (docs/adr/0017).
"""

from dataclasses import dataclass, field

from app.core import strict_json
from app.core.containers import png, svg
from app.core.credential import open_badge
from app.core.problems import GONE, Problem, Refused
from app.exchange.claim import file_name
from app.ports import DrawAchievement, Institution, Rasterise, RegisteredAward

SVG, PNG = svg.MEDIA_TYPE, png.MEDIA_TYPE
MEDIA_TYPES = {"svg": SVG, "png": PNG}
_PNG_SIDE_PIXELS = 1_024


@dataclass(frozen=True, slots=True)
class PictureBadge:
    media_type: str
    file_name: str
    content: bytes = field(repr=False)


class PictureBadges:
    """Bakes a credential of one of our institutions; what it says is drawn, so there is nothing to look up."""

    def __init__(self, *, draw: DrawAchievement, rasterise: Rasterise) -> None:
        self._draw = draw
        self._rasterise = rasterise

    async def of_award(self, award: RegisteredAward, *, institution: Institution, media_type: str) -> PictureBadge:
        """Raises Refused: GONE where its credential is not kept."""
        if award.primary is None:
            raise Refused(Problem(GONE, detail=f"award {award.id} was {award.state}; its credential is not kept"))
        return await self.bake(award.primary.open(), institution=institution, media_type=media_type)

    async def bake(self, credential: bytes, *, institution: Institution, media_type: str) -> PictureBadge:
        """The recorded bytes in a picture, an SVG or a PNG."""
        said = open_badge.read(strict_json.read_object(credential))
        drawn = self._draw(said.achievement, accent=institution.accent)
        if media_type == PNG:
            pixels = await self._rasterise(drawn, width_pixels=_PNG_SIDE_PIXELS)
            return PictureBadge(PNG, file_name(said, ".png"), png.bake(pixels, credential))
        return PictureBadge(SVG, file_name(said, ".svg"), svg.bake(drawn, credential))
