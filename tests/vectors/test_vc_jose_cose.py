"""W3C's VC-JOSE-COSE test suite: each of its inputs that is a token, told as the suite expects, or said why not."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.did import document
from app.core.did.document import Relationship
from app.core.json_ld import Contexts
from app.core.problems import UNSUPPORTED_MECHANISM, JsonObject, Refused
from app.core.proof import vc_jwt
from app.core.proof.vc_jwt import Profile
from app.verifier.parse import parse
from app.verifier.report import Verdict
from tests.shared import contexts_of_the_vectors, shared
from tests.tokens import signing_key
from tests.verifying import World

# Its presentations are from December 2024, and ended the day after.
_THEN = datetime(2024, 12, 16, 12, tzinfo=UTC)
_ISSUER = "https://example.issuer/vc-jose-cose"

CASES = ("credential_jose", "presentation_jose")
# Not told as the suite expects, and why.
DEVIATIONS = {
    4: "it is to be signed with a P-521 key, and none signs here",
    5: "it is to be refused for a member that is not known, which VC-JOSE-COSE says to ignore; and by a P-521 key",
}


def mapping() -> dict[int, dict[str, Any]]:
    entries = json.loads(shared("vectors", "vc-jose-cose", "test-mapping.json").read_bytes())
    return {entry["number"]: entry for entry in entries if entry["feature"] in CASES}


def read(name: str) -> bytes:
    """As it is published; some of its files of one line end it."""
    return shared("vectors", "vc-jose-cose", "input", name).read_bytes().strip()


def published(*names: str) -> JsonObject:
    """The issuer's document with these of the suite's keys, for credentials and presentations."""
    methods = [json.loads(read(name)) for name in names]
    for method in methods:
        del method["secretKeyJwk"]
    named = [method["id"] for method in methods]
    return {"id": _ISSUER, "verificationMethod": methods, "assertionMethod": named, "authentication": named}


@pytest.fixture(scope="module")
def vector_contexts() -> Contexts:
    return contexts_of_the_vectors()


async def holds(contexts: Contexts, content: bytes, key: str, *, media_type: str) -> bool:
    world = World(contexts, answers={_ISSUER: published(key)})
    try:
        return (await world.verifier().verify(content, media_type, now=_THEN)).verdict is Verdict.VALID
    except Refused:
        return False


@pytest.mark.parametrize("number", [6, 8, 9, 10, 12, 13, 15])
async def test_a_credential_is_told_as_the_suite_expects(vector_contexts: Contexts, number: int) -> None:
    case = mapping()[number]
    told = await holds(vector_contexts, read(case["input_file"]), case["key_file"], media_type="application/vc+jwt")
    assert told is (case["expected_result"] == "success")


@pytest.mark.parametrize("number", [7, 11, 14, 16])
def test_a_presentation_is_told_as_the_suite_expects(vector_contexts: Contexts, number: int) -> None:
    """The holder's signature holds, and every credential in it is one: of a kind that is known here or not."""
    case = mapping()[number]
    told = presentation_holds(vector_contexts, read(case["input_file"]).decode(), case["key_file"])
    assert told is (case["expected_result"] == "success")


def presentation_holds(contexts: Contexts, text: str, key: str) -> bool:
    holder = document.read(published(key), identifier=_ISSUER)
    try:
        token = vc_jwt.read(text)
        _, jose_key = vc_jwt.find_key(token, holder, Relationship.AUTHENTICATION)
        vc_jwt.verify(token, jose_key)
        vc_jwt.check_claims(token, now=_THEN, clock_skew=timedelta(0))
    except Refused:
        return False
    held = token.document["verifiableCredential"]
    return token.profile is Profile.PRESENTATION and all(_may_be_one(contexts, each) for each in held)


def _may_be_one(contexts: Contexts, credential: JsonObject) -> bool:
    try:
        parse(contexts, json.dumps(credential).encode(), "application/vc")
    except Refused as refused:
        return all(problem.type == UNSUPPORTED_MECHANISM for problem in refused.problems)
    return True


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_is_issued_of_the_suites_inputs_holds(number: int) -> None:
    case = mapping()[number]
    unsigned = json.loads(read(case["input_file"]))
    secret = json.loads(read(case["key_file"]))
    key = signing_key(secret["secretKeyJwk"])
    profile = Profile.CREDENTIAL if case["feature"] == "credential_jose" else Profile.PRESENTATION
    signing_input = vc_jwt.sign_input(
        unsigned, algorithm=key.algorithm, verification_method=secret["id"], issued=_THEN, profile=profile
    )
    token = vc_jwt.read(vc_jwt.assemble(signing_input, key.sign(signing_input)))
    purpose = Relationship.ASSERTION_METHOD if profile is Profile.CREDENTIAL else Relationship.AUTHENTICATION
    _, jose_key = vc_jwt.find_key(
        token, document.read(published(case["key_file"]), identifier=_ISSUER), purpose=purpose
    )
    vc_jwt.verify(token, jose_key)
    vc_jwt.check_claims(token, now=_THEN, clock_skew=timedelta(0))
    assert token.document == unsigned


def test_every_case_that_is_a_token_is_told_or_it_is_said_why_not() -> None:
    assert set(mapping()) == {*range(1, 17)}
    assert {1, 2, 3} | {6, 8, 9, 10, 12, 13, 15} | {7, 11, 14, 16} | set(DEVIATIONS) == set(mapping())
