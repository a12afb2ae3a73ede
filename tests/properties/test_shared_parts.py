"""What is remembered of issuers and achievements changes no byte, in whatever order documents come."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.json_ld import Contexts
from app.core.json_ld.canonical import general_statements
from app.core.json_ld.rdfc10 import canonicalize_quads
from app.core.json_ld.shared_parts import SharedParts
from app.core.json_ld.tables import Tables
from app.core.json_ld.walk import covered_statements
from app.core.problems import JsonObject, Refused
from bench.badge import badge
from tests.properties.strategies import pinned
from tests.properties.test_fast_json_ld import places

# Each begins like its neighbours, equals some of them in Python, and says something else, or says nothing.
_NEAR = [1, 1.0, True, "1", 0, 0.0, -0.0, False, "", None, ["1"], ["1", "1"], ["1", "2"], ["2", "1"], [1, True]]
_NEAR_OBJECTS = [
    {"en": "1", "de": "2"},
    {"de": "2", "en": "1"},
    {"en": ["1"]},
    {"id": "urn:a"},
    {"id": "urn:a", "type": "Image"},
    {"type": "Image", "id": "urn:a"},
    {"type": ["Image"], "id": "urn:a"},
    {"@value": "1"},
    {"@value": "1", "@language": "en"},
    {"@value": "1", "@language": "EN"},
]
_PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def near_documents(draw: st.DrawFn) -> JsonObject:
    """A badge in which one place of its issuer or its achievement differs, or its members stand in another order."""
    document = badge("did:example:issuer", alignments=2)
    subject = document["credentialSubject"]
    part = draw(st.sampled_from([document["issuer"], subject["achievement"]]))
    match draw(st.sampled_from(["same", "value", "order", "twice", "elsewhere"])):
        case "value":
            holder, name = draw(st.sampled_from(list(places(part))))
            holder[name] = deepcopy(draw(st.sampled_from([*_NEAR, *_NEAR_OBJECTS])))
        case "order":
            reordered = dict(reversed(part.items()))
            part.clear()
            part.update(reordered)
        case "twice":
            document["credentialSubject"] = [subject, deepcopy(subject) | {"id": "did:example:another"}]
        case "elsewhere":
            document["credentialSubject"] = {"id": "did:example:learner", "achievement": document["issuer"]}
        case _:
            pass
    return document


@given(st.lists(near_documents(), min_size=2, max_size=12))
@_PROPERTY
def test_with_and_without_memory_and_by_pyld_the_bytes_are_the_same(documents: list[JsonObject]) -> None:
    contexts = pinned()
    remembering, small, without = _warm(), Tables(contexts, max_shared_bytes=40_000), _without()
    by_pyld = [
        (document, _by_pyld(contexts, document), _by_pyld(contexts, document, hash_algorithm="sha384"))
        for document in documents
    ]
    # What is met once is walked, what is met again is kept, and then it is found.
    for document, expected, expected_sha384 in by_pyld * 3:
        for tables in (remembering, small, without):
            covered = covered_statements(contexts, document, aliases={}, tables=tables)
            assert covered is None or canonicalize_quads(covered)[0] == expected
            assert covered is None or canonicalize_quads(covered, hash_algorithm="sha384")[0] == expected_sha384
            assert (covered is None) is (covered_statements(contexts, document, aliases={}, tables=_warm()) is None)


@pytest.mark.parametrize("name", ["creditsAvailable", "humanCode", "tag", "image", "alignment"])
@pytest.mark.parametrize("order", [1, -1])
def test_what_python_takes_for_the_same_is_not_found_as_the_same(contexts: Contexts, name: str, order: int) -> None:
    tables, covers = Tables(contexts), 0
    for value in [*_NEAR, *_NEAR_OBJECTS][::order] * 3:
        document = badge("did:example:issuer", alignments=1)
        document["credentialSubject"]["achievement"][name] = deepcopy(value)
        covered = covered_statements(contexts, document, aliases={}, tables=tables)
        assert covered is None or canonicalize_quads(covered)[0] == _by_pyld(contexts, document)
        covers += covered is not None
    assert covers > 6


def test_an_achievement_that_is_met_again_is_not_walked_after(contexts: Contexts) -> None:
    tables = Tables(contexts)
    met = covered_statements(contexts, badge("did:example:issuer"), aliases={}, tables=tables)
    assert met is not None
    assert met.closed == ()
    first = covered_statements(contexts, badge("did:example:issuer"), aliases={}, tables=tables)
    document = json.loads(json.dumps(badge("did:example:issuer")))
    document["credentialSubject"]["id"] = "did:example:another"
    second = covered_statements(contexts, document, aliases={}, tables=tables)
    assert first is not None
    assert second is not None
    assert [part is other for part, other in zip(first.closed, second.closed, strict=True)] == [True, True]


def test_one_that_stands_twice_is_two_where_it_has_something_nameless(contexts: Contexts) -> None:
    document = badge("did:example:issuer")
    subject = document["credentialSubject"]
    document["credentialSubject"] = [subject, subject | {"id": "did:example:another"}]
    for _ in range(3):
        covered = covered_statements(contexts, document, aliases={})
        assert covered is not None
        assert canonicalize_quads(covered)[0] == _by_pyld(contexts, document)


def test_what_is_remembered_is_bounded(contexts: Contexts) -> None:
    tables = Tables(contexts, max_shared_bytes=100_000)
    for number in range(40):
        document = badge(f"did:example:{number}", alignments=5)
        document["credentialSubject"]["achievement"]["name"] = f"Course {number}"
        for _ in range(2):
            assert covered_statements(contexts, document, aliases={}, tables=tables) is not None
        assert 0 < tables.shared_parts.bytes <= 100_000


def test_a_part_that_is_too_long_is_not_remembered(contexts: Contexts) -> None:
    tables = Tables(contexts, max_shared_bytes=4_000)
    for _ in range(2):
        assert covered_statements(contexts, badge("did:example:issuer"), aliases={}, tables=tables) is not None
    assert tables.shared_parts.bytes < 4_000


def test_nothing_of_a_learner_is_remembered(contexts: Contexts) -> None:
    tables = Tables(contexts)
    document = badge("did:example:issuer")
    document["credentialSubject"]["identifier"] = [
        {"type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": "Ada Lovelace"}
    ]
    for _ in range(2):
        assert covered_statements(contexts, document, aliases={}, tables=tables) is not None
    remembered = repr(list(_kept(tables.shared_parts)))
    assert "University of Examples" in remembered
    assert "did:example:learner" not in remembered
    assert "Ada" not in remembered


def _kept(shared: SharedParts) -> Iterator[Any]:
    return iter(shared._parts.items())


@cache
def _warm() -> Tables:
    """Of the whole run: what all documents before left behind."""
    return Tables(pinned())


def _without() -> Tables:
    return Tables(pinned(), max_shared_bytes=0)


def _by_pyld(contexts: Contexts, document: JsonObject, *, hash_algorithm: str = "sha256") -> str | None:
    try:
        return canonicalize_quads(general_statements(contexts, document, aliases={}), hash_algorithm=hash_algorithm)[0]
    except Refused:
        return None
