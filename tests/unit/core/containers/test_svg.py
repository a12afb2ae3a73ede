"""SVG pictures: exactly one credential comes out of one, whatever the bytes; nothing of it is fetched or expanded."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import containers, strict_json
from app.core.containers import svg as container
from app.core.containers.carried import MAX_CREDENTIAL_BYTES
from app.core.problems import PARSING_ERROR, Refused
from tests.pictures import JSON, JWS, NAMESPACE, credential, svg

TOKEN = JWS.decode()
CDATA = f"<![CDATA[{JSON.decode().replace(']]>', ']]]]><![CDATA[>')}]]>"
BAKED = svg(credential(CDATA))
DOCTYPE = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
LAUGHS = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'

REFUSED = [
    pytest.param(svg(), "no element openbadges:credential", id="no credential"),
    pytest.param(svg(credential(verify=TOKEN) * 2), "more than one badge", id="two credentials"),
    pytest.param(svg(credential(verify=TOKEN) + credential(CDATA)), "more than one badge", id="a token and a text"),
    pytest.param(svg(credential(CDATA, verify=TOKEN)), "twice", id="a token and a text in one"),
    pytest.param(svg(credential()), "is empty", id="an empty one"),
    pytest.param(svg(credential(" \n ", verify=" ")), "is empty", id="a blank one"),
    pytest.param(svg(f"<g>{credential(verify=TOKEN)}</g>"), "right inside", id="one deeper down"),
    pytest.param(svg(credential("{<b/>}")), "other elements", id="elements in it"),
    pytest.param(svg(credential(credential(verify=TOKEN))), "other elements", id="one in another"),
    pytest.param(
        svg(credential(verify=TOKEN), attributes='xmlns:openbadges="https://evil.example/ob/v3p0"'),
        "no element openbadges:credential",
        id="another namespace",
    ),
    pytest.param(svg(f"<credential verify='{TOKEN}'/>"), "no element openbadges:credential", id="SVG's own namespace"),
    pytest.param(svg(f"<!-- {credential(verify=TOKEN)} -->"), "no element openbadges:credential", id="in a comment"),
    pytest.param(
        svg(f'<o:assertion xmlns:o="http://openbadges.org" verify="{TOKEN}"/>'), "Open Badges 2.0", id="an older badge"
    ),
    pytest.param(
        svg(f'<o:assertion xmlns:o="http://openbadges.org" verify="{TOKEN}"/>{credential(verify=TOKEN)}'),
        "more than one badge",
        id="an older badge and a credential",
    ),
    pytest.param(svg(credential("&b;"), before=LAUGHS), "document type of its own", id="entities of its own"),
    pytest.param(svg(credential("&x;"), before=DOCTYPE), "entities of its own", id="an entity of nobody"),
    pytest.param(svg(credential("&x;")), "no well-formed XML", id="an entity that was never declared"),
    pytest.param(
        svg(before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "document type of its own",
        id="an entity from a file",
    ),
    pytest.param(
        svg(credential(CDATA), before='<?xml version="1.0" encoding="ISO-8859-1"?>'), "UTF-8", id="another encoding"
    ),
    pytest.param(svg(credential(CDATA))[:-6], "no well-formed XML", id="half of it"),
    pytest.param(svg(credential(CDATA)) + b"<html/>", "no well-formed XML", id="a page behind it"),
    pytest.param(b"<html><body>" + BAKED + b"</body></html>", "no SVG picture", id="a page around it"),
    pytest.param(svg("<g>" * 200 + "</g>" * 200), "deeper than 64", id="200 levels"),
    pytest.param(svg("<g/>" * 100_001 + credential(verify=TOKEN)), "100,000 elements", id="100,000 elements"),
    pytest.param(svg(credential("x" * (MAX_CREDENTIAL_BYTES + 1))), "bytes of credential", id="a long text"),
    pytest.param(svg("x" * 10_485_761), "at most", id="a large file"),
]


@pytest.mark.parametrize(("picture", "said"), REFUSED)
def test_it_is_refused_and_said_why(picture: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        container.extract(picture)
    assert {problem.type for problem in refused.value.problems} == {PARSING_ERROR}


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(BAKED, id="CDATA"),
        pytest.param(svg(credential(CDATA), before='<?xml version="1.0" encoding="utf-8"?>'), id="declared"),
        pytest.param(svg(credential(CDATA), before=DOCTYPE), id="with SVG 1.1's document type"),
        pytest.param(svg(credential(CDATA), before="\ufeff"), id="a byte order mark"),
        pytest.param(svg(f"<metadata/><!-- saved by an editor -->\n {credential(f' {CDATA} ')}"), id="saved again"),
        pytest.param(
            svg(credential(JSON.decode().replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;"))),
            id="escaped",
        ),
        pytest.param(
            BAKED.replace(b"openbadges:", b"ns0:").replace(b"xmlns:openbadges", b"xmlns:ns0"), id="another prefix"
        ),
    ],
)
def test_the_credential_comes_out_as_it_stands_there(picture: bytes) -> None:
    assert container.recognises(picture)
    assert container.extract(picture) == JSON


def test_a_token_comes_out_of_its_attribute() -> None:
    assert container.extract(svg(credential(verify=TOKEN))) == JWS


@given(st.one_of(st.text(max_size=200).map(str.encode), st.binary(max_size=200)), st.integers(0, len(BAKED)))
def test_any_bytes_anywhere_are_read_or_refused(bytes_: bytes, at: int) -> None:
    for content in (b"<svg " + bytes_, BAKED[:at] + bytes_ + BAKED[at:], BAKED[:at] + bytes_):
        with contextlib.suppress(Refused):
            assert isinstance(container.extract(content), bytes)


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(svg(), id="declared already"),
        pytest.param(svg(attributes=""), id="not declared"),
        pytest.param(svg(attributes="aria-label='a > b'"), id="a bracket in an attribute"),
        pytest.param(svg(before=f'<?xml version="1.0"?>{DOCTYPE}<!-- <svg> -->'), id="behind a comment"),
        pytest.param(svg(before="\ufeff<!-- é -->"), id="behind a byte order mark"),
    ],
)
@pytest.mark.parametrize("signed", [JSON, JWS])
def test_what_is_baked_is_what_is_extracted(picture: bytes, signed: bytes) -> None:
    baked = container.bake(picture, signed)
    assert container.extract(baked) == signed
    assert f'xmlns:openbadges="{NAMESPACE}"'.encode() in baked


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["name", "]]>", "<x>"]), JSON_VALUES, max_size=3))
def test_any_json_says_the_same_after_baking(document: dict[str, object]) -> None:
    written = strict_json.write(document)
    try:
        strict_json.read_object(written)
    except Refused:
        return
    assert json.loads(container.extract(container.bake(svg(), written))) == document


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (BAKED, "holds a badge already"),
        (svg(attributes='xmlns:openbadges="https://evil.example"'), "something else"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "nothing in it"),
    ],
)
def test_what_can_hold_no_badge_is_refused(picture: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        container.bake(picture, JSON)


@given(st.binary(max_size=64))
def test_what_is_no_container_is_left_alone(content: bytes) -> None:
    if not content.startswith(b"%PDF-") and not content.lstrip().startswith((b"<", b"\x89")):
        assert containers.unwrap(content) is None


def test_a_kind_is_called_as_people_call_it() -> None:
    assert [containers.kind(each) for each in sorted(containers.MEDIA_TYPES)] == ["PDF", "PNG", "SVG"]
