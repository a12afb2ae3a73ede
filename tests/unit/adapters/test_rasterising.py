"""An SVG of ours becomes a PNG of that width, its text in it."""

import struct
import zlib

from app.adapters.cpu_pool import InlineCompute
from app.adapters.typesetting import PooledRasteriser, png
from app.core import containers
from app.core.containers import png as container
from app.core.json_ld import Contexts
from app.web.badge_picture import draw
from tests.pictures import JSON


def pixels(content: bytes) -> tuple[int, int, bytes]:
    """Width, height, and the bytes that PNG filters and compresses."""
    width, height = struct.unpack(">II", content[16:24])
    at, data = 8, b""
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        if content[at + 4 : at + 8] == b"IDAT":
            data += content[at + 8 : at + 8 + length]
        at += 12 + length
    return width, height, zlib.decompress(data)


def picture(title: str) -> bytes:
    return draw(title, language="en", level=6, accent=None)


def test_it_is_as_wide_as_it_was_asked_for() -> None:
    assert [pixels(png(picture("Data"), width_pixels=side))[:2] for side in (64, 512)] == [(64, 64), (512, 512)]


def test_its_text_is_in_it() -> None:
    said, unsaid = (pixels(png(picture(title), width_pixels=256))[2] for title in ("Data Literacy", ""))
    assert sum(one != other for one, other in zip(said, unsaid, strict=True)) > 2_000


def test_other_words_are_other_pixels() -> None:
    assert png(picture("Data Literacy"), width_pixels=256) != png(picture("Date Literacy"), width_pixels=256)


def test_the_same_picture_is_the_same_bytes() -> None:
    assert png(picture("Data Literacy"), width_pixels=256) == png(picture("Data Literacy"), width_pixels=256)


def test_what_looks_like_source_is_only_drawn() -> None:
    title = '#import "@preview/x:1.0.0": * #read("/etc/passwd")'
    assert pixels(png(picture(title), width_pixels=64))[:2] == (64, 64)


async def test_a_credential_can_be_baked_into_it(contexts: Contexts) -> None:
    made = await PooledRasteriser(InlineCompute(contexts))(picture("Data Literacy"), width_pixels=128)
    unwrapped = containers.unwrap(container.bake(made, JSON))
    assert unwrapped is not None
    assert unwrapped.content == JSON
