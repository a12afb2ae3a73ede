"""Credentials signed as tokens: judged as any other, with the issuer's key alone, and good only as they were signed."""

import base64
import functools
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.problems import (
    CRYPTOGRAPHIC_SECURITY_ERROR,
    INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD,
    INVALID_VERIFICATION_METHOD,
    KEY_REVOKED,
    MALFORMED_VALUE_ERROR,
    PROOF_VERIFICATION_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Refused,
)
from app.core.proof import vc_jwt
from app.ports import KnownIssuer
from app.verifier.policy import VerificationPolicy
from app.verifier.report import Check, Failed, Passed, Undetermined, Verdict, VerificationReport
from app.verifier.resolve_key import read_fetched
from tests.tokens import (
    ALGORITHMS,
    TokenKey,
    badge_token,
    credential_token,
    decode,
    document_of,
    encode,
    key_of,
    parts,
    token,
)
from tests.verifying import (
    CREATED,
    KEY,
    NOW,
    STATUS_LIST,
    UNIVERSITY,
    UNIVERSITY_DOCUMENT,
    World,
    badge,
    controlled_identifier_document,
    status_entry,
    status_list,
)

SCHOOL = "https://school.example/issuers/1"
PROFILE = {"id": SCHOOL, "type": ["Profile"], "name": "School of Examples"}
SCHOOL_KEY = "https://school.example/keys/2026.jwk"
STRANGER = key_of("ES256", "somebody else's key")


def world(contexts: Contexts, *keys: TokenKey, **members: Any) -> World:
    """The university publishes these keys."""
    answers: dict[str, JsonObject | bytes] = {UNIVERSITY_DOCUMENT: document_of(*keys, **members)}
    known = {UNIVERSITY: KnownIssuer(UNIVERSITY, "University of Examples", source="a test's list")}
    return World(contexts, answers=answers, known=known)


async def report_on(world: World, signed: str, media_type: str = "application/vc+jwt") -> VerificationReport:
    return await world.verifier().verify(signed.encode(), media_type, now=NOW)


def problem_types(report: VerificationReport) -> set[str]:
    return {
        problem.type
        for check in (Check.PROOF, Check.CONTROLLER)
        if isinstance(outcome := report.outcome(check), Failed | Undetermined)
        for problem in outcome.problems
    }


async def judged(
    contexts: Contexts, signed: str, *keys: TokenKey, **members: Any
) -> tuple[Verdict, set[str], list[str]]:
    """The verdict, what is wrong with proof and key, and who was asked."""
    place = world(contexts, *keys, **members)
    report = await report_on(place, signed)
    return report.verdict, problem_types(report), place.asked


# ── good ones ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_credential_as_a_token_is_valid_under_each_algorithm(contexts: Contexts, algorithm: str) -> None:
    key = key_of(algorithm)
    report = await report_on(world(contexts, key), credential_token(key))
    assert report.verdict is Verdict.VALID
    assert report.outcome(Check.PROOF) == Passed((("algorithm", algorithm),))
    assert report.outcome(Check.CONTROLLER) == Passed((("key", f"{UNIVERSITY}#key-1"), ("host", "uni.example")))


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
async def test_a_badge_in_open_badges_own_token_is_valid(contexts: Contexts, algorithm: str) -> None:
    key = key_of(algorithm)
    for typ in ("JWT", "jwt", None):
        report = await report_on(world(contexts, key), badge_token(key, header={"typ": typ}), "text/plain")
        assert report.verdict is Verdict.VALID


@pytest.mark.parametrize("media_type", ["application/vc+jwt", "application/jwt", "text/plain; charset=utf-8"])
async def test_a_file_of_text_may_end_its_line(contexts: Contexts, media_type: str) -> None:
    key = key_of("ES256")
    assert (await report_on(world(contexts, key), credential_token(key) + "\r\n", media_type)).verdict is Verdict.VALID


