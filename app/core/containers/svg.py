"""A credential in an SVG picture: one `openbadges:credential` right inside its `svg`; no other part of it is used.

Open Badges 3.0, §5.3.2. XML is read by expat, offline: no entity of the picture's own, no document type of its own.
"""

import re
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from app.core.containers.carried import (
    MAX_CREDENTIAL_BYTES,
    check_credential,
    check_file,
    is_compact_jws,
    open_badges_2,
    refusal,
)
from app.core.problems import Refused

MEDIA_TYPE = "image/svg+xml"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"

_SVG: Final = "http://www.w3.org/2000/svg svg"
_CREDENTIAL: Final = f"{NAMESPACE} credential"
_OPEN_BADGES_2: Final = "http://openbadges.org "
_MAX_DEPTH: Final = 64
_MAX_ELEMENTS: Final = 100_000
_SNIFFED_BYTES: Final = 65_536
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_ROOT = re.compile(rb"<(?:[\w.-]+:)?svg[\s/>]")
_START_TAG = re.compile(rb"""<[^\s/>"']+(?:\s+[^\s=/>"']+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*>""")
_DECLARED = re.compile(rb"""\sxmlns:openbadges\s*=\s*("[^"]*"|'[^']*')""")
_ENCODINGS: Final = frozenset({"utf-8", "us-ascii"})
# XML 1.0 §2.2 has no place for these two; in JSON, where alone they can stand, an escape means the same.
_NOT_IN_XML: Final = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


def recognises(content: bytes) -> bool:
    head = content[:_SNIFFED_BYTES].removeprefix(_BYTE_ORDER_MARK).lstrip()
    return head.startswith(b"<") and _ROOT.search(head) is not None


def extract(content: bytes) -> bytes:
    """The credential in the picture. Raises Refused (PARSING_ERROR) where there is none, or not exactly one."""
    read = _read(content)
    match read.credentials:
        case [] if read.is_open_badges_2:
            raise open_badges_2("SVG")
        case []:
            raise refusal("it is an SVG picture without a credential in it: it has no element openbadges:credential")
        case [credential] if not read.is_open_badges_2:
            return _content(credential)
        case _:
            raise refusal("it is an SVG picture with more than one badge in it, and nothing says which is meant")


def bake(picture: bytes, credential: bytes) -> bytes:
    """The picture with the credential in it. Raises Refused where it is no such picture, or holds a badge already."""
    check_credential(credential)
    read = _read(picture)
    if read.credentials or read.is_open_badges_2:
        raise refusal("it is an SVG picture that holds a badge already", remedy="take the picture that it was made of")
    tag = _START_TAG.match(picture, read.root_at)
    if tag is None:
        raise refusal("it is an SVG picture with nothing in it")
    declaration = f' xmlns:openbadges="{NAMESPACE}"'.encode()
    if (declared := _DECLARED.search(tag[0])) is not None:
        if declared[1][1:-1] != NAMESPACE.encode():
            raise refusal("it is an SVG picture that calls something else openbadges")
        declaration = b""
    opened = tag[0][:-1].rstrip() + declaration + b">"
    return picture[: tag.start()] + opened + _element(credential) + picture[tag.end() :]


def _element(credential: bytes) -> bytes:
    if is_compact_jws(credential):
        return b'<openbadges:credential verify="' + credential + b'"/>'
    text = credential.decode().translate(_NOT_IN_XML).replace("]]>", "]]]]><![CDATA[>")
    return b"<openbadges:credential><![CDATA[" + text.encode() + b"]]></openbadges:credential>"


@dataclass(slots=True)
class _Element:
    """An `openbadges:credential` as it was met."""

    verify: str | None
    is_in_place: bool
    text: list[str] = field(default_factory=list)


def _content(credential: _Element) -> bytes:
    body = "".join(credential.text)
    if not credential.is_in_place:
        raise _broken("its credential does not stand right inside its svg element")
    if credential.verify is not None:
        if body.strip():
            raise _broken("its credential stands there twice, as a token and as text")
        body = credential.verify
    content = body.strip().encode()
    if not content:
        raise _broken("the element openbadges:credential is empty")
    if len(content) > MAX_CREDENTIAL_BYTES:
        raise refusal(f"it is an SVG picture with more than {MAX_CREDENTIAL_BYTES:,} bytes of credential in it")
    return content


class _Reader:
    """Hears what expat finds; keeps the credentials alone, and refuses what could mean something else to others."""

    def __init__(self) -> None:
        self.credentials: list[_Element] = []
        self.is_open_badges_2 = False
        self.root_at = 0
        self._path: list[str] = []
        self._count = 0
        self.parser = expat.ParserCreate(encoding="UTF-8", namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._document_type
        self.parser.EntityDeclHandler = self._entity
        self.parser.SkippedEntityHandler = self._entity
        self.parser.ExternalEntityRefHandler = self._entity
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise _broken("it is not written in UTF-8")

    def _document_type(self, _name: str, _system: str | None, _public: str | None, has_internal_subset: int) -> None:
        # The document type of SVG 1.1, by its address, is common and is never fetched; declarations are another thing.
        if has_internal_subset:
            raise _broken("it has a document type of its own")

    def _entity(self, *_: object) -> int:
        raise _broken("it has entities of its own")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MAX_ELEMENTS or len(self._path) >= _MAX_DEPTH:
            raise refusal(f"it is an SVG picture of more than {_MAX_ELEMENTS:,} elements, or deeper than {_MAX_DEPTH}")
        if not self._path:
            if name != _SVG:
                raise refusal("it is a page or document in XML, but no SVG picture")
            self.root_at = self.parser.CurrentByteIndex
        if _CREDENTIAL in self._path:
            raise _broken("its credential has other elements in it")
        if name == _CREDENTIAL:
            self.credentials.append(_Element(attributes.get("verify"), is_in_place=len(self._path) == 1))
        if name.startswith(_OPEN_BADGES_2):
            self.is_open_badges_2 = True
        self._path.append(name)

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if self._path[-1] == _CREDENTIAL:
            self.credentials[-1].text.append(text)


def _read(content: bytes) -> _Reader:
    check_file(content, "SVG")
    if not recognises(content):
        raise refusal("it is no SVG picture")
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        why = f"it is no well-formed XML, line {error.lineno} column {error.offset}"
        raise _broken(why) from None
    return reader


def _broken(why: str) -> Refused:
    return refusal(f"it is an SVG picture that is damaged or was tampered with: {why}")
