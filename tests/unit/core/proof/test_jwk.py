"""A JWK is one sound public key for one algorithm, or it is none."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from app.core.multiformats import KeyKind, public_key
from app.core.problems import INVALID_VERIFICATION_METHOD, UNSUPPORTED_MECHANISM, JsonObject, Refused
from app.core.proof import jwk
from tests.tokens import ALGORITHMS, decode, encode, key_of

_RSA, _EC, _ED = (key_of(algorithm).jwk for algorithm in ("RS256", "ES256", "EdDSA"))


def _with_bits(bits: int, exponent: int = 65_537) -> JsonObject:
    """A number of that length, which is all that is looked at."""
    modulus = (1 << (bits - 1)) | 0xABCDEF
    return {"kty": "RSA", "n": encode(modulus.to_bytes((bits + 7) // 8, "big")), "e": _number(exponent)}


def _number(value: int) -> str:
    return encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_is_for_the_one_algorithm_of_its_kind(algorithm: str) -> None:
    key = key_of(algorithm)
    assert jwk.read(key.jwk | {"use": "sig", "key_ops": ["verify"], "alg": algorithm}).algorithm == algorithm
    jwk.read(key.jwk).verify(b"data", key.sign(b"data"))
    with pytest.raises(Refused):
        jwk.read(key.jwk).verify(b"date", key.sign(b"data"))


def test_the_thumbprint_is_the_published_one() -> None:
    """RFC 7638 §3.1, and RFC 8037 appendix A.3."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
        "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
        "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
        "nqDKgw"
    )
    assert (
        jwk.read({"kty": "RSA", "n": modulus, "e": "AQAB"}).thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    )
    ed25519 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert jwk.read(ed25519).thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(_RSA | {"d": "AQAB"}, id="a private one"),
        pytest.param(_EC | {"d": "AQAB"}, id="a private one of a curve"),
        pytest.param({"kty": "oct", "k": "AQAB"}, id="a shared secret"),
        pytest.param(_EC | {"use": "enc"}, id="for encryption"),
        pytest.param(_EC | {"key_ops": ["sign"]}, id="for signing"),
        pytest.param(_EC | {"key_ops": ["verify", "verify"]}, id="twice for verifying"),
        pytest.param(_EC | {"key_ops": "verify"}, id="operations that are no list"),
        pytest.param(_EC | {"alg": "HS256"}, id="for a shared secret's algorithm"),
        pytest.param(_EC | {"alg": "ES384"}, id="for another curve's algorithm"),
        pytest.param(_EC | {"alg": None}, id="for none"),
        pytest.param(_EC | {"kid": 7}, id="named by a number"),
        pytest.param(_EC | {"x": _EC["y"]}, id="beside the curve"),
        pytest.param(_EC | {"crv": "P-384"}, id="on another curve"),
        pytest.param(_EC | {"x": encode(b"\0" + decode(_EC["x"]))}, id="with a longer coordinate"),
        pytest.param(_EC | {"x": _EC["x"] + "="}, id="with padding"),
        pytest.param(_ED | {"x": encode(bytes(32))}, id="of small order"),
        pytest.param(_ED | {"x": encode(b"\x01" + bytes(31))}, id="the neutral point"),
        pytest.param(_ED | {"x": encode(b"\xff" * 32)}, id="no canonical point"),
        pytest.param(_with_bits(512), id="512 bits"),
        pytest.param(_with_bits(2_047), id="2047 bits"),
        pytest.param(_with_bits(4_097), id="4097 bits"),
        pytest.param(_with_bits(50_000), id="50,000 bits"),
        pytest.param(_with_bits(2_048, exponent=3), id="a small exponent"),
        pytest.param(_with_bits(2_048, exponent=65_538), id="an even exponent"),
        pytest.param(_with_bits(2_048, exponent=2**64 + 1), id="a large exponent"),
        pytest.param(_RSA | {"n": encode(b"\0" + decode(_RSA["n"]))}, id="a modulus that begins with zero"),
        pytest.param(_RSA | {"n": ""}, id="no modulus"),
        pytest.param(_RSA | {"n": 7}, id="a modulus that is a number"),
        pytest.param({"kty": "EC", "crv": "P-256", "x": _EC["x"]}, id="half a point"),
        pytest.param({"keys": [_EC]}, id="a set"),
        pytest.param({}, id="nothing"),
        pytest.param([_EC], id="a list"),
        pytest.param(None, id="null"),
    ],
)
def test_what_is_no_sound_public_key_for_signatures_is_refused(key: object) -> None:
    """D16, D17."""
    with pytest.raises(Refused) as refused:
        jwk.read(key)
    assert {problem.type for problem in refused.value.problems} == {INVALID_VERIFICATION_METHOD}


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "X25519", "x": "AA"},
        {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
        _RSA | {"alg": "PS256"},
    ],
    ids=["P-521", "X25519", "secp256k1", "PS256"],
)
def test_a_key_of_a_kind_that_is_not_known_here_is_not_called_wrong(key: JsonObject) -> None:
    with pytest.raises(Refused) as refused:
        jwk.read(key)
    assert [problem.type for problem in refused.value.problems] == [UNSUPPORTED_MECHANISM]


def test_an_rsa_key_may_be_as_long_as_4096_bits() -> None:
    modulus = rsa.generate_private_key(public_exponent=65_537, key_size=4_096).public_key().public_numbers().n
    assert jwk.read({"kty": "RSA", "n": _number(modulus), "e": "AQAB"}).signature_bytes == 512


@pytest.mark.parametrize("length", [0, 63, 65, 70, 96, 256])
def test_an_ecdsa_signature_has_one_length(length: int) -> None:
    with pytest.raises(Refused, match="64"):
        jwk.read(_EC).verify(b"data", b"\x01" * length)


def test_a_multikey_and_a_jwk_of_one_key_are_one_key() -> None:
    assert jwk.of_public_key(public_key(KeyKind.ED25519, decode(_ED["x"]))) == jwk.read(_ED | {"kid": "named"})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "use", "kid"]), inner, max_size=6
            )
        ),
        max_leaves=8,
    )
    | st.builds(
        lambda base, members: base | members,
        st.sampled_from([_RSA, _EC, _ED]),
        st.dictionaries(
            st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "use", "key_ops", "kid"]),
            st.binary(max_size=66).map(encode) | st.none() | st.integers() | st.sampled_from(["RSA", "EC", "P-384"]),
            max_size=2,
        ),
    )
)
def test_anything_is_a_key_or_a_refusal(value: object) -> None:
    try:
        key = jwk.read(value)
    except Refused:
        return
    assert key.algorithm in jwk.ALGORITHMS
