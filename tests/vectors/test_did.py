"""did:key, did:jwk and did:web: the published pairs of identifier and key, and of identifier and address."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core import did
from app.core.did.document import ControlledIdentifierDocument, Relationship, VerificationMethod
from app.core.multiformats import (
    KeyKind,
    decode_multibase,
    decode_secret_multikey,
    encode_base58btc,
    public_key,
    public_key_at,
)
from app.core.problems import Refused
from tests.shared import shared

OTHER_KEYS = ("x25519.json", "secp256k1.json", "rsa.json", "bls12381.json")


def did_key(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((shared("vectors", "did", "did-key") / name).read_bytes())
    return read


def test_every_published_did_web_lies_where_the_specification_says() -> None:
    pairs = json.loads((shared("vectors", "did", "did-web") / "did-to-url.json").read_bytes())
    assert {pair["did"]: did.locate(pair["did"]) for pair in pairs} == {pair["did"]: pair["url"] for pair in pairs}


def test_every_published_ed25519_did_key_names_its_own_key() -> None:
    for identifier in did_key("ed25519-x25519.json"):
        located = did.locate(identifier)
        assert isinstance(located, ControlledIdentifierDocument)
        assert located.verification_methods[0].id == f"{identifier}#{identifier.removeprefix('did:key:')}"


def test_the_published_seeds_give_the_published_identifiers() -> None:
    made = {}
    for identifier, pair in did_key("ed25519-x25519.json").items():
        if "seed" not in pair:
            continue
        _, seed = decode_secret_multikey(encode_base58btc(b"\x80\x26" + bytes.fromhex(pair["seed"])))
        raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        made[identifier] = "did:key:" + encode_base58btc(b"\xed\x01" + raw)
    assert len(made) >= 4
    assert all(identifier == of_seed for identifier, of_seed in made.items())


def test_every_published_p_256_and_p_384_did_key_is_at_the_published_point() -> None:
    told = {}
    for identifier, published in did_key("nist-curves.json").items():
        match published["verificationMethod"]:
            case {"publicKeyJwk": {"crv": "P-256" | "P-384" as curve, "x": x, "y": y}}:
                told[identifier] = public_key_at(KeyKind(curve), x=_base64url(x), y=_base64url(y))
            case {"publicKeyBase58": compressed}:
                told[identifier] = public_key(KeyKind.P256, decode_multibase("z" + compressed))
    assert len(told) == 5
    assert {identifier: _only_method(identifier).public_key() for identifier in told} == told


def test_the_published_did_jwk_of_p_256_has_the_published_key_at_the_published_place() -> None:
    folder = shared("vectors", "did", "did-jwk")
    (published,) = json.loads((folder / "p256.did-document.json").read_bytes())["verificationMethod"]
    located = did.locate((folder / "p256.did.txt").read_text().strip())
    assert isinstance(located, ControlledIdentifierDocument)
    method = located.method(published["id"], Relationship.ASSERTION_METHOD)
    assert method.public_key_jwk == published["publicKeyJwk"]
    assert method.public_key().kind is KeyKind.P256


def test_the_published_did_jwk_for_encryption_signs_nothing() -> None:
    located = did.locate((shared("vectors", "did", "did-jwk") / "x25519.did.txt").read_text().strip())
    assert isinstance(located, ControlledIdentifierDocument)
    assert {relationship for relationship, _ in located.relationships} == {Relationship.KEY_AGREEMENT}


def test_a_p_521_did_key_is_not_supported_rather_than_wrong() -> None:
    others = [identifier for identifier in did_key("nist-curves.json") if identifier.startswith("did:key:z2J9")]
    assert len(others) == 2
    for identifier in others:
        with pytest.raises(Refused, match="UNSUPPORTED_MECHANISM"):
            did.locate(identifier)


def _only_method(identifier: str) -> VerificationMethod:
    located = did.locate(identifier)
    assert isinstance(located, ControlledIdentifierDocument)
    (method,) = located.verification_methods
    assert method.id == f"{identifier}#{identifier.removeprefix('did:key:')}"
    return method


def _base64url(text: str) -> bytes:
    return decode_multibase("u" + text)


@pytest.mark.parametrize("name", OTHER_KEYS)
def test_a_key_of_another_kind_is_not_supported_rather_than_wrong(name: str) -> None:
    for identifier in did_key(name):
        if identifier.startswith("did:key:"):
            with pytest.raises(Refused, match="UNSUPPORTED_MECHANISM"):
                did.locate(identifier)
