"""PNG pictures: exactly one credential comes out of one, whatever the bytes; no pixel is looked at."""

import contextlib
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.containers import png as container
from app.core.containers.carried import MAX_CREDENTIAL_BYTES
from app.core.problems import PARSING_ERROR, Refused
from tests import pictures
from tests.pictures import JSON, JWS, KEYWORD, chunk, header, itxt, png

OLD = itxt(b'{"@context":"https://w3id.org/openbadges/v2"}', keyword=b"openbadges")
BAKED = png(itxt(JSON))

REFUSED = [
    pytest.param(png(), "no text in it is named", id="no credential"),
    pytest.param(png(itxt(JSON), itxt(JSON)), "more than one badge", id="two credentials"),
    pytest.param(png(itxt(JSON), chunk(b"tEXt", KEYWORD + b"\0x")), "more than one badge", id="one more as tEXt"),
    pytest.param(png(OLD), "Open Badges 2.0", id="an older badge"),
    pytest.param(png(chunk(b"tEXt", b"openbadges\0https://x.example")), "Open Badges 2.0", id="an older badge as tEXt"),
    pytest.param(png(OLD, itxt(JSON)), "more than one badge", id="an older badge and a credential"),
    pytest.param(png(chunk(b"tEXt", KEYWORD + b"\0" + JSON)), "not in a chunk of international text", id="as tEXt"),
    pytest.param(png(chunk(b"iTXt", KEYWORD + b"\0\0\0" + JSON)), "not whole", id="an iTXt without its fields"),
    pytest.param(png(chunk(b"iTXt", KEYWORD)), "not whole", id="an iTXt that ends after its keyword"),
    pytest.param(png(chunk(b"iTXt", KEYWORD + b"\0\2\0\0\0" + JSON)), "not whole", id="an unknown compression flag"),
    pytest.param(png(chunk(b"iTXt", KEYWORD + b"\0\1\1\0\0" + JSON)), "not whole", id="an unknown compression"),
    pytest.param(png(chunk(b"iTXt", KEYWORD + b"\0\1\0\0\0" + JSON)), "can't be decompressed", id="no zlib"),
    pytest.param(
        png(chunk(b"iTXt", KEYWORD + b"\0\1\0\0\0" + zlib.compress(JSON)[:-2])), "can't be decompressed", id="half zlib"
    ),
    pytest.param(
        png(chunk(b"iTXt", KEYWORD + b"\0\1\0\0\0" + zlib.compress(JSON) + b"more")),
        "can't be decompressed",
        id="more behind the zlib",
    ),
    pytest.param(png(chunk(b"iTXt", b"x", crc=1), itxt(JSON)), "checksum", id="a wrong checksum"),
    pytest.param(png(itxt(JSON), after=b"<html>"), "follow after its end", id="a page behind it"),
    pytest.param(png(chunk(b"iTXt", b"x", length=2**31), itxt(JSON)), "there is no chunk", id="a length of 2^31"),
    pytest.param(png(chunk(b"iTXt", b"x", length=2**31 - 1), itxt(JSON)), "breaks off", id="a length beyond its end"),
    pytest.param(png(itxt(JSON), head=b""), "header is not its first", id="no header"),
    pytest.param(png(itxt(JSON), header()), "header is not its first", id="two headers"),
    pytest.param(png(itxt(JSON), head=chunk(b"IHDR", b"\0" * 12)), "13 bytes", id="a short header"),
    pytest.param(png(itxt(JSON), head=header(65_000, 65_000)), "65,000 by 65,000", id="65,000 by 65,000 pixels"),
    pytest.param(png(itxt(JSON), head=header(0, 1)), "0 by 1", id="no width"),
    pytest.param(pictures.SIGNATURE + header() + itxt(JSON) + pictures.END, "holds no picture", id="no pixels"),
    pytest.param(BAKED[:-12], "breaks off", id="no end"),
    pytest.param(pictures.SIGNATURE, "breaks off", id="nothing but the signature"),
    pytest.param(png(*[chunk(b"tIME")] * 10_000, itxt(JSON)), "10,000 chunks", id="10,000 chunks"),
    pytest.param(png(itxt(b"x" * (MAX_CREDENTIAL_BYTES + 1))), "1,048,576 bytes of credential", id="a long text"),
]


@pytest.mark.parametrize(("picture", "said"), REFUSED)
def test_it_is_refused_and_said_why(picture: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        container.extract(picture)
    assert {problem.type for problem in refused.value.problems} == {PARSING_ERROR}


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("credential", [JSON, JWS])
def test_the_credential_comes_out_as_it_stands_there(credential: bytes, compressed: bool) -> None:
    others = (chunk(b"gAMA", b"\0\0\xb1\x8f"), itxt(b"a person", keyword=b"Author"))
    assert container.extract(png(*others, itxt(credential, compressed=compressed))) == credential


def test_a_text_that_decompresses_to_200_megabytes_is_stopped_after_one() -> None:
    bomb = png(itxt(b" " * 200_000_000, compressed=True))
    tracemalloc.start()
    try:
        with pytest.raises(Refused, match="bytes of credential"):
            container.extract(bomb)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(bomb) < 250_000
    assert most < 8 * 1_048_576


def test_a_bomb_among_the_pixels_is_never_lit() -> None:
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 50_000_000, 9))
    tracemalloc.start()
    try:
        assert container.extract(png(itxt(JSON), pixels)) == JSON
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_048_576


@given(st.binary(max_size=400))
def test_any_bytes_after_the_signature_are_read_or_refused(rest: bytes) -> None:
    for content in (pictures.SIGNATURE + rest, png(chunk(b"iTXt", KEYWORD + b"\0" + rest)), BAKED[:60] + rest):
        with contextlib.suppress(Refused):
            assert isinstance(container.extract(content), bytes)


@given(st.integers(0, len(BAKED) * 8 - 1))
def test_no_bit_of_a_baked_picture_can_be_flipped_unseen(bit: int) -> None:
    flipped = bytearray(BAKED)
    flipped[bit // 8] ^= 1 << bit % 8
    if not container.recognises(bytes(flipped)):
        return
    with pytest.raises(Refused):
        container.extract(bytes(flipped))


@pytest.mark.parametrize("credential", [JSON, JWS])
def test_what_is_baked_is_what_is_extracted(credential: bytes) -> None:
    baked = container.bake(png(), credential)
    assert container.extract(baked) == credential
    assert itxt(credential) in baked
    assert baked.replace(itxt(credential), b"") == png()


@pytest.mark.parametrize("picture", [BAKED, png(OLD), png(chunk(b"tEXt", KEYWORD + b"\0x"))])
def test_a_badge_is_not_baked_into_a_badge(picture: bytes) -> None:
    with pytest.raises(Refused, match="holds a badge already"):
        container.bake(picture, JSON)


@pytest.mark.parametrize("credential", [b"", b"no JSON", b"[]", b"a.b", JSON + b"\0"])
def test_only_what_can_be_a_credential_is_baked(credential: bytes) -> None:
    with pytest.raises(Refused):
        container.bake(png(), credential)
