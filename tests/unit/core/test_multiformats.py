"""Multibase and Multikey: one text for each value, and no key under which anyone can sign."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from app.core import multiformats
from app.core.multiformats import (
    KeyKind,
    PublicKey,
    decode_multibase,
    decode_multikey,
    decode_secret_multikey,
    encode_base58btc,
    encode_base64url,
    encode_multikey,
    public_key_at,
)
from app.core.problems import INVALID_VERIFICATION_METHOD, MALFORMED_VALUE_ERROR, Refused

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
SOUND = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
# RFC 8032 §7.1, test 1.
RFC_8032_SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")

# The eight points whose order divides the cofactor (RFC 7748 §7), as Ed25519 encodes them.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
NON_CANONICAL = [(y | sign << 255).to_bytes(32, "little").hex() for y in range(P, 2**255) for sign in (0, 1)]
ZERO_WITH_A_SIGN = [(y | 1 << 255).to_bytes(32, "little").hex() for y in (1, P - 1)]


def _multikey(raw: bytes, header: bytes = b"\xed\x01") -> str:
    return encode_base58btc(header + raw)


def _add(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    """Two points of edwards25519 added, RFC 8032 §5.1.4."""
    (x1, y1), (x2, y2) = first, second
    product = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P


def _x(y: int) -> int:
    """A root of x² = (y² − 1) ÷ (d·y² + 1), RFC 8032 §5.1.3."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    return root if root * root % P == square else root * pow(2, (P - 1) // 4, P) % P


@pytest.mark.parametrize("encoded", SMALL_ORDER)
def test_the_table_of_small_order_points_is_right(encoded: str) -> None:
    y = int.from_bytes(bytes.fromhex(encoded), "little") & (2**255 - 1)
    point = (_x(y), y)
    for _ in range(3):
        point = _add(point, point)
    assert point == (0, 1)


@pytest.mark.parametrize("encoded", SMALL_ORDER + NON_CANONICAL + ZERO_WITH_A_SIGN)
def test_a_key_under_which_anyone_can_sign_is_refused(encoded: str) -> None:
    with pytest.raises(Refused) as refused:
        decode_multikey(_multikey(bytes.fromhex(encoded)))
    assert refused.value.problems[0].type == INVALID_VERIFICATION_METHOD


P256 = bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
P384 = bytes.fromhex(
    "03aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"
)
HEADERS = {KeyKind.P256: b"\x80\x24", KeyKind.P384: b"\x81\x24"}
# The generators of both curves (SP 800-186 §3.2.1.3, §3.2.1.4).
GENERATORS = [(KeyKind.P256, P256), (KeyKind.P384, P384)]
P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
NO_COMPRESSED_POINTS = {
    "the point at infinity": bytes(33),
    "an uncompressed point's first byte": b"\x04" + P256[1:],
    "a hybrid point's first byte": b"\x06" + P256[1:],
    "a coordinate that is the prime itself": b"\x02" + P256_PRIME.to_bytes(32, "big"),
    "a coordinate with no point above it": b"\x02" + (1).to_bytes(32, "big"),
    "all ones": b"\x02" + b"\xff" * 32,
}


@pytest.mark.parametrize(("kind", "raw"), GENERATORS)
def test_a_compressed_point_is_read_and_written_back(kind: KeyKind, raw: bytes) -> None:
    key = decode_multikey(_multikey(raw, HEADERS[kind]))
    assert key == PublicKey(kind, raw)
    assert encode_multikey(key) == _multikey(raw, HEADERS[kind])


@pytest.mark.parametrize(("kind", "raw"), GENERATORS)
def test_both_points_above_a_coordinate_are_keys_and_not_the_same(kind: KeyKind, raw: bytes) -> None:
    other = b"\x02" + raw[1:]
    assert multiformats.public_key(kind, other) != multiformats.public_key(kind, raw)


@pytest.mark.parametrize("raw", NO_COMPRESSED_POINTS.values(), ids=NO_COMPRESSED_POINTS.keys())
def test_what_is_no_compressed_point_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused, match="INVALID_VERIFICATION_METHOD"):
        decode_multikey(_multikey(raw, HEADERS[KeyKind.P256]))


@pytest.mark.parametrize("raw", [P256[:-1], P256 + b"\0", b"", P384])
def test_a_point_of_another_length_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused, match="33 bytes"):
        decode_multikey(_multikey(raw, HEADERS[KeyKind.P256]))


