"""Files that a form carries back to itself: what comes back is what was handed in, or it is refused."""

import zlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.problems import PARSING_ERROR, Problem, Refused
from app.http.forms import Form, FormPart
from app.web.console.kept_files import KeptFile, handed_in

A_LIST = KeptFile("class.csv", b"name\nA\n")


def carried(packed: bytes, *more: FormPart) -> Form:
    return Form((FormPart("kept_learners", packed), FormPart("kept_learners_name", b"class.csv"), *more))


@given(st.binary(max_size=2_000))
def test_a_file_comes_back_as_it_was(content: bytes) -> None:
    kept = KeptFile("class.csv", content)
    assert handed_in(carried(kept.packed.encode()), "learners") == kept


def test_a_file_that_is_chosen_takes_its_place() -> None:
    chosen = FormPart("learners", b"name\nB\n", filename="other.csv")
    assert handed_in(carried(A_LIST.packed.encode(), chosen), "learners") == KeptFile("other.csv", b"name\nB\n")


def test_a_file_control_that_was_left_empty_changes_nothing() -> None:
    empty = FormPart("learners", b"", filename="")
    assert handed_in(carried(A_LIST.packed.encode(), empty), "learners") == A_LIST


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_field_is_a_file_or_refused(packed: bytes) -> None:
    found: tuple[Problem, ...] = ()
    try:
        handed_in(carried(packed), "learners")
    except Refused as refused:
        found = refused.problems
    assert {problem.type for problem in found} <= {PARSING_ERROR}


def test_what_would_grow_without_bound_is_refused() -> None:
    with pytest.raises(Refused):
        handed_in(carried(b64encode(zlib.compress(bytes(50_000_000)))), "learners")


def test_a_list_of_a_megabyte_fits_into_a_form() -> None:
    rows = "".join(f"Learner {number} of a long list,{number:07},a{number}@example.org\n" for number in range(20_000))
    assert len(rows) > 1_000_000
    assert len(KeptFile("class.csv", rows[:1_048_576].encode()).packed) < 600_000
