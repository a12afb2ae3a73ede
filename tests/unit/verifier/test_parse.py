"""What was handed over is read as what it was declared, and a picture is never more than what carries a credential."""

import json
import re

import pytest

from app.core.containers import png, svg
from app.core.json_ld import Contexts
from app.core.problems import PARSING_ERROR, Refused
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
    assert [problem.type for problem in refused.value.problems] == [PARSING_ERROR]
