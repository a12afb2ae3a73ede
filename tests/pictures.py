"""PNG and SVG pictures for the tests, made chunk by chunk and tag by tag, right or wrong as a test needs them."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
JSON = b'{"name":"Data Literacy","grade":"1 < 2 ]]> & \xc3\xa9"}'
JWS = b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"


def chunk(kind: bytes, data: bytes = b"", *, crc: int | None = None, length: int | None = None) -> bytes:
    checksum = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data) if length is None else length) + kind + data + struct.pack(">I", checksum)


def header(width: int = 1, height: int = 1) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


PIXELS = chunk(b"IDAT", zlib.compress(b"\0\0"))
END = chunk(b"IEND")


def png(*chunks: bytes, head: bytes = header(), after: bytes = b"") -> bytes:
    """A picture of one pixel with these chunks before it."""
    return SIGNATURE + head + b"".join(chunks) + PIXELS + END + after


def itxt(text: bytes, *, keyword: bytes = KEYWORD, compressed: bool = False) -> bytes:
    how = b"\1\0" if compressed else b"\0\0"
    return chunk(b"iTXt", keyword + b"\0" + how + b"\0\0" + (zlib.compress(text, 9) if compressed else text))


def svg(inside: str = "", *, before: str = "", attributes: str = f'xmlns:openbadges="{NAMESPACE}"') -> bytes:
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}<path d="M0 0"/></svg>'.encode()


def credential(body: str = "", *, verify: str | None = None) -> str:
    attribute = "" if verify is None else f' verify="{verify}"'
    return f"<openbadges:credential{attribute}>{body}</openbadges:credential>"
