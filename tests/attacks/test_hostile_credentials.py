"""Hostile credentials, keys and lists: each gets a report that is not "valid", and asks nobody it should not ask."""

import base64
import gzip
import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from app.core.json_ld import Contexts
from app.core.problems import JsonObject, Refused
from app.core.status import bitstring_status_list
from app.verifier.report import Check, Passed, Verdict, VerificationReport
from tests.verifying import (
    NOW,
    STATUS_LIST,
    STRANGER,
    UNIVERSITY_DOCUMENT,
    World,
    badge,
    controlled_identifier_document,
    sign,
    status_entry,
    status_list,
    university,
)


def outcome_of(report: VerificationReport, check: Check) -> object:
    return next(finding.outcome for finding in report.findings if finding.check is check)


async def refused_or_not_valid(world: World, document: JsonObject) -> bool:
    try:
        return (await world.report_on(document)).verdict is not Verdict.VALID
    except Refused:
        return True


async def test_the_credential_of_these_tests_is_valid(contexts: Contexts) -> None:
    report = await university(contexts).report_on(sign(contexts, badge(credentialStatus=status_entry())))
    assert report.verdict is Verdict.VALID


# ── proofs ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("proof", [None, [], {}, "proof", [None], 7])
async def test_no_proof_is_no_signature(contexts: Contexts, proof: object) -> None:
    assert await refused_or_not_valid(university(contexts), badge() | {"proof": proof})


async def test_one_good_proof_beside_one_that_is_not_known_is_not_valid(contexts: Contexts) -> None:
    signed = sign(contexts, badge())
    good = signed["proof"][0]
    unknown = good | {"cryptosuite": "own-made-2026"}
    for proofs in ([good, unknown], [unknown, good]):
        assert await refused_or_not_valid(university(contexts), signed | {"proof": proofs})


@pytest.mark.parametrize("purpose", ["authentication", "keyAgreement", "whatever", ""])
async def test_a_proof_for_another_purpose_is_not_valid(contexts: Contexts, purpose: str) -> None:
    signed = sign(contexts, badge())
    proof = signed["proof"][0] | {"proofPurpose": purpose}
    assert await refused_or_not_valid(university(contexts), signed | {"proof": [proof]})


async def test_a_key_that_is_for_signing_in_alone_signs_no_credential(contexts: Contexts) -> None:
    document = controlled_identifier_document(relationship="authentication")
    world = World(contexts, answers={UNIVERSITY_DOCUMENT: document})
    assert (await world.report_on(sign(contexts, badge()))).verdict is Verdict.INVALID


async def test_a_strangers_key_does_not_sign_for_the_university(contexts: Contexts) -> None:
    signed = sign(contexts, badge(), key=STRANGER, verification_method=STRANGER.did_method)
    report = await university(contexts).report_on(signed)
    assert report.verdict is Verdict.INVALID
    assert report.known_issuer is None


@pytest.mark.parametrize("option", [{"expires": "2026-11-20T00:00:00Z"}, {"expires": "never"}])
async def test_a_proof_that_has_ended_is_not_valid(contexts: Contexts, option: dict[str, Any]) -> None:
    assert await refused_or_not_valid(university(contexts), sign(contexts, badge(), **option))


@pytest.mark.parametrize(("minutes", "valid"), [(-1, True), (4, True), (6, False), (100_000, False)])
async def test_a_proof_is_not_made_tomorrow(contexts: Contexts, minutes: int, valid: bool) -> None:
    signed = sign(contexts, badge(), created=NOW + timedelta(minutes=minutes))
    assert ((await university(contexts).report_on(signed)).verdict is Verdict.VALID) is valid


async def test_nothing_by_a_revoked_key_counts(contexts: Contexts) -> None:
    document = controlled_identifier_document(revoked="2026-11-10T00:00:00Z")
    world = World(contexts, answers={UNIVERSITY_DOCUMENT: document})
    assert (await world.report_on(sign(contexts, badge()))).verdict is Verdict.INVALID


@pytest.mark.parametrize(
    "change",
    [
        {"cryptosuite": "eddsa-jcs-2022"},
        {"cryptosuite": "ecdsa-rdfc-2019"},
        {"cryptosuite": None},
        {"type": "Ed25519Signature2020"},
        {"expirationDate": "2030-01-01T00:00:00Z"},
        {"proofValue": "z" + "1" * 88},
        {"proofValue": "u" + "A" * 86},
        {"verificationMethod": "did:web:uni.example"},
        {"verificationMethod": "http://169.254.169.254/#key-1"},
    ],
    ids=str,
)
async def test_a_proof_option_that_was_not_signed_is_not_valid(contexts: Contexts, change: JsonObject) -> None:
    signed = sign(contexts, badge())
    assert await refused_or_not_valid(university(contexts), signed | {"proof": [signed["proof"][0] | change]})


# ── the document ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": ["did:web:uni.example", "did:web:other.example"]},
        {"issuer": None},
        {"issuer": {"id": "not-a-uri"}},
        {"id": "../../x"},
        {"type": "VerifiableCredential"},
        {"credentialSubject": []},
        {"credentialSubject": {}},
    ],
    ids=str,
)
async def test_a_shape_that_the_data_model_forbids_is_not_valid(contexts: Contexts, change: JsonObject) -> None:
    signed = sign(contexts, badge())
    assert await refused_or_not_valid(university(contexts), signed | change)