@pytest.mark.parametrize(
    ("kind", "curve"), [(KeyKind.P256, ec.SECP256R1()), (KeyKind.P384, ec.SECP384R1())], ids=["P-256", "P-384"]
)
def test_any_key_that_another_library_makes_is_the_same_key_here(kind: KeyKind, curve: ec.EllipticCurve) -> None:
    for secret in range(1, 40):
        public = ec.derive_private_key(secret * 2**190 + secret, curve).public_key()
        compressed = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
        x, y = point[: len(point) // 2], point[len(point) // 2 :]
        assert public_key_at(kind, x=x, y=y) == multiformats.public_key(kind, compressed)


def test_a_point_beside_the_curve_is_refused() -> None:
    x, y = P256[1:], (1).to_bytes(32, "big")
    with pytest.raises(Refused, match="no point"):
        public_key_at(KeyKind.P256, x=x, y=y)


def test_a_coordinate_beyond_the_field_is_refused() -> None:
    """Counted around the prime, it would be a second text of the same key."""
    x, y = next((x, y) for x in range(1, 100) if (y := _root(x)) is not None)
    assert public_key_at(KeyKind.P256, x=x.to_bytes(32, "big"), y=y.to_bytes(32, "big")).kind is KeyKind.P256
    with pytest.raises(Refused):
        public_key_at(KeyKind.P256, x=(P256_PRIME + x).to_bytes(32, "big"), y=y.to_bytes(32, "big"))


def _root(x: int) -> int | None:
    """A y of P-256 above x, where there is one: p leaves 3 when divided by 4."""
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    square = (x**3 - 3 * x + b) % P256_PRIME
    root = pow(square, (P256_PRIME + 1) // 4, P256_PRIME)
    return root if root * root % P256_PRIME == square else None


def test_a_secret_key_of_each_curve_is_read_at_its_exact_length() -> None:
    assert decode_secret_multikey(_multikey(b"\x01" * 32, b"\x86\x26")) == (KeyKind.P256, b"\x01" * 32)
    assert decode_secret_multikey(_multikey(b"\x01" * 48, b"\x87\x26")) == (KeyKind.P384, b"\x01" * 48)
    with pytest.raises(Refused):
        decode_secret_multikey(_multikey(b"\x01" * 48, b"\x86\x26"))


def test_what_is_no_point_of_the_curve_is_refused() -> None:
    with pytest.raises(Refused, match="no point"):
        decode_multikey(_multikey((2).to_bytes(32, "little")))


def test_a_sound_key_is_read_and_written_back() -> None:
    assert encode_multikey(decode_multikey(SOUND)) == SOUND


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(Refused, match="32 bytes"):
        decode_multikey(_multikey(b"\x05" * length))


def test_a_key_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Refused, match="unknown kind"):
        decode_multikey(_multikey(b"\x02" + b"\x05" * 32, header=b"\xe7\x01"))


def test_a_multikey_in_another_base_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        decode_multikey(encode_base64url(b"\xed\x01" + decode_multikey(SOUND).raw))
    assert refused.value.problems[0].type == INVALID_VERIFICATION_METHOD


def test_a_secret_key_is_read() -> None:
    assert decode_secret_multikey(_multikey(RFC_8032_SECRET, b"\x80\x26")) == (KeyKind.ED25519, RFC_8032_SECRET)


def test_a_public_key_is_no_secret_key() -> None:
    with pytest.raises(Refused):
        decode_secret_multikey(SOUND)


@pytest.mark.parametrize(
    "text",
    ["", "z0", "zl", "zO", "zI", "z 1", "zé", "u=", "uA", "uAB==", "uAB", "u+/", "u A", "fa0", "Zabc", "mAAAA"],
)
def test_a_text_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        decode_multibase(text)
    assert refused.value.problems[0].type == MALFORMED_VALUE_ERROR


def test_base58_that_would_take_long_is_refused() -> None:
    with pytest.raises(Refused, match="too long"):
        decode_multibase("z" + "2" * (multiformats.MAX_BASE58_CHARACTERS + 1))


@given(st.binary(max_size=300))
def test_bytes_come_back_from_base58(data: bytes) -> None:
    assert decode_multibase(encode_base58btc(data)) == data


@given(st.binary(max_size=300))
def test_bytes_come_back_from_base64url(data: bytes) -> None:
    assert decode_multibase(encode_base64url(data)) == data


@given(st.text(max_size=60).map(lambda text: "z" + text) | st.text(max_size=60).map(lambda text: "u" + text))
def test_any_text_gives_its_one_value_or_a_refusal(text: str) -> None:
    try:
        data = decode_multibase(text)
    except Refused:
        return
    assert text in (encode_base58btc(data), encode_base64url(data))


@given(
    st.text(max_size=60)
    | st.binary(max_size=40).map(encode_base58btc)
    | st.binary(min_size=33, max_size=33).map(lambda raw: _multikey(raw, HEADERS[KeyKind.P256]))
)
def test_any_text_gives_a_key_or_a_refusal(text: str) -> None:
    try:
        key = decode_multikey(text)
    except Refused:
        return
    assert isinstance(key, PublicKey)


@given(st.sampled_from([P, 2**256 - 2**224 + 2**192 + 2**96 - 1, 2**384 - 2**128 - 2**96 + 2**32 - 1]), st.data())
def test_a_square_root_is_there_where_eulers_criterion_says_so(prime: int, data: st.DataObject) -> None:
    value = data.draw(st.integers(1, prime - 1))
    assert multiformats.has_square_root(value, prime) is (pow(value, (prime - 1) // 2, prime) == 1)
