"""VC Data Model 2.0 on presentations, sentence by sentence: each is read, and what breaks one is not verified.

https://www.w3.org/TR/vc-data-model-2.0/#verifiable-presentations
"""

from typing import Any

import pytest

from app.api.vcalm_results import presentation_result
from app.core.json_ld import Contexts
from app.core.problems import JsonObject, Refused
from app.verifier.presentation import Asked
from tests.conformance.test_data_model_2_0 import EXAMPLES, LEFT_OUT, V2, Must, name
from tests.presenting import HOLDER, in_its_envelope, presented, report_on
from tests.verifying import World, university

ENVELOPE = in_its_envelope("a.b.c")

MUSTS = (
    Must(
        "4.3",
        "Verifiable presentations MUST include a @context property whose first item is "
        "https://www.w3.org/ns/credentials/v2.",
        ({"@context": [V2]}, {"@context": [V2, EXAMPLES]}),
        ({"@context": LEFT_OUT}, {"@context": [EXAMPLES, V2]}, {"@context": []}),
    ),
    Must(
        "4.13",
        "If present, the normative guidance in Section 4.4 Identifiers MUST be followed by the presentation's id.",
        ({"id": "urn:uuid:8c1dd9a0-91a8-4f0b-a0f1-1a3a2c1f8f11"},),
        ({"id": "not a url"}, {"id": ["urn:a:b"]}, {"id": 1}),
    ),
    Must(
        "4.13",
        "The type property MUST be present, and one value of it MUST be VerifiablePresentation.",
        ({"type": ["VerifiablePresentation"]}, {"type": "VerifiablePresentation"}),
        ({"type": LEFT_OUT}, {"type": ["VerifiableCredential"]}, {"type": []}),
    ),
    Must(
        "4.13",
        "The value of verifiableCredential MUST be one or more verifiable credential and/or enveloped verifiable "
        "credential objects (the values MUST NOT be non-object values such as numbers, strings, or URLs).",
        ({"verifiableCredential": LEFT_OUT},),
        ({"verifiableCredential": ["https://example.org/"]}, {"verifiableCredential": 1}, {"verifiableCredential": []}),
    ),
    Must(
        "4.13",
        "If present, the value of holder MUST be either a URL or an object containing an id property.",
        ({"holder": HOLDER.did}, {"holder": {"id": HOLDER.did}}, {"holder": LEFT_OUT}),
        ({"holder": "not a url"}, {"holder": {}}, {"holder": [HOLDER.did]}, {"holder": {"name": "x"}}),
    ),
    Must(
        "5.5",
        "Each termsOfUse value of a presentation MUST specify its type",
        ({"@context": [V2, EXAMPLES], "termsOfUse": {"type": "Example"}},),
        ({"@context": [V2, EXAMPLES], "termsOfUse": {"id": "urn:a:b"}},),
    ),
)
ENVELOPES = (
    Must(
        "4.13.2",
        "The @context property of the enveloped object MUST be present and include a context such as the base context.",
        (),
        ({"@context": LEFT_OUT}, {"@context": []}, {"@context": [EXAMPLES]}, {"@context": "x"}),
    ),
    Must(
        "4.13.2",
        "The id value of the enveloped object MUST be a data: URL that expresses a secured verifiable presentation.",
        (),
        ({"id": "a.b.c"}, {"id": LEFT_OUT}, {"id": "data:application/vc+jwt,a.b.c"}, {"id": "https://example.org/"}),
    ),
    Must(
        "4.13.2",
        "The type value of the enveloped object MUST be EnvelopedVerifiablePresentation.",
        (),
        ({"type": "VerifiablePresentation"}, {"type": LEFT_OUT}, {"type": []}),
    ),
)
KEPT = [(must, members) for must in MUSTS for members in must.kept]
BROKEN = [(must, members) for must in MUSTS for members in must.broken]


@pytest.fixture
def world(contexts: Contexts) -> World:
    return university(contexts)


def changed(document: JsonObject, members: dict[str, Any]) -> JsonObject:
    return {member: value for member, value in (document | members).items() if value is not LEFT_OUT}


async def verified(world: World, document: JsonObject, *, secured: bool) -> bool:
    """By its form, where it need not be secured: what breaks a sentence is not told by a broken signature alone."""
    asked = Asked(secured=secured)
    try:
        report = await report_on(world, document, asked)
    except Refused:
        return False
    return bool(presentation_result(report, asked, with_presentation=False)["verified"])


@pytest.mark.parametrize(("must", "members"), KEPT, ids=name)
async def test_what_keeps_it_is_verified(world: World, must: Must, members: dict[str, Any]) -> None:
    given: dict[str, Any] = {member: (None if value is LEFT_OUT else value) for member, value in members.items()}
    assert await verified(world, presented(world.contexts, **given), secured=True)


@pytest.mark.parametrize(("must", "members"), BROKEN, ids=name)
async def test_what_breaks_it_is_not(world: World, must: Must, members: dict[str, Any]) -> None:
    unsigned = {member: value for member, value in presented(world.contexts).items() if member != "proof"}
    assert await verified(world, unsigned, secured=False)
    assert not await verified(world, changed(unsigned, members), secured=False)


@pytest.mark.parametrize(
    ("must", "members"), [(must, members) for must in ENVELOPES for members in must.broken], ids=name
)
async def test_what_breaks_an_envelope_is_not(world: World, must: Must, members: dict[str, Any]) -> None:
    assert not await verified(world, changed(ENVELOPE, members), secured=False)
