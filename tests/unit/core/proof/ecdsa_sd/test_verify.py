"""A derived proof that was made otherwise than by its holder from its issuer's base proof does not hold."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from app.core.json_ld import Contexts
from app.core.json_ld.parts import labelled_document
from app.core.multiformats import decode_multibase, encode_base64url
from app.core.problems import PROOF_VERIFICATION_ERROR, JsonObject, Refused
from app.core.proof.ecdsa_sd import cbor
from app.core.proof.ecdsa_sd.derive import derive
from app.core.proof.ecdsa_sd.labels import disclosed_labels
from app.core.proof.ecdsa_sd.proof_value import (
    DerivedProofValue,
    read_base,
    read_derived,
    write_derived,
    write_proof_key,
)
from app.core.proof.ecdsa_sd.signed import divided
from tests.disclosing import ISSUER, PROOF_KEY, P256Key, badge_by_did_key, sign_base, verify_shown
from tests.properties.mutations import MUTATIONS, says_the_same

SHOWN = ("/credentialSubject/identifier", "/credentialSubject/result/0", "/name")
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(scope="module")
def base(contexts: Contexts) -> JsonObject:
    return sign_base(contexts, badge_by_did_key())


@pytest.fixture(scope="module")
def derived(contexts: Contexts, base: JsonObject) -> JsonObject:
    return derive(contexts, base, SHOWN)


def value_of(document: JsonObject) -> DerivedProofValue:
    return read_derived(document["proof"][0]["proofValue"])


def with_value(document: JsonObject, **changes: Any) -> JsonObject:
    return with_text(document, write_derived(replace(value_of(document), **changes)))


def with_text(document: JsonObject, proof_value: str) -> JsonObject:
    (proof,) = document["proof"]
    return {**document, "proof": [{**proof, "proofValue": proof_value}]}


def refusal(contexts: Contexts, document: JsonObject) -> str:
    with pytest.raises(Refused) as refused:
        verify_shown(contexts, document)
    assert {problem.type for problem in refused.value.problems} == {PROOF_VERIFICATION_ERROR}
    return refused.value.problems[0].at


# ── the proof value ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_derived_verifies(contexts: Contexts, derived: JsonObject) -> None:
    verify_shown(contexts, derived)


def test_a_bit_flipped_in_any_byte_of_the_proof_value_does_not_verify(contexts: Contexts, derived: JsonObject) -> None:
    content = decode_multibase(derived["proof"][0]["proofValue"])
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        with pytest.raises(Refused):
            verify_shown(contexts, with_text(derived, encode_base64url(bytes(flipped))))


def test_a_byte_string_may_be_tagged(contexts: Contexts, derived: JsonObject) -> None:
    value = value_of(derived)
    content = decode_multibase(derived["proof"][0]["proofValue"])
    for each in (value.base_signature, write_proof_key(value.proof_key), *value.signatures, *value.labels.values()):
        content = content.replace(cbor.write(each), b"\xd8\x40" + cbor.write(each))
    assert content.count(b"\xd8\x40") >= len(value.signatures) + 6
    verify_shown(contexts, with_text(derived, encode_base64url(content)))


@pytest.mark.parametrize(
    "signatures",
    [
        pytest.param(lambda all_of_them: all_of_them[:-1], id="one is missing"),
        pytest.param(lambda all_of_them: (*all_of_them, all_of_them[0]), id="one is too many"),
        pytest.param(lambda all_of_them: (all_of_them[1], all_of_them[0], *all_of_them[2:]), id="two are exchanged"),
        pytest.param(lambda all_of_them: all_of_them[:1] * len(all_of_them), id="one stands for all"),
        pytest.param(lambda all_of_them: (bytes(64), *all_of_them[1:]), id="one is zero"),
        pytest.param(lambda all_of_them: (b"\xff" * 64, *all_of_them[1:]), id="one is beyond the order"),
        pytest.param(lambda _: (), id="there are none"),
    ],
)
def test_other_signatures_do_not_verify(contexts: Contexts, derived: JsonObject, signatures: Any) -> None:
    other = with_value(derived, signatures=signatures(value_of(derived).signatures))
    assert refusal(contexts, other) in {"/proof/0", "/proof/0/proofValue"}


def test_the_other_form_of_a_signature_is_one_too(contexts: Contexts, derived: JsonObject) -> None:
    """ECDSA has two for each; nothing that we keep goes by the letters of a signature."""
    first, *others = value_of(derived).signatures
    twin = first[:32] + (N - int.from_bytes(first[32:], "big")).to_bytes(32, "big")
    verify_shown(contexts, with_value(derived, signatures=(twin, *others)))


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param(lambda labels: {}, id="there are none"),
        pytest.param(lambda labels: {number: labels[number] for number in list(labels)[:-1]}, id="one is missing"),
        pytest.param(lambda labels: labels | {len(labels): bytes(32)}, id="one is too many"),
        pytest.param(lambda labels: labels | {2**60: bytes(32)}, id="one is for nobody"),
        pytest.param(lambda labels: labels | {0: bytes(32)}, id="one is another"),
        pytest.param(lambda labels: labels | {0: labels[1], 1: labels[0]}, id="two are exchanged"),
        pytest.param(lambda labels: {number + 1: label for number, label in labels.items()}, id="all are moved"),
    ],
)
def test_other_labels_do_not_verify(contexts: Contexts, derived: JsonObject, labels: Any) -> None:
    found: Mapping[int, bytes] = value_of(derived).labels
    assert len(found) == 4
    assert refusal(contexts, with_value(derived, labels=labels(found))) in {"/proof/0", "/proof/0/proofValue"}


@pytest.mark.parametrize(
    "indexes",
    [
        pytest.param(lambda indexes: (), id="there are none"),
        pytest.param(lambda indexes: indexes[1:], id="one is missing"),
        pytest.param(lambda indexes: (*indexes, 1_000), id="one is out of range"),
        pytest.param(lambda indexes: (*indexes[:-1], 2**63), id="one is far out of range"),
        pytest.param(lambda indexes: tuple(range(len(indexes))), id="they are others"),
        pytest.param(lambda indexes: tuple(range(200)), id="they are more than there are statements"),
    ],
)
def test_other_mandatory_statements_do_not_verify(contexts: Contexts, derived: JsonObject, indexes: Any) -> None:
    other = with_value(derived, mandatory_indexes=indexes(value_of(derived).mandatory_indexes))
    assert refusal(contexts, other) in {"/proof/0", "/proof/0/proofValue"}


def test_mandatory_statements_may_be_named_in_any_order(contexts: Contexts, derived: JsonObject) -> None:
    verify_shown(contexts, with_value(derived, mandatory_indexes=value_of(derived).mandatory_indexes[::-1]))


# ── the keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def forged(contexts: Contexts, document: JsonObject, forger: P256Key, **changes: Any) -> JsonObject:
    """Every statement of `document` signed by a key of the forger's, which takes the place of the proof's."""
    value = value_of(document)
    unsecured = {member: member_value for member, member_value in document.items() if member != "proof"}
    shown = labelled_document(contexts, unsecured, disclosed_labels(value.labels), aliases={})
    _, others = divided(shown, value.mandatory_indexes)
    return with_value(
        document, proof_key=forger.public, signatures=tuple(forger.sign(each) for each in others), **changes
    )


def test_a_key_that_the_issuer_did_not_sign_signs_nothing(contexts: Contexts, derived: JsonObject) -> None:
    assert refusal(contexts, forged(contexts, derived, P256Key.of("a forger"))) == "/proof/0"


def test_the_proofs_own_key_does_not_sign_itself(contexts: Contexts, derived: JsonObject) -> None:
    """By the Recommendation's text the base signature would be checked with the key that the proof carries."""
    forger = P256Key.of("a forger")
    other = forged(contexts, derived, forger, base_signature=forger.sign(b"whatever the text says"))
    assert refusal(contexts, other) == "/proof/0"


