"""A certificate's credential is found in it; whatever else calls itself a PDF is refused, and costs little."""

import json
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from app.adapters import typesetting
from app.core.containers import pdf
from app.core.json_ld import Contexts
from app.core.problems import PARSING_ERROR, Refused

CREDENTIAL = b'{"name":"Zo\xc3\xab"}'
_TEMPLATE = b"""#set document(title: "t")
#let credential = bytes(sys.inputs.credential)
#pdf.attach("a.vc.json", credential, relationship: "source", mime-type: "application/vc", description: "d")
= t"""
# trust.md: CPU for any body is bounded; this machine may be busy, so twice of it.
_SECONDS = 1.0


def built(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1, which is the catalog."""
    content, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(offsets) + 1
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n"
        % (
            size,
            table,
            size,
            trailer,
            len(content),
        )
    )


def stream(content: bytes, members: bytes = b"") -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (members, len(content), content)


def catalog(*references: int) -> bytes:
    return b"<< /Type /Catalog /AF [%s] >>" % b" ".join(b"%d 0 R" % each for each in references)


def specification(name: bytes, file: int) -> bytes:
    return b"<< /Type /Filespec /F (%s) /EF << /F %d 0 R >> >>" % (name, file)


def attached(embedded: bytes, name: bytes = b"a.vc.json") -> bytes:
    return built(catalog(2), specification(name, 3), embedded)


def with_xref_stream(entries: int, members: bytes) -> bytes:
    packed = zlib.compress(b"\1\0\0\0\0" * entries, 9)
    body = stream(packed, b"/Type /XRef /Root 1 0 R /Filter /FlateDecode " + members)
    return b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\nstartxref\n9\n%%EOF\n"


def problem(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        pdf.extract(content)
    (only,) = refused.value.problems
    assert only.type == PARSING_ERROR
    return only.detail


@pytest.fixture(scope="module")
def certificate(contexts: Contexts) -> bytes:
    made = datetime.fromisoformat("2026-06-30T00:00:00+03:00")
    inputs = {"credential": CREDENTIAL.decode()}
    return typesetting.pdf(contexts, _TEMPLATE, inputs=inputs, created=made, fonts_dir=None)


def test_the_credential_comes_out_of_a_certificate_byte_for_byte(certificate: bytes) -> None:
    assert pdf.extract(certificate) == CREDENTIAL


def test_it_comes_out_of_one_that_another_program_saved_anew(certificate: bytes) -> None:
    writer, saved = PdfWriter(clone_from=PdfReader(BytesIO(certificate))), BytesIO()
    writer.write(saved)
    assert pdf.extract(saved.getvalue()) == CREDENTIAL


@pytest.mark.parametrize(
    ("content", "is_pdf"),
    [(b"%PDF-1.7\n", True), (b"%PDF-", True), (b'{"a":1}', False), (b"", False), (b" %PDF-", False)],
)
def test_a_pdf_is_known_by_its_first_bytes(content: bytes, is_pdf: bool) -> None:
    assert pdf.recognises(content) is is_pdf


def test_a_pdf_built_by_hand_is_read() -> None:
    assert pdf.extract(attached(stream(CREDENTIAL))) == CREDENTIAL


def test_a_credential_is_known_by_its_media_type_where_its_name_says_nothing() -> None:
    assert pdf.extract(attached(stream(CREDENTIAL, b"/Subtype /application#2Fvc"), name=b"credential")) == CREDENTIAL


def test_a_file_in_the_name_tree_is_found() -> None:
    names = b"<< /Type /Catalog /Names << /EmbeddedFiles << /Kids [4 0 R] >> >> >>"
    content = built(names, specification(b"a.vc.json", 3), stream(CREDENTIAL), b"<< /Names [(a) 2 0 R] >>")
    assert pdf.extract(content) == CREDENTIAL


def test_an_attachment_that_is_no_credential_is_passed_over() -> None:
    content = built(
        catalog(2, 4),
        specification(b"a.vc.json", 3),
        stream(CREDENTIAL),
        specification(b"bill.xml", 5),
        stream(b"<a/>"),
    )
    assert pdf.extract(content) == CREDENTIAL


def test_two_credentials_are_refused_by_name() -> None:
    content = built(catalog(2, 3), specification(b"a.json", 4), specification(b"b.json", 4), stream(CREDENTIAL))
    assert problem(content) == "2 files that may be a credential are attached: a.json, b.json"


def test_one_file_named_twice_is_one_file() -> None:
    names = b"<< /Type /Catalog /AF [2 0 R 2 0 R] /Names << /EmbeddedFiles << /Names [(a) 2 0 R] >> >> >>"
    assert pdf.extract(built(names, specification(b"a.vc.json", 3), stream(CREDENTIAL))) == CREDENTIAL


def test_a_pdf_without_a_credential_is_refused() -> None:
    assert problem(built(b"<< /Type /Catalog >>")) == "no credential is attached to the PDF"


def test_an_encrypted_pdf_is_refused(certificate: bytes) -> None:
    writer, saved = PdfWriter(clone_from=PdfReader(BytesIO(certificate))), BytesIO()
    writer.encrypt("", "owner", algorithm="AES-256")
    writer.write(saved)
    assert problem(saved.getvalue()) == "the PDF is encrypted"


def test_a_filter_that_no_certificate_has_is_refused() -> None:
    assert "packed in a way" in problem(attached(stream(b"61>", b"/Filter /ASCIIHexDecode")))


_ZEROS = zlib.compress(bytes(64 << 20), 9)
_HOSTILE = {
    "a bomb": attached(stream(_ZEROS, b"/Filter /FlateDecode")),
    "a bomb in a bomb": attached(stream(zlib.compress(_ZEROS, 9), b"/Filter [/FlateDecode /FlateDecode]")),
    "5,000 filters": attached(stream(b"x", b"/Filter [" + b"/FlateDecode " * 5000 + b"]")),
    "a predictor's slow rows": attached(
        stream(zlib.compress(b"\4\0" * 500_000), b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 1 >>")
    ),
    "a broken stream": attached(stream(b"x" * 900_000, b"/Filter /FlateDecode")),
    "an object that is itself": built(b"1 0 R"),
    "a tree that is its own branch": built(
        b"<< /Type /Catalog /Names << /EmbeddedFiles 2 0 R >> >>", b"<< /Kids [2 0 R] >>"
    ),
    "a tree that doubles": built(
        b"<< /Type /Catalog /Names << /EmbeddedFiles 2 0 R >> >>", b"<< /Kids [" + b"2 0 R " * 60 + b"] >>"
    ),
    "400,000 open brackets": built(b"[" * 400_000),
    "100,000 dictionaries, one in another": built(b"<< /A " * 100_000 + b">>" * 100_000),
    "25,000 objects": built(*[b"<< /Type /Catalog >>"] * 25_000),
    "a length that is not there": attached(b"<< /Length 99999999 >>\nstream\nx\nendstream"),
    "a length that is the stream itself": attached(b"<< /Length 3 0 R >>\nstream\nx\nendstream"),
    "no end": b"%PDF-1.7\n" + b"x" * 1_000_000,
    "lines alone": b"%PDF-1.7\n" + b"\n" * 1_000_000,
    "an offset of 900,000 digits": b"%PDF-1.7\nstartxref\n" + b"9" * 900_000 + b"\n%%EOF",
    "200,000 ends": b"%PDF-1.7\n" + b"%%EOF\n" * 200_000,
    "a table before itself": built(b"<< /Type /Catalog >>", trailer=b"/Prev 40 "),
    "300,000 comments": built(b"%a\n" * 300_000 + b"<< /Type /Catalog >>"),
    "a name of 900,000 letters": built(b"<< /Type /Catalog /" + b"A" * 900_000 + b" 1 >>"),
    "400,000 open brackets in a string": built(b"<< /Type /Catalog /A (" + b"(" * 400_000 + b" >>"),
    "15,000 attached files": built(b"<< /Type /Catalog /AF [" + b"1 0 R " * 15_000 + b"] >>"),
    "2,000,000 entries": with_xref_stream(2_000_000, b"/Size 2000000 /W [1 3 1]"),
    "19,000 entries that are nothing": with_xref_stream(19_000, b"/Size 19000 /W [1 3 1]"),
    "entries without a width": with_xref_stream(1, b"/Size 99999999 /W [0 0 0]"),
    "more than a PDF may have": b"%PDF-1.7\n" + bytes(9 << 20),
}


@pytest.mark.parametrize("what", _HOSTILE)
def test_what_would_cost_much_is_refused_soon(what: str) -> None:
    begun = time.process_time()
    problem(_HOSTILE[what])
    assert time.process_time() - begun < _SECONDS


def test_nothing_of_the_file_is_logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    problem(built(b"<< /Type /Catalog /Canary 1 /Canary 2 >>"))
    assert (caplog.text, capfd.readouterr()) == ("", ("", ""))


def _extracted(content: bytes) -> None:
    with suppress(Refused):
        assert isinstance(pdf.extract(content), bytes)


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_credential_or_a_refusal(content: bytes) -> None:
    _extracted(b"%PDF-1.7\n" + content)


_TOKENS = st.sampled_from(
    b"<< >> [ ] ( ) /AF /Names /Kids /EF /F /Type /Catalog 1@0@R 2@0@R 3@0@R null true -1 1e9 stream endstream endobj "
    b"/Filter /FlateDecode <00 %".replace(b"stream ", b"stream\n ").split(b" ")
).map(lambda token: token.replace(b"@", b" "))


@given(st.lists(st.lists(_TOKENS, max_size=20).map(b" ".join), min_size=1, max_size=4))
def test_any_objects_are_a_credential_or_a_refusal(objects: Iterable[bytes]) -> None:
    _extracted(built(*objects))


@settings(max_examples=60)
@given(data=st.data())
def test_a_certificate_with_any_byte_changed_is_a_credential_or_a_refusal(
    certificate: bytes, data: st.DataObject
) -> None:
    changed = bytearray(certificate)
    for at in data.draw(st.lists(st.integers(0, len(certificate) - 1), min_size=1, max_size=8)):
        changed[at] = data.draw(st.integers(0, 255))
    _extracted(bytes(changed))


@given(st.dictionaries(st.text(), st.text()))
def test_what_is_attached_is_what_comes_out(document: dict[str, str]) -> None:
    content = json.dumps(document).encode()
    assert pdf.extract(attached(stream(content))) == content
