"""What a holder derives verifies, shows what was selected, and tells nothing of the rest."""

import json
from dataclasses import replace
from typing import Any

import pytest

from app.core.json_ld import Contexts
from app.core.multiformats import decode_multibase
from app.core.problems import (
    DATA_LOSS_DETECTION_ERROR,
    PROOF_GENERATION_ERROR,
    PROOF_TRANSFORMATION_ERROR,
    PROOF_VERIFICATION_ERROR,
    UNSUPPORTED_MECHANISM,
    JsonObject,
    Refused,
)
from app.core.proof import data_integrity
from app.core.proof.cryptosuites import ECDSA_SD_2023
from app.core.proof.data_integrity import proof_options
from app.core.proof.ecdsa_sd.base import attach_proof, to_sign
from app.core.proof.ecdsa_sd.derive import derive
from app.core.proof.ecdsa_sd.proof_value import MAX_POINTERS, read_base, read_derived, write_base
from tests.disclosing import (
    HMAC_KEY,
    ISSUER,
    MANDATORY,
    PROOF_KEY,
    badge_by_did_key,
    sign_base,
    verify_shown,
)
from tests.unit.core.test_json_ld_parts import micro_credential
from tests.verifying import CREATED, KEY, sign

GRADE = "/credentialSubject/result/0/value"
SECOND_IDENTIFIER = "/credentialSubject/identifier/1"


@pytest.fixture(scope="module")
def base(contexts: Contexts) -> JsonObject:
    return sign_base(contexts, badge_by_did_key())


def refusal(contexts: Contexts, credential: JsonObject, *pointers: str) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        derive(contexts, credential, pointers)
    problem = refused.value.problems[0]
    return problem.type, problem.at


def with_proof_value(base: JsonObject, **changes: Any) -> JsonObject:
    (proof,) = base["proof"]
    return {**base, "proof": [{**proof, "proofValue": write_base(replace(read_base(proof["proofValue"]), **changes))}]}


# ── what is derived ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "pointers",
    [
        (),
        (GRADE,),
        (SECOND_IDENTIFIER, "/name"),
        ("/credentialSubject/identifier/0/identityHash", "/credentialSubject/identifier/1/identityHash"),
        ("/credentialSubject",),
        ("/issuer",),
        ("",),
    ],
)
def test_what_is_derived_verifies(contexts: Contexts, base: JsonObject, pointers: tuple[str, ...]) -> None:
    verify_shown(contexts, derive(contexts, base, pointers))


def test_it_shows_what_must_be_shown_and_what_was_selected(contexts: Contexts, base: JsonObject) -> None:
    derived = derive(contexts, base, [GRADE])
    subject = base["credentialSubject"]
    assert {member: value for member, value in derived.items() if member != "proof"} == {
        "@context": base["@context"],
        "id": base["id"],
        "type": base["type"],
        "issuer": base["issuer"],
        "validFrom": base["validFrom"],
        "credentialSubject": {
            "id": subject["id"],
            "type": subject["type"],
            "achievement": subject["achievement"],
            "result": [{"type": ["Result"], "value": "2"}],
        },
    }


def test_it_holds_no_key_and_no_signature_of_what_is_not_shown(contexts: Contexts, base: JsonObject) -> None:
    derived = derive(contexts, base, [GRADE])
    content = decode_multibase(derived["proof"][0]["proofValue"])
    whole = read_base(base["proof"][0]["proofValue"])
    shown = read_derived(derived["proof"][0]["proofValue"])
    assert HMAC_KEY not in content
    assert not [each for each in whole.signatures if each in content and each not in shown.signatures]
    assert 0 < len(shown.signatures) < len(whole.signatures)
    assert "4711" not in json.dumps(derived)


def test_its_proof_is_the_base_proof_but_for_its_value(contexts: Contexts, base: JsonObject) -> None:
    (made,), (derived,) = base["proof"], derive(contexts, base, [])["proof"]
    assert made | {"proofValue": ""} == derived | {"proofValue": ""}


def test_a_single_proof_stays_a_single_one(contexts: Contexts, base: JsonObject) -> None:
    derived = derive(contexts, {**base, "proof": base["proof"][0]}, [GRADE])
    assert isinstance(derived["proof"], dict)
    verify_shown(contexts, derived)


def test_the_base_credential_is_left_as_it_was(contexts: Contexts, base: JsonObject) -> None:
    before = json.dumps(base)
    derive(contexts, base, [GRADE])
    assert json.dumps(base) == before


