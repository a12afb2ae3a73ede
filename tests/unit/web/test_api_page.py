"""The API as a page: every operation of the OpenAPI document, with what it takes and a line that sends it."""

import json

from app.core.problems import JsonObject
from app.web.api_page import Example, Field, Operation, chapters, first_to_try, refusals, without

_URL = "https://awards.example"


def _only(path: str, method: str, described: JsonObject) -> Operation:
    (chapter,) = chapters({"paths": {path: {method: described}}}, public_url=_URL)
    (operation,) = chapter.operations
    return operation


def _taking(media_type: str, body: JsonObject) -> Operation:
    return _only("/awards", "post", {"requestBody": {"content": {media_type: body}}})


def test_operations_stand_under_their_first_tag_where_the_document_explains_it() -> None:
    paths = {
        "/b": {"get": {"tags": ["Published", "Operation"]}, "parameters": []},
        "/a": {"get": {"tags": ["Published"]}, "post": {"tags": ["Acts on an award"]}},
        "/c": {"get": {}},
    }
    tags = [
        {"name": "Acts on an award", "description": "Each with a reason."},
        {"name": "Published"},
        {"name": "Empty"},
    ]
    found = chapters({"paths": paths, "tags": tags}, public_url=_URL)
    assert [
        (chapter.anchor, chapter.about, [(each.method, each.path) for each in chapter.operations]) for chapter in found
    ] == [
        ("part-acts-on-an-award", "Each with a reason.", [("POST", "/a")]),
        ("part-published", "", [("GET", "/b"), ("GET", "/a")]),
        ("part-more", "", [("GET", "/c")]),
    ]


def test_what_is_made_stands_before_what_is_read() -> None:
    (chapter,) = chapters({"paths": {"/awards": {"get": {}, "post": {}}}}, public_url=_URL)
    assert [each.method for each in chapter.operations] == ["POST", "GET"]


def test_what_several_refuse_alike_is_said_once() -> None:
    both, own = {"description": "Too large."}, {"description": "invalid_client"}
    paths = {
        "/a": {"post": {"responses": {"201": {"description": "Made."}, "413": both, "401": own}}},
        "/b": {"post": {"responses": {"201": {"description": "Made."}, "413": both}}},
    }
    found = chapters({"paths": paths}, public_url=_URL)
    common = refusals(found)
    assert common == (("413", "Too large."),)
    (chapter,) = without(common, found)
    assert [(each.answers, each.refusals) for each in chapter.operations] == [
        ((("201", "Made."), ("401", "invalid_client")), ("413",)),
        ((("201", "Made."),), ("413",)),
    ]


def test_what_a_field_holds_is_described_once() -> None:
    learner = {"description": "Who.", "properties": {"fullName": {"description": "As on the paper."}}}
    content = {"application/json": {"schema": {"properties": {"learner": learner}}}}
    paths = {path: {"post": {"requestBody": {"content": content}}} for path in ("/awards", "/batches")}
    (chapter,) = without((), chapters({"paths": paths}, public_url=_URL))
    assert [[(field.name, field.members_at) for field in each.fields] for each in chapter.operations] == [
        [("learner", ""), ("learner.fullName", "")],
        [("learner", "post-awards")],
    ]


def test_an_award_is_what_to_try_first_where_there_is_one() -> None:
    found = first_to_try(chapters({"paths": {"/healthz": {"get": {}}, "/awards": {"post": {}}}}, public_url=_URL))
    assert found is not None
    assert found.path == "/awards"
    assert first_to_try(chapters({"paths": {"/healthz": {"get": {}}}}, public_url=_URL)) is None


def test_a_parameter_says_where_it_goes() -> None:
    parameters = [
        {"name": "award_id", "in": "path", "required": True, "description": "The award's id."},
        {"name": "idempotency-key", "in": "header"},
    ]
    assert _only("/awards/{award_id}", "get", {"parameters": parameters}).fields == (
        Field("award_id", "path", required=True, about="The award's id."),
        Field("idempotency-key", "header", required=False, about=""),
    )


def test_a_member_of_a_member_is_named_by_its_path() -> None:
    learner = {"properties": {"fullName": {"description": "As on the paper."}}, "required": ["fullName"]}
    schema = {"properties": {"learner": learner}}
    assert _taking("application/json", {"schema": schema}).fields == (
        Field("learner", "body", required=False, about=""),
        Field("learner.fullName", "body", required=True, about="As on the paper."),
    )


def test_all_examples_can_be_chosen_and_the_shortest_is_shown_first() -> None:
    examples = {"full": {"value": {"a": 1, "b": 2}}, "least": {"value": {"a": 1}}}
    assert _taking("application/json", {"examples": examples}).examples == (
        Example("least", '{"a": 1}'),
        Example("full", '{"a": 1, "b": 2}'),
    )


def test_what_does_not_fit_on_a_line_stands_on_several() -> None:
    value = {"long": ["x" * 60, {"y": "ž" * 60, "z": []}]}
    (example,) = _taking("application/json", {"example": value}).examples
    assert example.text.splitlines() == [
        "{",
        ' "long": [',
        f'  "{"x" * 60}",',
        f'  {{"y": "{"ž" * 60}", "z": []}}',
        " ]",
        "}",
    ]
    assert json.loads(example.text) == value


def test_an_empty_object_is_an_example_too() -> None:
    assert _taking("application/json", {"example": {}}).examples == (Example("example", "{}"),)


def test_the_example_of_a_form_is_encoded_as_one() -> None:
    media_type = "application/x-www-form-urlencoded"
    examples = {"full": {"value": {"scope": "write:/awards read:/awards"}}}
    (example,) = _taking(media_type, {"examples": examples}).examples
    assert example.text == "scope=write%3A%2Fawards+read%3A%2Fawards"


def test_the_line_to_copy_carries_the_token_and_the_body() -> None:
    described = {"security": [{"OAuth2": []}], "requestBody": {"content": {"application/json": {}}}}
    assert _only("/awards", "post", described).command == (
        'curl -X POST -H "Authorization: Bearer $TOKEN" '
        "-H 'Content-Type: application/json' --data @body.json 'https://awards.example/awards'"
    )


def test_the_line_to_copy_for_what_only_reads_is_the_address_alone() -> None:
    assert _only("/healthz", "get", {}).command == "curl 'https://awards.example/healthz'"
