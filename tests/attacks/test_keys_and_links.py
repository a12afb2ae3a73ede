"""What a key's life, an exchanged context and a link inside a credential can do to a report, and what they cannot."""

from typing import Any

import pytest

from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.verifier.report import Verdict
from tests.verifying import (
    STRANGER,
    UNIVERSITY_DOCUMENT,
    World,
    badge,
    controlled_identifier_document,
    sign,
    university,
)

_INTERNAL = "https://169.254.169.254/latest/meta-data"


async def verdict_under(contexts: Contexts, document: JsonObject) -> Verdict:
    """The verdict on a badge by the university whose document this is."""
    world = World(contexts, answers={UNIVERSITY_DOCUMENT: document}, known=university(contexts).known)
    return (await world.report_on(sign(contexts, badge()))).verdict


# ── the life of a key ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_retired_key_that_is_still_listed_verifies_what_it_signed(contexts: Contexts) -> None:
    retired = controlled_identifier_document()
    method = f"{retired['id']}#key-2"
    new = retired["verificationMethod"][0] | {"id": method, "publicKeyMultibase": STRANGER.multibase}
    document = retired | {
        "verificationMethod": [*retired["verificationMethod"], new],
        "assertionMethod": [*retired["assertionMethod"], method],
    }
    assert await verdict_under(contexts, document) is Verdict.VALID


async def test_a_key_that_was_taken_out_of_the_document_verifies_nothing(contexts: Contexts) -> None:
    document = controlled_identifier_document() | {"verificationMethod": [], "assertionMethod": []}
    assert await verdict_under(contexts, document) is Verdict.INVALID


async def test_another_key_under_the_same_name_verifies_nothing(contexts: Contexts) -> None:
    assert await verdict_under(contexts, controlled_identifier_document(key=STRANGER)) is Verdict.INVALID


async def test_a_key_that_had_ended_before_the_proof_was_made_verifies_nothing(contexts: Contexts) -> None:
    document = controlled_identifier_document(expires="2026-10-01T00:00:00Z")
    assert await verdict_under(contexts, document) is Verdict.INVALID


async def test_a_document_that_names_another_is_not_the_issuers(contexts: Contexts) -> None:
    document = controlled_identifier_document("did:web:other.example")
    assert await verdict_under(contexts, document) is not Verdict.VALID


# ── who it says it is ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_name_and_address_of_a_known_issuer_make_nobody_known(contexts: Contexts) -> None:
    issuer = {
        "id": STRANGER.did,
        "type": ["Profile"],
        "name": "University of Examples",
        "url": "https://uni.example/",
    }
    signed = sign(contexts, badge(issuer=issuer), key=STRANGER, verification_method=STRANGER.did_method)
    report = await university(contexts).report_on(signed)
    assert report.known_issuer is None


# ── contexts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", [(1, 0), (0, 0, 1), (1,), (0,)], ids=str)
async def test_contexts_that_are_exchanged_repeated_or_left_out_are_not_valid(
    contexts: Contexts, order: tuple[int, ...]
) -> None:
    signed = sign(contexts, badge())
    changed = signed | {"@context": [signed["@context"][place] for place in order]}
    assert (await university(contexts).report_on(changed)).verdict is Verdict.INVALID


# ── links ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "member",
    [
        {"credentialSchema": [{"id": _INTERNAL, "type": "JsonSchema"}]},
        {"refreshService": {"id": _INTERNAL, "type": "https://vocab.example/Refresh"}},
        {"termsOfUse": [{"id": _INTERNAL, "type": "https://vocab.example/Terms"}]},
        {"image": {"id": _INTERNAL, "type": "Image"}},
        {"evidence": [{"id": _INTERNAL, "type": ["Evidence"]}]},
    ],
    ids=lambda member: next(iter(member)),
)
async def test_a_link_in_a_credential_is_not_followed_before_or_after_its_proof(
    contexts: Contexts, member: dict[str, Any]
) -> None:
    world = university(contexts)
    for credential in (sign(contexts, badge()) | member, sign(contexts, badge(**member))):
        await world.report_on(credential)
    assert set(world.asked) == {UNIVERSITY_DOCUMENT}
