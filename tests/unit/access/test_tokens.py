"""Access tokens, RFC 9068: one key, one algorithm, one form; everything else is refused."""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from app.access.scopes import Scope
from app.access.tokens import AccessTokens, Caller, read_bearer
from app.adapters.keys.file import FileSigner
from app.core.problems import INVALID_TOKEN, PROOF_GENERATION_ERROR, Refused
from app.ports import Client, KeyPurpose

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://credentials.example.edu"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
CLIENT = Client("demo-1", "demo", bytes(32), frozenset({Scope.AWARD}))
HEADER = {"alg": "EdDSA", "typ": "at+jwt"}


def tokens(purpose: KeyPurpose = KeyPurpose.ACCESS_TOKEN, *, public_url: str = URL) -> AccessTokens:
    signer = FileSigner("access-token", frozenset({purpose}), PUBLIC, KEY)
    return AccessTokens(signer=signer, public_key=PUBLIC, public_url=public_url, lifetime=timedelta(minutes=15))


def claims(**changed: Any) -> dict[str, Any]:
    at = int(NOW.timestamp())
    whole = {
        "iss": URL,
        "aud": URL,
        "sub": "demo-1",
        "client_id": "demo-1",
        "institution": "demo",
        "scope": "write:/awards",
        "iat": at,
        "exp": at + 900,
        "jti": "1",
    }
    return {name: value for name, value in (whole | changed).items() if value is not None}


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(payload: dict[str, Any] | str, *, header: dict[str, Any] | str = HEADER) -> str:
    """A token by the right key, with whatever is wanted in it."""
    parts = (part if isinstance(part, str) else json.dumps(part) for part in (header, payload))
    signing_input = ".".join(encoded(part.encode()) for part in parts)
    return f"{signing_input}.{encoded(KEY.sign(signing_input.encode()))}"


def refusal(token: str, *, now: datetime = NOW) -> str:
    with pytest.raises(Refused) as caught:
        tokens().read(token, now=now)
    assert caught.value.problems[0].type == INVALID_TOKEN
    return caught.value.problems[0].detail


async def issued() -> str:
    return (await tokens().issue(CLIENT, frozenset({Scope.AWARD}), jti="1", now=NOW)).value


# ── what is issued ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_token_is_read_as_it_was_issued() -> None:
    assert tokens().read(await issued(), now=NOW) == Caller("demo-1", "demo", frozenset({Scope.AWARD}))


async def test_another_implementation_reads_what_we_issue() -> None:
    read = jwt.decode(
        await issued(), KEY.public_key(), ["EdDSA"], {"verify_exp": False, "verify_iat": False}, audience=URL
    )
    assert read == claims()


async def test_the_header_is_that_of_rfc_9068() -> None:
    assert jwt.get_unverified_header(await issued()) == HEADER


async def test_an_issued_token_does_not_show_itself() -> None:
    token = await tokens().issue(CLIENT, frozenset({Scope.AWARD}), jti="1", now=NOW)
    assert token.value not in repr(token)


async def test_a_key_for_something_else_issues_no_token() -> None:
    with pytest.raises(Refused) as caught:
        await tokens(KeyPurpose.CREDENTIAL).issue(CLIENT, frozenset(), jti="1", now=NOW)
    assert caught.value.problems[0].type == PROOF_GENERATION_ERROR


async def test_a_token_of_another_deployment_is_refused() -> None:
    elsewhere = await tokens(public_url="https://other.example").issue(CLIENT, frozenset(), jti="1", now=NOW)
    assert "not one for this service" in refusal(elsewhere.value)


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_tokens_of_these_tests_are_good_but_for_what_each_changes() -> None:
    assert tokens().read(signed(claims()), now=NOW).client_id == "demo-1"


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "at+jwt", "alg": "none"},
        {"typ": "at+jwt", "alg": "nOnE"},
        {"typ": "at+jwt", "alg": ["EdDSA"]},
        {"typ": "at+jwt"},
        {"typ": "at+jwt", "alg": "HS256"},
        {"alg": "EdDSA"},
        {"alg": "EdDSA", "typ": "JWT"},
        {"alg": "EdDSA", "typ": None},
        HEADER | {"crit": ["b64"], "b64": False},
        HEADER | {"b64": False},
        HEADER | {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": encoded(PUBLIC)}},
        HEADER | {"jku": "http://169.254.169.254/"},
        HEADER | {"x5u": "https://attacker.example/"},
        HEADER | {"kid": "../../etc/passwd"},
        HEADER | {"zip": "DEF"},
    ],
    ids=json.dumps,
)
def test_any_other_header_is_refused(header: dict[str, Any]) -> None:
    assert "header" in refusal(signed(claims(), header=header))


