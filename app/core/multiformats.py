"""Multibase strings and Multikeys, in their one canonical form, to bytes and public keys and back.

https://www.w3.org/TR/cid-1.0/#multibase-0 and https://www.w3.org/TR/cid-1.0/#Multikey
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.core.problems import INVALID_VERIFICATION_METHOD, MALFORMED_VALUE_ERROR, Problem, Refused

_BASE58_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# Two digits at once take half the steps.
_BASE58_PAIRS = tuple(first + second for first in _BASE58_ALPHABET for second in _BASE58_ALPHABET)
_BASE58_VALUES = {character: value for value, character in enumerate(_BASE58_ALPHABET)}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")

# Base 58 takes time by the square of the length. Keys and signatures, which it is for, stay far below.
MAX_BASE58_CHARACTERS = 512
# Half a megabyte of keys that were found sound: an issuer's is met again and again.
MAX_REMEMBERED_KEYS = 1_024


class KeyKind(StrEnum):
    """The curve a key is of, by its JOSE name (RFC 7518 §6.2.1.1, RFC 8037 §2), or RSA: what a mechanism matches on."""

    ED25519 = "Ed25519"
    P256 = "P-256"
    P384 = "P-384"
    RSA = "RSA"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that was found sound: right length, canonical, no point of small order.

    `raw` is what stands in a Multikey after its header: of P-256 and P-384 the compressed point (SEC 1 §2.3.3). An RSA
    key has no Multikey; `rsa_public_key` says what it is.
    """

    kind: KeyKind
    raw: bytes


@dataclass(frozen=True, slots=True)
class KeyType:
    """One row of the Multikey table, Controlled Identifiers §2.2.2: headers, lengths, and what is wrong with a key."""

    kind: KeyKind
    public_header: bytes
    public_length: int
    secret_header: bytes
    secret_length: int
    fault: Callable[[bytes], str | None]


# ── multibase ────────────────────────────────────────────────────────────────────────────────────────────────────────


