"""Lines of a title: few, even, broken where a reader of the script expects it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.line_breaking import LEADING, clusters, fit, legible, width_of


def lines(text: str, *, width: float = 400, sizes: tuple[int, ...] = (40,), height: float = 400) -> tuple[str, ...]:
    return fit(text, sizes=sizes, width=width, height=height).lines


@given(st.text(max_size=300), st.integers(60, 600), st.integers(30, 400))
def test_any_text_fits_any_box_or_is_cut_with_a_sign(text: str, width: int, height: int) -> None:
    fitted = fit(text, sizes=(40, 30, 24), width=width, height=height)
    assert len(fitted.lines) * fitted.size * LEADING <= height or len(fitted.lines) == 1
    joined = "".join(fitted.lines).replace("-", "").replace(" ", "")
    shown = legible(text).replace("-", "").replace(" ", "")
    assert joined == shown or (joined.endswith("…") and shown.startswith(joined[:-1]))


def test_lines_are_even() -> None:
    assert lines("aaaa bbbb cccc dddd eeee ffff", width=520) == ("aaaa bbbb cccc", "dddd eeee ffff")


def test_type_is_as_large_as_fits() -> None:
    assert fit("Data", sizes=(60, 40), width=400, height=100).size == 60
    assert fit("Data Literacy for All", sizes=(60, 40), width=400, height=80).size == 40


def test_a_word_is_broken_only_where_no_line_could_hold_it() -> None:
    assert lines("Word Literacy Word", width=220) == ("Word", "Literacy", "Word")
    broken = lines("Datenschutzgrundverordnungsbeauftragter")
    assert all(line.endswith("-") for line in broken[:-1])
    assert "".join(line.removesuffix("-") for line in broken) == "Datenschutzgrundverordnungsbeauftragter"


def test_no_line_of_japanese_begins_with_a_mark_or_ends_with_a_bracket() -> None:
    for width in range(120, 400, 20):
        for line in lines("統計（基礎）、可視化、そして「機械学習」入門。", width=width, height=2_000):
            assert line[0] not in "）、」。"
            assert line[-1] not in "（「"


def test_a_compound_breaks_after_its_hyphen() -> None:
    assert lines("Circular-Economy", width=230) == ("Circular-", "Economy")


@pytest.mark.parametrize(
    ("text", "count"), [("é", 1), ("e\u0301", 1), ("क्षि", 1), ("👩🏽‍🔬", 1), ("ที่", 1), ("नि", 1), ("ab", 2)]
)
def test_what_a_reader_takes_as_one_character_is_one(text: str, count: int) -> None:
    assert len(clusters(text)) == count


def test_a_letter_is_never_parted_from_its_marks() -> None:
    text = "ความรู้เบื้องต้นเกี่ยวกับวิทยาศาสตร์ข้อมูล"
    assert [each for line in lines(text, width=200, height=2_000) for each in clusters(line)] == clusters(text)


def test_what_has_no_look_of_its_own_is_left_out() -> None:
    assert legible("Data\u202e\x00\ud800 \n Literacy\u200b") == "Data Literacy"
    assert legible("می\u200cخواهم") == "می\u200cخواهم"


def test_the_first_letter_says_which_way_it_reads() -> None:
    assert fit("1 שלום", sizes=(40,), width=400, height=100).is_right_to_left
    assert not fit("1 Data שלום", sizes=(40,), width=400, height=100).is_right_to_left


def test_marks_have_no_width() -> None:
    assert width_of("e\u0301") == width_of("e")
