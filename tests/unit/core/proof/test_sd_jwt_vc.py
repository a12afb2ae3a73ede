"""An SD-JWT is a credential where its type says so and nothing was withheld that it lives by."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from app.core.problems import JsonObject, Refused
from app.core.proof import disclosures, sd_jwt, sd_jwt_vc, signed_jwt
from app.core.proof.sd_jwt import ReceivedSdJwt
from app.core.proof.sd_jwt_vc import NEVER_DISCLOSABLE, VerifiedSdJwtVc
from tests.jwt_keys import key

ISSUER = key("ES256")
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
CLAIMS: JsonObject = {
    "iss": "https://dunmore.example",
    "vct": "urn:example:badge",
    "iat": 1_780_000_000,
    "nbf": 1_780_000_000,
    "exp": 1_900_000_000,
    "status": {"status_list": {"idx": 7, "uri": "https://dunmore.example/lists/1"}},
    "name": "Data Literacy",
}


def make(claims: JsonObject, *disclosable: tuple[str | int | None, ...]) -> ReceivedSdJwt:
    salts = (number.to_bytes(16, "big") for number in count())
    unsigned = sd_jwt_vc.unsigned(
        claims, algorithm="ES256", key_parameters={"kid": "1"}, disclosable=disclosable, salts=salts
    )
    return sd_jwt_vc.attach(unsigned, ISSUER.sign(unsigned.signing_input))


def signed(payload: Any, *offered: disclosures.Disclosure, typ: str = "dc+sd-jwt") -> ReceivedSdJwt:
    text = ISSUER.token(payload, typ=typ)
    return sd_jwt.read("~".join([text, *(each.text for each in offered), ""]).encode())


def verify(received: ReceivedSdJwt, **how: Any) -> VerifiedSdJwtVc:
    return sd_jwt_vc.verify(received, key=ISSUER.public, wanted=None, **how)


def test_what_is_made_is_verified() -> None:
    verified = verify(make(CLAIMS, ("name",)))
    assert (verified.claims, verified.vct, verified.issuer) == (CLAIMS, CLAIMS["vct"], CLAIMS["iss"])
    assert list(verified.disclosed) == [("name",)]


def test_its_header_says_what_it_is_and_which_key_signed_it() -> None:
    assert make(CLAIMS).issuer_signed.header == {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "1"}


@pytest.mark.parametrize("name", NEVER_DISCLOSABLE)
def test_what_it_lives_by_is_never_made_disclosable(name: str) -> None:
    with pytest.raises(Refused, match="must not be selectively disclosable"):
        make({**CLAIMS, name: {"a": 1}}, (name, "a"))


@pytest.mark.parametrize("name", NEVER_DISCLOSABLE)
def test_what_it_lives_by_is_never_taken_from_a_disclosure(name: str) -> None:
    value = CLAIMS.get(name, "x")
    disclosure = disclosures.write("c2FsdA", name, value)
    rest = {"vct": "urn:example:badge", **{k: v for k, v in CLAIMS.items() if k != name}}
    payload = {k: v for k, v in rest.items() if k != name} | {"_sd": [disclosures.digest(disclosure.text, "sha-256")]}
    with pytest.raises(Refused, match="must not be selectively disclosable"):
        verify(signed(payload, disclosure))


@pytest.mark.parametrize("name", ["cnf", "status", "aka_vcts"])
@pytest.mark.parametrize("value", [{"_sd": ["x"]}, {"a": {"_sd": ["x"]}}, {"a": [{"...": "x"}]}], ids=str)
def test_nothing_inside_of_what_it_lives_by_is_withheld(name: str, value: JsonObject) -> None:
    with pytest.raises(Refused, match=f"at /{name}: must not be selectively disclosable"):
        verify(signed({**CLAIMS, name: value}))


@pytest.mark.parametrize("vct", [None, "", 1, ["urn:example:badge"]])
def test_it_names_its_type(vct: object) -> None:
    with pytest.raises(Refused, match="/vct"):
        verify(signed({**CLAIMS, "vct": vct}))


@pytest.mark.parametrize(
    ("name", "value"), [("iss", 1), ("cnf", "x"), ("status", ["x"]), ("exp", "2030"), ("nbf", True)]
)
def test_a_claim_of_the_wrong_kind_is_refused(name: str, value: object) -> None:
    with pytest.raises(Refused, match=f"/{name}"):
        verify(signed({**CLAIMS, name: value}))


def test_the_older_type_is_accepted_where_policy_says_so() -> None:
    older = signed(CLAIMS, typ="vc+sd-jwt")
    with pytest.raises(Refused, match="not accepted"):
        verify(older)
    assert verify(older, types={"dc+sd-jwt", "vc+sd-jwt"}).claims == CLAIMS


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, []),
        ({"exp": NOW.timestamp()}, ["EXPIRED"]),
        ({"nbf": NOW.timestamp() + 61}, ["NOT_YET_VALID"]),
        ({"iat": NOW.timestamp() + 61}, ["NOT_YET_VALID"]),
        ({"nbf": NOW.timestamp() + 59}, []),
    ],
    ids=str,
)
def test_it_is_in_force_from_nbf_to_exp(change: JsonObject, codes: list[str]) -> None:
    problems = sd_jwt_vc.problems_of_time(
        verify(signed({**CLAIMS, **change})), now=NOW, clock_skew=timedelta(seconds=60)
    )
    assert [problem.code for problem in problems] == codes


def test_the_header_names_a_key_and_nothing_else() -> None:
    with pytest.raises(Refused, match="jku"):
        sd_jwt_vc.unsigned(CLAIMS, algorithm="ES256", key_parameters={"jku": "x"}, disclosable=(), salts=iter(()))


def test_what_is_signed_is_what_was_prepared() -> None:
    unsigned = sd_jwt_vc.unsigned(CLAIMS, algorithm="ES256", key_parameters={}, disclosable=(), salts=iter(()))
    text = signed_jwt.attach(unsigned.signing_input, ISSUER.sign(unsigned.signing_input))
    assert signed_jwt.read(text).payload == {**CLAIMS, "_sd_alg": "sha-256"}
