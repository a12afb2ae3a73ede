"""The walk over tables against the general way: the same bytes, or no answer; it never takes what PyLD would not."""

import json
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.core.credential import open_badge
from app.core.credential.micro_credential import MicroCredential
from app.core.json_ld import Contexts
from app.core.json_ld.canonical import general_statements
from app.core.json_ld.parts import general_placed_statements, named
from app.core.json_ld.rdfc10 import canonicalize_quads
from app.core.json_ld.tables import Tables
from app.core.json_ld.walk import covered_statements, placed_statements
from app.core.problems import JsonObject, Refused, pointer
from app.core.proof.ecdsa_sd.selection import select
from app.issuer.examine import compose
from tests.properties.credentials import credentials_of_every_feature
from tests.properties.strategies import micro_credentials, pinned
from tests.properties.test_json_ld_any_document import any_credentials, plausible_credentials
from tests.shared import contexts_of_the_vectors, shared

_V2 = "https://www.w3.org/ns/credentials/v2"
# fmt: off
_STRANGE: st.SearchStrategy[Any] = st.sampled_from(
    [
        None, [], {}, "", "a", "_:b", "en", 1, 1.5, 0.1 + 0.2, 2**60, True, [[]], ["a", "a"], [None], {"id": "urn:a"},
        {"id": "a"}, {"@value": "a"}, {"@value": 1}, {"@list": ["a"]}, {"@id": "urn:a"}, {"type": "Unknown"}, {"x": 1},
        {"en": "a"}, {"en": None}, {"@none": "a"}, "urn:a", "https://a b/", "x:y", "\ud800", "VerifiableCredential",
        ["AchievementSubject", "AchievementSubject"], {"@context": _V2},
        {"@context": _V2, "type": [{}]}, {"type": "Profile", "name": "a"},
    ]
)
# fmt: on
_PROPERTY = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def strange_values() -> st.SearchStrategy[Any]:
    return _STRANGE.map(deepcopy)


def same_or_not_covered(contexts: Contexts, document: JsonObject) -> bool:
    """Whether tables cover `document`; if so, both ways have said the same."""
    aliases = contexts.aliases(document)
    covered = covered_statements(contexts, document, aliases=aliases)
    if covered is None:
        return False
    general = general_statements(contexts, document, aliases=aliases)
    assert _canonical(covered) == _canonical(general)
    return True


def _canonical(statements: Iterable[tuple[str, str, str, str]]) -> bytes | None:
    """None for half of a surrogate pair, which `canonicalize` refuses, whichever way it was read."""
    try:
        return canonicalize_quads(statements)[0].encode()
    except UnicodeEncodeError:
        return None


@given(credentials_of_every_feature())
@_PROPERTY
def test_what_uses_every_feature_of_the_pinned_contexts_is_covered_or_refused(document: JsonObject) -> None:
    covered = _agree(pinned(), document)
    event(f"covered: {covered}")
    assert covered or _is_refused(pinned(), document)


@given(micro_credentials())
@settings(_PROPERTY, max_examples=25)
def test_what_we_award_is_covered(claimed: MicroCredential) -> None:
    badge = open_badge.write(
        claimed,
        contexts=pinned(),
        context_url="https://w3id.org/testamur/contexts/micro-credential-v1",
        schema_url="https://w3id.org/testamur/schemas/micro-credential-v1",
    )
    assert same_or_not_covered(pinned(), compose(badge, credential_id="urn:uuid:1", public_url="https://a.example"))


@given(st.one_of(any_credentials(), plausible_credentials()))
@settings(_PROPERTY, max_examples=600)
def test_any_json_is_the_same_or_not_covered(document: JsonObject) -> None:
    event(f"covered: {same_or_not_covered(pinned(), document)}")


@given(credentials_of_every_feature(), st.data())
@_PROPERTY
def test_a_credential_with_anything_put_anywhere_is_the_same_or_not_covered(
    document: JsonObject, data: st.DataObject
) -> None:
    holder, name = data.draw(st.sampled_from(list(places(document))))
    holder[name] = data.draw(strange_values())
    event(f"covered: {same_or_not_covered(pinned(), document)}")


