"""Pages in print: what a PDF/A-3 must have is there, data stays data, and the machine adds nothing of its own."""

import struct
import zlib
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from app.adapters import typesetting
from app.adapters.font_coverage import characters
from app.adapters.typesetting import TYPEFACES, NotTypeset
from app.core.json_ld import Contexts
from app.core.problems import SETTING_ERROR, Refused
from tests import certificates

DAY = datetime.fromisoformat("2026-06-30T00:00:00+03:00")
TEMPLATE = b"""#set document(title: "A title")
#set text(font: "Source Serif 4", lang: "en")
#let credential = bytes(sys.inputs.credential)
#pdf.attach("a.vc.json", credential, relationship: "source", mime-type: "application/vc", description: "d")
= Heading
#sys.inputs.said"""


@pytest.fixture
def reader(contexts: Contexts) -> PdfReader:
    return PdfReader(BytesIO(made(contexts)), strict=True)


def made(contexts: Contexts, said: str = "Said.", fonts_dir: Path | None = None) -> bytes:
    inputs = {"said": said, "credential": '{"a":"ë"}'}
    return typesetting.pdf(contexts, TEMPLATE, inputs=inputs, created=DAY, fonts_dir=fonts_dir)


def object_of(reader: PdfReader, *path: str) -> Any:
    found: Any = reader.root_object
    for name in path:
        found = found[name].get_object() if isinstance(found, DictionaryObject) else found[int(name)].get_object()
    return found


# ── PDF/A-3 (ISO 19005-3), PDF/UA-1 (ISO 14289-1) ────────────────────────────────────────────────────────────────────


def test_its_metadata_calls_it_a_pdf_a_3a_and_a_pdf_ua_1(reader: PdfReader) -> None:
    metadata = object_of(reader, "/Metadata").get_data().decode()
    for stated in ("<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>A</", "<pdfuaid:part>1</pdfuaid:part>"):
        assert stated in metadata


def test_its_colours_are_defined_by_an_output_intent(reader: PdfReader) -> None:
    assert object_of(reader, "/OutputIntents", "0")["/S"] == "/GTS_PDFA1"
    assert object_of(reader, "/OutputIntents", "0", "/DestOutputProfile").get_data()[36:40] == b"acsp"


def test_the_attached_file_is_associated_as_the_source(reader: PdfReader) -> None:
    file = object_of(reader, "/AF", "0")
    assert (file["/AFRelationship"], file["/UF"], file["/Desc"]) == ("/Source", "a.vc.json", "d")
    assert file["/EF"]["/F"].get_object()["/Subtype"] == "/application/vc"


def test_it_is_tagged_with_title_and_language(reader: PdfReader) -> None:
    assert object_of(reader, "/MarkInfo")["/Marked"]
    assert object_of(reader, "/Lang") == "en"
    assert "/StructTreeRoot" in reader.root_object
    assert reader.metadata is not None
    assert reader.metadata.title == "A title"


def test_every_font_is_in_it(reader: PdfReader) -> None:
    fonts = [each.get_object() for each in reader.pages[0]["/Resources"]["/Font"].values()]  # type: ignore[index]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert descriptors
    assert all({"/FontFile2", "/FontFile3"} & descriptor.keys() for descriptor in descriptors)


def test_it_is_neither_encrypted_nor_scripted(reader: PdfReader) -> None:
    assert not reader.is_encrypted
    assert not {"/OpenAction", "/AA", "/AcroForm"} & reader.root_object.keys()


def test_it_is_dated_by_the_award_and_the_same_each_time(contexts: Contexts, reader: PdfReader) -> None:
    assert reader.metadata is not None
    assert reader.metadata.creation_date == DAY
    assert made(contexts) == made(contexts)


