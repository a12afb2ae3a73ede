"""The key of an SD-JWT VC is looked for where its issuer says, and nowhere that a stranger can lead to."""

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.problems import JsonObject, Refused
from app.core.proof import jwt_vc_issuer, signed_jwt
from app.core.proof.jwt_vc_issuer import Certified, KeysAt, Published
from app.core.proof.signed_jwt import SignedJwt
from tests.jwt_keys import key

ISSUER = "https://dunmore.example/awards"
KEYS: tuple[JsonObject, ...] = ({"kid": "1", **key("ES256").public}, {"kid": "2", **key("EdDSA").public})


def issued(payload: JsonObject, **header: object) -> SignedJwt:
    return signed_jwt.read(key("ES256").token(payload, **header))


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("https://dunmore.example", "https://dunmore.example/.well-known/jwt-vc-issuer"),
        ("https://dunmore.example/", "https://dunmore.example/.well-known/jwt-vc-issuer"),
        ("https://dunmore.example/awards", "https://dunmore.example/.well-known/jwt-vc-issuer/awards"),
        ("https://dunmore.example:8443/a/b/", "https://dunmore.example:8443/.well-known/jwt-vc-issuer/a/b"),
    ],
)
def test_the_well_known_name_stands_between_host_and_path(issuer: str, url: str) -> None:
    assert jwt_vc_issuer.locate(issued({"iss": issuer})) == Published(issuer, url)


@pytest.mark.parametrize(
    "issuer",
    [
        "https://127.0.0.1",
        "https://localhost/x",
        "https://user@dunmore.example",
        "https://dunmore.example/../x",
        "https://dunmore.example/%2e%2e/x",
        "https://dunmore.example#x",
        "https://dunmore.example?x=1",
        "https://[::1]/",
        "https://2130706433",
    ],
)
def test_an_issuer_that_is_no_public_host_is_not_asked(issuer: str) -> None:
    with pytest.raises(Refused):
        jwt_vc_issuer.locate(issued({"iss": issuer}))


@pytest.mark.parametrize("issuer", [None, 1, "http://dunmore.example", "did:example:1", ""])
def test_without_a_certificate_or_an_https_issuer_there_is_no_key(issuer: object) -> None:
    with pytest.raises(Refused, match="UNSUPPORTED_MECHANISM"):
        jwt_vc_issuer.locate(issued({"iss": issuer}, jwk=key("ES256").public, kid="1"))


def test_a_certificate_comes_before_the_metadata() -> None:
    chain = [base64.b64encode(each).decode() for each in (b"\xffleaf", b"ca")]
    assert jwt_vc_issuer.locate(issued({"iss": ISSUER}, x5c=chain)) == Certified((b"\xffleaf", b"ca"))


@pytest.mark.parametrize("chain", [[], "x", ["x"], [1], ["_-8="], ["AA=="] * 7, None], ids=str)
def test_a_chain_that_is_none_is_refused(chain: object) -> None:
    with pytest.raises(Refused, match="MALFORMED_VALUE_ERROR"):
        jwt_vc_issuer.locate(issued({"iss": ISSUER}, x5c=chain))


def test_metadata_hold_the_keys_or_say_where_they_are() -> None:
    read = jwt_vc_issuer.read_metadata({"issuer": ISSUER, "jwks": {"keys": list(KEYS)}}, issuer=ISSUER)
    assert read == KEYS
    elsewhere = {"issuer": ISSUER, "jwks_uri": "https://dunmore.example/jwks"}
    assert jwt_vc_issuer.read_metadata(elsewhere, issuer=ISSUER) == KeysAt("https://dunmore.example/jwks")


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"issuer": ISSUER},
        {"issuer": ISSUER + "/", "jwks": {"keys": []}},
        {"jwks": {"keys": []}},
        {"issuer": ISSUER, "jwks": {"keys": []}, "jwks_uri": "https://dunmore.example/jwks"},
        {"issuer": ISSUER, "jwks": []},
        {"issuer": ISSUER, "jwks": {"keys": ["x"]}},
        {"issuer": ISSUER, "jwks": {"keys": [{}] * 65}},
        {"issuer": ISSUER, "jwks_uri": "https://169.254.169.254/latest"},
    ],
    ids=str,
)
def test_metadata_of_another_or_without_keys_are_refused(metadata: JsonObject) -> None:
    with pytest.raises(Refused, match="INVALID_CONTROLLED_IDENTIFIER_DOCUMENT"):
        jwt_vc_issuer.read_metadata(metadata, issuer=ISSUER)


def test_the_key_is_the_one_that_is_named_or_the_only_one() -> None:
    assert jwt_vc_issuer.choose(KEYS, issued({}, kid="2")) == KEYS[1]
    assert jwt_vc_issuer.choose(KEYS[:1], issued({})) == KEYS[0]


@pytest.mark.parametrize(
    ("keys", "header"),
    [
        (KEYS, {}),
        (KEYS, {"kid": "3"}),
        (KEYS[:1], {"kid": "2"}),
        ((*KEYS, KEYS[0]), {"kid": "1"}),
        ((), {}),
        (KEYS, {"kid": 1}),
    ],
)
def test_no_key_is_guessed(keys: tuple[JsonObject, ...], header: JsonObject) -> None:
    with pytest.raises(Refused, match="/kid"):
        jwt_vc_issuer.choose(keys, issued({}, **header))


@given(st.text() | st.text().map(lambda text: "https://" + text))
def test_any_issuer_is_located_or_refused(issuer: str) -> None:
    with contextlib.suppress(Refused):
        assert jwt_vc_issuer.metadata_url(issuer).startswith("https://")
