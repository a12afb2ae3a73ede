"""Any credential in outline: whatever object comes in, an outline and a page come out."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.web.languages import Language
from app.web.outline import MAX_ROWS, outline
from app.web.renderer import Renderer
from tests.unit.web import reports

_LEAF: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
_VALUE = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
_NAMES = (
    "issuer", "credentialSubject", "validFrom", "validUntil", "awardedDate", "name", "achievement", "identifier", "id",
    "address", "addressCountryCode", "identityType", "identityHash", "@value", "type", "proof",
)  # fmt: skip
_DOCUMENT: st.SearchStrategy[JsonObject] = st.recursive(
    st.dictionaries(st.sampled_from(_NAMES), _VALUE, max_size=6),
    lambda inner: st.dictionaries(st.sampled_from(_NAMES), inner | _VALUE, max_size=6),
)


@given(_DOCUMENT)
def test_any_object_has_an_outline(document: JsonObject) -> None:
    assert len(outline(document).rows) <= MAX_ROWS


@settings(max_examples=30, deadline=None)
@given(document=_DOCUMENT, case=st.sampled_from(sorted(reports.CASES)))
def test_any_object_can_be_reported_on(contexts: Contexts, renderer: Renderer, document: JsonObject, case: str) -> None:
    page = renderer.render_report(reports.report(contexts, case, document=document), language=Language("en"))
    assert page.endswith("</html>")


@pytest.mark.parametrize(
    ("issuer", "host"),
    [
        ("did:web:a.example", "a.example"),
        ("did:web:a.example%3A8443:issuers:1", "a.example:8443"),
        ("https://a.example/issuers/1", "a.example"),
        ({"id": "did:web:a.example", "name": "A"}, "a.example"),
        ("did:key:z6Mk", None),
        ("https://[", None),
        ("", None),
        (7, None),
    ],
)
def test_the_host_is_what_the_identifier_names(issuer: object, host: str | None) -> None:
    assert outline({"issuer": issuer}).host == host


def test_a_hashed_identity_is_not_shown_as_a_name() -> None:
    identity = {"identityType": "name", "identityHash": "sha256$b580", "hashed": True}
    assert outline({"credentialSubject": {"identifier": [identity], "achievement": {}}}).learner is None


def test_a_long_file_is_cut_and_says_so() -> None:
    long = outline({"credentialSubject": {f"claim{number}": number for number in range(MAX_ROWS + 1)}})
    assert (len(long.rows), long.cut) == (MAX_ROWS, True)


@pytest.mark.parametrize("date", ["2026-01-01", "soon", "2026-13-01T00:00:00Z", "9999-12-31T24:00:00Z", 5, None, {}])
def test_what_is_no_date_is_no_date(date: object) -> None:
    assert outline({"validFrom": date}).valid_from is None