def test_a_proof_of_another_credential_by_the_same_issuer_does_not_fit(contexts: Contexts, derived: JsonObject) -> None:
    other_base = sign_base(contexts, badge_by_did_key(name="Another"), proof_key=P256Key.of("another proof's key"))
    other = derive(contexts, other_base, SHOWN)
    assert refusal(contexts, with_text(derived, other["proof"][0]["proofValue"])) == "/proof/0"


def test_the_options_of_a_proof_are_signed(contexts: Contexts, derived: JsonObject) -> None:
    (proof,) = derived["proof"]
    other = {**derived, "proof": [{**proof, "created": "2026-11-02T09:00:00Z"}]}
    assert refusal(contexts, other) == "/proof/0"


def test_another_key_of_the_issuers_did_not_sign_it(contexts: Contexts, derived: JsonObject) -> None:
    (proof,) = derived["proof"]
    other = {**derived, "proof": [{**proof, "verificationMethod": P256Key.of("another key").did_method}]}
    assert refusal(contexts, other) == "/proof/0"


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_must_be_shown_cannot_be_left_out(contexts: Contexts, base: JsonObject) -> None:
    """A holder who takes it out of the document, and out of the proof, all else being right."""
    derived = derive(contexts, base, SHOWN)
    value = value_of(derived)
    unsecured = {member: of for member, of in derived.items() if member != "proof"}
    before = labelled_document(contexts, unsecured, disclosed_labels(value.labels), aliases={}).lines
    (gone,) = (place for place, line in enumerate(before) if "#validFrom>" in line)
    assert gone in value.mandatory_indexes
    left = tuple(index - (index > gone) for index in value.mandatory_indexes if index != gone)
    del derived["validFrom"]
    assert refusal(contexts, with_value(derived, mandatory_indexes=left)) == "/proof/0"


