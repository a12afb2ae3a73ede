"""Digests of related resources, held against what is pinned."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.credential import related_resources
from app.core.json_ld import Contexts
from app.core.multiformats import encode_base58btc, encode_base64url
from tests.verifying import badge

URL = "https://www.w3.org/ns/credentials/v2"


def sri(contexts: Contexts, name: str = "sha384") -> str:
    return f"{name}-{base64.b64encode(hashlib.new(name, contexts.document(URL)).digest()).decode()}"


def wrong(contexts: Contexts, url: str = URL, **digests: object) -> list[str]:
    document = badge(relatedResource=[{"id": url, **digests}])
    return [problem.at for problem in related_resources.problems(contexts, document)]


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_the_digest_of_what_is_pinned_fits(contexts: Contexts, name: str) -> None:
    assert wrong(contexts, digestSRI=sri(contexts, name)) == []
    raw = hashlib.new(name, contexts.document(URL)).digest()
    header = {"sha256": b"\x12\x20", "sha384": b"\x20\x30", "sha512": b"\x13\x40"}[name]
    for encode in (encode_base58btc, encode_base64url):
        assert wrong(contexts, digestMultibase=encode(header + raw)) == []


def test_sha_256_without_a_header_fits_too(contexts: Contexts) -> None:
    assert wrong(contexts, digestMultibase=encode_base64url(hashlib.sha256(contexts.document(URL)).digest())) == []


def test_of_several_the_strongest_counts(contexts: Contexts) -> None:
    weak = "sha256-" + base64.b64encode(bytes(32)).decode()
    assert wrong(contexts, digestSRI=f"{weak} {sri(contexts)}") == []
    strong = "sha512-" + base64.b64encode(bytes(64)).decode()
    assert wrong(contexts, digestSRI=f"{sri(contexts)} {strong}") == ["/relatedResource/0/digestSRI"]


@pytest.mark.parametrize(
    "digests",
    [
        {"digestSRI": "sha384-" + base64.b64encode(bytes(48)).decode()},
        {"digestSRI": "sha384-x"},
        {"digestSRI": ""},
        {"digestMultibase": encode_base64url(bytes(32))},
        {"digestMultibase": encode_base64url(b"\x12\x20" + bytes(32))},
        {"digestMultibase": "not multibase"},
    ],
)
def test_any_other_digest_does_not(contexts: Contexts, digests: dict[str, str]) -> None:
    (member,) = digests
    assert wrong(contexts, **digests) == [f"/relatedResource/0/{member}"]


def test_both_are_looked_at(contexts: Contexts) -> None:
    assert wrong(contexts, digestSRI=sri(contexts), digestMultibase="u") == ["/relatedResource/0/digestMultibase"]


def test_what_is_not_pinned_is_not_fetched(contexts: Contexts) -> None:
    assert wrong(contexts, url="https://uni.example/image.png", digestSRI="sha384-x") == []


@given(digest=st.text() | st.from_regex(r"\A(sha(256|384|512)-[A-Za-z0-9+/=?]*|[zu][0-9A-Za-z_-]*)\Z"))
def test_any_text_fits_or_does_not(contexts: Contexts, digest: str) -> None:
    for member in ("digestSRI", "digestMultibase"):
        assert wrong(contexts, **{member: digest}) in ([], [f"/relatedResource/0/{member}"])
