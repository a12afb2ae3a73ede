"""A certificate in PDF: the one credential that is attached to it, out of whatever bytes call themselves a PDF.

ISO 32000-2 §7.11.4 (embedded files) and §14.13 (associated files). Nothing of the pages is read. pypdf is kept strict,
so that it mends nothing, and short: what a certificate takes is little, and more than that is refused.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, PdfObject, StreamObject, TextStringObject

from app.core.problems import PARSING_ERROR, Problem, Refused

MEDIA_TYPE = "application/pdf"

_MAX_BYTES = 8_388_608
_MAX_CREDENTIAL_BYTES = 1_048_576
_MAX_OBJECTS = 20_000
_MAX_FILES = 32
_MAX_TREE_NODES = 256
_MAX_NAME_CHARACTERS = 200
_MEDIA_TYPES = frozenset({"application/vc", "application/vc+ld+json", "application/ld+json", "application/json"})
_SUFFIXES = (".json", ".jsonld", ".vc")
_FLATE = NameObject("/FlateDecode")
_LIMITS = Configuration(
    maximum_declared_stream_length=_MAX_BYTES,
    array_based_stream_maximum_output_length=_MAX_CREDENTIAL_BYTES,
    array_maximum_element_count=_MAX_OBJECTS,
    dictionary_maximum_element_count=_MAX_OBJECTS,
    lzw_maximum_output_length=_MAX_CREDENTIAL_BYTES,
    run_length_maximum_output_length=_MAX_CREDENTIAL_BYTES,
    zlib_maximum_output_length=_MAX_CREDENTIAL_BYTES,
    zlib_maximum_recovery_input_length=0,
    brotli_maximum_output_length=_MAX_CREDENTIAL_BYTES,
    stream_filters_maximum_length=2,
    stream_decoding_work_maximum_length=4 * _MAX_CREDENTIAL_BYTES,
    jbig2dec_binary=None,
    disable_legacy_handling=True,
)

# What pypdf warns of quotes the file, and nothing that is handed in may stand in a log.
logging.getLogger("pypdf").addHandler(logging.NullHandler())
logging.getLogger("pypdf").propagate = False


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    media_type: str
    stream: StreamObject

    @property
    def may_be_a_credential(self) -> bool:
        return self.media_type in _MEDIA_TYPES or self.name.lower().endswith(_SUFFIXES)


def recognises(content: bytes) -> bool:
    return content.startswith(b"%PDF-")


def extract(content: bytes) -> bytes:
    """The attached credential. Raises Refused where there is none, more than one, or no PDF that can be read."""
    if len(content) > _MAX_BYTES:
        raise _refused(f"the PDF is larger than {_MAX_BYTES:,} bytes")
    if content.count(b"obj") > 2 * _MAX_OBJECTS:
        raise _refused(f"the PDF has more than {_MAX_OBJECTS:,} objects")
    try:
        with apply_configuration(_LIMITS):
            return _extracted(content)
    except Refused:
        raise
    except Exception as error:
        # On hostile bytes pypdf raises of every kind, RecursionError and AssertionError among them.
        raise _refused("the PDF is damaged, or not built as a PDF should be") from error


def _extracted(content: bytes) -> bytes:
    reader = PdfReader(
        BytesIO(content), strict=True, root_object_recovery_limit=0, xref_stream_maximum_entries=_MAX_OBJECTS
    )
    if reader.is_encrypted:
        raise _refused("the PDF is encrypted", "ask for it without a password")
    match [file for file in _files(reader.root_object) if file.may_be_a_credential]:
        case [file]:
            return _content(file)
        case []:
            raise _refused(
                "no credential is attached to the PDF",
                "ask for the PDF as the institution made it: one that was printed or scanned anew has lost it",
            )
        case several:
            names = ", ".join(file.name for file in several)
            raise _refused(f"{len(several)} files that may be a credential are attached: {names}", "hand in the one")


def _files(catalog: DictionaryObject) -> Iterator[_File]:
    """The files of the catalog's name tree and those associated with it, each once."""
    seen: list[DictionaryObject] = []
    for each in (*_named(catalog), *_associated(catalog)):
        if any(each is other for other in seen):
            continue
        seen.append(each)
        if len(seen) > _MAX_FILES:
            raise _refused(f"more than {_MAX_FILES} files are attached to the PDF")
        stream = _embedded(each)
        if stream is not None:
            yield _File(_name(each), _media_type(stream), stream)


def _named(catalog: DictionaryObject) -> Iterator[DictionaryObject]:
    names = _resolved(catalog.get("/Names"))
    open_nodes = [_resolved(names.get("/EmbeddedFiles"))] if isinstance(names, DictionaryObject) else []
    count = 0
    while open_nodes:
        node = open_nodes.pop()
        count += 1
        if count > _MAX_TREE_NODES:
            raise _refused("the PDF's tree of attached files is too large, or runs in a circle")
        if not isinstance(node, DictionaryObject):
            continue
        # §7.9.6: names and values by turns.
        yield from (each for each in _items(node.get("/Names"))[1::2] if isinstance(each, DictionaryObject))
        open_nodes.extend(_items(node.get("/Kids")))


def _associated(catalog: DictionaryObject) -> Iterator[DictionaryObject]:
    yield from (each for each in _items(catalog.get("/AF")) if isinstance(each, DictionaryObject))


def _items(array: PdfObject | None) -> list[PdfObject | None]:
    listed = _resolved(array)
    if not isinstance(listed, ArrayObject):
        return []
    if len(listed) > 2 * _MAX_FILES:
        raise _refused(f"more than {_MAX_FILES} files are attached to the PDF")
    return [_resolved(each) for each in listed]


def _resolved(value: PdfObject | None) -> PdfObject | None:
    return None if value is None else value.get_object()


def _name(specification: DictionaryObject) -> str:
    for key in ("/UF", "/F"):
        name = _resolved(specification.get(key))
        if isinstance(name, TextStringObject):
            return name[:_MAX_NAME_CHARACTERS]
    return "one without a name"


def _embedded(specification: DictionaryObject) -> StreamObject | None:
    files = _resolved(specification.get("/EF"))
    if isinstance(files, DictionaryObject):
        for key in ("/UF", "/F"):
            stream = _resolved(files.get(key))
            if isinstance(stream, StreamObject):
                return stream
    return None


def _media_type(stream: StreamObject) -> str:
    subtype = _resolved(stream.get("/Subtype"))
    return subtype.removeprefix("/").lower() if isinstance(subtype, NameObject) else ""


def _content(file: _File) -> bytes:
    filters = _resolved(file.stream.get("/Filter"))
    if filters not in (None, _FLATE, [_FLATE]) or "/DecodeParms" in file.stream:
        raise _refused(f"the attached file {file.name} is packed in a way that no certificate is")
    content = file.stream.get_data()
    if len(content) > _MAX_CREDENTIAL_BYTES:
        raise _refused(f"the attached credential is larger than {_MAX_CREDENTIAL_BYTES:,} bytes")
    return content


def _refused(detail: str, remedy: str = "") -> Refused:
    return Refused(Problem(PARSING_ERROR, detail=detail, remedy=remedy))
