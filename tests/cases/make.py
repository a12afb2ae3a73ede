"""Writes the cases beside it anew, signed with keys that are the same each time: `python -m tests.cases.make`."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.adapters.contexts import load_contexts
from app.core.json_ld import Contexts
from app.core.multiformats import encode_base64url
from app.core.problems import JsonObject
from app.core.status.bitstring_status_list import MINIMUM_LENGTH, encode
from tests.conftest import ROOT
from tests.verifying import (
    NOW,
    STATUS_LIST,
    STRANGER,
    UNIVERSITY,
    UNIVERSITY_DOCUMENT,
    badge,
    controlled_identifier_document,
    sign,
    status_entry,
    status_list,
)

HERE = Path(__file__).parent

DATA_MODEL = "https://www.w3.org/TR/vc-data-model-2.0/"
DATA_INTEGRITY = "https://www.w3.org/TR/vc-data-integrity/"
IDENTIFIERS = "https://www.w3.org/TR/cid-1.0/"
STATUS = "https://www.w3.org/TR/vc-bitstring-status-list/"

Problems = dict[str, list[str]]


@dataclass(frozen=True)
class Case:
    """A credential, what the world answers, and the report we must give. `clause` is the rule that decides it."""

    name: str
    says: str
    clause: str
    credential: JsonObject
    verdict: str
    problems: Problems = field(default_factory=dict)
    answers: dict[str, JsonObject] = field(default_factory=dict)
    silent: tuple[str, ...] = ()


def cases(contexts: Contexts) -> Iterator[Case]:
    yield from _good(contexts)
    yield from _by_the_calendar(contexts)
    yield from _by_its_status(contexts)
    yield from _by_a_list_that_cannot_be_relied_on(contexts)
    yield from _by_its_proof(contexts)
    yield from _by_its_key(contexts)
    yield from _by_what_it_says(contexts)
    yield from _by_what_was_added(contexts)


def _good(contexts: Contexts) -> Iterator[Case]:
    yield Case(
        "good_badge",
        "A badge by a known issuer that its list does not revoke.",
        f"VC Data Model 2.0 §7.1, verification. {DATA_MODEL}#verification",
        sign(contexts, badge(credentialStatus=status_entry())),
        "valid",
    )
    yield Case(
        "good_badge_by_a_bare_key",
        "All is well but that nobody knows whose key it is: that is said of the issuer, not of the credential.",
        f"VC Data Model 2.0 §7.1, verification; whom to trust is the verifier's own affair. {DATA_MODEL}#trust-model",
        sign(contexts, badge(issuer=_stranger()), key=STRANGER, verification_method=STRANGER.did_method),
        "valid",
        {"known_issuer": ["UNKNOWN_ISSUER"]},
    )


def _by_the_calendar(contexts: Contexts) -> Iterator[Case]:
    clause = f"VC Data Model 2.0 §4.9, validity period. {DATA_MODEL}#validity-period"
    yield Case(
        "expired_fail",
        "Its end is this very second.",
        clause,
        sign(contexts, badge(validUntil="2026-11-24T12:00:00Z")),
        "expired",
        {"validity_period": ["EXPIRED"]},
    )
    yield Case(
        "not_yet_valid_fail",
        "It begins a second from now.",
        clause,
        sign(contexts, badge(validFrom="2026-11-24T12:00:01Z")),
        "not_yet_valid",
        {"validity_period": ["NOT_YET_VALID"]},
    )
    yield Case(
        "ends_before_it_begins_fail",
        "`validUntil` is before `validFrom`: the issuer's mistake comes before the calendar.",
        clause,
        sign(contexts, badge(validUntil="2026-09-30T00:00:00Z")),
        "invalid",
        {"validity_period": ["EXPIRED"], "data_model": ["MALFORMED_VALUE_ERROR"]},
    )


def _by_its_status(contexts: Contexts) -> Iterator[Case]:
    signed = sign(contexts, badge(credentialStatus=status_entry()))
    yield Case(
        "revoked_fail",
        "Its bit is set in the issuer's list.",
        f"Bitstring Status List 1.0 §3.2, validate algorithm. {STATUS}#validate-algorithm",
        signed,
        "revoked",
        {"status": ["REVOKED"]},
        {STATUS_LIST: status_list(contexts, revoked=[94_567])},
    )
    yield Case(
        "neighbours_revoked",
        "The bits on both sides are set, its own is not.",
        f"Bitstring Status List 1.0 §3.3: index 0 is the left-most bit. {STATUS}#bitstring-generation-algorithm",
        signed,
        "valid",
        answers={STATUS_LIST: status_list(contexts, revoked=[94_566, 94_568])},
    )
    yield Case(
        "suspended_fail",
        "Its bit is set in a list of the purpose `suspension`.",
        f"Bitstring Status List 1.0 §2.1, `statusPurpose`. {STATUS}#bitstringstatuslistentry",
        sign(contexts, badge(credentialStatus=status_entry(purpose="suspension"))),
        "suspended",
        {"status": ["SUSPENDED"]},
        {STATUS_LIST: _list(contexts, encode(MINIMUM_LENGTH, [94_567]), purpose="suspension")},
    )
    yield Case(
        "index_is_a_number_fail",
        '`statusListIndex` is 94567, not "94567".',
        f"Bitstring Status List 1.0 §2.1: a string in base 10. {STATUS}#bitstringstatuslistentry",
        sign(contexts, badge(credentialStatus=status_entry() | {"statusListIndex": 94_567})),
        "indeterminate",
        {"status": ["MALFORMED_VALUE_ERROR"]},
    )
    yield Case(
        "index_out_of_range_fail",
        "The list has 131,072 entries; the index is 131072.",
        f"Bitstring Status List 1.0 §3.2: RANGE_ERROR. {STATUS}#validate-algorithm",
        sign(contexts, badge(credentialStatus=status_entry(131_072))),
        "indeterminate",
        {"status": ["RANGE_ERROR"]},
    )
    yield Case(
        "unknown_status_mechanism_fail",
        "Its status is of a type that is not known here: it may be revoked.",
        f"VC Data Model 2.0 §4.10, status. {DATA_MODEL}#status",
        sign(contexts, badge(credentialStatus={"id": f"{STATUS_LIST}#1", "type": "BitstringStatusList"})),
        "indeterminate",
        {"status": ["UNSUPPORTED_MECHANISM"]},
    )


def _by_a_list_that_cannot_be_relied_on(contexts: Contexts) -> Iterator[Case]:
    by_stranger = sign(
        contexts, _unsigned(contexts, issuer=STRANGER.did), key=STRANGER, verification_method=STRANGER.did_method
    )
    lists = {
        "list_by_another_issuer_fail": (
            "The list is somebody else's, and well signed by them.",
            by_stranger,
            "STATUS_VERIFICATION_ERROR",
        ),
        "list_changed_fail": (
            "The list that answers is not the one that was signed.",
            status_list(contexts, revoked=[94_567]) | {"validUntil": "2027-12-24T00:00:00Z"},
            "STATUS_VERIFICATION_ERROR",
        ),
        "list_of_another_purpose_fail": (
            "The entry is about revocation, the list about suspension.",
            _list(contexts, encode(MINIMUM_LENGTH, []), purpose="suspension"),
            "STATUS_VERIFICATION_ERROR",
        ),
        "list_ended_fail": (
            "The list's own `validUntil` has passed.",
            status_list(contexts, validUntil="2026-11-24T11:59:59Z"),
            "STATUS_VERIFICATION_ERROR",
        ),
        "list_that_is_another_fail": (
            "What answers is another list of the same issuer.",
            status_list(contexts, id="https://uni.example/status-lists/4"),
            "STATUS_VERIFICATION_ERROR",
        ),
        "list_short_fail": (
            "The list has 131,064 entries.",
            _list(contexts, encode_base64url(gzip.compress(bytes(16_383), mtime=0)), purpose="revocation"),
            "STATUS_LIST_LENGTH_ERROR",
        ),
    }
    signed = sign(contexts, badge(credentialStatus=status_entry()))
    clause = f"Bitstring Status List 1.0 §3.2, validate algorithm. {STATUS}#validate-algorithm"
    for name, (says, answer, code) in lists.items():
        yield Case(name, says, clause, signed, "indeterminate", {"status": [code]}, {STATUS_LIST: answer})
    yield Case(
        "list_silent_fail",
        "The list does not answer: that is not “not revoked”.",
        f"Bitstring Status List 1.0 §3.2: STATUS_RETRIEVAL_ERROR. {STATUS}#validate-algorithm",
        signed,
        "indeterminate",
        {"status": ["STATUS_RETRIEVAL_ERROR"]},
        silent=(STATUS_LIST,),
    )


def _by_its_proof(contexts: Contexts) -> Iterator[Case]:
    clause = f"Data Integrity 1.0 §4.4, verify proof. {DATA_INTEGRITY}#verify-proof"
    wrong: Problems = {"proof": ["PROOF_VERIFICATION_ERROR"]}
    yield Case(
        "no_proof_fail",
        "Nobody signed it.",
        f"VC Data Model 2.0 §4.12: a verifiable credential is secured. {DATA_MODEL}#securing-mechanisms",
        badge(),
        "invalid",
        {"proof": ["MISSING_PROOF"]},
    )
    yield Case(
        "altered_fail",
        "The name of the achievement is another than was signed.",
        clause,
        sign(contexts, badge()) | {"name": "Doctor of Philosophy"},
        "invalid",
        wrong,
    )
    yield Case(
        "proof_for_signing_in_fail",
        "The proof was made for `authentication`.",
        clause,
        sign(contexts, badge(), proofPurpose="authentication"),
        "invalid",
        wrong,
    )
    yield Case(
        "proof_made_in_the_future_fail",
        "The proof says that it will be made in six minutes.",
        clause,
        sign(contexts, badge(), created=NOW + timedelta(minutes=6)),
        "invalid",
        wrong,
    )
    yield Case(
        "proof_ended_fail",
        "The proof's own `expires` has passed.",
        clause,
        sign(contexts, badge(), expires="2026-11-24T11:59:59Z"),
        "invalid",
        wrong,
    )
    signed = sign(contexts, badge())
    yield Case(
        "proof_with_an_unknown_member_fail",
        "The proof has `expirationDate`, which no cryptosuite signs.",
        f"Data Integrity 1.0 §2.1, proofs. {DATA_INTEGRITY}#proofs",
        signed | {"proof": [signed["proof"][0] | {"expirationDate": "2099-01-01T00:00:00Z"}]},
        "invalid",
        wrong,
    )
    yield Case(
        "unknown_cryptosuite_fail",
        "A suite that is not known here says nothing against the credential, and nothing for it.",
        clause,
        signed | {"proof": [signed["proof"][0] | {"cryptosuite": "bbs-2023"}]},
        "indeterminate",
        {"proof": ["UNSUPPORTED_MECHANISM"]},
    )


def _by_its_key(contexts: Contexts) -> Iterator[Case]:
    signed = sign(contexts, badge())
    clause = (
        f"Controlled Identifiers 1.0 §3.3, retrieve verification method. {IDENTIFIERS}#retrieve-verification-method"
    )
    failed = {"proof": ["PROOF_VERIFICATION_ERROR"]}
    documents = {
        "key_revoked_fail": (
            "The key was revoked after the proof was made: `created` was written by whoever held the key.",
            controlled_identifier_document(revoked="2026-11-20T00:00:00Z"),
            "KEY_REVOKED",
        ),
        "key_for_signing_in_fail": (
            "The key stands under `authentication` alone.",
            controlled_identifier_document(relationship="authentication"),
            "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
        ),
        "key_of_another_controller_fail": (
            "The document holds a key that another controls.",
            controlled_identifier_document(controller="did:web:other.example"),
            "INVALID_VERIFICATION_METHOD",
        ),
        "key_removed_fail": (
            "The document has another key by now, and not the one that signed.",
            controlled_identifier_document(id=f"{UNIVERSITY}#key-2"),
            "INVALID_VERIFICATION_METHOD",
        ),
        "document_of_another_fail": (
            "What stands at the issuer's address says that it is somebody else's.",
            controlled_identifier_document() | {"id": "did:web:other.example"},
            "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID",
        ),
    }
    for name, (says, answer, code) in documents.items():
        yield Case(
            name, says, clause, signed, "invalid", {**failed, "controller": [code]}, {UNIVERSITY_DOCUMENT: answer}
        )
    silent = ["INVALID_CONTROLLED_IDENTIFIER_DOCUMENT"]
    yield Case(
        "issuer_silent_fail",
        "The issuer's host does not answer: nothing is known of the signature.",
        clause,
        signed,
        "indeterminate",
        {"proof": silent, "controller": silent},
        silent=(UNIVERSITY_DOCUMENT,),
    )
    yield Case(
        "signed_by_a_stranger_fail",
        "The university is named as issuer; somebody else signed, with a key of their own.",
        f"VC Data Model 2.0 §4.7 and §4.12: the proof is the issuer's. {DATA_MODEL}#issuer",
        sign(contexts, badge(), key=STRANGER, verification_method=STRANGER.did_method),
        "invalid",
        {**failed, "controller": ["INVALID_VERIFICATION_METHOD"]},
    )
    yield Case(
        "key_in_its_own_url_fail",
        "The issuer's URL with the forger's key as its fragment: a key is taken from a document alone.",
        clause,
        sign(contexts, badge(), key=STRANGER, verification_method=f"{UNIVERSITY}#{STRANGER.multibase}"),
        "invalid",
        {**failed, "controller": ["INVALID_VERIFICATION_METHOD"]},
    )
    yield Case(
        "issuer_whose_keys_cannot_be_found_fail",
        "A DID method that is not known here.",
        clause,
        sign(contexts, badge(issuer={"id": "did:example:1", "type": ["Profile"], "name": "A University"})),
        "indeterminate",
        {"proof": ["UNSUPPORTED_MECHANISM"], "controller": ["UNSUPPORTED_MECHANISM"]},
    )


def _by_what_it_says(contexts: Contexts) -> Iterator[Case]:
    yield Case(
        "badge_without_criteria_fail",
        "Well signed, but an achievement without criteria is none.",
        "Open Badges 3.0 §B.1.1, Achievement. https://www.imsglobal.org/spec/ob/v3p0#achievement",
        sign(contexts, _without_criteria()),
        "invalid",
        {"open_badge": ["MALFORMED_VALUE_ERROR"]},
    )
    yield Case(
        "schema_not_held",
        "It names a schema that is not pinned here: it is not fetched, and no fact hangs on it.",
        f"VC Data Model 2.0 §4.11, data schemas. {DATA_MODEL}#data-schemas",
        sign(contexts, badge(credentialSchema=[{"id": "https://uni.example/schema.json", "type": "JsonSchema"}])),
        "valid",
    )
    yield Case(
        "resource_without_digest_fail",
        "A related resource has no digest.",
        f"VC Data Model 2.0 §5.3, integrity of related resources. {DATA_MODEL}#integrity-of-related-resources",
        sign(contexts, badge(relatedResource=[{"id": "https://uni.example/image.png", "mediaType": "image/png"}])),
        "invalid",
        {"data_model": ["MALFORMED_VALUE_ERROR"]},
    )


def _by_what_was_added(contexts: Contexts) -> Iterator[Case]:
    """What a signature would not cover, were it let through."""
    signed = sign(contexts, badge())
    clause = f"Data Integrity 1.0 §2.4.3, securing data losslessly. {DATA_INTEGRITY}#securing-data-losslessly"
    learner = signed["credentialSubject"]
    added = {
        "term_without_a_context_fail": (
            "A grade was added, under a name that no context knows.",
            {"credentialSubject": learner | {"grade": "A+"}},
            "DATA_LOSS_DETECTION_ERROR",
        ),
        "second_subject_without_an_iri_fail": (
            "A second learner was added, whose id is no IRI.",
            {"credentialSubject": [learner, {"id": "https://x y/", "type": ["AchievementSubject"]}]},
            "MALFORMED_VALUE_ERROR",
        ),
        "both_names_of_the_type_fail": (
            "Both names of one type: either could be taken away unseen.",
            {"type": ["VerifiableCredential", "OpenBadgeCredential", "AchievementCredential"]},
            "DATA_LOSS_DETECTION_ERROR",
        ),
        "context_that_is_not_pinned_fail": (
            "A context was added that is not pinned; it is never fetched.",
            {"@context": [*signed["@context"], "https://attacker.example/context"]},
            "PARSING_ERROR",
        ),
        "context_of_its_own_fail": (
            "A context was added that gives a meaning to every word.",
            {"@context": [*signed["@context"], {"@vocab": "https://attacker.example/#"}]},
            "PROOF_VERIFICATION_ERROR",
        ),
    }
    also = {"second_subject_without_an_iri_fail": {"data_model": ["MALFORMED_VALUE_ERROR"]}}
    for name, (says, members, code) in added.items():
        yield Case(name, says, clause, signed | members, "invalid", {"proof": [code], **also.get(name, {})})


def _stranger() -> JsonObject:
    return {"id": STRANGER.did, "type": ["Profile"], "name": "A University"}


def _without_criteria() -> JsonObject:
    unsigned = badge()
    del unsigned["credentialSubject"]["achievement"]["criteria"]
    return unsigned


def _unsigned(contexts: Contexts, **members: Any) -> JsonObject:
    return {member: value for member, value in status_list(contexts).items() if member != "proof"} | members


def _list(contexts: Contexts, encoded_list: str, *, purpose: str) -> JsonObject:
    unsigned = _unsigned(contexts)
    unsigned["credentialSubject"] |= {"encodedList": encoded_list, "statusPurpose": purpose}
    return sign(contexts, unsigned)


def write(case: Case, contexts: Contexts) -> None:
    folder = HERE / case.name
    folder.mkdir(exist_ok=True)
    answers = {UNIVERSITY_DOCUMENT: controlled_identifier_document(), STATUS_LIST: status_list(contexts)} | case.answers
    world = {
        "now": NOW.isoformat(),
        "known": {UNIVERSITY: "University of Examples"},
        "answers": {url: answer for url, answer in answers.items() if url not in case.silent},
    }
    (folder / "README.md").write_text(f"# {case.name}\n\n{case.says}\n\n{case.clause}\n")
    for name, content in (
        ("credential.json", case.credential),
        ("world.json", world),
        ("expected.json", {"verdict": case.verdict, "problems": case.problems}),
    ):
        (folder / name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def main() -> None:
    contexts = load_contexts(ROOT / "contexts")
    for case in cases(contexts):
        write(case, contexts)


if __name__ == "__main__":
    main()
