"""The table [signing]: read whole, every mistake named, and written as it is read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.issuer import signing_table
from app.issuer.mechanisms import BROUGHT
from app.ports import MaySign, SigningPolicy

POLICIES = st.builds(
    SigningPolicy,
    may_sign=st.sampled_from(MaySign),
    mechanism=st.none() | st.sampled_from(BROUGHT),
    status=st.sampled_from([(), ("revocation",), ("suspension",), ("revocation", "suspension")]),
    per_minute=st.integers(1, 60_000),
)


def test_without_the_table_nothing_but_micro_credentials_is_signed() -> None:
    policy, problems = signing_table.read({})
    assert (policy.may_sign, policy.status, problems) == (MaySign.MICRO_CREDENTIALS, ("revocation",), [])


@given(policy=POLICIES)
def test_what_is_written_is_read_back(policy: SigningPolicy) -> None:
    assert signing_table.read(signing_table.write(policy)) == (policy, [])


def test_what_is_as_everybodys_is_not_written() -> None:
    assert signing_table.write(SigningPolicy()) == {}


@pytest.mark.parametrize(
    ("table", "at"),
    [
        ({"credentials": "all"}, "/signing/credentials"),
        ({"mechanism": "dc+sd-jwt"}, "/signing/mechanism"),
        ({"mechanism": "rot13"}, "/signing/mechanism"),
        ({"status": "revocation"}, "/signing/status"),
        ({"status": ["refresh"]}, "/signing/status"),
        ({"status": [["revocation"]]}, "/signing/status"),
        ({"per_minute": 0}, "/signing/per_minute"),
        ({"per_minute": True}, "/signing/per_minute"),
        ({"per_minute": "many"}, "/signing/per_minute"),
        ({"inline": True}, "/signing/inline"),
        (1, "/signing"),
    ],
)
def test_what_is_wrong_is_named(table: Any, at: str) -> None:
    _, problems = signing_table.read(table)
    assert [problem.at for problem in problems] == [at]


@pytest.mark.parametrize("mechanism", ["ob-jwt", "dc+sd-jwt"])
def test_a_mechanism_for_awards_alone_is_refused_with_what_makes_it(mechanism: str) -> None:
    _, (problem,) = signing_table.read({"mechanism": mechanism})
    assert "POST /awards" in problem.detail


NAMES = st.sampled_from(["credentials", "mechanism", "status", "per_minute"]) | st.text()
VALUES = st.none() | st.text() | st.integers() | st.lists(st.text() | st.lists(st.integers()))


@given(table=st.dictionaries(NAMES, VALUES))
def test_any_table_is_read_or_has_problems(table: dict[str, Any]) -> None:
    policy, problems = signing_table.read(table)
    assert problems or signing_table.read(signing_table.write(policy)) == (policy, [])