# ── data, type, and the machine ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "said", ['#read("/etc/passwd")', "*bold* _x_ $x^2$ #{1+1} @ref <a> \\", '"; panic("x")', "= no heading"]
)
def test_data_is_set_as_it_is_and_never_run(contexts: Contexts, said: str) -> None:
    assert said in certificates.text(made(contexts, said))


def test_a_letter_without_type_fails_loudly(contexts: Contexts) -> None:
    with pytest.raises(NotTypeset, match="could not be displayed"):
        made(contexts, "王")


def test_a_font_of_the_machine_is_not_used(contexts: Contexts) -> None:
    text = PdfReader(BytesIO(made(contexts))).pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    assert all("SourceSerif4" in each.get_object()["/BaseFont"] for each in text)


def test_our_type_has_the_letters_of_the_languages_of_europe() -> None:
    alphabets = "ĂăÂâÎîȘșȚțĆćČčĐđŠšŽžŁłŃńŚśŹźŻżĄąĘęĐÐðÞþÆæØøÅåÖöÄäÜüßẞŐőŰűĦħĠġĊċĶķĻļŅņĢģĪīĀāĒēŪūŲųĖėĮįŸÿŒœİıĞğŞş"
    greek, cyrillic = "ΑαΆάΈέΉήΊίΪϊΐΌόΎύΫϋΰΏώΣσς", "АаЪъЬьЩщЮюЯяЃѓЌќЅѕЏџЈјЉљЊњЂђЋћІіЇїЄєҐґ"
    assert {ord(letter) for letter in alphabets + greek + cyrillic + "–—„“”‚‘’€№"} <= typesetting.glyphs(None)


@pytest.mark.parametrize("font", sorted(TYPEFACES.glob("*.otf")), ids=lambda path: path.name)
def test_a_font_has_latin_greek_and_cyrillic_and_no_chinese(font: Path) -> None:
    found = characters(font.read_bytes())
    assert {ord("a"), ord("ω"), ord("я"), 0x1E9E} <= found
    assert ord("王") not in found


def test_an_institutions_own_font_adds_its_letters(contexts: Contexts, tmp_path: Path) -> None:
    (tmp_path / "more.otf").write_bytes((TYPEFACES / "SourceSans3-Regular.otf").read_bytes())
    (tmp_path / "readme.txt").write_text("no font")
    assert typesetting.glyphs(tmp_path) == typesetting.glyphs(None)
    assert "Said." in certificates.text(made(contexts, fonts_dir=tmp_path))


@pytest.mark.parametrize("content", [b"", b"no font", b"OTTO\x00\x01" + bytes(6), b"ttcf" + bytes(20)])
def test_a_file_that_is_no_font_is_a_wrong_setting(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.ttf").write_bytes(content)
    with pytest.raises(Refused) as refused:
        typesetting.glyphs(tmp_path)
    assert refused.value.problems[0].type == SETTING_ERROR


def test_a_folder_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        typesetting.glyphs(tmp_path / "nothing")
    assert refused.value.problems[0].at == "/FONTS_DIR"


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────────

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect x="2" width="6" height="10" fill="#00f"/></svg>'
)


@pytest.mark.parametrize("width", [16, 400])
def test_a_drawing_becomes_a_picture_of_that_width(width: int) -> None:
    picture = typesetting.png(SVG, width_pixels=width)
    assert (picture[:8], struct.unpack(">II", picture[16:24])) == (b"\x89PNG\r\n\x1a\n", (width, width))


def test_what_a_drawing_leaves_out_is_clear() -> None:
    picture = typesetting.png(SVG, width_pixels=10)
    at = picture.index(b"IDAT")
    rows = zlib.decompress(picture[at + 4 : at + 4 + struct.unpack(">I", picture[at - 4 : at])[0]])
    assert picture[25] == 6  # RGBA
    assert rows[1:5] == bytes(4)


def test_what_draws_nothing_is_not_typeset() -> None:
    with pytest.raises(NotTypeset):
        typesetting.png(b"no drawing", width_pixels=10)
