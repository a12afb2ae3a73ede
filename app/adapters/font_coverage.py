"""Which characters a font has, read from its `cmap`: what is not there is said in print, never drawn as an empty box.

https://learn.microsoft.com/typography/opentype/spec/cmap, formats 4 and 12: the two that Unicode fonts are made with.
"""

import struct
from collections.abc import Iterator


def characters(font: bytes) -> frozenset[int]:
    """The code points of an OpenType font, or of the first in a collection. Raises ValueError where it is none."""
    try:
        return frozenset(_characters(font))
    except (struct.error, IndexError) as error:
        raise ValueError("it is not a whole OpenType font") from error


def _characters(font: bytes) -> Iterator[int]:
    start = struct.unpack_from(">I", font, 12)[0] if font[:4] == b"ttcf" else 0
    cmap = _table(font, start, b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for record in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * record)
        if (platform, encoding) in {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}:
            yield from _subtable(font, cmap + offset)


def _table(font: bytes, start: int, wanted: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, start + 4)
    for record in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, start + 12 + 16 * record)
        if tag == wanted:
            return int(offset)
    raise ValueError(f"it has no table {wanted.decode()}")


def _subtable(font: bytes, at: int) -> Iterator[int]:
    match struct.unpack_from(">H", font, at)[0]:
        case 4:
            yield from _format_4(font, at)
        case 12:
            (groups,) = struct.unpack_from(">I", font, at + 12)
            for group in range(groups):
                first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * group)
                # Glyph 0 is the empty box.
                yield from range(first if glyph else first + 1, min(last, 0x10FFFF) + 1)


def _format_4(font: bytes, at: int) -> Iterator[int]:
    segments = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends, starts = at + 14, at + 16 + 2 * segments
    deltas, offsets = starts + 2 * segments, starts + 4 * segments
    for segment in range(segments):
        (last,) = struct.unpack_from(">H", font, ends + 2 * segment)
        (first,) = struct.unpack_from(">H", font, starts + 2 * segment)
        (delta,) = struct.unpack_from(">H", font, deltas + 2 * segment)
        (offset,) = struct.unpack_from(">H", font, offsets + 2 * segment)
        for code in range(first, min(last, 0xFFFE) + 1):
            if offset == 0:
                glyph = (code + delta) & 0xFFFF
            else:
                glyph = struct.unpack_from(">H", font, offsets + 2 * segment + offset + 2 * (code - first))[0]
            if glyph:
                yield code
