"""Whose proofs count: the issuer's own, by keys in use; and a witness's before them, in a chain."""

from typing import Any

import pytest

from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.core.proof import data_integrity
from app.verifier.report import Check, Failed, Outcome, Passed, Undetermined, Verdict
from tests.verifying import (
    CREATED,
    KEY,
    STRANGER,
    UNIVERSITY,
    UNIVERSITY_DOCUMENT,
    Key,
    World,
    badge,
    controlled_identifier_document,
    sign,
    university,
)

WITNESSED = "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544"
ISSUER_METHOD = f"{UNIVERSITY}#key-1"
SIGNERS = ((KEY, ISSUER_METHOD), (STRANGER, STRANGER.did_method))


def proof(contexts: Contexts, document: JsonObject, key: Key, method: str, **options: Any) -> JsonObject:
    """One proof over `document` as it is handed in, with the proofs that it has."""
    made = data_integrity.proof_options("eddsa-rdfc-2022", verification_method=method, created=CREATED) | options
    signature = key.private.sign(data_integrity.sign_input(contexts, document, made))
    (only,) = data_integrity.attach_proof({}, made, signature)["proof"]
    signed: JsonObject = only
    return signed


def chain(contexts: Contexts, *, witness: Key, witness_method: str) -> JsonObject:
    """A witness signs the badge; then the university signs the badge with the witness's proof in it."""
    first = proof(contexts, badge(), witness, witness_method, id=WITNESSED)
    second = proof(contexts, badge(proof=[first]), KEY, ISSUER_METHOD, previousProof=WITNESSED)
    return badge(proof=[first, second])


def codes(outcome: Outcome) -> set[str]:
    match outcome:
        case Failed(problems) | Undetermined(problems):
            return {problem.code for problem in problems}
        case _:
            return set()


async def test_a_witness_may_sign_before_the_issuer(contexts: Contexts) -> None:
    document = chain(contexts, witness=STRANGER, witness_method=STRANGER.did_method)
    assert (await university(contexts).report_on(document)).verdict is Verdict.VALID


async def test_a_witness_alone_is_not_the_issuer(contexts: Contexts) -> None:
    document = chain(contexts, witness=STRANGER, witness_method=STRANGER.did_method)
    report = await university(contexts).report_on(document | {"proof": document["proof"][:1]})
    assert codes(report.outcome(Check.CONTROLLER)) == {"INVALID_VERIFICATION_METHOD"}


async def test_a_chain_whose_first_proof_was_taken_away_is_invalid(contexts: Contexts) -> None:
    document = chain(contexts, witness=STRANGER, witness_method=STRANGER.did_method)
    report = await university(contexts).report_on(document | {"proof": document["proof"][1:]})
    assert report.verdict is Verdict.INVALID


async def test_a_chain_whose_first_proof_does_not_hold_is_invalid(contexts: Contexts) -> None:
    document = chain(contexts, witness=KEY, witness_method=STRANGER.did_method)
    report = await university(contexts).report_on(document)
    assert (report.verdict, codes(report.outcome(Check.PROOF))) == (Verdict.INVALID, {"PROOF_VERIFICATION_ERROR"})


async def test_a_witness_s_host_is_not_asked(contexts: Contexts) -> None:
    world = university(contexts)
    await world.report_on(chain(contexts, witness=STRANGER, witness_method="did:web:witness.example#key-1"))
    assert world.asked == [UNIVERSITY_DOCUMENT]


async def test_a_witness_whose_keys_would_have_to_be_asked_for_leaves_it_open(contexts: Contexts) -> None:
    document = chain(contexts, witness=STRANGER, witness_method="did:web:witness.example#key-1")
    assert (await university(contexts).report_on(document)).verdict is Verdict.INDETERMINATE


async def test_a_stranger_s_proof_beside_the_issuer_s_is_not_let_pass(contexts: Contexts) -> None:
    both = [proof(contexts, badge(), key, method) for key, method in SIGNERS]
    report = await university(contexts).report_on(badge(proof=both))
    assert codes(report.outcome(Check.CONTROLLER)) == {"INVALID_VERIFICATION_METHOD"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_one_good_proof_does_not_carry_a_bad_one(contexts: Contexts, order: tuple[int, int]) -> None:
    good = proof(contexts, badge(), KEY, ISSUER_METHOD)
    bad = proof(contexts, badge(name="Another"), KEY, ISSUER_METHOD)
    report = await university(contexts).report_on(badge(proof=[(good, bad)[place] for place in order]))
    assert codes(report.outcome(Check.PROOF)) == {"PROOF_VERIFICATION_ERROR"}


async def test_two_good_proofs_of_the_issuer_are_valid(contexts: Contexts) -> None:
    both = [proof(contexts, badge(), KEY, ISSUER_METHOD, **more) for more in ({}, {"nonce": "1"})]
    assert (await university(contexts).report_on(badge(proof=both))).verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("members", "verdict"),
    [
        ({}, Verdict.VALID),
        ({"revoked": "2026-11-02T00:00:00Z"}, Verdict.INVALID),
        ({"revoked": "2020-01-01T00:00:00Z"}, Verdict.INVALID),
        ({"expires": "2026-11-24T12:00:00Z"}, Verdict.INVALID),
        ({"expires": "2026-11-24T12:00:01Z"}, Verdict.VALID),
        ({"controller": "did:web:other.example"}, Verdict.INVALID),
        ({"type": "RsaVerificationKey2018"}, Verdict.INDETERMINATE),
    ],
)
async def test_the_state_of_the_key_decides(contexts: Contexts, members: dict[str, Any], verdict: Verdict) -> None:
    world = World(contexts, answers={UNIVERSITY_DOCUMENT: controlled_identifier_document(**members)})
    assert (await world.report_on(sign(contexts, badge()))).verdict is verdict


async def test_what_is_verified_is_without_its_proof(contexts: Contexts) -> None:
    report = await university(contexts).report_on(sign(contexts, badge()))
    assert report.verified is not None
    assert report.verified.document == badge()


async def test_a_key_of_the_issuer_passes_the_controller_check_by_its_host(contexts: Contexts) -> None:
    report = await university(contexts).report_on(sign(contexts, badge()))
    assert report.outcome(Check.CONTROLLER) == Passed((("key", ISSUER_METHOD), ("host", "uni.example")))
