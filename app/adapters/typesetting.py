"""Pictures for the screen: an SVG of ours becomes a PNG. The only module that knows Typst."""

import typst

from app.core.json_ld import Contexts
from app.ports import Compute

# What is drawn comes in as data, never as source.
_PICTURE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: none)
#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1pt)"""


class NotTypeset(Exception):  # noqa: N818 - what happened
    """It did not compile: a fault of ours. What it says may quote the data."""


def png(svg: bytes, *, width_pixels: int) -> bytes:
    """The picture that `svg` draws, as wide as that, on a transparent ground; its text in Typst's own serif.

    The machine's fonts stand in for scripts that the serif does not have.
    """
    try:
        return typst.compile(
            _PICTURE, format="png", ppi=72.0, sys_inputs={"svg": svg.decode(), "width": str(width_pixels)}
        )
    except typst.TypstError as error:
        raise NotTypeset(str(error)) from None


def rasterise(_contexts: Contexts, svg: bytes, *, width_pixels: int) -> bytes:
    """`png`, as a process of the pool is given it."""
    return png(svg, width_pixels=width_pixels)


class PooledRasteriser:
    """Port `Rasterise`, where it can't hold up the event loop."""

    def __init__(self, compute: Compute) -> None:
        self._compute = compute

    async def __call__(self, svg: bytes, *, width_pixels: int) -> bytes:
        return await self._compute.run(rasterise, svg, width_pixels=width_pixels)