@given(st.lists(credentials_of_every_feature(), min_size=3, max_size=3))
@settings(_PROPERTY, max_examples=30)
def test_what_is_remembered_changes_nothing(documents: list[JsonObject]) -> None:
    """Tables that other documents have filled, and tables that know nothing yet."""
    used = pinned()
    for document in documents:
        fresh = Tables(used)
        warm = covered_statements(used, document, aliases={})
        anew = covered_statements(used, document, aliases={}, tables=fresh)
        assert (anew and _canonical(anew)) == (warm and _canonical(warm))


@given(st.one_of(credentials_of_every_feature(), plausible_credentials()), st.data())
@_PROPERTY
def test_a_part_in_which_all_is_named_is_the_same_or_not_covered(document: JsonObject, data: st.DataObject) -> None:
    contexts = pinned()
    try:
        whole = named(contexts, document)
    except Refused:
        return
    pointers = data.draw(st.lists(st.sampled_from(list(pointers_of(whole.document))), min_size=1, max_size=6))
    for part in (whole.document, select(whole.document, pointers)):
        covered = placed_statements(contexts, part, aliases=whole.aliases)
        event(f"covered: {covered is not None}")
        if covered is not None:
            assert set(covered) == set(general_placed_statements(contexts, whole, part))


def test_tables_that_are_full_are_forgotten_and_made_again(contexts: Contexts) -> None:
    document = {"@context": [_V2], "type": ["VerifiableCredential"], "issuer": "urn:a"}
    tables = Tables(contexts, max_rows=2)
    said = [covered_statements(contexts, document, aliases={}, tables=tables) for _ in range(4)]
    assert said == [covered_statements(contexts, document, aliases={})] * 4
    assert tables.rows < 40


def test_every_example_is_covered_or_refused() -> None:
    contexts = contexts_of_the_vectors()
    refused = set()
    for path in sorted(shared("data", "examples").glob("*.json*")):
        if path.name != "index.json":
            document = {name: value for name, value in json.loads(path.read_bytes()).items() if name != "proof"}
            if not _agree(contexts, document):
                assert _is_refused(contexts, document), path.name
                refused.add(path.name.partition("__")[0])
    assert refused == {"elmgh", "surf"}


def test_every_published_credential_is_the_same_or_not_covered() -> None:
    contexts, taken = contexts_of_the_vectors(), 0
    for path in sorted(shared("vectors").rglob("*.json")):
        for document in _credentials(json.loads(path.read_bytes())):
            taken += _agree(contexts, document)
    assert taken >= 40


def _agree(contexts: Contexts, document: JsonObject) -> bool:
    """As `same_or_not_covered`, where the document is not refused; what is refused is not covered."""
    if _is_refused(contexts, document):
        assert covered_statements(contexts, document, aliases=contexts.aliases(document)) is None
        return False
    return same_or_not_covered(contexts, document)


def _is_refused(contexts: Contexts, document: JsonObject) -> bool:
    try:
        list(general_statements(contexts, document, aliases=contexts.aliases(document)))
    except Refused:
        return True
    return False


def _credentials(value: Any) -> Iterator[JsonObject]:
    match value:
        case {"@context": _, **rest}:
            yield value
            yield {name: member for name, member in value.items() if name != "proof"}
            yield from _credentials(list(rest.values()))
        case dict():
            yield from _credentials(list(value.values()))
        case list():
            for item in value:
                yield from _credentials(item)


def pointers_of(value: Any, at: str = "") -> Iterator[str]:
    match value:
        case dict():
            for name, member in value.items():
                yield f"{at}{pointer(name)}"
                yield from pointers_of(member, f"{at}{pointer(name)}")
        case list():
            for index, item in enumerate(value):
                yield f"{at}/{index}"
                yield from pointers_of(item, f"{at}/{index}")
        case _:
            pass


def places(value: Any) -> Iterator[tuple[Any, str | int]]:
    match value:
        case dict():
            for name, member in value.items():
                yield value, name
                yield from places(member)
            yield value, "name"
        case list():
            for index, item in enumerate(value):
                yield value, index
                yield from places(item)