async def test_the_claims_of_the_token_are_no_part_of_the_credential(contexts: Contexts) -> None:
    key = key_of("ES256")
    report = await report_on(world(contexts, key), credential_token(key, aud="anyone", jti=badge()["id"]))
    assert report.verified is not None
    assert report.verified.document == badge() == report.received.document


@pytest.mark.parametrize("algorithm", ["EdDSA"])
async def test_a_key_that_is_published_as_a_multikey_is_the_same_key(contexts: Contexts, algorithm: str) -> None:
    key = TokenKey(algorithm, {}, KEY.private.sign)
    place = World(contexts, answers={UNIVERSITY_DOCUMENT: controlled_identifier_document()})
    assert (await report_on(place, credential_token(key))).verdict is Verdict.VALID
    bare = badge(issuer={"id": KEY.did, "type": ["Profile"]})
    signed = token({"alg": algorithm, "typ": "vc+jwt", "kid": KEY.did_method}, bare, key)
    assert (await report_on(World(contexts), signed)).verdict is Verdict.VALID


async def test_a_status_list_may_be_a_token(contexts: Contexts) -> None:
    key = key_of("ES256")
    signed = credential_token(key, credentialStatus=status_entry())
    for revoked, signer, verdict in (
        ((), key, Verdict.VALID),
        ((94_567,), key, Verdict.REVOKED),
        ((), STRANGER, Verdict.INDETERMINATE),
    ):
        said = {name: value for name, value in status_list(contexts, revoked=revoked).items() if name != "proof"}
        published = token({"alg": "ES256", "typ": "vc+jwt", "kid": f"{UNIVERSITY}#key-1"}, said, signer)
        place = world(contexts, key)
        place = World(contexts, answers={**place.answers, STATUS_LIST: published.encode()})
        assert (await report_on(place, signed)).verdict is verdict


# ── the key ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_strangers_signature_is_not_the_universitys(contexts: Contexts) -> None:
    verdict, problems, _ = await judged(contexts, credential_token(STRANGER), key_of("ES256"))
    assert (verdict, problems) == (Verdict.INVALID, {PROOF_VERIFICATION_ERROR})


@pytest.mark.parametrize(
    "kid",
    [
        "did:web:other.example#key-1",
        "did:web:uni.example:students#key-1",
        "https://uni.example/keys/1",
        "https://evil.example/key.jwk",
        "http://169.254.169.254/latest/meta-data",
        "HTTPS://evil.example/key.jwk",
    ],
)
async def test_a_key_of_anyone_elses_is_refused_and_nobody_is_asked(contexts: Contexts, kid: str) -> None:
    """T05: nothing that a `kid` says is followed."""
    verdict, problems, asked = await judged(contexts, credential_token(STRANGER, header={"kid": kid}), key_of("ES256"))
    assert verdict is Verdict.INVALID
    assert INVALID_VERIFICATION_METHOD in problems
    assert asked == []


@pytest.mark.parametrize(
    "kid", ["../../etc/passwd", "' OR 1=1 --", "#key-2", "key-2", "", "k" * 10_000, 7, None, ["#key-1"], "schlüssel"]
)
async def test_a_kid_that_names_no_key_of_the_issuers_is_refused(contexts: Contexts, kid: object) -> None:
    key = key_of("ES256")
    header = {"alg": "ES256", "typ": "vc+jwt"} | ({} if kid is None else {"kid": kid})
    verdict, problems, _ = await judged(contexts, token(header, badge(), key), key)
    assert verdict is Verdict.INVALID
    assert INVALID_VERIFICATION_METHOD in problems


@pytest.mark.parametrize("name", ["jku", "x5u", "x5c", "jwk"])
async def test_a_key_that_the_token_brings_is_never_used(contexts: Contexts, name: str) -> None:
    """T04."""
    brought = {"jwk": STRANGER.jwk, "x5c": ["MIIB"]}.get(name, "https://evil.example/keys")
    signed = credential_token(STRANGER, header={name: brought})
    verdict, problems, asked = await judged(contexts, signed, key_of("ES256"))
    assert verdict is Verdict.INVALID
    assert INVALID_VERIFICATION_METHOD in problems
    assert asked == []


