"""Whom we know: our own institutions and a file; with neither, nobody."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.database import Database
from app.adapters.keys.maker import FileKeyMaker
from app.adapters.known_issuers import OwnAndListedIssuers, load_known_issuers, read_known_issuers
from app.core.problems import SETTING_ERROR, Refused
from app.issuer.institution_file import DEMONSTRATION
from app.issuer.set_up import first_institution
from app.ports import KnownIssuer

LISTED = """
[[issuer]]
id = "did:web:example.edu"
name = "Example University"
url = "https://example.edu"

[[issuer]]
id = "https://other.example/issuer"
name = "Other"
source = "the national register"
"""


def read(toml: str) -> Mapping[str, KnownIssuer]:
    return read_known_issuers(toml.encode(), source="known.toml")


def at(toml: str) -> str:
    with pytest.raises(Refused) as caught:
        read(toml)
    return caught.value.problems[0].at


def test_a_listed_issuer_is_read() -> None:
    expected = KnownIssuer("did:web:example.edu", "Example University", "known.toml", url="https://example.edu")
    assert read(LISTED)["did:web:example.edu"] == expected


def test_an_issuer_may_say_where_it_is_known_from() -> None:
    assert read(LISTED)["https://other.example/issuer"].source == "the national register"


@pytest.mark.parametrize(
    ("toml", "where"),
    [
        ("", ""),
        ("issuer = 1", ""),
        ("x = 1\n" + LISTED, ""),
        ("[[issuer]]\nid = 'did:web:a'", "/issuer/0"),
        ("[[issuer]]\nid = 'http://a.example'\nname = 'A'", "/issuer/0"),
        ("[[issuer]]\nid = 'did:web:a'\nname = 'A'\nurl = 1", "/issuer/0/url"),
        ("[[issuer]]\nid = 'did:web:a'\nname = 'A'\ndemo = false", "/issuer/0/demo"),
        (LISTED + LISTED, "/issuer/2/id"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(toml: str, where: str) -> None:
    assert at(toml) == where


@given(st.binary())
def test_any_bytes_are_a_list_or_refused(content: bytes) -> None:
    with suppress(Refused):
        read_known_issuers(content, source="known.toml")


def test_without_a_file_nobody_is_listed() -> None:
    assert load_known_issuers(None) == {}


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        load_known_issuers(tmp_path / "none.toml")
    assert caught.value.problems[0].type == SETTING_ERROR


async def test_an_issuer_in_neither_is_unknown(database: Database) -> None:
    assert await OwnAndListedIssuers(database.directory, {}).find("did:web:example.edu") is None


async def test_an_own_institution_is_known_and_a_demonstration_says_so(database: Database, tmp_path: Path) -> None:
    made = await first_institution(
        database.directory,
        FileKeyMaker(tmp_path, None),
        lambda: DEMONSTRATION,
        public_url="http://127.0.0.1:8000",
        scopes=frozenset(),
        now=datetime(2026, 11, 24, tzinfo=UTC),
    )
    known = await OwnAndListedIssuers(database.directory, {}).find(made.institution.did)
    assert known == KnownIssuer(made.institution.did, DEMONSTRATION.name, "this service", demo=True, own=True)