def test_a_header_member_twice_is_refused() -> None:
    assert "can't be read" in refusal(signed(claims(), header='{"alg":"none","alg":"EdDSA","typ":"at+jwt"}'))


def test_a_claim_twice_is_refused() -> None:
    twice = json.dumps(claims())[:-1] + ',"institution":"other"}'
    assert "can't be read" in refusal(signed(twice))


def test_a_public_key_as_hmac_secret_is_refused() -> None:
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signing_input = signed(claims(), header={"alg": "HS256", "typ": "at+jwt"}).rpartition(".")[0]
    for secret in (PUBLIC, pem, encoded(PUBLIC).encode()):
        mac = jwt.get_algorithm_by_name("HS256").sign(signing_input.encode(), secret)
        assert "header" in refusal(f"{signing_input}.{encoded(mac)}")


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "client_id", "institution", "scope", "iat", "exp", "jti"])
def test_a_missing_claim_is_refused(name: str) -> None:
    assert "not one for this service" in refusal(signed(claims(**{name: None})))


@pytest.mark.parametrize("exp", ["9999999999", True, 1.5e9, [1], 10**26, float("nan")])
def test_an_expiry_that_is_no_date_is_refused(exp: object) -> None:
    refusal(signed(claims(exp=exp)))


def test_a_life_longer_than_ours_is_refused() -> None:
    assert "lives longer" in refusal(signed(claims(exp=int(NOW.timestamp()) + 901)))


def test_an_expired_token_is_refused() -> None:
    assert "expired" in refusal(signed(claims()), now=NOW + timedelta(minutes=15))


def test_a_token_from_the_future_is_refused() -> None:
    assert "future" in refusal(signed(claims()), now=NOW - timedelta(seconds=61))


def test_clocks_may_be_a_minute_apart() -> None:
    assert tokens().read(signed(claims()), now=NOW - timedelta(seconds=59)).client_id == "demo-1"


@pytest.mark.parametrize("aud", [[URL], URL + "/", "https://other.example", [URL, "https://other.example"]])
def test_another_audience_is_refused(aud: object) -> None:
    assert "not one for this service" in refusal(signed(claims(aud=aud)))


def test_a_scope_that_nobody_knows_is_refused() -> None:
    assert "scope" in refusal(signed(claims(scope="write:/awards admin")))


def test_a_token_for_another_client_than_its_subject_is_refused() -> None:
    assert "not one for this service" in refusal(signed(claims(sub="another")))


@pytest.mark.parametrize("ending", ["=", "\n", " ", "A"])
def test_a_signature_that_is_written_otherwise_is_refused(ending: str) -> None:
    assert "signature" in refusal(signed(claims()) + ending)


def test_claims_with_stray_bits_are_refused() -> None:
    header, payload, _ = signed(claims()).split(".")
    stray = payload[:-1] + chr(ord(payload[-1]) + 1)
    signing_input = f"{header}.{stray}"
    refusal(f"{signing_input}.{encoded(KEY.sign(signing_input.encode()))}")


def test_a_token_longer_than_any_is_refused() -> None:
    assert "too long" in refusal("a" * 5_000_000)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b", "a.b.c.d", "é.é.é", '{"signatures":[]}'])
def test_what_is_no_token_is_refused(token: str) -> None:
    refusal(token)


@given(st.text() | st.lists(st.text(), min_size=3, max_size=3).map(".".join))
def test_any_text_is_a_caller_or_refused(token: str) -> None:
    with suppress(Refused):
        tokens().read(token, now=NOW)
        pytest.fail("a text was taken for a token")


@given(st.integers(0, 4_000), st.integers(0, 7))
def test_any_bit_flipped_is_refused(position: int, bit: int) -> None:
    token = signed(claims()).encode()
    flipped = bytearray(token)
    flipped[position % len(token)] ^= 1 << bit
    refusal(flipped.decode("latin-1"))


# ── the header of a request ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_bearer_header_gives_its_token() -> None:
    assert read_bearer("bearer abc") == "abc"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc"])
def test_no_bearer_header_is_no_token(header: str | None) -> None:
    with pytest.raises(Refused) as caught:
        read_bearer(header)
    assert caught.value.problems[0].type == INVALID_TOKEN
