"""An SD-JWT VC through the verifier: whose it is, whether it stands, what is shown of it; changed, it is refused."""

import base64
import contextlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.credential import enveloped, learning_credential
from app.core.did.document import write
from app.core.json_ld import Contexts
from app.core.problems import (
    EXPIRED,
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT,
    INVALID_VERIFICATION_METHOD,
    KEY_REVOKED,
    MALFORMED_VALUE_ERROR,
    NOT_YET_VALID,
    PROOF_VERIFICATION_ERROR,
    RANGE_ERROR,
    STATUS_RETRIEVAL_ERROR,
    STATUS_VERIFICATION_ERROR,
    SUSPENDED,
    UNKNOWN_ISSUER,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Refused,
)
from app.core.proof import jwk, jwt_vc_issuer, sd_jwt, signed_jwt
from app.core.proof.signed_jwt import SignedJwt
from app.core.status import token_status_list
from app.issuer import learning
from app.issuer.mechanisms import DC_SD_JWT, VC_JWT
from app.ports import KnownIssuer
from app.verifier.policy import VerificationPolicy
from app.verifier.report import Check, Failed, NotApplicable, Passed, Undetermined, Verdict, VerificationReport
from tests.authorities import AUTHORITY, END_ENTITY, Certified, certify
from tests.signing import ADDRESS, NAMED, Case, claimed, document_for
from tests.verifying import KEY, KEYS, NOW, P256_KEY, CurveKey, Key, RsaKey, World

CASE = Case(DC_SD_JWT, P256_KEY)
METADATA = "https://dunmore.example/.well-known/jwt-vc-issuer/issuers/dtu"
LIST = f"{ADDRESS}/list"
DECLARED = "application/dc+sd-jwt"
KNOWN = {ADDRESS: KnownIssuer(ADDRESS, "University", source="a list")}
SHOWN = (("achievement",), ("full_name",))


def token_list(
    statuses: dict[int, int], *, key: CurveKey | Key | RsaKey = P256_KEY, bits: int = 2, **claims: Any
) -> bytes:
    algorithm = jwk.of_public_key(replace(CASE, key=key).securing().key).algorithm
    header = {"alg": algorithm, "typ": "statuslist+jwt", "kid": CASE.method}
    payload = {
        "sub": LIST,
        "iat": int(NOW.timestamp()) - 60,
        "ttl": 60,
        "status_list": token_status_list.encode(64, statuses, bits=bits),
    }
    data = signed_jwt.signing_input(header, payload | claims)
    return signed_jwt.attach(data, key.sign(data)).encode()


def world(contexts: Contexts, answers: Mapping[str, JsonObject | bytes] | None = None, *, case: Case = CASE) -> World:
    """The institution's host publishes its key and a list in which nothing is set; we know it by its DID."""
    found: dict[str, JsonObject | bytes] = {
        METADATA: learning.issuer_metadata(case.controller),
        LIST: token_list({}, key=case.key),
    }
    return World(contexts, answers=found | dict(answers or {}), known=KNOWN)


def credential(contexts: Contexts, claims: JsonObject | None = None, *, case: Case = CASE) -> bytes:
    said = document_for(case, contexts) | (claims or {})
    return case.signed(contexts, {name: value for name, value in said.items() if value is not None})


async def report_on(found: World, content: bytes, media_type: str = DECLARED) -> VerificationReport:
    return await found.verifier().verify(content, media_type, now=NOW)


def types(report: VerificationReport, check: Check) -> list[str]:
    match report.outcome(check):
        case Failed(problems) | Undetermined(problems):
            return [each.type for each in problems]
        case _:
            return []


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.kind)
async def test_one_of_ours_is_good_in_every_respect(contexts: Contexts, key: Key | CurveKey) -> None:
    case = Case(DC_SD_JWT, key)
    found = world(contexts, case=case)
    report = await report_on(found, credential(contexts, case=case))
    assert report.verdict is Verdict.VALID
    assert all(isinstance(each.outcome, Passed | NotApplicable) for each in report.findings)
    assert found.asked == [METADATA, LIST]
    assert report.as_json()["issuer"]["id"] == ADDRESS


@pytest.mark.parametrize("declared", ["text/plain", "application/jwt", "application/octet-stream", DECLARED])
async def test_it_is_read_pasted_too(contexts: Contexts, declared: str) -> None:
    report = await report_on(world(contexts), credential(contexts) + b"\n", declared)
    assert report.verdict is Verdict.VALID


