"""What an institution claims is what comes out of its badge, element by element, with nothing lost."""

import contextlib
from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.core.credential import award_request, open_badge
from app.core.credential.elements import ELEMENTS, Element
from app.core.credential.micro_credential import MicroCredential
from app.core.json_ld import canonicalize
from app.core.problems import JsonObject, Refused
from tests.long_proofs import fraction
from tests.properties.strategies import ISSUER, NOW, award_requests, micro_credentials, pinned

EXAMPLES = max(10, int(400 * fraction()))
_ID = "urn:uuid:7a1f2c50-5b1d-4f0e-9d60-1a2b3c4d5e6f"
_AT = "https://awards.example"

many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def _read(body: JsonObject) -> MicroCredential:
    return award_request.read(body, contexts=pinned(), issuer=ISSUER, time_zone="Europe/Dublin", now=NOW)


def _badge(claimed: MicroCredential) -> JsonObject:
    written = open_badge.write(
        claimed,
        contexts=pinned(),
        context_url=f"{_AT}/contexts/micro-credential-v1",
        schema_url=f"{_AT}/schemas/micro-credential-v1",
    )
    return {**written, "id": _ID}


def _without_email(claimed: MicroCredential) -> MicroCredential:
    """The address is signed on request alone, and as a hash that can't be read back."""
    return replace(claimed, learner=replace(claimed.learner, email=None))


def _at(claimed: object, path: str) -> object:
    for name in path.split("."):
        claimed = getattr(claimed, name)
    return claimed


@many
@given(micro_credentials())
@example(_read(award_request.EXAMPLE))
@example(_read(award_request.MINIMAL_EXAMPLE))
def test_what_is_written_reads_back_equal(claimed: MicroCredential) -> None:
    assert open_badge.read(_badge(claimed)) == _without_email(claimed)


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: f"{element.number}-{element.name}")
def test_each_element_of_the_example_reads_back(element: Element) -> None:
    claimed = _read(award_request.EXAMPLE)
    read = open_badge.read(_badge(claimed))
    assert [_at(read, path) for path in element.fields] == [_at(claimed, path) for path in element.fields]


@many
@given(micro_credentials())
@example(_read(award_request.EXAMPLE))
def test_what_is_written_is_a_good_open_badge(claimed: MicroCredential) -> None:
    assert open_badge.problems(_badge(claimed), contexts=pinned()) == ()


@many
@given(micro_credentials())
def test_what_is_written_has_its_elements(claimed: MicroCredential) -> None:
    assert open_badge.micro_credential_problems(_badge(claimed), contexts=pinned()) == ()


@many
@given(micro_credentials())
@example(_read(award_request.EXAMPLE))
def test_what_is_written_is_json_ld_without_loss(claimed: MicroCredential) -> None:
    badge = _badge(claimed)
    assert canonicalize(pinned(), badge, aliases=pinned().aliases(badge))


@settings(max_examples=10 * EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    ),
    st.data(),
)
def test_any_value_in_a_request_is_read_or_refused(value: object, data: st.DataObject) -> None:
    body = _changed(award_request.EXAMPLE, value, data)
    with contextlib.suppress(Refused):
        assert isinstance(_read(body), MicroCredential)


@settings(max_examples=10 * EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    ),
    st.data(),
)
def test_any_value_in_a_badge_is_read_or_refused(value: object, data: st.DataObject) -> None:
    badge = _changed(_badge(_read(award_request.EXAMPLE)), value, data)
    with contextlib.suppress(Refused):
        assert isinstance(open_badge.read(badge), MicroCredential)


@many
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    ),
    st.data(),
)
def test_any_value_in_a_badge_can_be_examined(value: object, data: st.DataObject) -> None:
    badge = _changed(_badge(_read(award_request.EXAMPLE)), value, data)
    found = (
        *open_badge.problems(badge, contexts=pinned()),
        *open_badge.micro_credential_problems(badge, contexts=pinned()),
    )
    assert all(problem.detail for problem in found)


def _changed(document: JsonObject, value: object, data: st.DataObject) -> JsonObject:
    """The document with one value somewhere in it put in another's place."""
    path = data.draw(st.sampled_from(list(_paths(document))))
    changed = _put(document, path, value)
    assert isinstance(changed, dict)
    return changed


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    match value:
        case dict():
            return found + [inner for name, item in value.items() for inner in _paths(item, (*path, name))]
        case list():
            return found + [inner for number, item in enumerate(value) for inner in _paths(item, (*path, number))]
        case _:
            return found


def _put(document: object, path: tuple[str | int, ...], value: object) -> object:
    if not path:
        return value
    first, rest = path[0], path[1:]
    match document, first:
        case dict() as members, str():
            return {**members, first: _put(members[first], rest, value)}
        case list() as items, int():
            return [*items[:first], _put(items[first], rest, value), *items[first + 1 :]]
        case other, _:
            raise AssertionError(f"{other!r} has no {first!r}")


def test_the_example_says_something_in_every_field() -> None:
    claimed = _read({**award_request.EXAMPLE, "supersedes": "urn:uuid:7a1f2c50-5b1d-4f0e-9d60-1a2b3c4d5e60"})
    said = {field.name for field in fields(claimed.achievement) if getattr(claimed.achievement, field.name)}
    assert {field.name for field in fields(claimed.achievement)} - said == {"level_not_applicable"}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(award_requests())
def test_the_same_request_is_read_into_the_same_ids(body: JsonObject) -> None:
    assert _read(body) == _read(body)
