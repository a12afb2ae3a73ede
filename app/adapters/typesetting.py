"""Pages in print: a Typst template and its data become a PDF/A, an SVG becomes a PNG. The only module that knows Typst.

What is set comes in as data (`sys.inputs`), never as source. No network and no clock; a PDF has no font of the machine
either, so that the same input gives the same bytes.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import typst

from app.adapters.font_coverage import characters
from app.core.json_ld import Contexts
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.ports import Compute

TYPEFACES = Path(__file__).parent / "typefaces"
_SUFFIXES = frozenset({".otf", ".ttf", ".ttc"})
# PDF/A-3 takes an attached file of any kind; its level "a", like PDF/UA, asks for tags: https://pdfa.org/resource/.
_ARCHIVED: Final = "a-3a"
_ACCESSIBLE: Final = "ua-1"
_PICTURE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: none)
#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1pt)"""


class NotTypeset(Exception):  # noqa: N818 - what happened
    """The template did not compile with these inputs: a fault of ours. What it says may quote them."""


def pdf(
    _contexts: Contexts, template: bytes, *, inputs: Mapping[str, str], created: datetime, fonts_dir: Path | None
) -> bytes:
    """`template` set with `inputs` and our own type, and what further type the institution has in `fonts_dir`."""
    with _translated():
        compiler = _compiler(template, inputs=inputs, fonts_dir=fonts_dir)
        return _one_file(compiler.compile(format="pdf", pdf_standards=[_ARCHIVED, _ACCESSIBLE], timestamp=created))


def png(svg: bytes, *, width_pixels: int) -> bytes:
    """The picture that `svg` draws, as wide as that, on a transparent ground. Raises NotTypeset where it draws none.

    The machine's fonts stand in for scripts that ours do not have.
    """
    inputs = {"svg": svg.decode("utf-8", "replace"), "width": str(width_pixels)}
    with _translated():
        return _one_file(_compiler(_PICTURE, inputs=inputs, of_the_machine=True).compile(format="png", ppi=72.0))


def glyphs(fonts_dir: Path | None) -> frozenset[int]:
    """The characters that can be set. Raises Refused (SETTING_ERROR) where `fonts_dir` can't be read."""
    found: set[int] = set()
    for font in _fonts(TYPEFACES):
        found |= characters(font.read_bytes())
    if fonts_dir is None:
        return frozenset(found)
    try:
        for font in _fonts(fonts_dir):
            found |= characters(font.read_bytes())
    except (OSError, ValueError) as error:
        detail = f"FONTS_DIR is {fonts_dir}: {error}."
        remedy = "Name a folder with OpenType fonts (.otf, .ttf, .ttc) that this service may read."
        raise Refused(Problem(SETTING_ERROR, at="/FONTS_DIR", detail=detail, remedy=remedy)) from None
    return frozenset(found)


def _fonts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)


def _compiler(
    source: bytes, *, inputs: Mapping[str, str], fonts_dir: Path | None = None, of_the_machine: bool = False
) -> typst.Compiler:
    folders = [TYPEFACES, *([fonts_dir] if fonts_dir else [])]
    fonts = typst.Fonts(include_system_fonts=of_the_machine, include_embedded_fonts=False, font_paths=folders)
    return typst.Compiler(
        source, root=TYPEFACES, font_paths=fonts, ignore_system_fonts=not of_the_machine, sys_inputs=dict(inputs)
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except typst.TypstError as error:
        raise NotTypeset(error.message) from None


def _one_file(made: bytes | list[bytes] | None) -> bytes:
    match made:
        case bytes(file) | [bytes(file)]:
            return file
        case _:
            raise NotTypeset("it makes more than one file, or none")


def rasterise(_contexts: Contexts, svg: bytes, *, width_pixels: int) -> bytes:
    """`png`, as a process of the pool is given it."""
    return png(svg, width_pixels=width_pixels)


class PooledRasteriser:
    """Port `Rasterise`, where it can't hold up the event loop."""

    def __init__(self, compute: Compute) -> None:
        self._compute = compute

    async def __call__(self, svg: bytes, *, width_pixels: int) -> bytes:
        return await self._compute.run(rasterise, svg, width_pixels=width_pixels)
