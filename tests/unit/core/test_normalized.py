"""Unicode's forms: what `unicodedata` says, and no cost that grows with the square of a text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.people import read_login, read_name, read_password
from app.core.credential.readable_text import MOST_CHARACTERS, WrongText, wrong_in_text
from app.core.normalized import is_composed, normalized
from app.core.problems import Refused, said
from tests.conftest import ROOT

# Each pair is out of order: to sort them all takes the square of their number, most of an hour for these.
MARKS = "e" + "\u0301\u0327" * 500_000


@given(st.text(), st.sampled_from(["NFC", "NFKC", "NFKD"]))
def test_any_text_is_as_unicode_says(text: str, form: str) -> None:
    assert normalized(text, form=form) == unicodedata.normalize(form, text)  # type: ignore[arg-type]


def test_thirty_marks_on_a_letter_are_ordered() -> None:
    text = "e" + "\u0301\u0327" * 15
    assert normalized(text, form="NFC") == unicodedata.normalize("NFC", text)


def test_a_run_of_marks_costs_no_more_than_as_many_letters() -> None:
    assert not is_composed(MARKS)
    assert is_composed(normalized(MARKS, form="NFC"))


def test_a_text_is_refused_at_the_first_that_is_not_composed() -> None:
    wrong = wrong_in_text("a" * 200 + "e\u0301" + "b" * 10, prose=True)
    assert wrong is not None
    assert wrong.detail == (
        "is not in Unicode's composed form (NFC): "
        f'"{"a" * 58}e\\u0301" is given, "{"a" * 58}\\u00e9" is the composed form'
    )


def test_a_text_of_marks_alone_is_refused() -> None:
    wrong = wrong_in_text(MARKS[:MOST_CHARACTERS], prose=True)
    assert wrong is not None
    assert wrong.detail.startswith("is not in Unicode's composed form")


def test_a_megabyte_is_no_login_no_name_and_no_password() -> None:
    assert read_password(MARKS) is None
    with pytest.raises(Refused):
        read_login(f"{MARKS}@example.org")
    with pytest.raises(Refused):
        read_name(MARKS)


def test_nobody_else_asks_for_a_form() -> None:
    asking = [path for path in (ROOT / "app").rglob("*.py") if "unicodedata.normalize(" in path.read_text()]
    assert asking == [ROOT / "app" / "core" / "normalized.py"]


@pytest.mark.parametrize("text", ["\u200d", "\u3164", "\u2800 ", "\u0301", "\u00a0", "\n"])
def test_a_text_in_which_nothing_is_seen_is_blank(text: str) -> None:
    assert wrong_in_text(text, prose=True) == WrongText("is blank", said("text.blank"))
