"""A derived credential is judged as any other; its base credential is for its holder alone."""

from datetime import UTC, datetime

import pytest

from app.core import strict_json
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.core.proof.ecdsa_sd.base import to_sign
from app.core.proof.ecdsa_sd.derive import derive
from app.ports import KnownIssuer
from app.verifier.policy import VerificationPolicy
from app.verifier.report import Check, Failed, Passed, Undetermined, Verdict
from tests.disclosing import HMAC_KEY, ISSUER, MANDATORY, PROOF_KEY, badge_by_did_key, sign_base
from tests.verifying import (
    STATUS_LIST,
    UNIVERSITY,
    UNIVERSITY_DOCUMENT,
    World,
    badge,
    controlled_identifier_document,
    status_entry,
    status_list,
)

RESULT = "/credentialSubject/result"
MICRO_CREDENTIALS = "https://w3id.org/testamur/contexts/micro-credential-v1"


@pytest.fixture(scope="module")
def base(contexts: Contexts) -> JsonObject:
    return sign_base(contexts, badge_by_did_key())


def world(contexts: Contexts, **answers: JsonObject) -> World:
    return World(contexts, answers, known={ISSUER.did: KnownIssuer(ISSUER.did, "University", source="a test's list")})


async def test_a_part_by_a_known_issuer_is_valid(contexts: Contexts, base: JsonObject) -> None:
    report = await world(contexts).report_on(derive(contexts, base, [RESULT]))
    assert report.verdict is Verdict.VALID
    assert report.known_issuer is not None
    assert report.verified is not None
    assert "result" in report.verified.document["credentialSubject"]
    assert "identifier" not in report.verified.document["credentialSubject"]


async def test_the_base_credential_is_not_a_proof_to_others(contexts: Contexts, base: JsonObject) -> None:
    report = await world(contexts).report_on(base)
    assert (report.verdict, report.verified) == (Verdict.INVALID, None)
    outcome = report.outcome(Check.PROOF)
    assert isinstance(outcome, Failed)
    (problem,) = outcome.problems
    assert (problem.code, problem.at) == ("PROOF_VERIFICATION_ERROR", "/proof/0/proofValue")
    assert "the holder derives from it" in problem.remedy


async def test_a_changed_part_is_not_proven(contexts: Contexts, base: JsonObject) -> None:
    derived = derive(contexts, base, [RESULT])
    subject = derived["credentialSubject"] | {"result": base["credentialSubject"]["result"][:1]}
    report = await world(contexts).report_on(derived | {"credentialSubject": subject})
    assert isinstance(report.outcome(Check.PROOF), Failed)
    assert report.verified is None


async def test_a_part_that_lacks_what_a_badge_needs_is_no_badge(contexts: Contexts) -> None:
    base = sign_base(contexts, badge_by_did_key(), mandatory_pointers=["/issuer", "/validFrom"])
    report = await world(contexts).report_on(derive(contexts, base, ["/credentialSubject/achievement/name"]))
    assert isinstance(report.outcome(Check.PROOF), Passed)
    assert isinstance(report.outcome(Check.OPEN_BADGE), Failed)
    assert report.verdict is Verdict.INVALID


async def test_the_status_is_asked_of_the_list_that_was_signed(contexts: Contexts) -> None:
    """What the issuer did not make mandatory could be left out: a list that must be asked is mandatory."""
    unsigned = badge_by_did_key(credentialStatus=status_entry())
    mandatory = ["/issuer", "/validFrom", "/credentialSubject/achievement", "/credentialStatus"]
    derived = derive(contexts, sign_base(contexts, unsigned, mandatory_pointers=mandatory), [])
    asked = world(contexts, **{STATUS_LIST: status_list(contexts)})
    report = await asked.report_on(derived)
    assert asked.asked == [STATUS_LIST]
    # The list is another issuer's: that is no answer.
    assert isinstance(report.outcome(Check.STATUS), Undetermined)


async def test_a_context_of_what_is_not_shown_may_stand_there(contexts: Contexts, base: JsonObject) -> None:
    derived = derive(contexts, base, [RESULT])
    listed = [*derived["@context"], "https://w3id.org/security/multikey/v1"]
    report = await world(contexts).report_on(derived | {"@context": listed})
    assert report.verdict is Verdict.VALID, report.findings


@pytest.mark.parametrize("place", [0, 1])
async def test_a_context_that_stands_twice_may_not(contexts: Contexts, base: JsonObject, place: int) -> None:
    derived = derive(contexts, base, [RESULT])
    listed = [*derived["@context"], derived["@context"][place]]
    report = await world(contexts).report_on(derived | {"@context": listed})
    assert report.verdict is Verdict.INVALID


async def test_a_policy_without_the_suite_does_not_take_it(contexts: Contexts, base: JsonObject) -> None:
    verifier = world(contexts).verifier(VerificationPolicy(cryptosuites=frozenset({"eddsa-rdfc-2022"})))
    content = strict_json.write(derive(contexts, base, [RESULT]))
    report = await verifier.verify(content, "application/vc", now=datetime(2026, 11, 24, tzinfo=UTC))
    assert report.verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize(("recorded", "verdict"), [(9, Verdict.VALID), (11, Verdict.INVALID)])
async def test_the_record_of_a_base_proof_is_that_of_every_part(
    contexts: Contexts, recorded: int, verdict: Verdict
) -> None:
    """The issuer's key, revoked since, signed the same for the one as for the other (docs/adr/0030)."""
    unsigned = badge()
    base = sign_base(contexts, unsigned, verificationMethod=f"{UNIVERSITY}#key-1")
    (proof,) = base["proof"]
    options = {member: value for member, value in proof.items() if member != "proofValue"}
    signed = to_sign(
        contexts, unsigned, options, mandatory_pointers=MANDATORY, proof_key=PROOF_KEY.public, hmac_key=HMAC_KEY
    ).base
    asked = World(
        contexts,
        {
            UNIVERSITY_DOCUMENT: controlled_identifier_document(
                revoked="2026-11-10T00:00:00Z", publicKeyMultibase=ISSUER.multibase
            )
        },
        known={UNIVERSITY: KnownIssuer(UNIVERSITY, "University", source="a test's list")},
        own_proofs={signed: datetime(2026, 11, recorded, tzinfo=UTC)},
    )
    assert (await asked.report_on(derive(contexts, base, ["/name"]))).verdict is verdict
