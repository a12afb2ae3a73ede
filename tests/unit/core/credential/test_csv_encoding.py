"""The encoding of a list: taken where the file shows it, asked for where it does not, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.credential.csv_encoding import ENCODINGS, decode, readings
from app.core.problems import PARSING_ERROR, UNCERTAIN_ENCODING, Refused

NAMES = "fullName\r\nŠimić, Zoë\r\n"


def refusal(data: bytes, said: str | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        decode(data, as_named=said)
    return caught.value


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_what_the_file_shows_itself_is_taken(codec: str) -> None:
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    decoded = decode(marks.get(codec, b"") + NAMES.encode(codec))
    assert (decoded.text, decoded.encoding) == (NAMES, "utf-16" if "16" in codec else "utf-8")


@pytest.mark.parametrize("said", ["windows-1250", "Windows-1250", "cp1250", "WIN1250"])
def test_what_a_person_says_is_taken(said: str) -> None:
    decoded = decode(NAMES.encode("cp1250"), as_named=said)
    assert (decoded.text, decoded.encoding, decoded.told_by) == (NAMES, "windows-1250", "said")


def test_where_nothing_says_it_the_question_shows_the_lines_that_differ() -> None:
    (problem,) = refusal(NAMES.encode("cp1250")).problems
    assert problem.type == UNCERTAIN_ENCODING
    assert 'in windows-1250 line 2 reads "Šimić, Zoë"' in problem.detail
    assert 'in windows-1252 line 2 reads "Šimiæ, Zoë"' in problem.detail
    assert "--encoding" in problem.remedy
    assert "windows-1250 or windows-1252" in problem.remedy


def test_a_console_gets_the_same_readings_as_values() -> None:
    assert [(each.encoding, each.lines) for each in readings(NAMES.encode("cp1250"))] == [
        ("windows-1250", ((2, "Šimić, Zoë"),)),
        ("windows-1252", ((2, "Šimiæ, Zoë"),)),
    ]


def test_a_file_that_shows_its_encoding_has_no_second_reading() -> None:
    assert readings(NAMES.encode()) == readings(NAMES.encode("utf-16")) == ()


def test_it_is_asked_even_where_every_reading_is_alike() -> None:
    (problem,) = refusal("fullName\nZoë\n".encode("cp1252")).problems
    assert problem.type == UNCERTAIN_ENCODING
    assert problem.detail.count('line 2 reads "Zoë"') == 2


def test_an_encoding_that_has_no_such_letter_is_not_offered() -> None:
    (problem,) = refusal(b"fullName\nZo\xeb \x88\n").problems
    assert problem.remedy.startswith("say windows-1252, ")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (NAMES.encode(), "windows-1250"),
        (NAMES.encode("utf-8-sig"), "windows-1252"),
        (NAMES.encode("utf-16"), "utf-8"),
        (NAMES.encode("cp1250"), "utf-16"),
        (NAMES.encode("cp1250"), "utf-8"),
        (NAMES.encode("utf-16-le"), None),
        (b"a\x00b", None),
        (b"\xff\xfe\x00", None),
        (b"\x81\x88", None),
    ],
)
def test_what_contradicts_itself_is_refused(data: bytes, said: str | None) -> None:
    assert {problem.type for problem in refusal(data, said).problems} == {PARSING_ERROR}


def test_an_unknown_encoding_is_refused_with_those_that_there_are() -> None:
    (problem,) = refusal(NAMES.encode("cp1250"), "koi8-r").problems
    assert all(encoding in problem.remedy for encoding in ENCODINGS)


@given(st.binary(max_size=300), st.sampled_from([None, *ENCODINGS]))
def test_any_bytes_are_text_or_refused(data: bytes, said: str | None) -> None:
    try:
        text = decode(data, as_named=said).text
    except Refused:
        return
    assert "\0" not in text
    text.encode()
