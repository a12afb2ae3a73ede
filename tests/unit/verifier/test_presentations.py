"""Presentations: who presents, what was asked and is answered, and each credential in it, judged for itself."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.cpu_pool import InlineCompute
from app.api.vcalm_results import presentation_result
from app.core.credential import presentation as data_model
from app.core.json_ld import Contexts
from app.core.problems import (
    INVALID_CHALLENGE_ERROR,
    INVALID_DOMAIN_ERROR,
    INVALID_VERIFICATION_METHOD,
    MISSING_PROOF,
    PROOF_VERIFICATION_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Refused,
)
from app.http.described import EXAMPLE_PRESENTATION, EXAMPLE_SMALL_CREDENTIAL
from app.ports import Overloaded
from app.verifier.presentation import Asked
from app.verifier.presentations import PresentationCheck, PresentationReport, Presentations
from app.verifier.report import Failed, NotApplicable, Passed, Undetermined, Verdict, VerificationReport
from app.verifier.verifier import Verifier
from tests.presenting import (
    DOMAIN,
    HOLDER,
    OWN_WORD,
    Challenge,
    example_presentation,
    example_small_credential,
    in_its_envelope,
    presentation,
    presentation_token,
    presentations,
    presented,
    report_on,
)
from tests.tokens import credential_token, document_of, key_of
from tests.verifying import (
    KEY,
    NOW,
    SIGNING,
    STRANGER,
    UNIVERSITY,
    UNIVERSITY_DOCUMENT,
    CurveKey,
    Key,
    World,
    badge,
    sign,
    status_entry,
    status_list,
    university,
)

P = ParamSpec("P")
T = TypeVar("T")
# It is read, its proof is read, and proven, before any credential is looked at.
FIRST_STEPS = 3
OF_THE_HOLDER = {"issuer": {"id": HOLDER.did, "type": ["Profile"], "name": "Somebody"}}


@pytest.fixture
def world(contexts: Contexts) -> World:
    return university(contexts)


@pytest.fixture(scope="module")
def credential(contexts: Contexts) -> JsonObject:
    return sign(contexts, badge(credentialStatus=status_entry()))


def verified(report: PresentationReport, asked: Asked | None = None) -> bool:
    result: JsonObject = presentation_result(report, asked or Asked(), with_presentation=False)
    return bool(result["verified"])


def problem_types(report: PresentationReport) -> set[str]:
    wrong = (outcome for _, outcome in report.findings if isinstance(outcome, Failed | Undetermined))
    return {problem.type for outcome in wrong for problem in outcome.problems}


def verdicts(report: PresentationReport) -> list[Verdict]:
    return [judged.verdict for judged in report.credentials if isinstance(judged, VerificationReport)]


# ── who presents ──


async def test_what_its_holder_signed_is_verified(world: World, contexts: Contexts, credential: JsonObject) -> None:
    report = await report_on(world, presented(contexts, credential))
    assert verified(report)
    assert verdicts(report) == [Verdict.VALID]


@pytest.mark.parametrize("suite_and_key", SIGNING, ids=lambda pair: f"{pair[0]} {pair[1].kind}")
async def test_every_suite_signs_presentations(
    world: World, contexts: Contexts, credential: JsonObject, suite_and_key: tuple[str, Key | CurveKey]
) -> None:
    suite, key = suite_and_key
    unsigned = presentation(credential, holder=key.did)
    document = sign(
        contexts, unsigned, key=key, verification_method=key.did_method, suite=suite, proofPurpose="authentication"
    )
    assert verified(await report_on(world, document))


@pytest.mark.parametrize("members", [{"holder": None}, {"holder": {"id": HOLDER.did}}, {"id": "urn:uuid:1"}])
async def test_a_presentation_may_have_no_credential_no_holder_or_one_that_is_an_object(
    world: World, contexts: Contexts, members: JsonObject
) -> None:
    assert verified(await report_on(world, presented(contexts, **members)))


async def test_one_that_somebody_else_signed_is_not_the_holders(
    world: World, contexts: Contexts, credential: JsonObject
) -> None:
    report = await report_on(world, presented(contexts, credential, key=STRANGER))
    assert problem_types(report) == {INVALID_VERIFICATION_METHOD}
    assert not verified(report)


async def test_a_credential_cannot_be_exchanged_after_it_was_presented(
    world: World, contexts: Contexts, credential: JsonObject
) -> None:
    document = presented(contexts, credential)
    document["verifiableCredential"] = [sign(contexts, badge(name="Another"))]
    report = await report_on(world, document)
    assert problem_types(report) == {PROOF_VERIFICATION_ERROR}
    assert verdicts(report) == [Verdict.VALID]
    assert not verified(report)


@pytest.mark.parametrize("proof", [{}, None, [], "x", [{}]])
async def test_without_a_proof_nothing_shows_who_presents_it(world: World, credential: JsonObject, proof: Any) -> None:
    report = await report_on(world, presentation(credential) | ({} if proof is None else {"proof": proof}))
    assert not verified(report)
    if proof in (None, []):
        assert problem_types(report) == {MISSING_PROOF}


async def test_where_nobody_need_have_signed_it_its_credentials_alone_count(
    world: World, credential: JsonObject
) -> None:
    report = await report_on(world, presentation(credential), Asked(secured=False))
    assert isinstance(report.outcome(PresentationCheck.PROOF), NotApplicable)
    assert verified(report)


async def test_one_that_nobody_signed_answers_nothing(world: World, credential: JsonObject) -> None:
    asked = Asked(challenge="c", secured=False)
    report = await report_on(world, presentation(credential), asked)
    assert problem_types(report) == {INVALID_CHALLENGE_ERROR}


@pytest.mark.parametrize("purpose", ["assertionMethod", "authentication"])
async def test_where_nothing_was_asked_a_holder_may_assert_it(
    world: World, contexts: Contexts, credential: JsonObject, purpose: str
) -> None:
    assert verified(await report_on(world, presented(contexts, credential, proof={"proofPurpose": purpose})))


async def test_a_question_is_answered_by_authentication_alone(
    world: World, contexts: Contexts, credential: JsonObject
) -> None:
    proof = {"proofPurpose": "assertionMethod", "challenge": "c"}
    report = await report_on(world, presented(contexts, credential, proof=proof), Asked(challenge="c"))
    assert not verified(report)
    assert PROOF_VERIFICATION_ERROR in problem_types(report)


async def test_a_holder_whose_keys_cannot_be_found_is_not_told_from_another(world: World, contexts: Contexts) -> None:
    report = await report_on(world, presented(contexts, holder="did:example:acme"))
    assert isinstance(report.outcome(PresentationCheck.PROOF), Undetermined)
    assert problem_types(report) == {UNSUPPORTED_MECHANISM}
    assert not verified(report)


async def test_nobody_but_the_holder_is_asked_for_keys_before_the_proof_holds(world: World, contexts: Contexts) -> None:
    await report_on(world, presented(contexts, holder="did:web:wallet.example"))
    assert world.asked == ["https://wallet.example/.well-known/did.json"]


# ── what was asked ──


@pytest.mark.parametrize(
    ("proof", "asked", "expected"),
    [
        ({"challenge": "c"}, Asked(challenge="c"), set()),
        ({"challenge": "c", "domain": DOMAIN}, Asked(challenge="c", domain=DOMAIN), set()),
        ({"domain": [DOMAIN]}, Asked(domain=DOMAIN), set()),
        ({"challenge": "c", "domain": DOMAIN}, Asked(), set()),
        ({}, Asked(challenge="c"), {INVALID_CHALLENGE_ERROR}),
        ({"challenge": "x"}, Asked(challenge="c"), {INVALID_CHALLENGE_ERROR}),
        ({}, Asked(domain=DOMAIN), {INVALID_DOMAIN_ERROR}),
        ({"domain": "evil.example"}, Asked(domain=DOMAIN), {INVALID_DOMAIN_ERROR}),
        ({"domain": [DOMAIN, "evil.example"]}, Asked(domain=DOMAIN), {INVALID_DOMAIN_ERROR}),
        ({"challenge": "x"}, Asked(challenge="c", domain=DOMAIN), {INVALID_CHALLENGE_ERROR, INVALID_DOMAIN_ERROR}),
    ],
)
async def test_what_was_asked_must_be_answered(
    world: World, contexts: Contexts, proof: JsonObject, asked: Asked, expected: set[str]
) -> None:
    report = await report_on(world, presented(contexts, proof=proof), asked)
    assert problem_types(report) == expected
    assert verified(report, asked) == (not expected)


async def test_a_challenge_is_answered_once(world: World, contexts: Contexts) -> None:
    content = json.dumps(presented(contexts, proof={"challenge": "c"})).encode()
    verifier, asked = presentations(world, Challenge("c")), Asked(challenge="c")
    assert verified(await verifier.verify(content, asked=asked, now=NOW))
    assert problem_types(await verifier.verify(content, asked=asked, now=NOW)) == {INVALID_CHALLENGE_ERROR}


async def test_a_wrong_answer_leaves_the_challenge_open(world: World, contexts: Contexts) -> None:
    verifier, asked = presentations(world, Challenge("c")), Asked(challenge="c")
    for document in (
        presented(contexts, key=STRANGER, proof={"challenge": "c"}),
        presented(contexts, proof={"challenge": "x"}),
    ):
        assert not verified(await verifier.verify(json.dumps(document).encode(), asked=asked, now=NOW))
    right = json.dumps(presented(contexts, proof={"challenge": "c"})).encode()
    assert verified(await verifier.verify(right, asked=asked, now=NOW))


@pytest.mark.parametrize("member", ["challenge", "domain"])
@pytest.mark.parametrize("value", [1, {}, [1], None])
async def test_a_challenge_and_a_domain_are_texts(world: World, contexts: Contexts, member: str, value: Any) -> None:
    document = presented(contexts)
    document["proof"][0][member] = value
    assert problem_types(await report_on(world, document)) == {PROOF_VERIFICATION_ERROR}


# ── what is in it ──


async def test_each_credential_is_judged_for_itself(contexts: Contexts, credential: JsonObject) -> None:
    answers = {**university(contexts).answers, "https://uni.example/status-lists/3": status_list(contexts, revoked=[7])}
    revoked = sign(contexts, badge(credentialStatus=status_entry(7)))
    forged = deepcopy(credential) | {"name": "Rocket Science"}
    report = await report_on(World(contexts, answers=answers), presented(contexts, credential, revoked, forged))
    assert verdicts(report) == [Verdict.VALID, Verdict.REVOKED, Verdict.INVALID]
    result = presentation_result(report, Asked(), with_presentation=False)
    assert [each["verified"] for each in result["results"]["credentials"]] == [True, True, False]
    assert not result["verified"]


async def test_a_credential_in_its_envelope_is_judged_too(contexts: Contexts) -> None:
    key = key_of("ES256")
    world = World(contexts, answers={UNIVERSITY_DOCUMENT: document_of(key)})
    enveloped = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "id": f"data:application/vc+jwt,{credential_token(key)}",
        "type": "EnvelopedVerifiableCredential",
    }
    assert verdicts(await report_on(world, presented(contexts, enveloped))) == [Verdict.VALID]


@pytest.mark.parametrize("other", ["https://uni.example/credentials/1", 1, None, [], {}, {"@context": []}])
async def test_what_is_no_credential_is_told_and_not_verified(world: World, contexts: Contexts, other: Any) -> None:
    document = presented(contexts)
    document["verifiableCredential"] = [other]
    report = await report_on(world, document)
    assert not verified(report)
    assert all(isinstance(judged, Failed) for judged in report.credentials)


async def test_more_credentials_than_are_read_are_refused(
    world: World, contexts: Contexts, credential: JsonObject
) -> None:
    too_many = [credential] * (data_model.MAX_CREDENTIALS + 1)
    report = await report_on(world, presentation(*too_many), Asked(secured=False))
    assert not verified(report)
    assert len(report.credentials) == data_model.MAX_CREDENTIALS


async def test_what_the_holder_says_of_themself_needs_no_proof_of_its_own(world: World, contexts: Contexts) -> None:
    report = await report_on(world, presented(contexts, badge(**OF_THE_HOLDER)))
    assert verified(report)
    assert verdicts(report) == [Verdict.VALID]


@pytest.mark.parametrize(
    ("credential", "members"),
    [
        (badge(**OF_THE_HOLDER), {"holder": None}),
        (badge(), {}),
        (badge(issuer=STRANGER.did), {}),
    ],
    ids=["no holder is named", "another issued it", "another did, by a bare key"],
)
async def test_what_another_says_needs_its_own_proof(
    world: World, contexts: Contexts, credential: JsonObject, members: JsonObject
) -> None:
    report = await report_on(world, presented(contexts, credential, **members))
    assert not verified(report)


async def test_a_context_that_the_holder_need_not_have_signed_is_refused_in_what_they_say(
    world: World, contexts: Contexts
) -> None:
    document = presented(contexts, badge(**OF_THE_HOLDER))
    document["verifiableCredential"][0]["@context"].append(
        "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
    )
    assert not verified(await report_on(world, document))


# ── tokens ──


def of_the_university(contexts: Contexts, key: Any) -> World:
    document = document_of(key)
    return World(contexts, answers={UNIVERSITY_DOCUMENT: document | {"authentication": document["assertionMethod"]}})


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "ES384", "RS256"])
async def test_a_presentation_may_be_a_token(contexts: Contexts, algorithm: str) -> None:
    key = key_of(algorithm)
    signed = presentation_token(key, f"{UNIVERSITY}#key-1", holder=UNIVERSITY, nonce="c", aud=DOMAIN)
    report = await report_on(of_the_university(contexts, key), in_its_envelope(signed), Asked("c", DOMAIN))
    assert verified(report)


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"nonce": "x"}, INVALID_CHALLENGE_ERROR),
        ({"nonce": None}, INVALID_CHALLENGE_ERROR),
        ({"aud": [DOMAIN, "evil.example"]}, INVALID_DOMAIN_ERROR),
        ({"aud": None}, INVALID_DOMAIN_ERROR),
    ],
)
async def test_a_token_answers_by_its_claims(contexts: Contexts, members: JsonObject, problem: str) -> None:
    key = key_of("ES256")
    claims: dict[str, Any] = {"holder": UNIVERSITY, "nonce": "c", "aud": DOMAIN} | members
    signed = presentation_token(key, f"{UNIVERSITY}#key-1", **claims)
    report = await report_on(of_the_university(contexts, key), in_its_envelope(signed), Asked("c", DOMAIN))
    assert problem_types(report) == {problem}


async def test_a_credentials_token_is_no_presentation(contexts: Contexts) -> None:
    key = key_of("ES256")
    report = await report_on(of_the_university(contexts, key), in_its_envelope(credential_token(key)))
    assert not verified(report)


async def test_a_token_by_a_key_for_credentials_alone_shows_no_holder(contexts: Contexts) -> None:
    key = key_of("ES256")
    world = World(contexts, answers={UNIVERSITY_DOCUMENT: document_of(key)})
    signed = presentation_token(key, f"{UNIVERSITY}#key-1", holder=UNIVERSITY)
    assert not verified(await report_on(world, in_its_envelope(signed)))


# ── what it answers ──


def test_the_examples_are_what_a_test_would_sign(contexts: Contexts) -> None:
    assert example_presentation(contexts) == EXAMPLE_PRESENTATION
    assert example_small_credential(contexts) == EXAMPLE_SMALL_CREDENTIAL


async def test_the_small_example_is_valid(contexts: Contexts) -> None:
    report = await World(contexts).report_on(EXAMPLE_SMALL_CREDENTIAL)
    assert report.verdict is Verdict.VALID


async def test_the_example_is_verified(contexts: Contexts) -> None:
    asked = Asked(domain=DOMAIN)
    report = await report_on(World(contexts), EXAMPLE_PRESENTATION, asked)
    result = presentation_result(report, asked, with_presentation=True)
    assert result["verified"]
    assert result["verifiablePresentation"] == EXAMPLE_PRESENTATION
    assert set(result["results"]["presentation"]) == {"domain", "holder", "proof"}
    assert result["results"]["credentials"][0]["credential"] == OWN_WORD


async def test_any_member_of_it_changed_or_gone_is_not_verified(contexts: Contexts) -> None:
    """Save for its first proof member's array, each leaf of what the holder signed counts."""
    world = World(contexts)
    for member in ("holder", "type", "@context", "verifiableCredential"):
        changed = deepcopy(EXAMPLE_PRESENTATION)
        del changed[member]
        assert not verified(await report_on(world, changed)), member
    for member, value in {"holder": KEY.did, "id": "urn:uuid:1"}.items():
        assert not verified(await report_on(world, EXAMPLE_PRESENTATION | {member: value})), member


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just(HOLDER.did),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*EXAMPLE_PRESENTATION, "id"]) | st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(members=st.dictionaries(st.sampled_from([*EXAMPLE_PRESENTATION, "id", "termsOfUse"]), ANY_JSON, min_size=1))
async def test_any_json_gets_a_report_or_a_refusal(world: World, members: JsonObject) -> None:
    changed = EXAMPLE_PRESENTATION | members
    with suppress(Refused):
        report = await report_on(world, changed)
        assert isinstance(report.outcome(PresentationCheck.PROOF), Passed) <= (changed["holder"] == HOLDER.did)


