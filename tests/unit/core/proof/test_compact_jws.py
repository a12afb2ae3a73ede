"""A compact JWS has one text, and whatever else is handed in is refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.problems import CRYPTOGRAPHIC_SECURITY_ERROR, Refused
from app.core.proof import compact_jws, vc_jwt
from tests.tokens import encode

_HEADER, _PAYLOAD, _SIGNATURE = encode(b'{"alg":"ES256"}'), encode(b'{"a":1}'), encode(b"\xff" * 64)
_TEXT = f"{_HEADER}.{_PAYLOAD}.{_SIGNATURE}"


def _headed(header: bytes) -> str:
    return f"{encode(header)}.{_PAYLOAD}.{_SIGNATURE}"


def test_it_is_what_was_written() -> None:
    jws = compact_jws.read(_TEXT)
    assert (jws.header, jws.payload, jws.signature) == ({"alg": "ES256"}, b'{"a":1}', b"\xff" * 64)
    assert jws.signing_input == compact_jws.write(jws.header, jws.payload)
    assert compact_jws.assemble(jws.signing_input, jws.signature) == _TEXT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        _TEXT + ".",
        _TEXT + "\n",
        _TEXT + "=",
        f" {_TEXT}",
        f"{_HEADER}.{_PAYLOAD}",
        _headed(b"[]"),
        _headed(b"null"),
        _headed(b'{"alg":"ES256","alg":"none"}'),
        _headed(b'{"alg":"ES256"} ,'),
        _headed(b'{"a":"' + b"x" * 20_000 + b'"}'),
        f"{_HEADER}.{_PAYLOAD}.{_SIGNATURE[:-1]}x",
        f"{_HEADER}.{_PAYLOAD}.{'A' * 5}",
        f"{_HEADER}.{_PAYLOAD}.\u0101{_SIGNATURE}",
        f"{_HEADER}.{_PAYLOAD}.{_SIGNATURE}.{_PAYLOAD}.{_SIGNATURE}",
    ],
    ids=lambda text: repr(text[:30]),
)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        compact_jws.read(text)
    assert [problem.type for problem in refused.value.problems] == [CRYPTOGRAPHIC_SECURITY_ERROR]


_LETTERS = st.text(alphabet="AeyJhbGciOiJ0_-=+/.\n", max_size=60)


@given(st.text(max_size=80) | _LETTERS | st.binary(max_size=60).map(lambda data: f"{_HEADER}.{encode(data)}."))
def test_any_text_is_a_token_or_a_refusal(text: str) -> None:
    for read in (compact_jws.read, compact_jws.glance, vc_jwt.read):
        try:
            read(text)
        except Refused as refused:
            given_up = refused.problems
            assert given_up


@given(
    st.dictionaries(
        st.sampled_from(["alg", "typ", "cty", "kid", "jwk", "iss", "crit", "x5c"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.text(max_size=20)
            | st.sampled_from(["ES256", "vc+jwt", "JWT"]),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=6,
        ),
    )
)
def test_any_header_is_one_of_ours_or_a_refusal(header: dict[str, object]) -> None:
    signing_input = compact_jws.write(header, b"{}").decode()
    try:
        token = vc_jwt.read(f"{signing_input}.{_SIGNATURE}")
    except Refused:
        return
    assert token.algorithm == header["alg"]
