"""An RSA public key, found sound, and the one form in bytes that stands for it: RSAPublicKey of PKCS #1, in DER.

https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1
"""

from app.core.multiformats import KeyKind, PublicKey
from app.core.problems import INVALID_VERIFICATION_METHOD, Problem, Refused

MIN_BITS, MAX_BITS = 2_048, 4_096
# FIPS 186-5 §5.4 has 2^16 < e < 2^256; what is beyond 32 bits has no use, and costs whoever checks.
_EXPONENTS = range(65_537, 2**32, 2)

# CVE-2017-15361 (ROCA): a widespread generator made primes that are a power of 65537 modulo each of these. A modulus
# that is one too was made by it, and can be factored; by chance, one of 2^27 would be.
_ROCA_PRIMES = (
    *(3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109),
    *(113, 127, 131, 137, 139, 149, 151, 157, 163, 167),
)
_ROCA_RESIDUES = tuple((prime, frozenset(pow(65_537, k, prime) for k in range(prime))) for prime in _ROCA_PRIMES)

_SEQUENCE, _INTEGER = 0x30, 0x02


def public_key(*, modulus: bytes, exponent: bytes) -> PublicKey:
    """The key of two numbers, each in the fewest bytes that there can be. Raises Refused (INVALID_VERIFICATION_METHOD).

    RFC 7518 §2, Base64urlUInt, and §3.3: 2048 bits or more.
    """
    if not modulus or not exponent or modulus[0] == 0 or exponent[0] == 0:
        raise _unsound("has a number with leading zeros")
    number = int.from_bytes(modulus, "big")
    if not MIN_BITS <= number.bit_length() <= MAX_BITS:
        raise _unsound(f"is an RSA key of {number.bit_length()} bits; {MIN_BITS} to {MAX_BITS} are taken")
    if len(exponent) > 4 or int.from_bytes(exponent, "big") not in _EXPONENTS or number % 2 == 0:
        raise _unsound("is an RSA key with an exponent or a modulus that no sound one has")
    if all(number % prime in residues for prime, residues in _ROCA_RESIDUES):
        raise _unsound("is an RSA key that can be factored (ROCA)")
    return PublicKey(KeyKind.RSA, _element(_SEQUENCE, _integer(modulus) + _integer(exponent)))


def from_der(der: bytes) -> PublicKey:
    """The key in an RSAPublicKey, of which DER knows one form alone. Raises Refused (INVALID_VERIFICATION_METHOD)."""
    content, after = _read(_SEQUENCE, der)
    modulus, rest = _read(_INTEGER, content)
    exponent, end = _read(_INTEGER, rest)
    key = public_key(modulus=modulus.lstrip(b"\0"), exponent=exponent.lstrip(b"\0"))
    if after or end or key.raw != der:
        raise _unsound("is not an RSAPublicKey in DER")
    return key


def numbers(key: PublicKey) -> tuple[bytes, bytes]:
    """Modulus and exponent of a sound key, each in the fewest bytes that there can be."""
    content, _ = _read(_SEQUENCE, key.raw)
    modulus, rest = _read(_INTEGER, content)
    exponent, _ = _read(_INTEGER, rest)
    return modulus.lstrip(b"\0"), exponent.lstrip(b"\0")


def _integer(number: bytes) -> bytes:
    """A positive one: a first bit that is set would be a minus (X.690 §8.3.3)."""
    return _element(_INTEGER, b"\0" + number if number[0] & 0x80 else number)


def _element(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _read(tag: int, der: bytes) -> tuple[bytes, bytes]:
    """The content of the element that it begins with, and what comes after it."""
    if len(der) < 2 or der[0] != tag:
        raise _unsound("is not an RSAPublicKey in DER")
    longer = der[1] - 0x80 if der[1] >= 0x80 else 0
    start = 2 + longer
    size = int.from_bytes(der[2:start], "big") if longer else der[1]
    if len(der) < start + size:
        raise _unsound("is not an RSAPublicKey in DER")
    return der[start : start + size], der[start + size :]


def _unsound(why: str) -> Refused:
    return Refused(Problem(INVALID_VERIFICATION_METHOD, detail=f"the key {why}"))
