"""A class as JSON or as files: the request of each row, and whose each problem is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.credential.class_request import GivenClass, by_row, read_files, read_json
from app.core.json_ld import Contexts
from app.core.problems import MALFORMED_VALUE_ERROR, MISSING_ELEMENT, RANGE_ERROR, Problem, Refused

SHARED = {"awardedDate": "2026-06-30", "achievement": {"title": {"en": "A"}}}


def as_json(contexts: Contexts, *learners: object, **shared: object) -> GivenClass:
    return read_json(contexts, json.dumps({**SHARED, **shared, "learners": learners}).encode(), most_rows=3)


def requests(found: GivenClass) -> list[object]:
    return [json.loads(found.request(each)) for each in found.learners]


def test_a_row_is_the_request_of_one_award(contexts: Contexts) -> None:
    found = as_json(
        contexts, {"fullName": "A", "key": "1"}, {"fullName": "B", "grade": "B"}, grade={"scale": ["A", "B"]}
    )
    assert requests(found) == [
        {"learner": {"fullName": "A"}, **SHARED},
        {"learner": {"fullName": "B"}, **SHARED, "grade": {"scale": ["A", "B"], "value": "B"}},
    ]


def test_a_grade_that_all_have_is_everybodys(contexts: Contexts) -> None:
    found = as_json(contexts, {"fullName": "A"}, grade={"value": "passed"})
    assert requests(found) == [{"learner": {"fullName": "A"}, **SHARED, "grade": {"value": "passed"}}]


def test_files_give_the_same_requests_as_json(contexts: Contexts) -> None:
    toml = b"awardedDate = 2026-06-30\ntitle.en = 'A'\n[grade]\nname = 'Test'\n"
    files = read_files(contexts, toml, b"name,grade\nA,1", encoding=None, most_rows=3)
    sent = as_json(contexts, {"fullName": "A", "grade": "1"}, grade={"name": "Test"})
    assert requests(files) == requests(sent)
    assert [each.row_key for each in files.learners] == [each.row_key for each in sent.learners]


def test_a_class_with_more_learners_is_the_same_class(contexts: Contexts) -> None:
    assert as_json(contexts, {"fullName": "A"}).key == as_json(contexts, {"fullName": "A"}, {"fullName": "B"}).key


@pytest.mark.parametrize("other", [{"awardedDate": "2026-07-01"}, {"achievement": {"title": {"en": "B"}}}])
def test_a_class_of_something_else_is_another(contexts: Contexts, other: dict[str, object]) -> None:
    assert as_json(contexts, {"fullName": "A"}).key != as_json(contexts, {"fullName": "A"}, **other).key


@pytest.mark.parametrize(
    ("learners", "kind", "at"),
    [
        ([], MISSING_ELEMENT, "/learners"),
        ({}, MALFORMED_VALUE_ERROR, "/learners"),
        (["A"], MALFORMED_VALUE_ERROR, "/learners/0"),
        ([{"fullName": "A", "key": 7}], MALFORMED_VALUE_ERROR, "/learners/0/key"),
        ([{"fullName": "A", "grade": {"value": "A"}}], MALFORMED_VALUE_ERROR, "/learners/0/grade"),
        ([{"fullName": str(number)} for number in range(4)], RANGE_ERROR, "/learners"),
    ],
)
def test_what_are_no_learners_is_refused(contexts: Contexts, learners: object, kind: str, at: str) -> None:
    with pytest.raises(Refused) as caught:
        read_json(contexts, json.dumps({**SHARED, "learners": learners}).encode(), most_rows=3)
    assert [(each.type, each.at) for each in caught.value.problems] == [(kind, at)]


def test_a_learner_beside_the_list_is_refused(contexts: Contexts) -> None:
    with pytest.raises(Refused):
        read_files(contexts, b"[learner]\nfullName = 'A'\n[achievement]\n", b"name\nA", encoding=None, most_rows=3)


def test_what_stands_in_every_row_is_bounded(contexts: Contexts) -> None:
    with pytest.raises(Refused) as caught:
        as_json(contexts, {"fullName": "A"}, achievement={"title": {"en": "A" * 70_000}})
    assert [(each.type, each.at) for each in caught.value.problems] == [(RANGE_ERROR, "/achievement")]


def test_a_key_is_short(contexts: Contexts) -> None:
    (problem,) = as_json(contexts, {"fullName": "A", "key": "k" * 101}).problems
    assert (problem.problem.at, problem.column) == ("/learners/0/key", "key")


def test_what_all_rows_have_is_said_once_and_of_the_class(contexts: Contexts) -> None:
    found = as_json(contexts, {"fullName": "A"}, {"fullName": "B"})
    shared, own = Problem(MALFORMED_VALUE_ERROR, "/achievement/title"), Problem(MALFORMED_VALUE_ERROR, "/learner/email")
    told = by_row(found, [(each, [shared, own] if each.row == 2 else [shared]) for each in found.learners])
    assert [(each.row, each.problem.at) for each in told] == [(None, "/achievement/title"), (2, "/learners/1/email")]


def test_what_one_row_has_is_its_own_wherever_it_lies(contexts: Contexts) -> None:
    found = as_json(contexts, {"fullName": "A"}, {"fullName": "B"})
    odd = Problem(MALFORMED_VALUE_ERROR, "", "names two things")
    assert [each.row for each in by_row(found, [(found.learners[0], []), (found.learners[1], [odd])])] == [2]


NAMES = st.sampled_from(["learners", "fullName", "key", "grade", "identifier", "id", "value"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_a_class_or_refused(contexts: Contexts, value: object) -> None:
    try:
        found = read_json(contexts, json.dumps({"learners": value}).encode(), most_rows=3)
    except Refused:
        return
    for learner in found.learners:
        assert json.loads(found.request(learner))["learner"] == learner.learner.open()
        assert learner.row_key