async def test_a_key_in_the_fragment_of_its_own_url_is_never_used(contexts: Contexts) -> None:
    kid = f"{UNIVERSITY}#{json.dumps(STRANGER.jwk, separators=(',', ':'))}"
    verdict, problems, _ = await judged(contexts, credential_token(STRANGER, header={"kid": kid}), key_of("ES256"))
    assert (verdict, INVALID_VERIFICATION_METHOD in problems) == (Verdict.INVALID, True)


async def test_a_badge_that_brings_its_issuers_own_key_is_checked_with_the_published_one(contexts: Contexts) -> None:
    key = key_of("RS256")
    own = badge_token(key, header={"kid": None, "jwk": key.jwk})
    assert (await judged(contexts, own, key_of("ES256"), key))[0] is Verdict.VALID
    forged = badge_token(STRANGER, header={"kid": None, "jwk": STRANGER.jwk})
    verdict, problems, asked = await judged(contexts, forged, key_of("ES256"), key)
    assert (verdict, INVALID_VERIFICATION_METHOD in problems) == (Verdict.INVALID, True)
    assert set(asked) == {UNIVERSITY_DOCUMENT}
    two = badge_token(key, header={"jwk": STRANGER.jwk})
    assert (await judged(contexts, two, key))[0] is Verdict.INVALID


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ({}, {}, Verdict.VALID),
        ({"revoked": "2026-11-01T00:00:00Z"}, {}, Verdict.INVALID),
        ({}, {"revoked": "2026-11-01T00:00:00Z"}, Verdict.INVALID),
    ],
    ids=["in use", "the first revoked", "the second revoked"],
)
async def test_a_key_that_is_published_twice_is_one_key_and_given_up_where_either_says_so(
    contexts: Contexts, first: JsonObject, second: JsonObject, verdict: Verdict
) -> None:
    key = key_of("ES256")
    document = document_of(key, key)
    document["verificationMethod"] = [
        method | own for method, own in zip(document["verificationMethod"], (first, second), strict=True)
    ]
    found = World(contexts, answers={UNIVERSITY_DOCUMENT: document})
    signed = badge_token(key, header={"kid": None, "jwk": key.jwk})
    assert (await report_on(found, signed, "application/jwt")).verdict is verdict


async def test_a_key_signs_by_its_own_algorithm_alone(contexts: Contexts) -> None:
    """One key, one algorithm: what the header says instead is refused before anything is calculated."""
    for says in ALGORITHMS:
        for has in ALGORITHMS:
            signed = credential_token(key_of(has), header={"alg": says})
            verdict, problems, _ = await judged(contexts, signed, key_of(has))
            assert (verdict is Verdict.VALID) is (says == has)
            assert says == has or problems >= {CRYPTOGRAPHIC_SECURITY_ERROR}


async def test_a_key_for_signing_in_signs_no_credential(contexts: Contexts) -> None:
    key = key_of("ES256")
    document = document_of(key)
    document["authentication"] = document.pop("assertionMethod")
    report = await report_on(World(contexts, answers={UNIVERSITY_DOCUMENT: document}), credential_token(key))
    assert report.verdict is Verdict.INVALID
    assert INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD in problem_types(report)


async def test_nothing_by_a_revoked_key_counts_but_what_our_register_recorded_before(contexts: Contexts) -> None:
    key = key_of("ES256")
    signed = credential_token(key)
    place = world(contexts, key, revoked="2026-11-10T00:00:00Z")
    assert KEY_REVOKED in problem_types(await report_on(place, signed))
    recorded = World(contexts, answers=place.answers, own_proofs={signed.rpartition(".")[0].encode(): CREATED})
    assert (await report_on(recorded, signed)).verdict is Verdict.VALID


