"""A private key sealed as PKCS#8 has it, with a key derivation that costs a guesser something: PBES2, RFC 8018 §6.2.

`cryptography` writes PKCS#8 with 2,048 rounds and lets nobody choose; it, and OpenSSL, read any number.
"""

import base64
import secrets
import textwrap

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7

# OWASP's Password Storage Cheat Sheet, for PBKDF2 with HMAC-SHA-256.
ROUNDS = 600_000

_SEQUENCE, _INTEGER, _OCTETS, _NULL = 0x30, 0x02, 0x04, b"\x05\x00"
# Object identifiers, in DER.
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("06082a864886f70d0209")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")


def sealed_pem(private_key_info: bytes, passphrase: bytes) -> bytes:
    """The DER of a key (PrivateKeyInfo, RFC 5958), encrypted under the passphrase, as PEM (RFC 7468 §11)."""
    salt, iv = secrets.token_bytes(16), secrets.token_bytes(16)
    key = PBKDF2HMAC(SHA256(), length=32, salt=salt, iterations=ROUNDS).derive(passphrase)
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES(key), CBC(iv)).encryptor()
    encrypted = encryptor.update(padder.update(private_key_info) + padder.finalize()) + encryptor.finalize()
    rounds = ROUNDS.to_bytes((ROUNDS.bit_length() + 8) // 8, "big")
    derivation = _sequence(_element(_OCTETS, salt), _element(_INTEGER, rounds), _sequence(_HMAC_SHA256, _NULL))
    scheme = _sequence(_AES_256_CBC, _element(_OCTETS, iv))
    algorithm = _sequence(_PBES2, _sequence(_sequence(_PBKDF2, derivation), scheme))
    text = base64.b64encode(_sequence(algorithm, _element(_OCTETS, encrypted))).decode()
    lines = "\n".join(textwrap.wrap(text, 64))
    return f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{lines}\n-----END ENCRYPTED PRIVATE KEY-----\n".encode()


def _sequence(*elements: bytes) -> bytes:
    return _element(_SEQUENCE, b"".join(elements))


def _element(tag: int, content: bytes) -> bytes:
    """DER, X.690 §8.1.3: lengths beyond 127 say in how many bytes they are written."""
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
