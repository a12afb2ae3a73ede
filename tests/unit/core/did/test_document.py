"""A controlled identifier document as its host gives it."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.did.document import MAX_VERIFICATION_METHODS, Relationship, read, write
from app.core.problems import (
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT,
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID,
    INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD,
    INVALID_VERIFICATION_METHOD,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Refused,
)
from tests.verifying import KEY, UNIVERSITY, controlled_identifier_document

METHOD = f"{UNIVERSITY}#key-1"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from([METHOD, "#key-1", "Multikey", UNIVERSITY]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["id", "type", "controller"]), inner),
    max_leaves=20,
)


def refusal(document: JsonObject) -> str:
    with pytest.raises(Refused) as refused:
        read(document, identifier=UNIVERSITY)
    return refused.value.problems[0].type


def with_method(**members: Any) -> JsonObject:
    return controlled_identifier_document(**members)


def test_a_method_is_found_by_its_url_and_its_purpose() -> None:
    document = read(controlled_identifier_document(), identifier=UNIVERSITY)
    assert (
        document.method(METHOD, Relationship.ASSERTION_METHOD).public_key().raw
        == KEY.private.public_key().public_bytes_raw()
    )


def test_a_document_that_calls_itself_something_else_is_refused() -> None:
    document = controlled_identifier_document() | {"id": "did:web:other.example"}
    assert refusal(document) == INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID


def test_a_method_under_another_purpose_alone_is_refused() -> None:
    document = read(controlled_identifier_document(relationship="authentication"), identifier=UNIVERSITY)
    with pytest.raises(Refused) as refused:
        document.method(METHOD, Relationship.ASSERTION_METHOD)
    assert refused.value.problems[0].type == INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD


def test_a_method_that_is_not_there_is_refused() -> None:
    document = read(controlled_identifier_document(), identifier=UNIVERSITY)
    with pytest.raises(Refused) as refused:
        document.method(f"{UNIVERSITY}#key-2", Relationship.ASSERTION_METHOD)
    assert refused.value.problems[0].type == INVALID_VERIFICATION_METHOD


def test_a_method_that_another_controls_is_refused() -> None:
    document = read(with_method(controller="did:web:other.example"), identifier=UNIVERSITY)
    with pytest.raises(Refused) as refused:
        document.method(METHOD, Relationship.ASSERTION_METHOD)
    assert refused.value.problems[0].type == INVALID_VERIFICATION_METHOD


def test_a_method_of_another_document_is_not_used_though_it_stands_here() -> None:
    document = read(with_method(id="did:web:other.example#key-1"), identifier=UNIVERSITY)
    with pytest.raises(Refused) as refused:
        document.method("did:web:other.example#key-1", Relationship.ASSERTION_METHOD)
    assert refused.value.problems[0].type == INVALID_VERIFICATION_METHOD


def test_a_fragment_alone_names_a_method_of_this_document() -> None:
    document = read(with_method(id="#key-1"), identifier=UNIVERSITY)
    assert document.method(METHOD, Relationship.ASSERTION_METHOD).id == METHOD


def test_a_method_may_be_embedded_in_its_relationship() -> None:
    published = controlled_identifier_document()
    published["assertionMethod"] = published.pop("verificationMethod")
    document = read(published, identifier=UNIVERSITY)
    assert document.method(METHOD, Relationship.ASSERTION_METHOD).id == METHOD


def test_a_revoked_method_says_since_when() -> None:
    document = read(with_method(revoked="2026-01-01T00:00:00Z"), identifier=UNIVERSITY)
    assert document.verification_methods[0].revoked == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_method_of_another_type_is_kept_unread() -> None:
    document = read(with_method(type="RsaVerificationKey2018"), identifier=UNIVERSITY)
    with pytest.raises(Refused) as refused:
        document.method(METHOD, Relationship.ASSERTION_METHOD).public_key()
    assert refused.value.problems[0].type == UNSUPPORTED_MECHANISM


@pytest.mark.parametrize(
    "members",
    [
        {"publicKeyJwk": {"kty": "OKP"}},
        {"type": "JsonWebKey", "publicKeyMultibase": 1, "publicKeyJwk": {}},
        {"secretKeyMultibase": "z3u2"},
        {"publicKeyMultibase": None},
        {"revoked": "yesterday"},
        {"expires": 1},
        {"controller": None},
        {"id": 1},
        {"type": ["Multikey"]},
    ],
)
def test_a_malformed_method_makes_a_malformed_document(members: dict[str, Any]) -> None:
    assert refusal(with_method(**members)) == INVALID_CONTROLLED_IDENTIFIER_DOCUMENT


def test_two_methods_of_one_name_are_refused() -> None:
    document = controlled_identifier_document()
    document["verificationMethod"] *= 2
    assert refusal(document) == INVALID_CONTROLLED_IDENTIFIER_DOCUMENT


@pytest.mark.parametrize("member", ["verificationMethod", "assertionMethod"])
def test_ten_thousand_methods_are_refused(member: str) -> None:
    (method,) = controlled_identifier_document()["verificationMethod"]
    methods = [method | {"id": f"#key-{number}"} for number in range(10_000)]
    assert refusal({"id": UNIVERSITY, member: methods}) == INVALID_CONTROLLED_IDENTIFIER_DOCUMENT


def test_methods_spread_over_the_relationships_are_bounded_together() -> None:
    (method,) = controlled_identifier_document()["verificationMethod"]
    spread = {
        relationship: [method | {"id": f"#{relationship}-{number}"} for number in range(MAX_VERIFICATION_METHODS)]
        for relationship in ("assertionMethod", "authentication")
    }
    assert refusal({"id": UNIVERSITY, **spread}) == INVALID_CONTROLLED_IDENTIFIER_DOCUMENT


def test_what_is_written_reads_as_the_same_document() -> None:
    document = read(with_method(revoked="2026-01-01T00:00:00Z"), identifier=UNIVERSITY)
    assert read(write(document), identifier=UNIVERSITY) == document


@given(st.dictionaries(st.sampled_from(["verificationMethod", *Relationship]), JSON))
def test_any_json_is_a_document_or_refused(members: JsonObject) -> None:
    with contextlib.suppress(Refused):
        assert read({**members, "id": UNIVERSITY}, identifier=UNIVERSITY).id == UNIVERSITY