async def test_it_is_read_in_an_envelope(contexts: Contexts) -> None:
    text = credential(contexts).decode()
    envelope = enveloped.write(text, enveloped.CREDENTIAL, media_type=DECLARED)
    report = await report_on(world(contexts), json.dumps(envelope).encode(), "application/vc")
    assert report.verdict is Verdict.VALID


@pytest.mark.parametrize("declared", ["application/vc", "application/vc+jwt", "image/png"])
async def test_it_is_not_read_as_what_it_is_not(contexts: Contexts, declared: str) -> None:
    with pytest.raises(Refused):
        await report_on(world(contexts), credential(contexts), declared)


async def test_what_is_no_sd_jwt_is_not_read_as_one(contexts: Contexts) -> None:
    for content in (b"{}", b"a.b.c", Case(VC_JWT, KEY).signed(contexts, document_for(Case(VC_JWT, KEY), contexts))):
        with pytest.raises(Refused):
            await report_on(world(contexts), content)


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_all_of_it_reads_as_what_was_awarded(contexts: Contexts) -> None:
    report = await report_on(world(contexts), credential(contexts))
    assert report.verified is not None
    without_email = claimed(contexts).learner
    read = learning_credential.read(report.verified.document).learner
    assert read == replace(without_email, email=None)


async def test_a_part_is_good_as_far_as_it_goes(contexts: Contexts) -> None:
    part = sd_jwt.write(sd_jwt.present(sd_jwt.read(credential(contexts)), SHOWN))
    report = await report_on(world(contexts), part)
    assert report.verified is not None
    assert report.verdict is Verdict.VALID
    assert isinstance(report.outcome(Check.MICRO_CREDENTIAL), NotApplicable)
    assert ("full_name" in report.verified.document, "birthdate" in report.verified.document) == (True, False)


async def test_changed_anywhere_it_is_refused(contexts: Contexts) -> None:
    signed, random = credential(contexts), Random(7)
    for _ in range(60):
        place = random.randrange(len(signed))
        changed = signed[:place] + bytes([signed[place] ^ 1 << random.randrange(8)]) + signed[place + 1 :]
        try:
            report = await report_on(world(contexts), changed)
        except Refused:
            continue
        assert report.verified is None, place


async def test_what_was_not_signed_is_not_shown(contexts: Contexts) -> None:
    forged = credential(contexts) + b"WyJzYWx0IiwiZ3JhZGUiLCIxIl0~"
    report = await report_on(world(contexts), forged)
    assert (report.verdict, report.verified) == (Verdict.INVALID, None)


# ── whose it is ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_by_another_key_it_is_refused_and_no_list_is_asked_for(contexts: Contexts) -> None:
    found = world(contexts, case=Case(DC_SD_JWT, CurveKey.of("another", P256_KEY.kind)))
    report = await report_on(found, credential(contexts))
    assert types(report, Check.PROOF) == [PROOF_VERIFICATION_ERROR]
    assert found.asked == [METADATA]


async def test_a_key_that_the_host_does_not_publish_is_not_the_issuers(contexts: Contexts) -> None:
    other = learning.issuer_metadata(CASE.controller)
    other["jwks"]["keys"][0]["kid"] = f"{NAMED}#credential-9"
    report = await report_on(world(contexts, {METADATA: other}), credential(contexts))
    assert types(report, Check.CONTROLLER) == [INVALID_VERIFICATION_METHOD]


@pytest.mark.parametrize(
    "metadata",
    [
        b"<html>",
        {"issuer": "https://attacker.example", "jwks": {"keys": []}},
        {"issuer": ADDRESS},
        {"issuer": ADDRESS, "jwks": {"keys": [{"kid": "a"}, {"kid": "a"}]}},
        {"issuer": ADDRESS, "jwks": {"keys": "none"}},
    ],
)
async def test_metadata_that_are_none_show_no_key(contexts: Contexts, metadata: JsonObject | bytes) -> None:
    report = await report_on(world(contexts, {METADATA: metadata}), credential(contexts))
    assert types(report, Check.CONTROLLER) == [INVALID_CONTROLLED_IDENTIFIER_DOCUMENT]


async def test_a_host_that_does_not_answer_leaves_it_open(contexts: Contexts) -> None:
    found = World(contexts)
    report = await report_on(found, credential(contexts))
    assert (report.verdict, isinstance(report.outcome(Check.CONTROLLER), Undetermined)) == (
        Verdict.INDETERMINATE,
        True,
    )


