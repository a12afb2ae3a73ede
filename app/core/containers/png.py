"""A credential in a PNG picture: one `iTXt` chunk with the keyword `openbadgecredential`; no pixel is ever decoded.

Portable Network Graphics, https://www.w3.org/TR/png-3/#11iTXt; Open Badges 3.0, §5.3.1.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.core.containers.carried import (
    MAX_CREDENTIAL_BYTES,
    check_credential,
    check_file,
    open_badges_2,
    refusal,
)
from app.core.problems import Refused

MEDIA_TYPE = "image/png"
KEYWORD = b"openbadgecredential"
OLD_KEYWORD = b"openbadges"

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">I4s")
_CHECKSUM = struct.Struct(">I")
_MAX_CHUNKS = 10_000
_MAX_LENGTH = 2**31 - 1
_MAX_SIDE = 16_384
_TEXT = frozenset({b"tEXt", b"zTXt", b"iTXt"})


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One chunk whose length and checksum are right. `begins` is where it stands in the file."""

    type: bytes
    begins: int
    data: memoryview = field(repr=False)

    @property
    def keyword(self) -> bytes:
        """Of a chunk of text; it has at most 79 bytes."""
        return bytes(self.data[:80]).partition(b"\0")[0]


def recognises(content: bytes) -> bool:
    return content.startswith(_SIGNATURE)


def extract(content: bytes) -> bytes:
    """The credential in the picture. Raises Refused (PARSING_ERROR) where there is none, or not exactly one."""
    texts = [chunk for chunk in _chunks(content) if chunk.type in _TEXT]
    found = [chunk for chunk in texts if chunk.keyword == KEYWORD]
    old = any(chunk.keyword == OLD_KEYWORD for chunk in texts)
    match found:
        case [] if old:
            raise open_badges_2("PNG")
        case []:
            raise refusal("it is a PNG picture without a credential in it: no text in it is named openbadgecredential")
        case [chunk] if not old:
            return _text(chunk)
        case _:
            raise refusal("it is a PNG picture with more than one badge in it, and nothing says which is meant")


def bake(picture: bytes, credential: bytes) -> bytes:
    """The picture with the credential in it. Raises Refused where it is no such picture, or holds a badge already."""
    check_credential(credential)
    chunks = list(_chunks(picture))
    if any(chunk.type in _TEXT and chunk.keyword in (KEYWORD, OLD_KEYWORD) for chunk in chunks):
        raise refusal("it is a PNG picture that holds a badge already", remedy="take the picture that it was made of")
    # No compression, no language, no translated keyword. Before the pixels: some readers look no further.
    body = b"iTXt" + KEYWORD + b"\0\0\0\0\0" + credential
    chunk = _CHECKSUM.pack(len(body) - 4) + body + _CHECKSUM.pack(zlib.crc32(body))
    at = chunks[1].begins
    return picture[:at] + chunk + picture[at:]


def _chunks(content: bytes) -> Iterator[_Chunk]:
    """Every chunk from IHDR to IEND, each whole, and nothing behind them. Raises Refused."""
    check_file(content, "PNG")
    if not recognises(content):
        raise refusal("it is no PNG picture")
    view, at, count, pixels = memoryview(content), len(_SIGNATURE), 0, False
    while True:
        chunk = _chunk(view, at)
        count += 1
        if count > _MAX_CHUNKS:
            raise _broken(f"it has more than {_MAX_CHUNKS:,} chunks")
        if (chunk.type == b"IHDR") != (count == 1):
            raise _broken("its header is not its first chunk, and that alone")
        if count == 1:
            _check_header(chunk)
        pixels = pixels or chunk.type == b"IDAT"
        at += _HEAD.size + len(chunk.data) + _CHECKSUM.size
        yield chunk
        if chunk.type == b"IEND":
            break
    if not pixels or chunk.data:
        raise _broken("it holds no picture")
    if at != len(content):
        raise _broken(f"{len(content) - at:,} bytes follow after its end")


def _chunk(view: memoryview, at: int) -> _Chunk:
    if len(view) - at < _HEAD.size + _CHECKSUM.size:
        raise _broken("it breaks off before its end")
    length, chunk_type = _HEAD.unpack_from(view, at)
    if length > _MAX_LENGTH or not chunk_type.isalpha():
        raise _broken(f"at byte {at:,} there is no chunk")
    ends = at + _HEAD.size + length
    if ends + _CHECKSUM.size > len(view):
        raise _broken("it breaks off before its end")
    (checksum,) = _CHECKSUM.unpack_from(view, ends)
    if zlib.crc32(view[at + 4 : ends]) != checksum:
        raise _broken(f"the checksum of its chunk at byte {at:,} is wrong")
    return _Chunk(chunk_type, at, view[at + _HEAD.size : ends])


def _check_header(chunk: _Chunk) -> None:
    if len(chunk.data) != 13:
        raise _broken("its header has not 13 bytes")
    width, height = struct.unpack_from(">II", chunk.data)
    if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE):
        raise _broken(f"it says to be {width:,} by {height:,} pixels; at most {_MAX_SIDE:,} a side are read")


def _text(chunk: _Chunk) -> bytes:
    """The text of an iTXt chunk, §11.3.3.4: keyword 0 flag method language 0 translated-keyword 0 text."""
    if chunk.type != b"iTXt":
        raise _broken("its credential is not in a chunk of international text (iTXt)")
    how, described = bytes(chunk.data[len(KEYWORD) + 1 :][:2]), bytes(chunk.data[len(KEYWORD) + 3 :])
    match how, described.split(b"\0", 2):
        case b"\0\0", [_, _, text] if len(text) <= MAX_CREDENTIAL_BYTES:
            return text
        case b"\0\0", [_, _, _]:
            raise _too_large()
        case b"\1\0", [_, _, text]:
            return _inflated(text)
        case _:
            raise _broken("the chunk of its credential is not whole")


def _inflated(compressed: bytes) -> bytes:
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(compressed, MAX_CREDENTIAL_BYTES + 1)
    except zlib.error:
        raise _broken("its credential can't be decompressed") from None
    if len(text) > MAX_CREDENTIAL_BYTES:
        raise _too_large()
    if not inflating.eof or inflating.unused_data:
        raise _broken("its credential can't be decompressed")
    return text


def _broken(why: str) -> Refused:
    return refusal(f"it is a PNG picture that is damaged or was tampered with: {why}")


def _too_large() -> Refused:
    return refusal(f"it is a PNG picture with more than {MAX_CREDENTIAL_BYTES:,} bytes of credential in it")