def test_one_object_is_not_shown_as_two(contexts: Contexts, derived: JsonObject) -> None:
    """Each half of it has statements that were signed; but only one of them has its label."""
    other = deepcopy(derived)
    first, second = other["credentialSubject"]["identifier"]
    halves = [{"type": first["type"], "identityHash": first["identityHash"]}, {**first, "type": "IdentityObject"}]
    other["credentialSubject"]["identifier"] = [*halves, second]
    assert refusal(contexts, other) in {"/proof/0", "/proof/0/proofValue"}


def test_a_value_of_one_object_is_not_shown_as_anothers(contexts: Contexts, derived: JsonObject) -> None:
    other = deepcopy(derived)
    first, second = other["credentialSubject"]["identifier"]
    other["credentialSubject"]["identifier"] = [first, {**second, "identityHash": first["identityHash"]}]
    assert refusal(contexts, other) == "/proof/0"


def test_what_was_not_shown_cannot_be_added(contexts: Contexts, base: JsonObject, derived: JsonObject) -> None:
    more = {**derived["credentialSubject"], "result": base["credentialSubject"]["result"]}
    assert refusal(contexts, {**derived, "credentialSubject": more}) == "/proof/0/proofValue"


def test_a_part_in_which_anything_is_changed_does_not_verify(contexts: Contexts, derived: JsonObject) -> None:
    survivors, changes = [], 0
    for seed in range(400):
        changed = MUTATIONS[seed % len(MUTATIONS)](deepcopy(derived), Random(seed))
        # Under which contexts a part may stand is the verifier's to say; a second proof makes a set.
        if says_the_same(changed, derived) or changed["@context"] != derived["@context"] or len(changed["proof"]) > 1:
            continue
        changes += 1
        try:
            verify_shown(contexts, changed)
        except Refused:
            continue
        survivors.append(seed)
    assert survivors == []
    assert changes > 200


def test_nothing_of_a_part_can_be_taken_out_unseen(contexts: Contexts, derived: JsonObject) -> None:
    seen = 0
    for path in _paths({member: value for member, value in derived.items() if member not in {"@context", "proof"}}):
        less = deepcopy(derived)
        holder: Any = less
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
        with pytest.raises(Refused):
            verify_shown(contexts, less)
        seen += 1
    assert seen > 40


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    match value:
        case dict():
            steps = list(value.items())
        case list():
            steps = list(enumerate(value))
        case _:
            return
    for step, inner in steps:
        yield (step,)
        yield from ((step, *path) for path in _paths(inner))


def test_the_base_proof_is_for_the_holder_alone(contexts: Contexts, base: JsonObject) -> None:
    assert refusal(contexts, base) == "/proof/0/proofValue"
    assert read_base(base["proof"][0]["proofValue"]).proof_key == PROOF_KEY.public
    assert ISSUER.did in base["proof"][0]["verificationMethod"]