async def test_keys_may_stand_at_an_address_of_their_own(contexts: Contexts) -> None:
    keys = learning.issuer_metadata(CASE.controller)["jwks"]
    elsewhere = "https://dunmore.example/keys.json"
    found = world(contexts, {METADATA: {"issuer": ADDRESS, "jwks_uri": elsewhere}, elsewhere: keys})
    assert (await report_on(found, credential(contexts))).verdict is Verdict.VALID
    assert found.asked == [METADATA, elsewhere, LIST]


async def test_of_an_institution_of_ours_nobody_else_is_asked(contexts: Contexts) -> None:
    found = World(
        contexts,
        answers={LIST: token_list({})},
        own_documents={ADDRESS: write(learning.at_address(CASE.controller))},
        known=KNOWN,
    )
    assert (await report_on(found, credential(contexts))).verdict is Verdict.VALID
    assert found.asked == [LIST]


async def test_what_a_revoked_key_signed_counts_where_our_register_recorded_it_before(contexts: Contexts) -> None:
    method, _ = CASE.controller.verification_methods
    revoked = replace(CASE.controller, verification_methods=(replace(method, revoked=NOW - timedelta(days=1)),))
    signed = credential(contexts)
    data = sd_jwt.read(signed).issuer_signed.signing_input
    found = World(contexts, own_documents={ADDRESS: write(learning.at_address(revoked))})
    assert types(await report_on(found, signed), Check.CONTROLLER) == [KEY_REVOKED]
    found = replace(found, own_proofs={data: NOW - timedelta(days=2)})
    assert (await report_on(found, signed)).verified is not None


async def test_whom_nobody_knows_is_unknown(contexts: Contexts) -> None:
    report = await report_on(replace(world(contexts), known={}), credential(contexts))
    assert types(report, Check.KNOWN_ISSUER) == [UNKNOWN_ISSUER]


async def test_what_a_certificate_vouches_for_cannot_be_told(contexts: Contexts) -> None:
    issued = sd_jwt.read(credential(contexts)).issuer_signed
    data = signed_jwt.signing_input({**issued.header, "x5c": ["MIIB"]}, issued.payload)
    found = world(contexts)
    report = await report_on(found, f"{signed_jwt.attach(data, P256_KEY.sign(data))}~".encode())
    assert (types(report, Check.CONTROLLER), found.asked) == ([UNSUPPORTED_MECHANISM], [])


# ── a certificate in the place of published keys ─────────────────────────────────────────────────────────────────────

IN_FORCE: dict[str, Any] = {"start": NOW - timedelta(days=1), "end": NOW + timedelta(days=1)}


@cache
def root() -> Certified:
    return certify("Root", None, (AUTHORITY, True), **IN_FORCE)


TRUSTING = VerificationPolicy(authorities=(root().der,))


def chained(by: Certified, *, host: str = "dunmore.example", private: Any = P256_KEY.private) -> Certified:
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    return certify("Dunmore", by, (END_ENTITY, True), (names, False), private=private, **IN_FORCE)


def with_chain(issued: SignedJwt, *chain: Certified) -> bytes:
    encoded = [base64.b64encode(each.der).decode() for each in chain]
    header = {name: value for name, value in issued.header.items() if name != "kid"} | {"x5c": encoded}
    data = signed_jwt.signing_input(header, issued.payload)
    return signed_jwt.attach(data, P256_KEY.sign(data)).encode()


async def report_on_certified(
    contexts: Contexts, *chain: Certified, listed: Certified | None = None, **claims: Any
) -> tuple[VerificationReport, list[str]]:
    policy = TRUSTING
    content = with_chain(sd_jwt.read(credential(contexts, claims)).issuer_signed, *chain) + b"~"
    answers = {LIST: with_chain(signed_jwt.read(token_list({7: 1}).decode()), listed)} if listed else {}
    found = world(contexts, answers)
    return await found.verifier(policy).verify(content, DECLARED, now=NOW), found.asked


async def test_a_key_that_a_trusted_authority_vouches_for_is_its_issuers(contexts: Contexts) -> None:
    report, asked = await report_on_certified(contexts, chained(root()))
    assert isinstance(report.outcome(Check.PROOF), Passed)
    assert isinstance(report.outcome(Check.CONTROLLER), Passed)
    assert (report.as_json()["issuer"]["id"], METADATA in asked) == (ADDRESS, False)


