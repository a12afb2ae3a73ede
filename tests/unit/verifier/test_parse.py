"""What was handed over is read as what it was declared, and a picture is never more than what carries a credential."""

import json
import re

import pytest

from app.core.containers import png, svg
from app.core.json_ld import Contexts
from app.core.problems import PARSING_ERROR, UNSUPPORTED_MECHANISM, Refused
from app.verifier.parse import ANY_FILE, parse
from tests import pictures
from tests.verifying import badge

_BADGE = json.dumps(badge()).encode()
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
        pytest.param(pictures.JWS, ANY_FILE, "it is a credential that is signed as a token", id="a token"),
        pytest.param(
            png.bake(pictures.png(), pictures.JWS),
            ANY_FILE,
            "is PNG with a credential that is signed",
            id="a baked one",
        ),
    ],
)
def test_what_is_none_is_refused_and_said_why(contexts: Contexts, content: bytes, declared: str, said: str) -> None:
    with pytest.raises(Refused, match=re.escape(said)) as refused:
        parse(contexts, content, declared)
    (problem,) = refused.value.problems
    assert problem.type == (UNSUPPORTED_MECHANISM if "token" in said or "that is signed" in said else PARSING_ERROR)


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
        pytest.param(
            _PRESENTED | {"verifiableCredential": {"type": "EnvelopedVerifiableCredential", "id": "data:,a.b.c"}},
            ANY_FILE,
            "signed as a token",
            id="of a token",
        ),
    ],
)
def test_another_presentation_is_refused_and_said_why(
    contexts: Contexts, presented: object, declared: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        parse(contexts, json.dumps(presented).encode(), declared)