async def test_a_key_is_called_by_its_thumbprint_or_its_own_name_where_the_issuer_is_a_url(contexts: Contexts) -> None:
    key, other = key_of("ES256"), key_of("EdDSA")
    named = TokenKey("ES256", key.jwk | {"kid": "2026", "alg": "ES256", "use": "sig"}, key.sign)
    document = document_of(other, named, identifier=SCHOOL)
    place = World(contexts, answers={SCHOOL: document})
    for kid in ("2026", "key-2", "#key-2", f"{SCHOOL}#key-2", None):
        signed = credential_token(key, header={"kid": kid}, issuer=PROFILE, iss=SCHOOL)
        assert (await report_on(place, signed)).verdict is Verdict.VALID, kid


async def test_no_key_is_guessed_among_several(contexts: Contexts) -> None:
    key, other = key_of("ES256"), key_of("ES256", "another of the school's")
    place = World(contexts, answers={SCHOOL: document_of(key, other, identifier=SCHOOL)})
    report = await report_on(place, credential_token(key, header={"kid": None}, issuer=PROFILE, iss=SCHOOL))
    assert INVALID_VERIFICATION_METHOD in problem_types(report)


# ── Open Badges: the key at a URL ────────────────────────────────────────────────────────────────────────────────────


def school_badge(key: TokenKey, kid: str = SCHOOL_KEY) -> str:
    return badge_token(key, header={"kid": kid}, issuer=PROFILE, iss=SCHOOL)


async def test_an_open_badges_issuer_may_publish_its_key_alone_on_its_own_host(contexts: Contexts) -> None:
    key = key_of("RS256")
    profile: JsonObject = {"@context": []} | PROFILE
    for answers in ({SCHOOL_KEY: key.jwk}, {SCHOOL_KEY: key.jwk, SCHOOL: profile}):
        for kid in (SCHOOL_KEY, f"{SCHOOL_KEY}#key"):
            place = World(contexts, answers=answers)
            report = await report_on(place, school_badge(key, kid), "application/jwt")
            assert report.verdict is Verdict.VALID
            assert place.asked == [SCHOOL, SCHOOL_KEY]


@pytest.mark.parametrize(
    "kid",
    [
        "https://evil.example/keys/2026.jwk",
        "https://school.example.evil.example/keys/2026.jwk",
        "https://school.example:8443/keys/2026.jwk",
        "https://school.example@evil.example/key.jwk",
        "https://school.example/issuers/1/../../evil",
        "http://school.example/keys/2026.jwk",
    ],
)
async def test_a_key_anywhere_else_is_never_fetched(contexts: Contexts, kid: str) -> None:
    place = World(contexts, answers={kid: STRANGER.jwk})
    report = await report_on(place, school_badge(STRANGER, kid))
    assert report.verdict is Verdict.INVALID
    assert INVALID_VERIFICATION_METHOD in problem_types(report)
    assert place.asked == []


async def test_an_issuers_document_goes_before_a_key_that_lies_on_its_host(contexts: Contexts) -> None:
    """Who may put a file on the host of an issuer that publishes a document of keys can't sign for it."""
    document = document_of(key_of("RS256"), identifier=SCHOOL)
    place = World(contexts, answers={SCHOOL: document, SCHOOL_KEY: STRANGER.jwk})
    report = await report_on(place, school_badge(STRANGER))
    assert report.verdict is Verdict.INVALID
    assert place.asked[-1] == SCHOOL


