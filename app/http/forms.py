"""Forms, read in memory and within bounds. The only module that knows python-multipart.

RFC 7578 (multipart/form-data) and https://url.spec.whatwg.org/#application/x-www-form-urlencoded
"""

from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from fastapi import Request
from python_multipart import MultipartParser, QuerystringParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from app.core.problems import PARSING_ERROR, Problem, Refused
from app.http.negotiation import HttpRefused, Refusal

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

_MAX_NAME_BYTES = 256
_MAX_HEADERS_PER_PART = 8
_MAX_HEADER_BYTES = 1_024


@dataclass(frozen=True, slots=True)
class FormPart:
    """One field or file. `filename` is None for a field; a file control left empty has the name ""."""

    name: str
    content: bytes = field(repr=False)
    filename: str | None = None
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a form, each name once."""

    parts: tuple[FormPart, ...]

    def text(self, name: str) -> str | None:
        """The value of a field, None where there is none. Raises Refused where it is not UTF-8."""
        for part in self.parts:
            if part.name == name and part.filename is None:
                return _utf8(part.content, what=f"the field {name!r}")
        return None

    def file(self, name: str) -> FormPart | None:
        """The file that was chosen; None where there is no such control, or nothing was chosen in it."""
        for part in self.parts:
            if part.name == name and part.filename is not None and (part.filename or part.content):
                return part
        return None


async def read_form(request: Request, *, max_bytes: int, max_parts: int = 16) -> Form:
    """Reads a form as it arrives, and stops at the first byte or part too many.

    Raises Refused (PARSING_ERROR) where it is no form, HttpRefused (too large, another type).
    """
    declared, options = parse_options_header(request.headers.get("content-type", "")[:512])
    collected = _Parts(max_parts=max_parts)
    match declared.decode("latin-1"):
        case "application/x-www-form-urlencoded":
            parser: QuerystringParser | MultipartParser = _urlencoded(collected)
        case "multipart/form-data":
            parser = _multipart(collected, boundary=options.get(b"boundary", b""))
        case _:
            raise HttpRefused(
                Refusal.MEDIA_TYPE,
                f"This address takes a form: {URLENCODED} or {MULTIPART}.",
                headers=(("Accept", f"{URLENCODED}, {MULTIPART}"),),
            )
    await _feed(parser, request, max_bytes=max_bytes)
    if isinstance(parser, MultipartParser) and not collected.ended:
        raise _malformed("it breaks off before its closing boundary")
    return Form(tuple(collected.done))


async def _feed(parser: QuerystringParser | MultipartParser, request: Request, *, max_bytes: int) -> None:
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > max_bytes:
                raise HttpRefused(Refusal.TOO_LARGE, f"The form is larger than {max_bytes:,} bytes.")
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise _malformed("its parts can't be told apart") from error


class _Parts:
    """What the push parsers' callbacks gather."""

    def __init__(self, *, max_parts: int) -> None:
        self.done: list[FormPart] = []
        self.ended = False
        self._max_parts = max_parts
        self._count = 0
        self.name = bytearray()
        self.content = bytearray()
        self.headers: dict[bytes, bytes] = {}
        self.header_name = bytearray()
        self.header_value = bytearray()

    def begin(self) -> None:
        self._count += 1
        if self._count > self._max_parts:
            raise HttpRefused(Refusal.TOO_LARGE, f"The form has more than {self._max_parts} parts.")
        for each in (self.name, self.content, self.headers, self.header_name, self.header_value):
            each.clear()

    def on_name(self, data: bytes, start: int, end: int) -> None:
        self.name += data[start:end]
        if len(self.name) > _MAX_NAME_BYTES:
            raise _malformed(f"a field's name is longer than {_MAX_NAME_BYTES} bytes")

    def on_content(self, data: bytes, start: int, end: int) -> None:
        self.content += data[start:end]

    def on_header_name(self, data: bytes, start: int, end: int) -> None:
        self.header_name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self.header_value += data[start:end]

    def on_header_end(self) -> None:
        self.headers[bytes(self.header_name).lower()] = bytes(self.header_value)
        self.header_name.clear()
        self.header_value.clear()

    def end_field(self) -> None:
        name, content = (unquote_to_bytes(bytes(each).replace(b"+", b" ")) for each in (self.name, self.content))
        self._keep(FormPart(_utf8(name, what="a field's name"), content))

    def end_part(self) -> None:
        disposition, options = parse_options_header(self.headers.get(b"content-disposition"))
        if disposition != b"form-data" or b"name" not in options:
            raise _malformed("a part does not say which field it is")
        filename = options.get(b"filename")
        declared, _ = parse_options_header(self.headers.get(b"content-type", b"text/plain"))
        self._keep(
            FormPart(
                _utf8(options[b"name"], what="a field's name"),
                bytes(self.content),
                filename=None if filename is None else filename.decode("utf-8", "replace"),
                media_type=declared.decode("latin-1"),
            )
        )

    def end(self) -> None:
        self.ended = True

    def _keep(self, part: FormPart) -> None:
        if any(part.name == other.name for other in self.done):
            raise _malformed(f"the field {part.name[:80]!r} is given twice")
        self.done.append(part)


def _urlencoded(parts: _Parts) -> QuerystringParser:
    return QuerystringParser(
        {
            "on_field_start": parts.begin,
            "on_field_name": parts.on_name,
            "on_field_data": parts.on_content,
            "on_field_end": parts.end_field,
        }
    )


def _multipart(parts: _Parts, *, boundary: bytes) -> MultipartParser:
    # RFC 2046 §5.1.1: 1 to 70 characters.
    if not 1 <= len(boundary) <= 70:
        raise _malformed("its Content-Type names no boundary of 1 to 70 characters")
    return MultipartParser(
        boundary,
        {
            "on_part_begin": parts.begin,
            "on_header_field": parts.on_header_name,
            "on_header_value": parts.on_header_value,
            "on_header_end": parts.on_header_end,
            "on_part_data": parts.on_content,
            "on_part_end": parts.end_part,
            "on_end": parts.end,
        },
        max_header_count=_MAX_HEADERS_PER_PART,
        max_header_size=_MAX_HEADER_BYTES,
    )


def _utf8(value: bytes, *, what: str) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(f"{what} is not UTF-8") from error


def _malformed(why: str) -> Refused:
    return Refused(Problem(PARSING_ERROR, detail=f"the form can't be read: {why}"))