def encode_base58btc(data: bytes) -> str:
    """Multibase `z`."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data, "big")
    pairs = []
    while number:
        number, pair = divmod(number, 58 * 58)
        pairs.append(_BASE58_PAIRS[pair])
    return "z" + "1" * zeros + "".join(reversed(pairs)).lstrip("1")


def encode_base64url(data: bytes) -> str:
    """Multibase `u`: base64url without padding."""
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_multibase(text: str, *, bases: str = "zu") -> bytes:
    """The bytes of a multibase string in one of `bases`. Raises Refused (MALFORMED_VALUE_ERROR)."""
    header, encoded = text[:1], text[1:]
    if not header or header not in bases:
        allowed = " or ".join(repr(base) for base in bases)
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=f"a multibase value here begins with {allowed}"))
    return _decode_base58btc(encoded) if header == "z" else _decode_base64url(encoded)


def _decode_base58btc(encoded: str) -> bytes:
    if len(encoded) > MAX_BASE58_CHARACTERS:
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=f"base58btc of {len(encoded):,} characters is too long"))
    number = 0
    for character in encoded:
        digit = _BASE58_VALUES.get(character)
        if digit is None:
            raise Refused(Problem(MALFORMED_VALUE_ERROR, detail=f"{character!r} is no base58btc character"))
        number = number * 58 + digit
    zeros = len(encoded) - len(encoded.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _decode_base64url(encoded: str) -> bytes:
    if not _BASE64URL.fullmatch(encoded):
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail="is not base64url without padding"))
    try:
        data = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except binascii.Error as error:
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail="is not base64url: its length is impossible")) from error
    # RFC 4648 §3.5: the bits beyond the last byte are zero, or two texts would mean the same bytes.
    whole = len(data) // 3
    if encode_base64url(data[3 * whole :])[1:] != encoded[4 * whole :]:
        raise Refused(Problem(MALFORMED_VALUE_ERROR, detail="is not canonical base64url: it has stray bits at its end"))
    return data


def has_square_root(value: int, prime: int) -> bool:
    """Whether `value`, not 0, is a square modulo an odd prime: the Jacobi symbol."""
    value, modulus, is_square = value % prime, prime, True
    while value:
        twos = (value & -value).bit_length() - 1
        value >>= twos
        # 2 is a square modulo what is ±1 modulo 8; of two that are 3 modulo 4, one is a square modulo the other.
        if twos & 1 and modulus & 7 in {3, 5}:
            is_square = not is_square
        if value & modulus & 2:
            is_square = not is_square
        value, modulus = modulus % value, value
    return is_square and modulus == 1


# ── Ed25519, RFC 8032 §5.1 ───────────────────────────────────────────────────────────────────────────────────────────

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_ORDER_8_Y = 2707385501144840649318225287225658788936804267575313519463743609750303402022
# One signature by such a key fits every message: the eight points whose order divides the cofactor.
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y})


def _ed25519_fault(raw: bytes) -> str | None:
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _P:
        return "is not a canonical Ed25519 point"
    if y in _SMALL_ORDER_Y:
        return "is an Ed25519 point of small order, under which anyone can sign"
    # x² = (y² − 1) ÷ (d·y² + 1). Times the square of what it is divided by, it has a root where it had one, and no
    # inverse need be found. That is never 0, −1 ÷ d having no root.
    x_squared_times_square = (y * y - 1) * (_D * y * y + 1) % _P
    if not has_square_root(x_squared_times_square, _P):
        return "is no point of the Ed25519 curve"
    return None


# ── P-256 and P-384, NIST SP 800-186 §3.2.1 ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _PrimeCurve:
    """y² = x³ − 3x + b over the integers modulo p. Its cofactor is 1: every point of it has the full order."""

    p: int
    b: int

    @property
    def field_bytes(self) -> int:
        return self.p.bit_length() // 8

    def right_side(self, x: int) -> int:
        return (pow(x, 3, self.p) - 3 * x + self.b) % self.p

    def fault(self, raw: bytes) -> str | None:
        """What is wrong with a compressed point."""
        x = int.from_bytes(raw[1:], "big")
        if raw[0] not in (2, 3):
            return "is no compressed point: it does not begin with 02 or 03"
        if x >= self.p:
            return "is no canonical point: its coordinate is beyond the field"
        # No point has y = 0, the order being odd.
        return None if has_square_root(self.right_side(x), self.p) else "is no point of the curve"


_PRIME_CURVES = {
    KeyKind.P256: _PrimeCurve(
        p=2**256 - 2**224 + 2**192 + 2**96 - 1,
        b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    ),
    KeyKind.P384: _PrimeCurve(
        p=2**384 - 2**128 - 2**96 + 2**32 - 1,
        b=0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    ),
}


def public_key_at(kind: KeyKind, *, x: bytes, y: bytes) -> PublicKey:
    """The P-256 or P-384 key at a point of two coordinates, checked. Raises Refused (INVALID_VERIFICATION_METHOD)."""
    curve = _PRIME_CURVES[kind]
    if len(x) != curve.field_bytes or len(y) != curve.field_bytes:
        detail = f"a coordinate of a {kind} key has {curve.field_bytes} bytes, not {len(x)} and {len(y)}"
        raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail=detail))
    height = int.from_bytes(y, "big")
    if height >= curve.p or height * height % curve.p != curve.right_side(int.from_bytes(x, "big")):
        raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail="the public key is no point of the curve"))
    return public_key(kind, bytes([2 + height % 2]) + x)


# ── Multikey ─────────────────────────────────────────────────────────────────────────────────────────────────────────

KEY_TYPES: tuple[KeyType, ...] = (
    KeyType(
        kind=KeyKind.ED25519,
        public_header=b"\xed\x01",
        public_length=32,
        secret_header=b"\x80\x26",
        secret_length=32,
        fault=_ed25519_fault,
    ),
    KeyType(
        kind=KeyKind.P256,
        public_header=b"\x80\x24",
        public_length=33,
        secret_header=b"\x86\x26",
        secret_length=32,
        fault=_PRIME_CURVES[KeyKind.P256].fault,
    ),
    KeyType(
        kind=KeyKind.P384,
        public_header=b"\x81\x24",
        public_length=49,
        secret_header=b"\x87\x26",
        secret_length=48,
        fault=_PRIME_CURVES[KeyKind.P384].fault,
    ),
)


def encode_multikey(key: PublicKey) -> str:
    """`publicKeyMultibase`."""
    return encode_base58btc(_key_type(key.kind).public_header + key.raw)


@lru_cache(maxsize=MAX_REMEMBERED_KEYS)
def decode_multikey(text: str) -> PublicKey:
    """The key in a `publicKeyMultibase`, checked. Raises Refused (INVALID_VERIFICATION_METHOD).

    What was sound once is sound: only the answer for the very same text is remembered, and no refusal is.
    """
    data = _multikey_bytes(text)
    for key_type in KEY_TYPES:
        if data.startswith(key_type.public_header):
            return public_key(key_type.kind, data[len(key_type.public_header) :])
    raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail=f"is a Multikey of an unknown kind, {data[:2].hex()}"))


def decode_secret_multikey(text: str) -> tuple[KeyKind, bytes]:
    """The private key in a `secretKeyMultibase`. Raises Refused (INVALID_VERIFICATION_METHOD), without the value."""
    data = _multikey_bytes(text)
    for key_type in KEY_TYPES:
        length = len(key_type.secret_header) + key_type.secret_length
        if data.startswith(key_type.secret_header) and len(data) == length:
            return key_type.kind, data[len(key_type.secret_header) :]
    raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail="is no secret Multikey of a known kind"))


def public_key(kind: KeyKind, raw: bytes) -> PublicKey:
    """A public key from its bytes, checked. Raises Refused (INVALID_VERIFICATION_METHOD)."""
    key_type = _key_type(kind)
    if len(raw) != key_type.public_length:
        detail = f"a public key of the kind {kind} has {key_type.public_length} bytes, not {len(raw)}"
        raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail=detail))
    fault = key_type.fault(raw)
    if fault is not None:
        raise Refused(Problem(INVALID_VERIFICATION_METHOD, detail=f"the public key {fault}"))
    return PublicKey(kind, raw)


def _key_type(kind: KeyKind) -> KeyType:
    return {key_type.kind: key_type for key_type in KEY_TYPES}[kind]


def _multikey_bytes(text: str) -> bytes:
    # Controlled Identifiers §2.2.2: a Multikey is always base58btc.
    try:
        return decode_multibase(text, bases="z")
    except Refused as refused:
        problems = (Problem(INVALID_VERIFICATION_METHOD, detail=problem.detail) for problem in refused.problems)
        raise Refused(*problems) from refused
