"""Any credential in outline: whatever object comes in, an outline and a page come out."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.credential import learning_credential
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.web.languages import ENGLISH, Language
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


# ── claims of an SD-JWT ──────────────────────────────────────────────────────────────────────────────────────────────


def claims(contexts: Contexts) -> JsonObject:
    own = {"iss": f"https://{reports.HOST}", "iat": 1, "jti": "urn:uuid:1", "status": {"status_list": {}}}
    return {**own, **learning_credential.write(reports.micro_credential(contexts))}


def test_of_claims_who_what_and_when_is_told(contexts: Contexts) -> None:
    seen = outline(claims(contexts))
    assert (seen.title, seen.learner, seen.issuer_name) == (
        "Data Literacy for Public Administration",
        "Zoë Marković-Núñez",
        "University of the Northern Coast",
    )
    assert (seen.host, seen.country, seen.valid_from) == (reports.HOST, "FI", reports.NOW)
    assert not {"iat", "status", "jti"} & {path.partition(" ")[0] for path, _ in seen.rows}


@pytest.mark.parametrize("moment", [True, "2026", -1, 1e99, None])
def test_of_claims_what_is_no_moment_is_none(moment: object) -> None:
    assert outline({"vct": "urn:example:1", "nbf": moment}).valid_from is None


def test_a_learning_credential_is_drawn_as_paper_and_a_part_of_it_as_far_as_it_goes(contexts: Contexts) -> None:
    whole = claims(contexts)
    part = {name: value for name, value in whole.items() if name != "full_name"}
    for shown, said in ((whole, "Zoë Marković-Núñez"), (part, "Data Literacy for Public Administration")):
        page = reports.renderer(contexts).render_report(
            reports.report(contexts, "valid_known", document=shown), language=ENGLISH
        )
        assert said in page