async def test_what_it_signed_is_good(contexts: Contexts) -> None:
    report, _ = await report_on_certified(contexts, chained(root()), vct="urn:example:another", status=None)
    assert report.verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("host", "verdict"), [("dunmore.example", Verdict.REVOKED), ("elsewhere.example", Verdict.INDETERMINATE)]
)
async def test_a_list_counts_by_a_certificate_of_the_same_issuer_alone(
    contexts: Contexts, host: str, verdict: Verdict
) -> None:
    listed = chained(root(), host=host)
    report, _ = await report_on_certified(contexts, chained(root()), listed=listed, vct="urn:example:another")
    assert report.verdict is verdict


async def test_a_certificate_of_an_authority_that_is_not_trusted_here_cannot_be_told(contexts: Contexts) -> None:
    stranger = certify("Another root", None, (AUTHORITY, True), **IN_FORCE)
    report, asked = await report_on_certified(contexts, chained(stranger))
    assert (report.verdict, types(report, Check.CONTROLLER), asked) == (
        Verdict.INDETERMINATE,
        [UNSUPPORTED_MECHANISM],
        [],
    )


async def test_a_certificate_of_another_host_is_not_its_issuers(contexts: Contexts) -> None:
    report, _ = await report_on_certified(contexts, chained(root(), host="elsewhere.example"))
    assert (report.verdict, types(report, Check.CONTROLLER)) == (Verdict.INVALID, [INVALID_VERIFICATION_METHOD])


async def test_a_certificate_of_another_key_is_no_proof(contexts: Contexts) -> None:
    another = CurveKey.of("another", P256_KEY.kind).private
    report, _ = await report_on_certified(contexts, chained(root(), private=another))
    assert (report.verdict, types(report, Check.PROOF)) == (Verdict.INVALID, [PROOF_VERIFICATION_ERROR])


async def test_who_signed_with_a_certificate_and_names_no_issuer_cannot_be_told(contexts: Contexts) -> None:
    report, _ = await report_on_certified(contexts, chained(root()), iss=None)
    assert (report.verdict, types(report, Check.CONTROLLER)) == (Verdict.INDETERMINATE, [UNSUPPORTED_MECHANISM])


async def test_without_an_issuer_on_https_there_is_no_key(contexts: Contexts) -> None:
    found = world(contexts)
    report = await report_on(found, credential(contexts, {"iss": NAMED}))
    assert (types(report, Check.CONTROLLER), found.asked) == ([UNSUPPORTED_MECHANISM], [])


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS1", 7])
async def test_an_algorithm_that_signs_nothing_is_refused(contexts: Contexts, algorithm: object) -> None:
    issued = sd_jwt.read(credential(contexts)).issuer_signed
    data = signed_jwt.signing_input({**issued.header, "alg": algorithm}, issued.payload)
    report = await report_on(world(contexts), f"{signed_jwt.attach(data, P256_KEY.sign(data))}~".encode())
    assert report.verdict is Verdict.INVALID


# ── what its type demands ────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_its_type_demands_is_held_against_it(contexts: Contexts) -> None:
    report = await report_on(world(contexts), credential(contexts))
    assert report.outcome(Check.SCHEMA) == Passed((("type", learning_credential.TYPE),))


async def test_that_its_type_is_not_the_one_of_that_digest_is_told(contexts: Contexts) -> None:
    other = {"vct#integrity": f"sha256-{base64.b64encode(bytes(32)).decode()}"}
    report = await report_on(world(contexts), credential(contexts, other))
    assert (report.verdict, types(report, Check.SCHEMA)) == (Verdict.INVALID, [MALFORMED_VALUE_ERROR])


async def test_that_it_lacks_what_its_type_demands_is_told(contexts: Contexts) -> None:
    report = await report_on(world(contexts), credential(contexts, {"awarded_date": None}))
    assert types(report, Check.SCHEMA) == [MALFORMED_VALUE_ERROR]


async def test_without_a_digest_the_type_is_looked_at_all_the_same(contexts: Contexts) -> None:
    report = await report_on(world(contexts), credential(contexts, {"vct#integrity": None}))
    assert isinstance(report.outcome(Check.SCHEMA), Passed)


async def test_of_a_type_that_is_not_held_here_nobody_is_asked(contexts: Contexts) -> None:
    found = world(contexts)
    report = await report_on(found, credential(contexts, {"vct": "https://other.example/type"}))
    assert (isinstance(report.outcome(Check.SCHEMA), NotApplicable), found.asked) == (True, [METADATA, LIST])


