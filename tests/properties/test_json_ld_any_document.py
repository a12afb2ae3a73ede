"""Any JSON at all: canonical N-Quads from which no leaf can be deleted unseen, or a refusal; no other exception."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.core.json_ld import Contexts
from app.core.problems import JsonObject, Refused
from tests.properties.leaf_deletion import survivors

_V2 = "https://www.w3.org/ns/credentials/v2"
_OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

# fmt: off
_KEYS = st.sampled_from(
    [
        "id",
        "type",
        "name",
        "description",
        "credentialSubject",
        "issuer",
        "proof",
        "evidence",
        "achievement",
        "credentialSchema",
        "jsonSchema",
        "_sd",
        "cnf",
        "jwk",
        "verifiableCredential",
        "alignment",
        "result",
        "tag",
        "criteria",
        "relatedResource",
        "validFrom",
        "@context",
        "@type",
        "@id",
        "@value",
        "@language",
        "@direction",
        "@graph",
        "@list",
        "@set",
        "@none",
        "x",
        "_:p",
        "urn:x",
    ]
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(
        [
            "VerifiableCredential",
            "VerifiablePresentation",
            "AchievementCredential",
            "AchievementSubject",
            "Achievement",
            "Alignment",
            "JsonSchema",
            "DataIntegrityProof",
            "Evidence",
            "urn:x",
            "did:example:1",
            "@json",
            "@id",
            "id",
            "_:b",
            "en",
            "ltr",
        ]
    ),
)
# fmt: on
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=20,
)

# Made of what is defined, so that most of them are not refused at once.
_THINGS = st.fixed_dictionaries(
    {"type": st.sampled_from(["Evidence", ["Evidence"]])},
    optional={
        "id": st.sampled_from(["urn:a", "urn:b"]),
        "name": st.sampled_from(["a", "b"]),
        "description": st.text(max_size=3),
        "genre": st.sampled_from(["a", 1, True, 2.5]),
    },
)
_PLAUSIBLE = st.fixed_dictionaries(
    {"evidence": st.lists(_THINGS, min_size=1, max_size=4)},
    optional={
        "id": st.sampled_from(["urn:a", "urn:c"]),
        "name": st.text(max_size=3),
        "issuer": st.sampled_from(["urn:a", "urn:b"]) | _THINGS,
        "termsOfUse": st.lists(st.sampled_from([{"id": "urn:a"}, {"id": "urn:b"}]), min_size=1, max_size=2),
    },
)


def _credential(members: dict[str, Any]) -> JsonObject:
    return {
        "type": ["VerifiableCredential", "AchievementCredential"],
        **members,
        "@context": [_V2, _OPEN_BADGES],
    }


def any_credentials() -> SearchStrategy[JsonObject]:
    return st.dictionaries(_KEYS, _JSON, max_size=5).map(_credential)


def plausible_credentials() -> SearchStrategy[JsonObject]:
    return _PLAUSIBLE.map(_credential)


@given(any_credentials())
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_json_is_lossless_or_refused(contexts: Contexts, document: JsonObject) -> None:
    try:
        found = survivors(contexts, document)
    except Refused:
        return
    assert found == []


@given(plausible_credentials())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_plausible_credential_is_lossless_or_refused(contexts: Contexts, document: JsonObject) -> None:
    try:
        found = survivors(contexts, document)
    except Refused:
        return
    assert found == []


def test_a_plausible_credential_is_not_always_refused(contexts: Contexts) -> None:
    document = _credential({"evidence": [{"type": "Evidence", "name": "a"}], "issuer": "urn:a"})
    assert survivors(contexts, document) == []
