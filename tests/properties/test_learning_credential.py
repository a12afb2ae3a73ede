"""What an institution claims is what comes out of its learning credential, signed, disclosed, element by element."""

import contextlib
from dataclasses import fields, replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.core.credential import award_request, learning_credential
from app.core.credential.elements import ELEMENTS, Element
from app.core.credential.eudi_learning_claims import MANDATORY
from app.core.credential.micro_credential import MicroCredential
from app.core.problems import JsonObject, Refused
from app.core.proof import sd_jwt, sd_jwt_vc, type_metadata
from app.core.proof.sd_jwt import ReceivedSdJwt
from tests.jwt_keys import key
from tests.long_proofs import fraction
from tests.properties.strategies import ISSUER, NOW, micro_credentials, pinned

EXAMPLES = max(10, int(400 * fraction()))
KEY = key("ES256")

many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

# Whom an institution can write to is no part of what is claimed.
NOT_WRITTEN = {"email"}


def _read(body: JsonObject) -> MicroCredential:
    return award_request.read(body, contexts=pinned(), issuer=ISSUER, time_zone="Europe/Dublin", now=NOW)


WALLET = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
WHOLE = _read(
    {
        **award_request.EXAMPLE,
        "learner": {
            **award_request.EXAMPLE["learner"],
            "id": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        },
        "supersedes": "urn:uuid:7a1f2c50-5b1d-4f0e-9d60-1a2b3c4d5e60",
    }
)
MINIMAL = _read(award_request.MINIMAL_EXAMPLE)


def _without_email(claimed: MicroCredential) -> MicroCredential:
    return replace(claimed, learner=replace(claimed.learner, email=None))


def _at(claimed: object, path: str) -> object:
    for name in path.split("."):
        claimed = getattr(claimed, name)
    return claimed


def _issue(claimed: MicroCredential) -> ReceivedSdJwt:
    unsigned = sd_jwt_vc.unsigned(
        {"iss": "https://dunmore.example", **learning_credential.write(claimed)},
        algorithm="ES256",
        key_parameters={"kid": "1"},
        disclosable=learning_credential.DISCLOSABLE,
        salts=(number.to_bytes(16, "big") for number in count()),
        decoys=2,
    )
    return sd_jwt_vc.attach(unsigned, KEY.sign(unsigned.signing_input))


def _claims(received: ReceivedSdJwt) -> JsonObject:
    return sd_jwt_vc.verify(sd_jwt.read(sd_jwt.write(received)), key=KEY.public, wanted=None).claims


@many
@given(micro_credentials())
@example(WHOLE)
@example(MINIMAL)
def test_what_is_written_reads_back_equal(claimed: MicroCredential) -> None:
    assert learning_credential.read(learning_credential.write(claimed)) == _without_email(claimed)


@many
@given(micro_credentials())
@example(WHOLE)
@example(MINIMAL)
def test_what_is_issued_reads_back_equal(claimed: MicroCredential) -> None:
    assert learning_credential.read(_claims(_issue(claimed))) == _without_email(claimed)


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: f"{element.number}-{element.name}")
def test_each_element_of_the_example_reads_back(element: Element) -> None:
    read, claimed = learning_credential.read(_claims(_issue(WHOLE))), _without_email(WHOLE)
    assert [_at(read, path) for path in element.fields] == [_at(claimed, path) for path in element.fields]


def test_the_example_says_something_in_every_field() -> None:
    said = {field.name for field in fields(WHOLE.achievement) if getattr(WHOLE.achievement, field.name)}
    assert {field.name for field in fields(WHOLE.achievement)} - said == {"level_not_applicable"}
    assert all(getattr(WHOLE.learner, field.name) for field in fields(WHOLE.learner) if field.name not in NOT_WRITTEN)


@many
@given(micro_credentials())
def test_all_that_it_lacks_is_what_the_award_has_not(claimed: MicroCredential) -> None:
    missing = {problem.at.strip("/") for problem in learning_credential.problems(learning_credential.write(claimed))}
    assert missing <= set(MANDATORY)
    assert missing == (set() if claimed.achievement.eqf_level else {"level_of_learning_experience"})


@many
@given(micro_credentials())
def test_what_is_issued_is_of_its_type(claimed: MicroCredential) -> None:
    data, integrity = type_metadata.write(learning_credential.type_metadata())
    metadata = type_metadata.read(data, vct=learning_credential.TYPE, integrity=integrity)
    assert type_metadata.problems(metadata, sd_jwt_vc.verify(_issue(claimed), key=KEY.public, wanted=None)) == ()


@many
@given(micro_credentials())
def test_nothing_personal_is_signed_in_the_open(claimed: MicroCredential) -> None:
    payload = _issue(claimed).issuer_signed.payload
    learner = {"sub", "full_name", "family_name", "given_name", "birthdate", "learner_identification", "grade"}
    assert not payload.keys() & {*learner, "has_family_name", "learner_identifiers", "assessment_grade"}


@many
@given(micro_credentials(), st.data())
def test_whatever_is_withheld_the_rest_is_read_or_refused(claimed: MicroCredential, data: st.DataObject) -> None:
    """Never as something else than was awarded: what is read is the award, less what may be absent."""
    shown = data.draw(st.lists(st.sampled_from(learning_credential.DISCLOSABLE), unique=True))
    claims = _claims(sd_jwt.present(_issue(claimed), shown))
    with contextlib.suppress(Refused):
        read = learning_credential.read(claims)
        for part, whole in ((read.learner, claimed.learner), (read.achievement, claimed.achievement)):
            for field in fields(part):
                said, awarded = getattr(part, field.name), getattr(whole, field.name)
                assert said in (awarded, None, ()) or set(said) <= set(awarded), field.name


@settings(max_examples=10 * EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    ),
    st.data(),
)
def test_any_value_in_the_claims_is_read_or_refused(value: object, data: st.DataObject) -> None:
    claims = learning_credential.write(WHOLE)
    path = data.draw(st.sampled_from(_paths(claims)))
    changed: Any = _put(claims, path, value)
    with contextlib.suppress(Refused):
        assert isinstance(learning_credential.read(changed), MicroCredential)


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


def _leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    return [path for path in _paths(value) if not isinstance(_found(value, path), dict | list)]


def _found(value: Any, path: tuple[str | int, ...]) -> object:
    for part in path:
        value = value[part]
    return value


@pytest.mark.parametrize("path", _leaves(learning_credential.write(WHOLE)), ids=lambda path: "/".join(map(str, path)))
def test_no_leaf_can_be_taken_away_without_a_difference(path: tuple[str | int, ...]) -> None:
    """What stands there says something: without it, the credential is another, or none."""
    claims = learning_credential.write(WHOLE)
    changed = _without(claims, path)
    if path[0] in ("nbf", "exp", *MANDATORY):
        assert path[0] in ("nbf", "exp") or learning_credential.problems(changed)
        return
    try:
        read = learning_credential.read(changed)
    except Refused:
        return
    twins = {"achievement_description", "learning_outcomes", "language_of_classes", "date_of_expiry"}
    twins |= {"prerequisites_to_enroll", "integration_stackability_options"}
    assert read != _without_email(WHOLE) or path[0] in twins


def _without(document: Any, path: tuple[str | int, ...]) -> Any:
    first, rest = path[0], path[1:]
    if isinstance(document, dict):
        return {k: (_without(v, rest) if k == first else v) for k, v in document.items() if k != first or rest}
    return [(_without(v, rest) if n == first else v) for n, v in enumerate(document) if n != first or rest]