def test_deriving_twice_gives_the_same(contexts: Contexts, base: JsonObject) -> None:
    assert derive(contexts, base, [GRADE]) == derive(contexts, base, [GRADE])


def test_nothing_must_be_shown_where_the_issuer_says_so(contexts: Contexts) -> None:
    base = sign_base(contexts, badge_by_did_key(), mandatory_pointers=[])
    derived = derive(contexts, base, [GRADE])
    assert "issuer" not in derived
    verify_shown(contexts, derived)
    assert refusal(contexts, base) == (PROOF_GENERATION_ERROR, "/selectivePointers")


def test_all_can_be_what_must_be_shown(contexts: Contexts) -> None:
    base = sign_base(contexts, badge_by_did_key(), mandatory_pointers=[""])
    derived = derive(contexts, base, [])
    assert read_derived(derived["proof"][0]["proofValue"]).signatures == ()
    verify_shown(contexts, derived)


def test_a_proof_by_another_suite_does_not_go_along(contexts: Contexts, base: JsonObject) -> None:
    (whole,) = sign(contexts, badge_by_did_key(), verification_method=KEY.did_method)["proof"]
    derived = derive(contexts, {**base, "proof": [whole, *base["proof"]]}, [GRADE])
    assert [proof["cryptosuite"] for proof in derived["proof"]] == [ECDSA_SD_2023]
    verify_shown(contexts, derived)


def test_parts_of_a_micro_credential_with_every_element_verify(contexts: Contexts) -> None:
    unsigned = micro_credential(contexts) | {"issuer": {"id": ISSUER.did, "type": ["Profile"], "name": "U"}}
    base = sign_base(contexts, unsigned, mandatory_pointers=["/issuer"])
    for member in unsigned["credentialSubject"]["achievement"]:
        verify_shown(contexts, derive(contexts, base, [f"/credentialSubject/achievement/{member}"]))


def test_what_ties_a_context_to_its_digest_goes_along(contexts: Contexts) -> None:
    unsigned = micro_credential(contexts, context_url="https://a.example/contexts/micro-credential-v1")
    base = sign_base(contexts, unsigned, mandatory_pointers=["/validFrom"])
    derived = derive(contexts, base, ["/credentialSubject/achievement/title"])
    assert derived["relatedResource"] == unsigned["relatedResource"]
    verify_shown(contexts, derived)


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pointer", ["/nothing", "name", "/credentialSubject/result/2", "/proof", "/proof/0/created"])
def test_a_pointer_that_leads_nowhere_is_named(contexts: Contexts, base: JsonObject, pointer: str) -> None:
    assert refusal(contexts, base, "/name", pointer) == (PROOF_GENERATION_ERROR, "/selectivePointers/1")


def test_too_many_pointers_are_refused(contexts: Contexts, base: JsonObject) -> None:
    pointers = ["/name"] * (MAX_POINTERS + 1)
    assert refusal(contexts, base, *pointers) == (PROOF_GENERATION_ERROR, "/selectivePointers")


def test_a_credential_that_was_changed_is_not_derived_from(contexts: Contexts, base: JsonObject) -> None:
    assert refusal(contexts, base | {"name": "Another"}, "/name") == (PROOF_VERIFICATION_ERROR, "")


def test_a_credential_with_more_in_it_is_not_derived_from(contexts: Contexts, base: JsonObject) -> None:
    more = base | {"description": "Another"}
    assert refusal(contexts, more, "/description") == (PROOF_VERIFICATION_ERROR, "/proof/0/proofValue")


def test_a_mandatory_pointer_that_leads_nowhere_is_the_proofs_fault(contexts: Contexts, base: JsonObject) -> None:
    other = with_proof_value(base, mandatory_pointers=("/nothing",))
    assert refusal(contexts, other, "/name") == (PROOF_VERIFICATION_ERROR, "/proof/0/proofValue")


def test_fewer_signatures_than_statements_are_refused(contexts: Contexts, base: JsonObject) -> None:
    signatures = read_base(base["proof"][0]["proofValue"]).signatures
    other = with_proof_value(base, signatures=signatures[:-1])
    assert refusal(contexts, other, "/name") == (PROOF_VERIFICATION_ERROR, "/proof/0/proofValue")