@pytest.mark.parametrize(
    "context",
    [
        {"@vocab": "https://evil.example/#"},
        "http://169.254.169.254/latest",
        "https://evil.example/context",
        {"name": "https://schema.org/alternateName"},
    ],
    ids=str,
)
async def test_a_context_that_is_added_is_not_valid_and_never_fetched(contexts: Contexts, context: object) -> None:
    signed = sign(contexts, badge())
    world = university(contexts)
    assert await refused_or_not_valid(world, signed | {"@context": [*signed["@context"], context]})
    assert set(world.asked) <= {UNIVERSITY_DOCUMENT}


async def test_no_address_inside_a_credential_is_asked_but_the_issuers_and_its_list(contexts: Contexts) -> None:
    internal = "https://10.0.0.1/secret"
    world = university(contexts)
    evidence = [{"id": internal, "type": ["Evidence"]}]
    await world.report_on(sign(contexts, badge(credentialStatus=status_entry(), evidence=evidence)))
    assert set(world.asked) <= {UNIVERSITY_DOCUMENT, STATUS_LIST}


# ── status lists ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def judged(
    contexts: Contexts, entry: JsonObject | list[JsonObject], answer: Any
) -> tuple[VerificationReport, World]:
    world = university(contexts)
    world.answers = {**world.answers, STATUS_LIST: answer}
    return await world.report_on(sign(contexts, badge(credentialStatus=entry))), world


async def test_a_list_of_another_issuer_does_not_tell(contexts: Contexts) -> None:
    foreign = status_list(contexts, issuer="did:web:other.example")
    report, _ = await judged(contexts, status_entry(), foreign)
    assert report.verdict is not Verdict.VALID


@pytest.mark.parametrize("index", ["131072", "-1", "1e3", "1.0", "007", "", str(2**64), 94567, None])
async def test_an_index_that_is_none_does_not_tell(contexts: Contexts, index: object) -> None:
    entry = status_entry() | {"statusListIndex": index}
    if index is None:
        del entry["statusListIndex"]
    report, _ = await judged(contexts, entry, status_list(contexts))
    assert isinstance(outcome_of(report, Check.PROOF), Passed)
    assert report.verdict is not Verdict.VALID


def _encoded(bits: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(bits)).rstrip(b"=").decode()


async def test_a_list_that_is_too_short_does_not_tell(contexts: Contexts) -> None:
    whole = status_list(contexts)
    subject = whole["credentialSubject"] | {"encodedList": _encoded(bytes(16_383))}
    short = sign(
        contexts, {name: value for name, value in whole.items() if name != "proof"} | {"credentialSubject": subject}
    )
    report, _ = await judged(contexts, status_entry(0), short)
    assert report.verdict is Verdict.INDETERMINATE


async def test_a_list_for_another_purpose_does_not_tell(contexts: Contexts) -> None:
    report, _ = await judged(contexts, status_entry(purpose="suspension"), status_list(contexts))
    assert report.verdict is not Verdict.VALID


async def test_a_list_that_was_changed_does_not_tell(contexts: Contexts) -> None:
    changed = deepcopy(status_list(contexts, revoked=[94_567]))
    changed["credentialSubject"]["encodedList"] = bitstring_status_list.encode(131_072, ())
    report, _ = await judged(contexts, status_entry(), changed)
    assert report.verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize("answer", [b"", b"not json", b"[]", json.dumps({"a": 1}).encode(), b"\xff" * 10])
async def test_what_is_no_list_does_not_tell(contexts: Contexts, answer: bytes) -> None:
    report, _ = await judged(contexts, status_entry(), answer)
    assert report.verdict is Verdict.INDETERMINATE


async def test_a_list_that_has_ended_does_not_tell(contexts: Contexts) -> None:
    ended = status_list(contexts, validUntil="2026-11-24T11:30:00Z")
    report, _ = await judged(contexts, status_entry(), ended)
    assert report.verdict is not Verdict.VALID


async def test_a_list_that_points_to_itself_is_read_once(contexts: Contexts) -> None:
    cyclic = status_list(contexts, credentialStatus=status_entry(5))
    _, world = await judged(contexts, status_entry(), cyclic)
    assert world.asked.count(STATUS_LIST) <= 1


async def test_a_thousand_entries_ask_nobody(contexts: Contexts) -> None:
    entries = [
        status_entry(number)
        | {"id": f"urn:uuid:{number}", "statusListCredential": f"https://uni.example/lists/{number}"}
        for number in range(1_000)
    ]
    report, world = await judged(contexts, entries, status_list(contexts))
    assert report.verdict is not Verdict.VALID
    assert len(world.asked) <= 5


async def test_a_list_that_does_not_answer_is_not_a_yes(contexts: Contexts) -> None:
    world = World(contexts, answers={UNIVERSITY_DOCUMENT: controlled_identifier_document()})
    report = await world.report_on(sign(contexts, badge(credentialStatus=status_entry())))
    assert report.verdict is Verdict.INDETERMINATE
    assert isinstance(outcome_of(report, Check.PROOF), Passed)
