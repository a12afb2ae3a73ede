"""Sets and chains of proofs by several suites and kinds of keys: each is judged, and all must hold."""

import json
from itertools import permutations
from typing import Any

import pytest

from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.core.proof.cryptosuites import CRYPTOSUITES
from app.verifier.policy import VerificationPolicy
from app.verifier.report import Check, Failed, Undetermined, Verdict, VerificationReport
from tests.verifying import (
    KEY,
    NOW,
    P256_KEY,
    P384_KEY,
    SIGNING,
    STRANGER,
    UNIVERSITY,
    UNIVERSITY_DOCUMENT,
    CurveKey,
    Key,
    World,
    badge,
    controlled_identifier_document,
    sign,
)

METHODS: dict[Key | CurveKey, str] = {
    KEY: f"{UNIVERSITY}#ed25519",
    P256_KEY: f"{UNIVERSITY}#p256",
    P384_KEY: f"{UNIVERSITY}#p384",
}


def world(contexts: Contexts) -> World:
    document = controlled_identifier_document()
    document["verificationMethod"] = [
        {"id": method, "type": "Multikey", "controller": UNIVERSITY, "publicKeyMultibase": key.multibase}
        for key, method in METHODS.items()
    ]
    document["assertionMethod"] = list(METHODS.values())
    return World(contexts, answers={UNIVERSITY_DOCUMENT: document})


def proof(
    contexts: Contexts,
    suite: str,
    key: Key | CurveKey,
    *,
    over: JsonObject | None = None,
    after: tuple[JsonObject, ...] = (),
    method: str | None = None,
    **options: Any,
) -> JsonObject:
    """One proof over a badge, and over the proofs that it comes `after`."""
    unsigned = over or badge()
    if after:
        unsigned = unsigned | {"proof": list(after)}
        options["previousProof"] = [each["id"] for each in after]
    method = method or METHODS[key]
    (made,) = sign(contexts, unsigned, key=key, verification_method=method, suite=suite, **options)["proof"]
    found: JsonObject = made
    return found


def at(report: VerificationReport, check: Check = Check.PROOF) -> set[str]:
    outcome = report.outcome(check)
    return {problem.at for problem in outcome.problems} if isinstance(outcome, Failed | Undetermined) else set()


def of_each_suite(contexts: Contexts) -> list[JsonObject]:
    keys: dict[str, Key | CurveKey] = {
        "eddsa-rdfc-2022": KEY,
        "eddsa-jcs-2022": KEY,
        "ecdsa-rdfc-2019": P384_KEY,
        "ecdsa-jcs-2019": P256_KEY,
    }
    return [proof(contexts, suite, key) for suite, key in keys.items()]


async def test_a_set_by_every_suite_is_valid_in_any_order(contexts: Contexts) -> None:
    for proofs in list(permutations(of_each_suite(contexts)))[::5]:
        assert (await world(contexts).report_on(badge(proof=list(proofs)))).verdict is Verdict.VALID


@pytest.mark.parametrize("place", range(4))
async def test_one_proof_that_does_not_hold_is_named_whatever_its_suite(contexts: Contexts, place: int) -> None:
    proofs = of_each_suite(contexts)
    proofs[place] = proofs[place] | {"created": "2026-11-02T09:00:00Z"}
    report = await world(contexts).report_on(badge(proof=proofs))
    assert (report.verdict, at(report)) == (Verdict.INVALID, {f"/proof/{place}"})


async def test_what_is_changed_breaks_every_proof_of_a_set(contexts: Contexts) -> None:
    report = await world(contexts).report_on(badge(name="Another", proof=of_each_suite(contexts)))
    assert at(report) == {"/proof/0", "/proof/1", "/proof/2", "/proof/3"}


async def test_a_suite_that_is_not_accepted_leaves_a_set_open(contexts: Contexts) -> None:
    narrow = VerificationPolicy(cryptosuites=frozenset(CRYPTOSUITES) - {"ecdsa-jcs-2019"})
    content = json.dumps(badge(proof=of_each_suite(contexts))).encode()
    report = await world(contexts).verifier(narrow).verify(content, "application/vc", now=NOW)
    assert (report.verdict, at(report)) == (Verdict.INDETERMINATE, {"/proof/3/cryptosuite"})


@pytest.mark.parametrize(
    ("first", "second"),
    [(one, other) for one in SIGNING for other in SIGNING if one != other],
    ids=lambda pair: f"{pair[0]}-{pair[1].kind}",
)
async def test_a_chain_of_any_two_suites_holds_and_breaks_where_its_first_is_changed(
    contexts: Contexts, first: tuple[str, Key | CurveKey], second: tuple[str, Key | CurveKey]
) -> None:
    before = proof(contexts, *first, id="urn:uuid:1")
    after = proof(contexts, *second, after=(before,))
    assert (await world(contexts).report_on(badge(proof=[before, after]))).verdict is Verdict.VALID
    changed = before | {"created": "2026-11-02T09:00:00Z"}
    assert at(await world(contexts).report_on(badge(proof=[changed, after]))) == {"/proof/0", "/proof/1"}
    assert (await world(contexts).report_on(badge(proof=[after]))).verdict is Verdict.INVALID


async def test_a_chain_goes_over_several_proofs_before(contexts: Contexts) -> None:
    one = proof(contexts, "eddsa-jcs-2022", KEY, id="urn:uuid:1")
    other = proof(contexts, "ecdsa-rdfc-2019", P384_KEY, id="urn:uuid:2")
    last = proof(contexts, "ecdsa-jcs-2019", P256_KEY, after=(one, other))
    assert (await world(contexts).report_on(badge(proof=[one, other, last]))).verdict is Verdict.VALID
    # What was signed by its letters was signed in that order.
    assert at(await world(contexts).report_on(badge(proof=[other, one, last]))) == {"/proof/2"}


async def test_a_witness_may_sign_with_another_suite(contexts: Contexts) -> None:
    witness = proof(contexts, "eddsa-jcs-2022", STRANGER, method=STRANGER.did_method, id="urn:uuid:1")
    own = proof(contexts, "ecdsa-rdfc-2019", P256_KEY, after=(witness,))
    report = await world(contexts).report_on(badge(proof=[witness, own]))
    assert report.verdict is Verdict.VALID


async def test_a_stranger_s_proof_carries_nothing_whatever_its_suite(contexts: Contexts) -> None:
    strange = proof(contexts, "eddsa-jcs-2022", STRANGER, method=STRANGER.did_method)
    own = proof(contexts, "ecdsa-rdfc-2019", P256_KEY)
    report = await world(contexts).report_on(badge(proof=[strange, own]))
    assert (report.verdict, at(report, Check.CONTROLLER)) == (Verdict.INVALID, {"/proof/0/verificationMethod"})


async def test_a_key_signs_under_no_other_key_s_name(contexts: Contexts) -> None:
    crossed = proof(contexts, "ecdsa-rdfc-2019", P256_KEY, method=METHODS[P384_KEY])
    report = await world(contexts).report_on(badge(proof=[crossed]))
    assert (report.verdict, at(report)) == (Verdict.INVALID, {"/proof/0/proofValue"})
