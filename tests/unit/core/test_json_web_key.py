"""A key as a JSON Web Key: one key, one curve, for signatures; and did:jwk, which is such a key."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import did
from app.core.did import document as did_document
from app.core.did.document import ControlledIdentifierDocument, Relationship
from app.core.json_ld import Contexts
from app.core.json_web_key import SECRET_MEMBERS, read
from app.core.multiformats import PublicKey, decode_multibase, decode_multikey, encode_base64url
from app.core.problems import (
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT,
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID,
    INVALID_VERIFICATION_METHOD,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Refused,
)
from app.verifier.report import Verdict
from tests.verifying import (
    KEY,
    KEYS,
    P256_KEY,
    UNIVERSITY,
    UNIVERSITY_DOCUMENT,
    CurveKey,
    Key,
    World,
    badge,
    controlled_identifier_document,
    sign,
)

# RFC 8037 Appendix A.2.
OKP: JsonObject = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
# RFC 7515 Appendix A.3.1, without its d.
EC: JsonObject = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
EACH = pytest.mark.parametrize("key", KEYS, ids=[key.kind for key in KEYS])


def as_jwk(key: Key | CurveKey) -> JsonObject:
    if isinstance(key, Key):
        return {"kty": "OKP", "crv": "Ed25519", "x": _text(key.private.public_key().public_bytes_raw())}
    point, size = key.private.public_key().public_numbers(), key.private.curve.key_size // 8
    return {"kty": "EC", "crv": key.kind, "x": _text(point.x.to_bytes(size)), "y": _text(point.y.to_bytes(size))}


def as_did(jwk: JsonObject) -> str:
    return "did:jwk:" + _text(json.dumps(jwk).encode())


def _text(data: bytes) -> str:
    return encode_base64url(data)[1:]


def refusal(jwk: JsonObject) -> str:
    with pytest.raises(Refused) as refused:
        read(jwk)
    return refused.value.problems[0].type


@EACH
def test_a_key_is_the_same_as_a_json_web_key_and_as_a_multikey(key: Key | CurveKey) -> None:
    assert read(as_jwk(key)) == decode_multikey(key.multibase)


@pytest.mark.parametrize("jwk", [OKP, EC])
@pytest.mark.parametrize("more", [{}, {"use": "sig"}, {"key_ops": ["verify"]}, {"kid": "1", "x5t": "a"}], ids=str)
def test_what_does_not_say_that_it_is_for_something_else_is_read(jwk: JsonObject, more: JsonObject) -> None:
    assert isinstance(read(jwk | more), PublicKey)


@pytest.mark.parametrize(
    ("jwk", "change"),
    [
        *[(OKP, {member: "AA"}) for member in sorted(SECRET_MEMBERS)],
        (OKP, {"use": "enc"}),
        (OKP, {"use": None}),
        (OKP, {"key_ops": ["sign"]}),
        (OKP, {"key_ops": "verify"}),
        (OKP, {"alg": "HS256"}),
        (OKP, {"alg": "ES256"}),
        (OKP, {"alg": ["EdDSA"]}),
        (OKP, {"x": OKP["x"] + "="}),
        (OKP, {"x": OKP["x"][:-1] + "p"}),
        (OKP, {"x": OKP["x"][:-2]}),
        (OKP, {"x": None}),
        (OKP, {"kty": "RSA"}),
        (OKP, {"kty": "RSA", "n": "AQ", "e": "AQAB"}),
        (OKP, {"kty": None}),
        (EC, {"alg": "ES384"}),
        (EC, {"crv": "P-384"}),
        (EC, {"y": EC["x"]}),
        (EC, {"y": None}),
        (EC, {"y": "AA" + EC["y"]}),
        (EC, {"x": 1}),
        (EC, {"d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}),
    ],
    ids=str,
)
def test_what_is_no_sound_key_for_signatures_is_refused(jwk: JsonObject, change: JsonObject) -> None:
    assert refusal(jwk | change) == INVALID_VERIFICATION_METHOD


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "X25519", "x": "AA"},
        {"kty": "AKP"},
    ],
    ids=str,
)
def test_a_key_of_another_kind_is_not_supported_rather_than_wrong(jwk: JsonObject) -> None:
    assert refusal(jwk) == UNSUPPORTED_MECHANISM


@given(
    st.dictionaries(
        st.sampled_from([*EC, "use", "key_ops", "alg", "d"]), st.text() | st.none() | st.sampled_from(list(EC.values()))
    )
)
def test_any_object_is_a_key_or_refused(jwk: dict[str, Any]) -> None:
    with suppress(Refused):
        assert isinstance(read(jwk), PublicKey)


# ── in a document ────────────────────────────────────────────────────────────────────────────────────────────────────


def document_with(jwk: JsonObject, *, kind: str = "JsonWebKey", **members: Any) -> JsonObject:
    document = controlled_identifier_document()
    (method,) = document["verificationMethod"]
    del method["publicKeyMultibase"]
    document["verificationMethod"] = [method | {"type": kind, "publicKeyJwk": jwk} | members]
    return document


@EACH
@pytest.mark.parametrize("kind", ["JsonWebKey", "JsonWebKey2020"])
def test_a_method_has_the_key_of_its_json_web_key(key: Key | CurveKey, kind: str) -> None:
    document = did_document.read(document_with(as_jwk(key), kind=kind), identifier=UNIVERSITY)
    assert document.verification_methods[0].public_key() == decode_multikey(key.multibase)


def test_a_method_of_2020_has_the_key_of_its_multibase() -> None:
    published = controlled_identifier_document(type="Ed25519VerificationKey2020")
    document = did_document.read(published, identifier=UNIVERSITY)
    assert document.verification_methods[0].public_key() == decode_multikey(KEY.multibase)


def test_a_method_of_2020_has_no_key_of_another_curve() -> None:
    published = controlled_identifier_document(key=P256_KEY, type="Ed25519VerificationKey2020")
    with pytest.raises(Refused, match="INVALID_VERIFICATION_METHOD"):
        did_document.read(published, identifier=UNIVERSITY).verification_methods[0].public_key()


@pytest.mark.parametrize(
    "published",
    [
        document_with(EC | {"d": "AA"}),
        document_with({"kty": "oct", "k": "AA"}),
        document_with(EC, publicKeyMultibase=KEY.multibase),
        document_with(EC, kind="Multikey"),
        document_with(EC, publicKeyJwk=None),
        document_with(EC, publicKeyJwk="{}"),
        document_with(EC, secretKeyJwk={}),
    ],
)
def test_a_malformed_json_web_key_method_makes_a_malformed_document(published: JsonObject) -> None:
    with pytest.raises(Refused) as refused:
        did_document.read(published, identifier=UNIVERSITY)
    assert refused.value.problems[0].type == INVALID_CONTROLLED_IDENTIFIER_DOCUMENT


async def test_a_credential_is_verified_with_the_key_of_a_json_web_key(contexts: Contexts) -> None:
    world = World(contexts, answers={UNIVERSITY_DOCUMENT: document_with(as_jwk(P256_KEY))})
    signed = sign(contexts, badge(), key=P256_KEY, suite="ecdsa-rdfc-2019")
    assert (await world.report_on(signed)).verdict is Verdict.VALID


# ── did:jwk ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@EACH
def test_a_did_jwk_is_its_own_key_at_0(key: Key | CurveKey) -> None:
    identifier = as_did(as_jwk(key))
    document = did.locate(identifier)
    assert isinstance(document, ControlledIdentifierDocument)
    method = document.method(f"{identifier}#0", Relationship.ASSERTION_METHOD)
    assert method.public_key() == decode_multikey(key.multibase)


@pytest.mark.parametrize("fragment", ["#1", "#", "", "#00"])
def test_a_did_jwk_has_no_other_key(fragment: str) -> None:
    identifier = as_did(EC)
    document = did.locate(identifier)
    assert isinstance(document, ControlledIdentifierDocument)
    with pytest.raises(Refused, match="INVALID_VERIFICATION_METHOD"):
        document.method(identifier + fragment, Relationship.ASSERTION_METHOD)


@pytest.mark.parametrize(
    ("jwk", "problem_type"),
    [
        (EC | {"d": "AA"}, INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID),
        ({"kty": "RSA", "n": "AQ", "e": "AQAB"}, INVALID_VERIFICATION_METHOD),
        ({"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}, UNSUPPORTED_MECHANISM),
        (EC | {"y": EC["x"]}, INVALID_VERIFICATION_METHOD),
        ({}, INVALID_VERIFICATION_METHOD),
    ],
)
def test_a_did_jwk_without_a_key_for_signatures_is_refused(jwk: JsonObject, problem_type: str) -> None:
    with pytest.raises(Refused) as refused:
        did.locate(as_did(jwk))
    assert refused.value.problems[0].type == problem_type


def test_a_did_jwk_whose_members_stand_twice_is_refused() -> None:
    twice = json.dumps(EC).replace('{"kty": "EC"', '{"kty": "EC", "kty": "OKP"')
    with pytest.raises(Refused, match="INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID"):
        did.locate("did:jwk:" + _text(twice.encode()))


async def test_a_credential_by_a_did_jwk_is_verified_and_nobody_is_asked(contexts: Contexts) -> None:
    issuer = as_did(as_jwk(P256_KEY))
    unsigned = badge(issuer={"id": issuer, "type": ["Profile"], "name": "University of Examples"})
    signed = sign(contexts, unsigned, key=P256_KEY, verification_method=f"{issuer}#0", suite="ecdsa-jcs-2019")
    world = World(contexts)
    assert ((await world.report_on(signed)).verdict, world.asked) == (Verdict.VALID, [])


def test_the_key_in_a_did_jwk_is_the_one_that_was_written() -> None:
    assert json.loads(decode_multibase("u" + as_did(EC).removeprefix("did:jwk:"))) == EC
