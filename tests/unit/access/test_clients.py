"""Client credentials: RFC 6749 §2.3, §4.4 and §5.2."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.clients import (
    TokenError,
    TokenRefusal,
    TokenRequest,
    authenticate,
    granted,
    read_token_request,
)
from app.access.scopes import Scope, demand_scope, read_scope, write_scope
from app.adapters.database import Database
from app.core.credential.micro_credential import Organisation
from app.core.problems import INSUFFICIENT_SCOPE, Refused
from app.ports import Client, Directory, Institution

SECRET = "s3cret"
DID = "did:web:example.edu:issuers:demo"
CLIENT = Client("demo-1", "demo", hashlib.sha256(SECRET.encode()).digest(), frozenset({Scope.AWARD, Scope.REVOKE}))
NOW = datetime(2026, 11, 24, tzinfo=UTC)
INSTITUTION = Institution(
    "demo", DID, Organisation(DID, "Example"), "Europe/Vilnius", ("en",), "a@example.edu", demo=True
)
UNKNOWN = TokenRefusal(TokenError.INVALID_CLIENT, "No client has this id and secret.")
GRANT = ("grant_type", "client_credentials")
POSTED = (GRANT, ("client_id", "demo-1"), ("client_secret", SECRET))


@pytest.fixture
async def directory(database: Database) -> Directory:
    await database.directory.add_institution(INSTITUTION, CLIENT, public_url="https://example.edu")
    return database.directory


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


def request(*form: tuple[str, str], authorization: str | None = None) -> TokenRequest:
    read = read_token_request(form, authorization=authorization)
    assert isinstance(read, TokenRequest), read
    return read


def refusal(*form: tuple[str, str], authorization: str | None = None) -> TokenError:
    read = read_token_request(form, authorization=authorization)
    assert isinstance(read, TokenRefusal), read
    return read.error


# ── the request ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_secret_may_stand_in_the_body() -> None:
    assert (request(*POSTED).client_id, request(*POSTED).secret) == ("demo-1", SECRET)


def test_the_secret_may_stand_in_the_header() -> None:
    assert request(GRANT, authorization=basic("demo-1:s3cret")).secret == SECRET


def test_the_header_is_form_encoded_within() -> None:
    assert request(GRANT, authorization=basic("a%3Ab:c%2Bd")).client_id == "a:b"


def test_the_name_of_the_scheme_has_no_case() -> None:
    assert request(GRANT, authorization=basic("a:b").replace("Basic", "bAsIc")).basic


def test_two_ways_at_once_are_refused() -> None:
    assert refusal(*POSTED, authorization=basic("demo-1:s3cret")) is TokenError.INVALID_REQUEST


def test_a_client_id_beside_the_header_must_be_the_same() -> None:
    assert refusal(GRANT, ("client_id", "b"), authorization=basic("a:b")) is TokenError.INVALID_REQUEST


def test_a_parameter_twice_is_refused() -> None:
    assert refusal(*POSTED, ("scope", "a"), ("scope", "b")) is TokenError.INVALID_REQUEST


def test_no_grant_type_is_an_invalid_request() -> None:
    assert refusal(*POSTED[1:]) is TokenError.INVALID_REQUEST


@pytest.mark.parametrize("grant", ["password", "authorization_code", "", "client_credentials "])
def test_another_grant_type_is_unsupported(grant: str) -> None:
    assert refusal(("grant_type", grant), *POSTED[1:]) is TokenError.UNSUPPORTED_GRANT_TYPE


@pytest.mark.parametrize("header", [None, "", "Basic", "Basic !!!", "Basic YQ==", "Bearer abc", "Basic /w=="])
def test_no_credentials_is_an_invalid_client(header: str | None) -> None:
    assert refusal(GRANT, authorization=header) is TokenError.INVALID_CLIENT


def test_a_broken_header_is_not_made_good_by_the_body() -> None:
    assert refusal(*POSTED, authorization="Basic !!!") is TokenError.INVALID_CLIENT


def test_a_request_does_not_show_the_secret() -> None:
    assert SECRET not in repr(request(*POSTED))


@given(st.lists(st.tuples(st.sampled_from(["grant_type", "client_id", "scope"]) | st.text(), st.text())), st.text())
def test_any_form_is_a_request_or_a_refusal(form: list[tuple[str, str]], header: str) -> None:
    for authorization in (None, header, "Basic " + header):
        assert isinstance(read_token_request(form, authorization=authorization), TokenRequest | TokenRefusal)


@given(st.binary())
def test_any_basic_header_is_a_request_or_a_refusal(pair: bytes) -> None:
    authorization = "Basic " + base64.b64encode(pair).decode()
    assert isinstance(read_token_request([GRANT], authorization=authorization), TokenRequest | TokenRefusal)


# ── the client ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_right_secret_gives_the_client(directory: Directory) -> None:
    assert await authenticate(request(*POSTED), directory) == CLIENT


@pytest.mark.parametrize(("client_id", "secret"), [("demo-1", "wrong"), ("nobody", SECRET), ("", ""), ("\0", SECRET)])
async def test_a_wrong_client_and_a_wrong_secret_are_told_the_same(
    directory: Directory, client_id: str, secret: str
) -> None:
    asked = request(GRANT, ("client_id", client_id), ("client_secret", secret))
    assert await authenticate(asked, directory) == UNKNOWN


async def test_a_revoked_client_is_told_the_same(database: Database) -> None:
    directory = database.directory
    await directory.add_institution(INSTITUTION, replace(CLIENT, revoked=NOW), public_url="https://example.edu")
    assert await authenticate(request(*POSTED), directory) == UNKNOWN


# ── the scope ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_scope_asks_for_all_that_was_given() -> None:
    assert granted(request(*POSTED), CLIENT) == frozenset({Scope.AWARD, Scope.REVOKE})


def test_a_part_of_what_was_given_may_be_asked_for() -> None:
    assert granted(request(*POSTED, ("scope", "write:/awards")), CLIENT) == frozenset({Scope.AWARD})


@pytest.mark.parametrize("scope", ["read:/awards", "write:/awards read:/awards", "admin", "", " ", "write:/awards  "])
def test_more_than_was_given_gives_nothing(scope: str) -> None:
    refused = granted(request(*POSTED, ("scope", scope)), CLIENT)
    assert isinstance(refused, TokenRefusal)
    assert refused.error is TokenError.INVALID_SCOPE


@given(st.frozensets(st.sampled_from(Scope), min_size=1))
def test_scopes_are_read_as_they_were_written(scopes: frozenset[Scope]) -> None:
    assert read_scope(write_scope(scopes)) == scopes


def test_a_token_for_reading_does_not_award() -> None:
    with pytest.raises(Refused) as caught:
        demand_scope(Scope.AWARD, frozenset({Scope.READ_AWARDS}))
    assert caught.value.problems[0].type == INSUFFICIENT_SCOPE