@pytest.mark.parametrize(
    ("published", "verdict"),
    [
        (b"<html>", Verdict.INDETERMINATE),
        ({"keys": [key_of("RS256").jwk]}, Verdict.INVALID),
        (key_of("RS256").jwk | {"d": "AQAB"}, Verdict.INVALID),
        ({"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}, Verdict.INDETERMINATE),
        (STRANGER.jwk, Verdict.INVALID),
    ],
    ids=["a page", "a set", "with its secret", "of another curve", "another"],
)
async def test_what_stands_there_and_is_not_the_key(contexts: Contexts, published: Any, verdict: Verdict) -> None:
    place = World(contexts, answers={SCHOOL_KEY: published})
    assert (await report_on(place, school_badge(key_of("RS256")))).verdict is verdict


async def test_a_key_that_is_out_of_reach_does_not_tell(contexts: Contexts) -> None:
    assert (await report_on(World(contexts), school_badge(key_of("RS256")))).verdict is Verdict.INDETERMINATE


# ── the header ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "", None, ["ES256"], 7, "HS256", "hs256", "es256"])
async def test_no_algorithm_and_none_with_a_shared_secret_is_taken(contexts: Contexts, algorithm: object) -> None:
    """T01, T02."""
    key = key_of("ES256")
    header, claims, signature = parts(credential_token(key))
    header = {name: value for name, value in header.items() if name != "alg"}
    header |= {} if algorithm is None else {"alg": algorithm}
    unsigned = f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}"
    for end in (encode(signature), ""):
        verdict, problems, asked = await judged(contexts, f"{unsigned}.{end}", key)
        assert (verdict, problems, asked) == (Verdict.INVALID, {CRYPTOGRAPHIC_SECURITY_ERROR}, [])


async def test_a_shared_secret_that_is_the_issuers_public_key_signs_nothing(contexts: Contexts) -> None:
    """T02: whatever the form in which the key is taken for a secret."""
    key = key_of("ES256")
    raw = decode(key.jwk["x"]) + decode(key.jwk["y"])
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + raw)
    forms = [
        point.public_bytes(encoding, form)
        for encoding, form in (
            (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            (Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            (Encoding.OpenSSH, PublicFormat.OpenSSH),
            (Encoding.X962, PublicFormat.UncompressedPoint),
        )
    ]
    for secret in (*forms, json.dumps(key.jwk).encode(), b""):
        for algorithm, digest in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
            forger = TokenKey(algorithm, {}, functools.partial(_mac, secret, digest))
            verdict, problems, _ = await judged(contexts, credential_token(forger), key)
            assert (verdict, problems) == (Verdict.INVALID, {CRYPTOGRAPHIC_SECURITY_ERROR})


def _mac(secret: bytes, digest: str, data: bytes) -> bytes:
    return hmac.digest(secret, data, digest)


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"enc": "A128GCM"},
        {"typ": "at+jwt"},
        {"typ": "application/json"},
        {"typ": 7},
        {"cty": "bad"},
        {"cty": None, "typ": "bad/vc+jwt"},
        {"iss": "did:web:other.example"},
        {"iss": 7},
    ],
    ids=str,
)
async def test_a_header_that_asks_for_more_than_a_signature_is_refused(contexts: Contexts, header: JsonObject) -> None:
    """T06, and another kind of token handed over as a credential."""
    key = key_of("ES256")
    verdict, problems, _ = await judged(contexts, credential_token(key, header=header), key)
    assert (verdict, problems) == (Verdict.INVALID, {CRYPTOGRAPHIC_SECURITY_ERROR})


@pytest.mark.parametrize("algorithm", ["ES512", "PS256", "RS512", "Ed25519"])
async def test_a_sound_algorithm_that_is_not_checked_here_is_not_held_against_it(
    contexts: Contexts, algorithm: str
) -> None:
    key = key_of("ES256")
    verdict, problems, _ = await judged(contexts, credential_token(key, header={"alg": algorithm}), key)
    assert (verdict, problems) == (Verdict.INDETERMINATE, {UNSUPPORTED_MECHANISM})


async def test_an_empty_list_of_algorithms_accepts_nothing(contexts: Contexts) -> None:
    key = key_of("ES256")
    strict = world(contexts, key).verifier(VerificationPolicy(jose_algorithms=frozenset()))
    report = await strict.verify(credential_token(key).encode(), "application/vc+jwt", now=NOW)
    assert report.verdict is Verdict.INDETERMINATE