# ── whether it is in force ───────────────────────────────────────────────────────────────────────────────────────────


async def test_one_that_ended_is_expired(contexts: Contexts) -> None:
    past = {"exp": int(NOW.timestamp()) - 1, "valid_until": None, "date_of_expiry": None}
    report = await report_on(world(contexts), credential(contexts, past))
    assert (report.verdict, types(report, Check.VALIDITY_PERIOD)) == (Verdict.EXPIRED, [EXPIRED])


async def test_one_that_is_to_come_is_not_yet_valid(contexts: Contexts) -> None:
    report = await report_on(world(contexts), credential(contexts, {"nbf": int(NOW.timestamp()) + 1}))
    assert types(report, Check.VALIDITY_PERIOD) == [NOT_YET_VALID]


@pytest.mark.parametrize(
    ("value", "verdict"), [(1, Verdict.REVOKED), (2, Verdict.SUSPENDED), (3, Verdict.INDETERMINATE)]
)
async def test_the_list_says_whether_it_stands(contexts: Contexts, value: int, verdict: Verdict) -> None:
    found = world(contexts, {LIST: token_list({7: value})})
    report = await report_on(found, credential(contexts))
    assert report.verdict is verdict
    if value == 2:
        assert types(report, Check.STATUS) == [SUSPENDED]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"{}", STATUS_VERIFICATION_ERROR),
        (token_list({}, sub="https://dunmore.example/another"), STATUS_VERIFICATION_ERROR),
        (token_list({}, key=CurveKey.of("another", P256_KEY.kind)), STATUS_VERIFICATION_ERROR),
        (token_list({}, exp=1), STATUS_VERIFICATION_ERROR),
        (token_list({}, status_list=token_status_list.encode(4, {}, bits=2)), RANGE_ERROR),
    ],
)
async def test_a_list_that_cannot_be_relied_on_leaves_it_open(contexts: Contexts, answer: bytes, problem: str) -> None:
    report = await report_on(world(contexts, {LIST: answer}), credential(contexts))
    assert (report.verdict, types(report, Check.STATUS)) == (Verdict.INDETERMINATE, [problem])


async def test_a_list_that_is_not_to_be_had_leaves_it_open(contexts: Contexts) -> None:
    found = world(contexts)
    found = replace(found, answers={METADATA: found.answers[METADATA]})
    report = await report_on(found, credential(contexts))
    assert types(report, Check.STATUS) == [STATUS_RETRIEVAL_ERROR]


async def test_a_status_of_another_kind_leaves_it_open(contexts: Contexts) -> None:
    report = await report_on(world(contexts), credential(contexts, {"status": {"another": {}}}))
    assert types(report, Check.STATUS) == [UNSUPPORTED_MECHANISM]


async def test_without_a_status_it_cannot_be_revoked(contexts: Contexts) -> None:
    report = await report_on(world(contexts), credential(contexts, {"status": None}))
    assert isinstance(report.outcome(Check.STATUS), NotApplicable)


async def test_another_type_than_ours_is_no_micro_credential(contexts: Contexts) -> None:
    report = await report_on(world(contexts), credential(contexts, {"vct": "urn:example:another"}))
    assert (report.verdict, isinstance(report.outcome(Check.MICRO_CREDENTIAL), NotApplicable)) == (Verdict.VALID, True)


def test_the_key_is_found_without_a_name_where_there_is_one_alone(contexts: Contexts) -> None:
    issued = sd_jwt.read(credential(contexts)).issuer_signed
    unnamed = replace(issued, jws=replace(issued.jws, header={"alg": "ES256"}))
    document = learning.at_address(CASE.controller)
    assert jwt_vc_issuer.find_key(unnamed, document).id == f"{ADDRESS}#credential-1"
    two = replace(document, verification_methods=(*document.verification_methods, document.verification_methods[0]))
    with pytest.raises(Refused):
        jwt_vc_issuer.find_key(unnamed, two)


CHARACTERS = "abcXYZ019-_.~= {}"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.binary(max_size=60)
    | st.text(CHARACTERS, max_size=60).map(str.encode)
    | st.text(CHARACTERS, max_size=40).map(lambda tail: b"eyJhbGciOiJFUzI1NiJ9.eyJ2Y3QiOiJhIn0.AAAA~" + tail.encode())
)
async def test_any_bytes_are_reported_on_or_refused(contexts: Contexts, content: bytes) -> None:
    with contextlib.suppress(Refused):
        assert (await report_on(World(contexts), content)).verified is None
