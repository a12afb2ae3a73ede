"""What was handed over is read as what it was declared, and a picture is never more than what carries a credential."""

import base64
import contextlib
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.containers import png, svg
from app.core.credential import enveloped
from app.core.json_ld import Contexts
from app.core.problems import MALFORMED_VALUE_ERROR, PARSING_ERROR, UNSUPPORTED_MECHANISM, JsonObject, Refused
from app.verifier.parse import ANY_FILE, parse
from tests import pictures
from tests.tokens import credential_token, key_of, token
from tests.verifying import UNIVERSITY, badge

_BADGE = json.dumps(badge()).encode()
_KEY = key_of("ES256")
_TEXT = credential_token(_KEY)
_TOKEN = _TEXT.encode()
_PNG = png.bake(pictures.png(), _BADGE)
_SVG = svg.bake(pictures.svg(), _BADGE)


@pytest.mark.parametrize(
    ("content", "declared", "container"),
    [
        (_BADGE, "application/vc", None),
        (_BADGE, ANY_FILE, None),
        (_PNG, "image/png", "image/png"),
        (_PNG, ANY_FILE, "image/png"),
        (_SVG, "image/svg+xml; charset=utf-8", "image/svg+xml"),
        (_SVG, ANY_FILE, "image/svg+xml"),
    ],
)
def test_a_credential_is_read_in_what_it_came_in(
    contexts: Contexts, content: bytes, declared: str, container: str | None
) -> None:
    received = parse(contexts, content, declared)
    assert (received.document, received.container) == (badge(), container)


@pytest.mark.parametrize(
    ("content", "declared", "said"),
    [
        pytest.param(_SVG, "image/png", "handed over as image/png, but it is SVG", id="SVG declared as PNG"),
        pytest.param(_PNG, "image/svg+xml", "handed over as image/svg+xml, but it is PNG", id="PNG declared as SVG"),
        pytest.param(_BADGE, "image/png", "but it is no PNG", id="JSON declared as PNG"),
        pytest.param(_PNG, "application/vc", "but it is PNG", id="PNG declared as JSON"),
        pytest.param(_PNG + b"<html><script>alert(1)</script>", "image/png", "follow after its end", id="PNG and HTML"),
        pytest.param(b"<html>" + _SVG + b"</html>", ANY_FILE, "no SVG picture", id="SVG in HTML"),
        pytest.param(_PNG, "image/gif", "'image/gif' is not a kind", id="another type"),
        pytest.param(pictures.png(), ANY_FILE, "without a credential in it", id="a PNG that is only a picture"),
        pytest.param(pictures.svg(), ANY_FILE, "without a credential in it", id="an SVG that is only a picture"),
        pytest.param(
            svg.bake(pictures.svg(), b"{}"), ANY_FILE, "is SVG with JSON in it, but no credential", id="another JSON"
        ),
        pytest.param(pictures.JWS, ANY_FILE, "it is a token, but no credential", id="a token of something else"),
        pytest.param(b"one.two.three", ANY_FILE, "but no token (JWT)", id="a text with dots"),
        pytest.param(_TOKEN, "application/vc", "but it is a token (JWT)", id="a token declared as JSON"),
        pytest.param(_TOKEN, "application/json", "but it is a token (JWT)", id="a token declared as any JSON"),
        pytest.param(_BADGE, "application/vc+jwt", "but it is no token (JWT)", id="JSON declared as a token"),
        pytest.param(_BADGE, "text/plain", "but it is no token (JWT)", id="JSON declared as text"),
        pytest.param(_TOKEN, "application/vp+jwt", "but it is no presentation", id="a credential declared as one"),
        pytest.param(
            json.dumps({"payload": "e30", "signatures": []}).encode(), ANY_FILE, "in JSON (JWS)", id="a JWS in JSON"
        ),
        pytest.param(
            json.dumps({"payload": "e30", "signature": "", "header": {"alg": "none"}}).encode(),
            "application/json",
            "in JSON (JWS)",
            id="a flattened one",
        ),
        pytest.param(
            png.bake(pictures.png(), pictures.JWS),
            ANY_FILE,
            "it is PNG with a token in it, but no credential",
            id="a baked one",
        ),
    ],
)
def test_what_is_none_is_refused_and_said_why(contexts: Contexts, content: bytes, declared: str, said: str) -> None:
    with pytest.raises(Refused, match=re.escape(said)) as refused:
        parse(contexts, content, declared)
    (problem,) = refused.value.problems
    assert problem.type == PARSING_ERROR


