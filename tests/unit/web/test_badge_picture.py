"""The drawn picture: any title gives one, whole, escaped and alone; its level can be counted, its text read."""

import time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.colour import contrast
from app.core.containers import svg
from app.core.credential.micro_credential import Concept, LanguageMap
from app.web import badge_picture
from app.web.badge_picture import ACCENT, draw, eqf_number
from app.web.line_breaking import width_of
from tests.conftest import ROOT
from tests.pictures import JSON

_SVG = "{http://www.w3.org/2000/svg}"
_HOSTILE = '"><script>alert(1)</script><image href="https://evil.example/x"/>&xxe;]]><!--'


def drawn(title: str = "Data Literacy", *, level: int | None = 6, accent: str | None = None) -> ET.Element:
    return ET.fromstring(draw(title, language="en", level=level, accent=accent))


def texts(picture: ET.Element) -> list[str]:
    return ["".join(each.itertext()) for each in picture.iter(f"{_SVG}text")]


@given(
    st.one_of(st.text(max_size=300), st.text(st.characters(), max_size=40), st.just(_HOSTILE)),
    st.text(max_size=20),
    st.one_of(st.none(), st.integers(1, 8)),
    st.integers(0, 0xFFFFFF),
)
def test_any_title_gives_a_picture_that_is_whole_and_stands_alone(
    title: str, language: str, level: int | None, accent: int
) -> None:
    content = draw(title, language=language, level=level, accent=f"#{accent:06x}")
    picture = ET.fromstring(content)
    names = {element.tag.removeprefix(_SVG) for element in picture.iter()}
    assert names <= {"svg", "title", "clipPath", "rect", "g", "circle", "text"}
    values = [value for element in picture.iter() for value in element.attrib.values()]
    assert not any("://" in value or "javascript" in value for value in values)
    assert {value for value in values if "url(" in value} == {"url(#sheet)"}
    assert svg.extract(svg.bake(content, JSON)) == JSON


def test_what_a_title_says_is_text_and_no_more() -> None:
    picture = drawn(_HOSTILE)
    assert "".join(texts(picture)).startswith('"><script>')
    assert list(picture.iter(f"{_SVG}script")) == []


@pytest.mark.parametrize(("level", "inked"), [(None, 0), (1, 1), (5, 5), (8, 8)])
def test_as_many_rings_are_inked_as_the_level_says(level: int | None, inked: int) -> None:
    rings = list(drawn(level=level).iter(f"{_SVG}circle"))
    assert len(rings) == 8
    assert [ring.get("stroke-opacity") for ring in rings].count("0.92") == inked


@pytest.mark.parametrize(("level", "said"), [(6, ["Data Literacy", "EQF 6"]), (None, ["Data Literacy"])])
def test_title_and_level_are_said(level: int | None, said: list[str]) -> None:
    picture = drawn(level=level)
    name = picture.find(f"{_SVG}title")
    assert name is not None
    assert texts(picture) == said
    assert name.text == ", ".join(said)


@pytest.mark.parametrize(
    "title",
    [
        "Data Literacy",
        "Grundlagen der künstlichen Intelligenz für Lehrkräfte an allgemeinbildenden Schulen",
        "Datenschutzgrundverordnungsbeauftragter",
        "データリテラシー入門：統計と可視化の基礎",
        "ความรู้เบื้องต้นเกี่ยวกับวิทยาศาสตร์ข้อมูล",
        "Word " * 80,
        "W" * 900,
    ],
)
def test_every_line_stays_within_the_margins_and_above_the_level(title: str) -> None:
    *lines, level = drawn(title).iter(f"{_SVG}text")
    for line in lines:
        size = float(line.get("font-size", ""))
        assert width_of(line.text or "") * size <= 512 - 2 * 44
        assert size >= 24
        assert float(line.get("y", "")) < float(level.get("y", "")) - 100


def test_a_title_from_right_to_left_stands_at_the_right() -> None:
    picture = drawn("مبادئ البيانات!")
    assert {text.get("x") for text in picture.iter(f"{_SVG}text")} == {"468"}
    assert [group.get("text-anchor") for group in picture.iter(f"{_SVG}g")] == [None, "end"]


@pytest.mark.parametrize(
    ("accent", "ink"), [(None, "#fbfaf7"), ("#ffd34d", "#1c2024"), ("#000000", "#fbfaf7"), ("#ffffff", "#1c2024")]
)
def test_the_ink_is_the_one_that_is_read_better_on_the_accent(accent: str | None, ink: str) -> None:
    assert [group.get("fill") for group in drawn(accent=accent).iter(f"{_SVG}g")] == ["none", ink]


@given(st.integers(0, 0xFFFFFF))
def test_large_type_can_be_read_on_any_accent(accent: int) -> None:
    """WCAG 2.2, 1.4.3: at least 3 : 1."""
    ground = f"#{accent:06x}"
    ink = list(drawn(accent=ground).iter(f"{_SVG}g"))[1].get("fill", "")
    assert contrast(ink, ground) >= 3


def test_without_an_accent_it_is_the_pages_own() -> None:
    tokens = (ROOT / "app" / "web" / "static" / "tokens.css").read_text()
    for colour in (ACCENT, badge_picture._PAPER, badge_picture._INK):
        assert colour in tokens


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("http://data.europa.eu/snb/eqf/6", 6),
        ("http://data.europa.eu/snb/eqf/9", None),
        ("http://data.europa.eu/snb/eqf/06", None),
        ("https://evil.example/6", None),
    ],
)
def test_only_a_level_of_the_framework_is_one(uri: str, number: int | None) -> None:
    assert eqf_number(Concept(uri, LanguageMap((("en", "Level"),)))) == number
    assert eqf_number(None) is None


@pytest.mark.parametrize("title", ["数据素养与公共行政" * 111, "x" * 1_000, "。" * 1_000, "e\u0327" * 500])
def test_a_title_of_a_thousand_characters_is_drawn_at_once(title: str) -> None:
    before = time.process_time()
    draw(title, language="en", level=6, accent=None)
    assert time.process_time() - before < 1
