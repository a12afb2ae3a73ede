"""Which identifiers have keys that can be asked for, and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import did
from app.core.did import web
from app.core.did.document import ControlledIdentifierDocument, Relationship
from app.core.multiformats import encode_base58btc, encode_base64url
from app.core.problems import (
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT,
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID,
    INVALID_VERIFICATION_METHOD,
    UNSUPPORTED_MECHANISM,
    Refused,
)
from tests.verifying import KEY

URLS = {
    "did:web:uni.example": "https://uni.example/.well-known/did.json",
    "did:web:uni.example:issuers:law": "https://uni.example/issuers/law/did.json",
    "did:web:uni.example%3A8443": "https://uni.example:8443/.well-known/did.json",
    "did:web:uni.example%3A8443:a_b-c.d": "https://uni.example:8443/a_b-c.d/did.json",
    "did:web:xn--bcher-kva.example": "https://xn--bcher-kva.example/.well-known/did.json",
    "https://uni.example/issuers/1": "https://uni.example/issuers/1",
    "https://uni.example": "https://uni.example",
    "https://uni.example:8443/a/b?c=d": "https://uni.example:8443/a/b?c=d",
    "https://uni.example/~a/%C3%BC": "https://uni.example/~a/%C3%BC",
}

NO_IDENTIFIERS = [
    "did:web:",
    "did:web::uni.example",
    "did:web:uni.example:",
    "did:web:uni.example::a",
    "did:web:uni.example:..",
    "did:web:uni.example:.:a",
    "did:web:uni.example:..%2f..%2fadmin",
    "did:web:uni.example%2F..%2Fadmin",
    "did:web:user%40evil.example",
    "did:web:user@evil.example",
    "did:web:uni.example%23@evil.example",
    "did:web:uni.example%3Fq",
    "did:web:uni.example?q",
    "did:web:uni.example#key-1",
    "did:web:uni.example/a",
    "did:web:%5B::1%5D",
    "did:web:[::1]",
    "did:web:uni.example%3a8443",
    "did:web:uni.example%3A",
    "did:web:uni.example%3A0",
    "did:web:uni.example%3A65536",
    "did:web:uni.example%3A8443%3A1",
    "did:web:uni.example%00",
    "did:web:uni.example:a b",
    "did:web:uni.example:a\\b",
    "did:web:uni%2eexample",
    "https://user@uni.example/",
    "https://uni.example/#key-1",
    "https://uni.example/a/../b",
    "https://uni.example/a/%2E%2e/b",
    "https://uni.example:99999/",
    "https://uni.example\\@evil.example/",
    "https://[::1]/",
    "https:///a",
    "did:key:",
    "did:key:z6Mk#z6Mk",
    "did:jwk:",
    "did:jwk:e30=",
    "did:jwk:W10",
    "did:jwk:e30#0",
    "did:jwk:e 30",
    "did:jwk:" + "e30" * 1_000,
]

NO_HOSTS = [
    "did:web:127.0.0.1%3A6379",
    "did:web:localhost",
    "did:web:10.0.0.1",
    "did:web:169.254.169.254",
    "did:web:2130706433",
    "did:web:0x7f.1",
    "did:web:127.1",
    "did:web:uni.example.0x7f000001",
    "did:web:Uni.example",
    "did:web:uni.example.",
    "did:web:unі.example",  # a Cyrillic і
    "did:web:-uni.example",
    "did:web:" + "a" * 64 + ".example",
    "did:web:" + "a." * 130 + "example",
    "https://127.0.0.1/",
    "https://UNI.example/",
    "https://intranet/",
]


@pytest.mark.parametrize(("identifier", "url"), URLS.items())
def test_a_document_lies_at_exactly_one_url(identifier: str, url: str) -> None:
    assert did.locate(identifier) == url


@pytest.mark.parametrize("identifier", NO_IDENTIFIERS)
def test_what_could_lead_elsewhere_is_no_identifier(identifier: str) -> None:
    with pytest.raises(Refused) as refused:
        did.locate(identifier)
    assert refused.value.problems[0].type in {INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID, INVALID_VERIFICATION_METHOD}


@pytest.mark.parametrize("identifier", NO_HOSTS)
def test_no_document_can_be_had_from_what_is_no_public_host_name(identifier: str) -> None:
    with pytest.raises(Refused) as refused:
        did.locate(identifier)
    assert refused.value.problems[0].type == INVALID_CONTROLLED_IDENTIFIER_DOCUMENT


@pytest.mark.parametrize("identifier", ["did:example:123", "http://uni.example/", "urn:uuid:1", "did:ion:abc", ""])
def test_another_kind_of_identifier_is_not_supported_rather_than_wrong(identifier: str) -> None:
    with pytest.raises(Refused) as refused:
        did.locate(identifier)
    assert refused.value.problems[0].type == UNSUPPORTED_MECHANISM


def test_a_kind_that_is_not_allowed_is_not_located() -> None:
    with pytest.raises(Refused, match="UNSUPPORTED_MECHANISM"):
        did.locate("did:web:uni.example", prefixes=["did:key:"])


def test_a_did_key_says_its_own_document() -> None:
    document = did.locate(KEY.did)
    assert isinstance(document, ControlledIdentifierDocument)
    assert document.method(KEY.did_method, Relationship.ASSERTION_METHOD).public_key_multibase == KEY.multibase


def test_a_did_key_is_not_for_key_agreement() -> None:
    document = did.locate(KEY.did)
    assert isinstance(document, ControlledIdentifierDocument)
    with pytest.raises(Refused, match="INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"):
        document.method(KEY.did_method, Relationship.KEY_AGREEMENT)


def test_a_did_key_of_small_order_is_refused() -> None:
    with pytest.raises(Refused, match="INVALID_VERIFICATION_METHOD"):
        did.locate("did:key:" + encode_base58btc(b"\xed\x01" + b"\x01" + bytes(31)))


@given(
    st.one_of(
        st.text(),
        st.text().map("did:web:".__add__),
        st.text().map("https://".__add__),
        st.text().map("did:key:z".__add__),
        st.text().map("did:jwk:".__add__),
        st.binary().map(lambda data: "did:jwk:" + encode_base64url(data)[1:]),
    )
)
def test_any_text_is_located_or_refused(identifier: str) -> None:
    try:
        located = did.locate(identifier)
    except Refused:
        return
    assert isinstance(located, ControlledIdentifierDocument) or located.startswith("https://")


@pytest.mark.parametrize(
    ("identifier", "address"),
    [
        ("did:web:uni.example", "https://uni.example"),
        ("did:web:uni.example%3A8443", "https://uni.example:8443"),
        ("did:web:uni.example:issuers:dtu", "https://uni.example/issuers/dtu"),
    ],
)
def test_where_no_did_can_stand_an_issuer_is_named_by_the_address_of_its_document(
    identifier: str, address: str
) -> None:
    assert web.address(identifier) == address
