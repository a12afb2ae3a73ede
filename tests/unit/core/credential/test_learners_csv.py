"""A class list: whose columns are recognised, what each cell gives, and every mistake where its author finds it."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.credential import learners_csv
from app.core.credential.class_request import read_files
from app.core.credential.learners_csv import LearnersList
from app.core.json_ld import Contexts
from app.core.problems import MISSING_ELEMENT, RANGE_ERROR, TWICE_IN_A_CLASS, JsonObject, Refused


def read(text: str, *, most_rows: int = 500) -> LearnersList:
    return learners_csv.read(text.encode(), encoding=None, most_rows=most_rows)


def learners(text: str) -> list[JsonObject]:
    return [each.learner.open() for each in read(text).learners]


def gives(header: str) -> list[str]:
    return [each.said for each in read(f"{header}\n" + "x," * header.count(",") + "x").recognised.columns]


def wrong(text: str) -> list[tuple[int | None, str, str]]:
    return [(each.row, each.column, each.problem.detail) for each in read(text).problems]


def refused(text: str, *, most_rows: int = 500) -> str:
    with pytest.raises(Refused) as caught:
        read(text, most_rows=most_rows)
    return caught.value.problems[0].detail


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("fullName,dateOfBirth,email,id,grade,key", ["fullName", "dateOfBirth", "email", "id", "grade", "key"]),
        ("First name,LAST_NAME,E-mail,DOB", ["givenName", "familyName", "email", "dateOfBirth"]),
        ("Vorname,Nachname,Geburtsdatum,Note", ["givenName", "familyName", "dateOfBirth", "grade"]),
        ("Vollstandiger Name,SCHLÜSSEL", ["fullName", "key"]),
        ("name,Matrikelnummer", ["fullName", "identifier (ext:studentNumber)"]),
        ("name,identifier,identifierScheme", ["fullName", "identifier", "identifierScheme"]),
        ("name,nationalIdentityNumber", ["fullName", "identifier (nationalIdentityNumber)"]),
        ("name,ext:ROR,identifier (sourcedId)", ["fullName", "identifier (ext:ROR)", "identifier (sourcedId)"]),
    ],
)
def test_columns_are_told_by_their_headers(header: str, said: list[str]) -> None:
    assert gives(header) == said


@pytest.mark.parametrize(("separator", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")])
def test_the_separator_is_the_one_that_makes_sense_of_the_header(separator: str, name: str) -> None:
    found = read(f"fullName{separator}grade\nA, B; C{separator}1".replace("A, B; C", '"A, B; C"'))
    assert found.recognised.as_json()["separator"] == name
    assert found.learners[0].name.open() == "A, B; C"


def test_two_columns_make_a_whole_name() -> None:
    assert learners("Vorname;Nachname\nZoë;Šimić")[0]["fullName"] == "Zoë Šimić"


def test_a_day_written_the_german_way_is_the_same_day() -> None:
    assert learners("name;Geburtsdatum\nA;7.2.1994\nB;17. 02.1994\nC;1994-02-17\nD;2/3/1994") == [
        {"fullName": "A", "dateOfBirth": "1994-02-07"},
        {"fullName": "B", "dateOfBirth": "1994-02-17"},
        {"fullName": "C", "dateOfBirth": "1994-02-17"},
        {"fullName": "D", "dateOfBirth": "2/3/1994"},
    ]


def test_an_identifier_has_its_scheme_from_its_header_or_its_row() -> None:
    assert learners("name,identifier,scheme,student number\nA,1,ext:ROR,7\nB,2,,")[0]["identifier"] == [
        {"scheme": "ext:ROR", "value": "1"},
        {"scheme": "ext:studentNumber", "value": "7"},
    ]
    assert learners("name,identifier\nB,2")[0]["identifier"] == [{"scheme": "identifier", "value": "2"}]


def test_rows_are_numbered_as_the_spreadsheet_does() -> None:
    assert [each.row for each in read('name,key\nA,"x\ny"\n\n,\nB,z\n').learners] == [2, 5]


def test_spaces_around_a_cell_are_not_part_of_it() -> None:
    assert learners("name\n  Ana \u00a0") == [{"fullName": "Ana"}]


def test_an_unknown_column_is_named_with_the_nearest_that_is_known() -> None:
    (problem,) = read("fullName,emial\nA,b").problems
    assert (problem.row, problem.column) == (1, "emial")
    assert problem.problem.remedy.startswith("do you mean email?")


def test_a_missing_column_is_named_beside_those_that_are_there() -> None:
    assert (1, "familyName", 'no column gives the learner\'s familyName; there are: "Vorname", "grade"') in wrong(
        "Vorname,grade\nA,1"
    )


def test_a_column_that_is_there_is_never_said_to_be_missing() -> None:
    assert not [each for each in read("email;Name\na@b.example;A").problems if each.problem.type == MISSING_ELEMENT]


def test_name_beside_vorname_is_asked_about() -> None:
    ((row, column, detail),) = wrong("Name;Vorname\nŠimić;Zoë")
    assert (row, column) == (1, "Name")
    assert detail.startswith("is it the whole name, or the family name?")


def test_two_columns_that_give_the_same_are_refused() -> None:
    assert wrong("name,full name\nA,B") == [(1, "full name", 'gives fullName, as "name" does already')]


def test_empty_columns_at_the_end_are_none() -> None:
    assert wrong("name,grade,,\nA,1,,\nB,2") == []


def test_a_cell_without_a_header_is_not_dropped() -> None:
    assert wrong("name,\nA,b") == [(1, "column 2", "has cells and no header")]
    assert wrong("name\nA,b") == [(2, "", "has 2 cells, and the header 1 columns")]


@pytest.mark.parametrize(
    ("header", "cell", "says"),
    [
        ("name", "Zo\ufffd", "a letter was lost"),
        ("name", "#NAME?", "is an error of the spreadsheet"),
        ("identifier", "1.23457E+11", "is a number that the spreadsheet has shortened"),
        ("identifier", "1,2E+14", "is a number that the spreadsheet has shortened"),
    ],
)
def test_what_a_spreadsheet_lost_is_seen(header: str, cell: str, says: str) -> None:
    first = "" if header == "name" else "name;"
    found = wrong(f"{first}{header}\n{first and 'A;'}{cell}")
    assert [(row, column) for row, column, _ in found] == [(2, header)]
    assert says in found[0][2]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the list is empty"),
        ("\n \n", "the list is empty"),
        ("name", "the list has a header and no learner"),
        ("\nname\nA", "the first row is blank"),
        ("," * 100 + "name\n" + "," * 100 + "A", "has more than 100 columns"),
    ],
)
def test_what_is_no_list_is_refused(text: str, says: str) -> None:
    assert says in refused(text)


def test_a_class_may_be_too_large() -> None:
    assert len(read("name\nA\nB", most_rows=2).learners) == 2
    with pytest.raises(Refused) as caught:
        read("name\nA\nB\nC", most_rows=2)
    assert caught.value.problems[0].type == RANGE_ERROR


@pytest.mark.parametrize(
    "text",
    [
        "name\n" + "\n" * 1_000_000,
        "," * 1_000_000,
        "identifier(x" + " " * 900_000 + "y\nA",
        'a,"' * 300_000,
        "é\n" * 300_000,
    ],
    ids=["blank rows", "empty cells", "a long header", "quotation marks", "lines of a question"],
)
def test_what_is_large_and_says_nothing_is_soon_refused_or_read(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(Refused):
        learners_csv.read(text.encode("cp1252"), encoding=None, most_rows=500)
    assert time.process_time() - began < 2


def test_two_rows_of_one_learner_are_both_named(contexts: Contexts) -> None:
    found = read_files(contexts, b"", b"name,email\nA,a@b.example\nB,\nA,c@d.example", encoding=None, most_rows=9)
    assert [(each.row, each.problem.detail) for each in found.problems] == [
        (2, "is the same learner as in row 4"),
        (4, "is the same learner as in row 2"),
    ]


@pytest.mark.parametrize("text", ["name,key\nA,1\nA,2", "name,dateOfBirth\nA,1990-01-01\nA,1990-01-02"])
def test_two_people_of_one_name_are_told_apart(contexts: Contexts, text: str) -> None:
    assert read_files(contexts, b"", text.encode(), encoding=None, most_rows=9).problems == ()


def test_two_rows_with_one_key_are_both_named(contexts: Contexts) -> None:
    found = read_files(contexts, b"", b"name,key\nA,1\nB,1", encoding=None, most_rows=9)
    assert [(each.row, each.column, each.problem.type) for each in found.problems] == [
        (2, "key", TWICE_IN_A_CLASS),
        (3, "key", TWICE_IN_A_CLASS),
    ]


def test_a_corrected_address_or_grade_makes_nobody_another() -> None:
    first, second = read("name,email,grade\nA,a@b.example,1\nA,c@d.example,2").learners
    assert first.row_key == second.row_key


# ── the list with its mistakes ───────────────────────────────────────────────────────────────────────────────────────


def test_mistakes_stand_in_their_rows() -> None:
    found = read("name;identifier\nA;1E+9\n=B;2")
    assert found.annotated(found.problems).decode("utf-8-sig") == (
        "name;identifier;problem\r\n"
        'A;1E+9;"identifier: ""1E+9"" is a number that the spreadsheet has shortened '
        '(format the column as text, and write the whole number)"\r\n'
        "'=B;2;\r\n"
    )


def test_the_list_with_its_mistakes_may_come_back() -> None:
    found = read("name;grade;fee\n=A;1;\nB;2;3")
    again = learners_csv.read(found.annotated(found.problems), encoding=None, most_rows=9)
    assert [each.learner.open() for each in again.learners] == [each.learner.open() for each in found.learners]
    assert again.annotated(again.problems) == found.annotated(found.problems)


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(alphabet="nameNaVorckyid ,;\t\"\r\n'=ž", max_size=120),
        st.text(max_size=100).map(lambda text: f"name,key,identifier,dateOfBirth\n{text}"),
    ),
    st.sampled_from([None, "windows-1250", "windows-1252", "utf-8", "utf-16"]),
)
def test_any_bytes_are_a_list_or_refused(data: bytes | str, encoding: str | None) -> None:
    given_bytes = data if isinstance(data, bytes) else data.encode()
    try:
        found = learners_csv.read(given_bytes, encoding=encoding, most_rows=20)
    except Refused:
        return
    assert 0 < len(found.learners) <= 20
    learners_csv.read(found.annotated(found.problems), encoding=None, most_rows=20)


# ── which encoding it is, asked by names ─────────────────────────────────────────────────────────────────────────────


def test_encodings_are_told_apart_by_the_names_that_read_differently() -> None:
    found = learners_csv.samples("name\nAna\nDžana Šimić\nZoë\n".encode("cp1250"), most_rows=9)
    assert [(each.encoding, each.samples) for each in found] == [
        ("windows-1250", ("Džana Šimić",)),
        ("windows-1252", ("Džana Šimiæ",)),
    ]


def test_encodings_in_which_all_reads_alike_are_one() -> None:
    (found,) = learners_csv.samples("name,grade\nAna,A\nZoë,B\n".encode("cp1252"), most_rows=9)
    assert found.samples == ("Zoë",)


def test_where_the_names_read_alike_lines_are_shown() -> None:
    first, second = learners_csv.samples("name,note\nZoë,ć\n".encode("cp1250"), most_rows=9)
    assert (first.samples, second.samples) == (("Zoë,ć",), ("Zoë,æ",))


@pytest.mark.parametrize("data", [b"", b"name\nA\n", "name\nŠ\n".encode(), b"\x81\x8d"])
def test_a_file_that_says_itself_what_it_is_in_asks_nothing(data: bytes) -> None:
    assert len(learners_csv.samples(data, most_rows=9)) in (0, 1)


@pytest.mark.parametrize("begins", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"], ids=["xlsx or ods", "xls"])
def test_a_spreadsheets_own_file_is_told_how_to_become_a_list(begins: bytes) -> None:
    with pytest.raises(Refused) as caught:
        learners_csv.read(begins + bytes(200), encoding=None, most_rows=9)
    assert "save it there as CSV UTF-8" in caught.value.problems[0].remedy