def test_other_names_for_the_nameless_are_refused(contexts: Contexts, base: JsonObject) -> None:
    other = with_proof_value(base, hmac_key=bytes(32))
    assert refusal(contexts, other, SECOND_IDENTIFIER) == (PROOF_VERIFICATION_ERROR, "")


def test_a_derived_proof_is_not_derived_from_again(contexts: Contexts, base: JsonObject) -> None:
    derived = derive(contexts, base, [GRADE])
    assert refusal(contexts, derived, GRADE) == (PROOF_VERIFICATION_ERROR, "/proof/0/proofValue")


@pytest.mark.parametrize("proof", [None, [], {}, "x", [1], [[]], {"cryptosuite": "eddsa-rdfc-2022"}])
def test_without_a_proof_of_this_suite_nothing_is_derived(contexts: Contexts, base: JsonObject, proof: Any) -> None:
    assert refusal(contexts, base | {"proof": proof}, GRADE) == (UNSUPPORTED_MECHANISM, "/proof")


def test_two_base_proofs_are_one_too_many(contexts: Contexts, base: JsonObject) -> None:
    assert refusal(contexts, base | {"proof": base["proof"] * 2}, GRADE) == (UNSUPPORTED_MECHANISM, "/proof")


def test_a_proof_about_other_proofs_would_not_hold_for_a_part(contexts: Contexts, base: JsonObject) -> None:
    chained = {**base["proof"][0], "previousProof": "urn:uuid:0"}
    assert refusal(contexts, base | {"proof": [chained]}, GRADE)[0] == PROOF_GENERATION_ERROR


def test_a_document_of_too_many_statements_is_refused(contexts: Contexts, base: JsonObject) -> None:
    long = base | {"name": [{"@value": f"{number}", "@language": "en"} for number in range(4_001)]}
    assert refusal(contexts, long, "/validFrom") == (PROOF_TRANSFORMATION_ERROR, "")


# ── the base proof ───────────────────────────────────────────────────────────────────────────────────────────────────


def ready(contexts: Contexts, **changes: Any) -> Any:
    options = proof_options(ECDSA_SD_2023, verification_method=ISSUER.did_method, created=CREATED)
    arguments: dict[str, Any] = {
        "mandatory_pointers": MANDATORY,
        "proof_key": PROOF_KEY.public,
        "hmac_key": HMAC_KEY,
    } | changes
    return to_sign(contexts, badge_by_did_key(), options, **arguments)


def test_what_is_signed_holds_no_name_that_tells_how_many_there_are(contexts: Contexts) -> None:
    assert not [each for each in ready(contexts).statements if b"_:c14n" in each or b"_:b" in each]


def test_the_key_of_names_is_not_printed(contexts: Contexts) -> None:
    assert str(HMAC_KEY) not in repr(ready(contexts))


def test_a_mandatory_pointer_that_leads_nowhere_is_named(contexts: Contexts) -> None:
    with pytest.raises(Refused) as refused:
        ready(contexts, mandatory_pointers=["/issuer", "/nothing"])
    assert [(each.type, each.at) for each in refused.value.problems] == [(PROOF_GENERATION_ERROR, "/1")]


def test_a_piece_of_a_text_with_its_language_cannot_be_mandatory(contexts: Contexts) -> None:
    unsigned = badge_by_did_key(name={"@value": "Données", "@language": "fr"})
    with pytest.raises(Refused) as refused:
        sign_base(contexts, unsigned, mandatory_pointers=["/name/@value"])
    assert refused.value.problems[0].type == DATA_LOSS_DETECTION_ERROR


@pytest.mark.parametrize("changes", [{"hmac_key": bytes(16)}, {"mandatory_pointers": ["/name"] * (MAX_POINTERS + 1)}])
def test_what_makes_no_base_proof_is_refused(contexts: Contexts, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="PROOF_GENERATION_ERROR"):
        ready(contexts, **changes)


def test_a_statement_without_its_signature_is_refused(contexts: Contexts) -> None:
    with pytest.raises(Refused, match="PROOF_GENERATION_ERROR"):
        attach_proof(badge_by_did_key(), {}, ready(contexts), base_signature=bytes(64), signatures=[])


def test_the_document_as_a_whole_is_not_what_is_signed(contexts: Contexts) -> None:
    options = proof_options(ECDSA_SD_2023, verification_method=ISSUER.did_method, created=CREATED)
    with pytest.raises(Refused, match="signs statements"):
        data_integrity.sign_input(contexts, badge_by_did_key(), options, key_kind="P-256")
