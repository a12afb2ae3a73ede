"""The IRI grammar of RFC 3987."""

import time

import pytest

from app.core.json_ld import is_absolute_iri

ABSOLUTE = [
    "https://example.org",
    "https://example.org/",
    "http://user:pw@example.org:8080/a/b;c?d=e&f#g",
    "http://[2001:db8::1]:443/",
    "http://[v1.fe80]/",
    "https://é.example/ü?ÿ=\ue000#ñ",
    "urn:uuid:7a1f2c50-5b1d-4f0e-9d60-1a2b3c4d5e6f",
    "did:web:uni.example%3A8443:a",
    "did:key:z6Mk#z6Mk",
    "mailto:ana@example.org",
    "data:image/png;base64,AAAA+/=",
    "tag:example.org,2026:x",
    "a:",
    "file:///etc",
    "http://example.org/a//b",
    "http://example.org/\U0001f600",
]
NOT_ABSOLUTE = [
    "",
    "a",
    "//example.org",
    "/a",
    "?a",
    "#a",
    "_:b0",
    ":a",
    "1a:b",
    "é:b",
    "a b:c",
    "https://x y/",
    " https://example.org",
    "https://example.org ",
    "https://example.org\n",
    "https://example.org/\t",
    "https://example.org/<",
    'https://example.org/"',
    "https://example.org/{a}",
    "https://example.org/|",
    "https://example.org/^",
    "https://example.org/`",
    "https://example.org/\\",
    "https://example.org/%",
    "https://example.org/%2",
    "https://example.org/%zz",
    "https://example.org/[",
    "https://example.org/#a#b",
    "https://example.org/\x00",
    "https://example.org/\x7f",
    "https://example.org/\x85",
    "https://example.org/\ud800",
    "https://example.org/\ue000",
    "https://example.org/\ufffe",
    "http://[::1",
    "http://a@b@c/",
    "http://example.org:port/",
]


@pytest.mark.parametrize("text", ABSOLUTE)
def test_an_absolute_iri_is_one(text: str) -> None:
    assert is_absolute_iri(text)


@pytest.mark.parametrize("text", NOT_ABSOLUTE)
def test_anything_else_is_none(text: str) -> None:
    assert not is_absolute_iri(text)


@pytest.mark.parametrize(
    "text", ["a://" + "a" * 500_000 + " ", "a://" + "%20" * 200_000 + "%", "a:" + "/" * 500_000 + "<"]
)
def test_the_time_taken_is_by_the_length(text: str) -> None:
    started = time.process_time()
    assert (is_absolute_iri(text), time.process_time() - started < 1) == (False, True)
