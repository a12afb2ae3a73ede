"""Under which contexts a credential is read, where its proof is over its letters."""

import pytest

from app.core.json_ld import Contexts
from app.core.problems import DATA_LOSS_DETECTION_ERROR, PARSING_ERROR, PROOF_VERIFICATION_ERROR, JsonObject
from app.verifier.report import Check, Failed, Verdict, VerificationReport
from tests.verifying import KEY, STRANGER, World, badge, sign

V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
MULTIKEY = "https://w3id.org/security/multikey/v1"
ISSUER = {"id": KEY.did, "type": ["Profile"], "name": "University of Examples"}


def signed(contexts: Contexts, *, suite: str = "eddsa-jcs-2022", **members: object) -> JsonObject:
    return sign(contexts, badge(issuer=ISSUER, **members), verification_method=KEY.did_method, suite=suite)


def proof_problems(report: VerificationReport) -> list[tuple[str, str]]:
    (outcome,) = (finding.outcome for finding in report.findings if finding.check is Check.PROOF)
    return [(problem.type, problem.at) for problem in outcome.problems] if isinstance(outcome, Failed) else []


async def test_the_proof_keeps_the_contexts_of_the_document(contexts: Contexts) -> None:
    credential = signed(contexts)
    assert credential["proof"][0]["@context"] == credential["@context"]
    assert (await World(contexts).report_on(credential)).verdict is Verdict.VALID


async def test_a_context_that_was_listed_later_does_not_count(contexts: Contexts) -> None:
    credential = signed(contexts)
    report = await World(contexts).report_on(credential | {"@context": [V2, OPEN_BADGES, MULTIKEY]})
    assert report.verified is not None
    assert report.verified.document["@context"] == [V2, OPEN_BADGES]


@pytest.mark.parametrize("listed", [[OPEN_BADGES, V2], [V2, CLR, OPEN_BADGES], [V2], OPEN_BADGES, [], None])
async def test_contexts_that_do_not_begin_as_they_were_signed_are_refused(contexts: Contexts, listed: object) -> None:
    report = await World(contexts).report_on(signed(contexts) | {"@context": listed})
    assert proof_problems(report) == [(PROOF_VERIFICATION_ERROR, "/proof/0/@context")]


@pytest.mark.parametrize(
    "kept", [[], [V2, 1], {"name": "https://schema.org/name"}, [{"@vocab": "https://a.example/"}], 1]
)
async def test_what_a_proof_keeps_must_be_contexts(contexts: Contexts, kept: object) -> None:
    credential = signed(contexts)
    credential["proof"][0]["@context"] = kept
    assert proof_problems(await World(contexts).report_on(credential)) == [
        (PROOF_VERIFICATION_ERROR, "/proof/0/@context")
    ]


async def test_fewer_contexts_in_the_proof_than_were_signed_are_another_text(contexts: Contexts) -> None:
    credential = signed(contexts)
    credential["proof"][0]["@context"] = [V2]
    assert proof_problems(await World(contexts).report_on(credential)) == [(PROOF_VERIFICATION_ERROR, "/proof/0")]


async def test_a_proof_that_keeps_no_context_covers_all_of_them(contexts: Contexts) -> None:
    made = signed(contexts, suite="eddsa-jcs-2022")
    assert "@context" in made["proof"][0]
    del made["proof"][0]["@context"]
    assert proof_problems(await World(contexts).report_on(made)) == [(PROOF_VERIFICATION_ERROR, "/proof/0")]


async def test_a_proof_over_statements_keeps_no_context(contexts: Contexts) -> None:
    credential = signed(contexts, suite="eddsa-rdfc-2022")
    credential["proof"][0]["@context"] = credential["@context"]
    assert proof_problems(await World(contexts).report_on(credential)) == [
        (PROOF_VERIFICATION_ERROR, "/proof/0/@context")
    ]


@pytest.mark.parametrize(
    ("members", "problem_type"),
    [
        ({"shoeSize": "43"}, DATA_LOSS_DETECTION_ERROR),
        ({"type": ["VerifiableCredential", "OpenBadgeCredential", "Shoe"]}, DATA_LOSS_DETECTION_ERROR),
        ({"@context": [V2, OPEN_BADGES, "https://uni.example/context"]}, PARSING_ERROR),
        (
            {"@context": [V2, OPEN_BADGES, {"shoeSize": "https://a.example/#s"}], "shoeSize": "43"},
            PROOF_VERIFICATION_ERROR,
        ),
    ],
)
async def test_what_means_nothing_is_refused_however_it_is_signed(
    contexts: Contexts, members: JsonObject, problem_type: str
) -> None:
    report = await World(contexts).report_on(signed(contexts, **members))
    assert {each for each, _ in proof_problems(report)} == {problem_type}


async def test_a_witness_that_signs_the_letters_says_nothing_of_the_issuer_s_contexts(contexts: Contexts) -> None:
    """What the witness listed changes no statement, and the issuer signed statements alone."""
    listed = badge(issuer=ISSUER) | {"@context": [V2, OPEN_BADGES, MULTIKEY]}
    (witness,) = sign(
        contexts,
        listed,
        key=STRANGER,
        verification_method=STRANGER.did_method,
        suite="eddsa-jcs-2022",
        id="urn:uuid:0",
    )["proof"]
    named = sign(
        contexts, {**listed, "proof": [witness]}, verification_method=KEY.did_method, previousProof="urn:uuid:0"
    )
    chain = {**listed, "proof": [witness, *named["proof"]]}
    assert (PROOF_VERIFICATION_ERROR, "/@context/2") in proof_problems(await World(contexts).report_on(chain))