# ── the letters ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_token_with_any_character_changed_is_not_valid(contexts: Contexts, algorithm: str) -> None:
    key = key_of(algorithm)
    place = world(contexts, key)
    signed = credential_token(key)
    step = 1 if algorithm == "ES256" else 7
    for at in range(0, len(signed), step):
        for other in ("A", "B", "_", ".", "=", "\n", ""):
            changed = signed[:at] + other + signed[at + 1 :]
            if changed != signed and changed.strip() != signed:
                assert await _is_not_valid(place, changed), (at, other)


async def _is_not_valid(place: World, changed: str) -> bool:
    try:
        return (await report_on(place, changed)).verdict is not Verdict.VALID
    except Refused:
        return True


def _stray_bits(signed: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return signed[:-1] + letters[letters.index(signed[-1]) ^ 1]


async def test_base64url_in_another_form_is_refused(contexts: Contexts) -> None:
    """T10."""
    key = key_of("ES256")
    signed = credential_token(key)
    header, payload, signature = signed.split(".")
    standard = base64.b64encode(base64.urlsafe_b64decode(signature + "==")).decode()
    for changed in (
        f"{header}.{payload}.{signature}==",
        f"{header}=.{payload}.{signature}",
        f"{header}.{payload[:40]}\n{payload[40:]}.{signature}",
        f"{header}.{payload}.{standard}",
        _stray_bits(signed),
    ):
        verdict, problems, _ = await judged(contexts, changed, key)
        assert (verdict, problems) == (Verdict.INVALID, {CRYPTOGRAPHIC_SECURITY_ERROR})


async def test_the_twin_of_an_ecdsa_signature_is_a_signature_of_the_same_credential(contexts: Contexts) -> None:
    """D14: both hold; what a report says of a credential is the same, and nothing is known by the bytes of a proof."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    key = key_of("ES256")
    signed = credential_token(key)
    signature = parts(signed)[2]
    other = signature[:32] + (order - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
    twin = signed.rpartition(".")[0] + "." + encode(other)
    place = world(contexts, key)
    first, second = [await report_on(place, each) for each in (signed, twin)]
    assert (first.verdict, first.findings) == (Verdict.VALID, second.findings)
    assert first.verified == second.verified


# ── the claims ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["9999999999", 1e26, True, None, -1, [1], {}], ids=str)
async def test_a_claim_that_is_no_number_of_seconds_is_refused(contexts: Contexts, name: str, value: object) -> None:
    """T09."""
    key = key_of("ES256")
    members: dict[str, Any] = {name: value}
    verdict, problems, asked = await judged(contexts, credential_token(key, **members), key)
    assert (verdict, problems, asked) == (Verdict.INVALID, {MALFORMED_VALUE_ERROR}, [])


@pytest.mark.parametrize("name", ["nbf", "iat"])
async def test_a_signature_of_tomorrow_is_refused(contexts: Contexts, name: str) -> None:
    key = key_of("ES256")
    members: dict[str, Any] = {name: int((NOW + timedelta(days=1)).timestamp())}
    verdict, problems, _ = await judged(contexts, credential_token(key, **members), key)
    assert (verdict, problems) == (Verdict.INVALID, {MALFORMED_VALUE_ERROR})


@pytest.mark.parametrize("payload", [b'{"exp": NaN}', b'{"exp": 100000000000000000000000000}', b'{"a":1,"a":2}', b"[]"])
async def test_a_payload_that_two_parsers_would_read_differently_is_refused(contexts: Contexts, payload: bytes) -> None:
    key = key_of("ES256")
    signed = token({"alg": "ES256", "typ": "vc+jwt"}, payload, key)
    with pytest.raises(Refused):
        await judged(contexts, signed, key)


async def test_the_end_of_a_signature_is_not_the_end_of_the_credential(contexts: Contexts) -> None:
    key = key_of("ES256")
    ended = int((NOW - timedelta(seconds=1)).timestamp())
    verdict, problems, _ = await judged(contexts, credential_token(key, exp=ended), key)
    assert (verdict, problems) == (Verdict.INVALID, {PROOF_VERIFICATION_ERROR})
    until = "2027-01-01T00:00:00Z"
    assert (await judged(contexts, credential_token(key, exp=1893456000, validUntil=until), key))[0] is Verdict.VALID


async def test_a_badge_ends_when_it_says_itself(contexts: Contexts) -> None:
    key = key_of("ES256")
    ended = badge_token(key, validUntil="2026-11-20T00:00:00Z", exp=1795132800)
    assert (await judged(contexts, ended, key))[0] is Verdict.EXPIRED


@pytest.mark.parametrize(
    "claims",
    [
        {"vc": {}},
        {"vc": "oops"},
        {"vp": {}},
        {"iss": "did:web:other.example"},
        {"sub": "did:example:another"},
        {"jti": "urn:uuid:8c1dd9a0-91a8-4f0b-a0f1-000000000000"},
    ],
    ids=str,
)
async def test_a_claim_that_says_otherwise_than_the_credential_is_refused(
    contexts: Contexts, claims: JsonObject
) -> None:
    """T08."""
    key = key_of("ES256")
    verdict, problems, _ = await judged(contexts, credential_token(key, **claims), key)
    assert (verdict, problems) == (Verdict.INVALID, {CRYPTOGRAPHIC_SECURITY_ERROR})


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": None},
        {"jti": None},
        {"sub": None},
        {"nbf": None},
        {"iss": "did:web:other.example"},
        {"jti": "urn:uuid:8c1dd9a0-91a8-4f0b-a0f1-000000000000"},
        {"sub": "did:example:another"},
        {"nbf": 1790812801},
        {"exp": 1893456000, "validUntil": "2029-01-01T00:00:00Z"},
        {"validUntil": "2029-01-01T00:00:00Z"},
    ],
    ids=str,
)
async def test_a_badge_whose_claims_are_not_the_badges_own_is_refused(contexts: Contexts, claims: JsonObject) -> None:
    key = key_of("ES256")
    verdict, problems, _ = await judged(contexts, badge_token(key, **claims), key)
    assert (verdict, problems) == (Verdict.INVALID, {CRYPTOGRAPHIC_SECURITY_ERROR})


async def test_a_credential_of_data_model_1_1_in_a_token_is_not_told(contexts: Contexts) -> None:
    key = key_of("RS256")
    inside = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "id": "urn:uuid:8c1dd9a0-91a8-4f0b-a0f1-1a3a2c1f8f11",
        "type": ["VerifiableCredential"],
        "issuer": UNIVERSITY,
        "issuanceDate": "2026-10-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:learner"},
    }
    claims = {"vc": inside, "iss": UNIVERSITY, "jti": inside["id"], "sub": "did:example:learner", "nbf": 1790812800}
    header = {"alg": "RS256", "typ": "JWT", "kid": f"{UNIVERSITY}#key-1"}
    assert (await judged(contexts, token(header, claims, key), key))[:2] == (
        Verdict.INDETERMINATE,
        {UNSUPPORTED_MECHANISM},
    )
    for wrong in (
        {"iss": "did:web:other.example"},
        {"nbf": 1790812801},
        {"jti": "urn:uuid:1"},
        {"sub": "did:example:b"},
    ):
        verdict, problems, _ = await judged(contexts, token(header, claims | wrong, key), key)
        assert (verdict, CRYPTOGRAPHIC_SECURITY_ERROR in problems) == (Verdict.INVALID, True)


@given(st.binary(max_size=60) | st.sampled_from(list(map(json.dumps, [key_of("RS256").jwk, {}, []]))).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_at_the_url_of_a_key_are_that_key_or_a_finding(contexts: Contexts, content: bytes) -> None:
    signed = vc_jwt.read(school_badge(key_of("RS256")))
    found = read_fetched(contexts, content, url=SCHOOL_KEY, issuer=SCHOOL, token=signed)
    assert isinstance(found, ControlledIdentifierDocument | Failed | Undetermined)