class Slow:
    """Port `Compute`: each piece of work takes its while, and is counted."""

    def __init__(self, contexts: Contexts, *, seconds: float, fails: bool = False) -> None:
        self._inline = InlineCompute(contexts)
        self._seconds = seconds
        self._fails = fails
        self.begun = 0

    async def run(self, work: Callable[Concatenate[Contexts, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        self.begun += 1
        await asyncio.sleep(self._seconds)
        if self._fails and self.begun > FIRST_STEPS:
            raise Overloaded("All who could check this are busy.")
        return await self._inline.run(work, *args, **kwargs)


async def begun_after_the_end(world: World, compute: Slow, document: JsonObject, *, seconds: float) -> int:
    """How much work is begun once the answer was given up."""
    slow = Presentations(
        verifier=Verifier(
            fetch=world, publications=world, known_issuers=world, compute=compute, fetch_timeout_seconds=seconds
        ),
        challenges=Challenge("c"),
        fetch=world,
        publications=world,
        compute=compute,
        fetch_timeout_seconds=seconds,
        compute_timeout_seconds=seconds,
    )
    with pytest.raises(Overloaded):
        await slow.verify(json.dumps(document).encode(), asked=Asked(), now=NOW)
    begun = compute.begun
    await asyncio.sleep(0.05)
    return compute.begun - begun


async def test_a_presentation_of_slow_credentials_is_stopped_as_a_whole(
    world: World, contexts: Contexts, credential: JsonObject
) -> None:
    compute = Slow(contexts, seconds=0.02)
    document = presented(contexts, *[credential] * data_model.MAX_CREDENTIALS)
    assert await begun_after_the_end(world, compute, document, seconds=0.05) == 0


async def test_where_one_credential_could_not_be_judged_no_other_is_begun(
    world: World, contexts: Contexts, credential: JsonObject
) -> None:
    compute = Slow(contexts, seconds=0.01, fails=True)
    document = presented(contexts, *[credential] * data_model.MAX_CREDENTIALS)
    assert await begun_after_the_end(world, compute, document, seconds=30) == 0