_PRESENTED = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiablePresentation"],
    "verifiableCredential": [badge()],
}


@pytest.mark.parametrize("declared", ["application/vp", "application/json", "application/ld+json", ANY_FILE])
@pytest.mark.parametrize("held", [badge(), [badge()]], ids=["one", "a list of one"])
def test_the_one_credential_in_a_presentation_is_read(contexts: Contexts, declared: str, held: object) -> None:
    received = parse(contexts, json.dumps(_PRESENTED | {"verifiableCredential": held}).encode(), declared)
    assert (received.document, received.presented) == (badge(), True)


@pytest.mark.parametrize(
    ("presented", "declared", "said"),
    [
        pytest.param(_PRESENTED, "application/vc", "it is a presentation", id="declared as a credential"),
        pytest.param(badge(), "application/vp", "it is no presentation", id="a credential declared as one"),
        pytest.param(
            _PRESENTED | {"verifiableCredential": [badge(), badge()]}, ANY_FILE, "of 2 credentials", id="of two"
        ),
        pytest.param({"@context": [], "type": "VerifiablePresentation"}, ANY_FILE, "of 0 credentials", id="of none"),
        pytest.param(_PRESENTED | {"verifiableCredential": [_PRESENTED]}, ANY_FILE, "no credential", id="in another"),
    ],
)
def test_another_presentation_is_refused_and_said_why(
    contexts: Contexts, presented: object, declared: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        parse(contexts, json.dumps(presented).encode(), declared)


_ENVELOPE = enveloped.write(_TEXT, enveloped.CREDENTIAL)
_SIGNED_PRESENTATION = token({"alg": "ES256", "typ": "vp+jwt"}, _PRESENTED | {"iss": UNIVERSITY}, _KEY)


@pytest.mark.parametrize(
    ("content", "declared", "presented"),
    [
        pytest.param(_TOKEN, "application/vc+jwt", False, id="a token"),
        pytest.param(b"  " + _TOKEN + b"\n", ANY_FILE, False, id="a file of one line"),
        pytest.param(png.bake(pictures.png(), _TOKEN), "image/png", False, id="in a PNG"),
        pytest.param(svg.bake(pictures.svg(), _TOKEN), ANY_FILE, False, id="in an SVG"),
        pytest.param(json.dumps(_ENVELOPE).encode(), "application/vc", False, id="in an envelope"),
        pytest.param(
            json.dumps(_ENVELOPE | {"@context": ["https://www.w3.org/ns/credentials/v2"]}).encode(),
            "application/json",
            False,
            id="in an envelope with a list of contexts",
        ),
        pytest.param(
            json.dumps(_PRESENTED | {"verifiableCredential": [_ENVELOPE]}).encode(),
            "application/vp",
            True,
            id="presented",
        ),
        pytest.param(
            json.dumps(
                enveloped.write(
                    token({"alg": "ES256", "typ": "vp+jwt"}, _PRESENTED | {"verifiableCredential": _ENVELOPE}, _KEY),
                    enveloped.PRESENTATION,
                )
            ).encode(),
            "application/json",
            True,
            id="in an enveloped presentation",
        ),
    ],
)
def test_a_token_is_read_in_what_it_came_in(contexts: Contexts, content: bytes, declared: str, presented: bool) -> None:
    received = parse(contexts, content, declared)
    assert (received.document, received.token, received.presented) == (badge(), _TEXT, presented)


def test_a_credential_in_a_presentation_that_is_a_token_is_still_as_it_was(contexts: Contexts) -> None:
    received = parse(contexts, _SIGNED_PRESENTATION.encode(), "application/vp+jwt")
    assert (received.document, received.token, received.presented) == (badge(), None, True)


def _nested(depth: int) -> JsonObject:
    """An envelope in an envelope, and so on."""
    inner = badge()
    for _ in range(depth):
        inner = enveloped.write(token({"alg": "ES256", "typ": "vc+jwt"}, inner, _KEY), enveloped.CREDENTIAL)
    return inner


@pytest.mark.parametrize(
    "envelope",
    [
        pytest.param(_ENVELOPE | {"id": "data:text/html,<script>"}, id="a page"),
        pytest.param(_ENVELOPE | {"id": f"data:application/cwt,{_TEXT}"}, id="another type"),
        pytest.param(_ENVELOPE | {"id": f"data:application/vc+jwt;base64,{_TEXT}"}, id="another encoding"),
        pytest.param(_ENVELOPE | {"id": f"data:,{_TEXT}"}, id="no type"),
        pytest.param(_ENVELOPE | {"id": "https://evil.example/token"}, id="elsewhere"),
        pytest.param(_ENVELOPE | {"id": "data:application/vc+jwt,one.two.three"}, id="no token"),
        pytest.param(_ENVELOPE | {"id": f"data:application/vc+jwt,{_SIGNED_PRESENTATION}"}, id="a presentation"),
        pytest.param(_ENVELOPE | {"id": 7}, id="a number"),
        pytest.param({"@context": "https://www.w3.org/ns/credentials/v2", "type": enveloped.CREDENTIAL}, id="empty"),
        pytest.param(_ENVELOPE | {"@context": []}, id="no context"),
        pytest.param(_ENVELOPE | {"@context": ["https://www.w3.org/2018/credentials/v1"]}, id="an old context"),
        pytest.param(_ENVELOPE | {"credentialSubject": {"id": "did:example:me"}}, id="with a claim on it"),
        pytest.param(_nested(2), id="an envelope in it"),
        pytest.param(_nested(5), id="five in one another"),
    ],
)
def test_an_envelope_that_holds_something_else_is_refused(contexts: Contexts, envelope: JsonObject) -> None:
    """T14. And the same in a presentation."""
    for handed_over in (envelope, _PRESENTED | {"verifiableCredential": [envelope]}):
        with pytest.raises(Refused) as refused:
            parse(contexts, json.dumps(handed_over).encode(), "application/json")
        assert [problem.type for problem in refused.value.problems] == [MALFORMED_VALUE_ERROR]


def test_an_envelope_of_another_mechanism_is_not_held_against_it(contexts: Contexts) -> None:
    envelope = _ENVELOPE | {"id": f"data:application/vc+cose,{_TEXT}~"}
    with pytest.raises(Refused) as refused:
        parse(contexts, json.dumps(envelope).encode(), "application/vc")
    assert [problem.type for problem in refused.value.problems] == [UNSUPPORTED_MECHANISM]


_LETTERS = st.text(alphabet="eyJ0W19_-=+/.\\n ", max_size=60).map(str.encode)


@given(
    st.binary(max_size=80)
    | _LETTERS
    | st.binary(max_size=60).map(lambda data: b"e30." + base64.urlsafe_b64encode(b"{" + data) + b".AA"),
    st.sampled_from(["application/vc+jwt", "application/vp+jwt", "text/plain", ANY_FILE]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_credential_or_a_refusal(contexts: Contexts, content: bytes, declared: str) -> None:
    with contextlib.suppress(Refused):
        assert parse(contexts, content, declared).document


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=30) | st.sampled_from([_TEXT, f"data:application/vc+jwt,{_TEXT}"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["@context", "id", "type", "verifiableCredential", "more"]), inner, max_size=4
            )
        ),
        max_leaves=8,
    ),
    st.sampled_from([enveloped.CREDENTIAL, enveloped.PRESENTATION, [enveloped.CREDENTIAL]]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_envelope_holds_a_credential_or_is_refused(contexts: Contexts, members: object, kind: object) -> None:
    held = {**(members if isinstance(members, dict) else {"id": members}), "type": kind}
    with contextlib.suppress(Refused):
        assert parse(contexts, json.dumps(held).encode(), "application/json").token == _TEXT
