"""VC Data Model 2.0, sentence by sentence: what it says of the shape of a credential, held when issuing and verifying.

https://www.w3.org/TR/vc-data-model-2.0/, W3C Recommendation of 15 May 2025. Each test is named after its sentence.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

import pytest

from app.core.json_ld import Contexts
from app.core.problems import JsonObject, Refused
from app.issuer.brought_request import Bringing, read
from app.ports import MaySign
from app.verifier.report import Check, Failed, Outcome, Passed, Verdict, VerificationReport
from tests.tokens import document_of, key_of, token
from tests.verifying import NOW, UNIVERSITY, UNIVERSITY_DOCUMENT, World

V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
LEFT_OUT = object()
SUBJECT = {"id": "did:example:subject"}
WITH_EXAMPLES = {"@context": [V2, EXAMPLES]}

# Documents by the members that stand beside, or in the place of, those of the least credential.
Documents = tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Must:
    """A sentence; documents that keep it, and documents that break it and are sound but for that."""

    section: str
    sentence: str
    kept: Documents
    broken: Documents


def text(member: str) -> Must:
    return Must(
        "4.6",
        f"If present, the value of the {member} property MUST be a string or a language value object",
        (
            {member: "Degree"},
            {member: {"@value": "Degree", "@language": "en"}},
            {member: {"@value": "x", "@language": "ar", "@direction": "rtl"}},
            {member: [{"@value": "Degree", "@language": "en"}, {"@value": "Abschluss", "@language": "de"}]},
            {"issuer": {"id": UNIVERSITY, member: {"@value": "College", "@direction": "ltr"}}},
        ),
        (
            {member: 1},
            {member: {"@language": "en"}},
            {member: {"@value": "Degree", "@language": "en", "more": "x"}},
            {member: {"@value": 1}},
            {member: [{"@value": "Degree", "@language": 1}]},
            {"issuer": {"id": UNIVERSITY, member: {"@value": "x", "more": "x"}}},
        ),
    )


def typed(section: str, member: str, sentence: str, *, id_needed: bool = False) -> Must:
    also = {"id": "https://example.org/1"} if id_needed else {}
    return Must(
        section,
        sentence,
        (
            {**WITH_EXAMPLES, member: {"type": "Example", **also}},
            {**WITH_EXAMPLES, member: [{"type": ["Example", "Another"], "id": "https://example.org/2"}]},
        ),
        (
            {**WITH_EXAMPLES, member: {"id": "https://example.org/1"}},
            {**WITH_EXAMPLES, member: [{"type": "Example", **also}, {"id": "https://example.org/1"}]},
            {**WITH_EXAMPLES, member: {"type": [], **also}},
            {**WITH_EXAMPLES, member: "https://example.org/1"},
            {**WITH_EXAMPLES, member: []},
        ),
    )


def sri(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


ELSEWHERE = {"id": "https://example.org/image.png", "digestSRI": sri(b"an image")}

MUSTS = (
    Must(
        "4.3",
        "Verifiable credentials and verifiable presentations MUST include a @context property.",
        ({},),
        ({"@context": LEFT_OUT}, {"@context": None}),
    ),
    Must(
        "4.3",
        "The value of the @context property MUST be an ordered set where the first item is a URL with the value "
        "https://www.w3.org/ns/credentials/v2.",
        ({"@context": [V2]}, WITH_EXAMPLES),
        ({"@context": [EXAMPLES, V2]}, {"@context": []}, {"@context": ["https://www.w3.org/2018/credentials/v1"]}),
    ),
    Must(
        "4.4",
        "If present, the value of the id property MUST be a single URL, which MAY be dereferenceable.",
        ({"id": "urn:uuid:8c1dd9a0-91a8-4f0b-a0f1-1a3a2c1f8f11"}, {"id": "did:example:1"}, {"id": LEFT_OUT}),
        (
            {"id": None},
            {"id": "not a url"},
            {"id": ["urn:a:b", "urn:a:c"]},
            {"credentialSubject": {"id": "not a url"}},
            {"credentialSubject": {"id": ["urn:a:b"]}},
            {"credentialSubject": {"id": None}},
        ),
    ),
    Must(
        "4.5",
        "Verifiable credentials and verifiable presentations MUST contain a type property with an associated value.",
        ({"type": "VerifiableCredential"},),
        ({"type": LEFT_OUT}, {"type": []}, {"type": None}),
    ),
    Must(
        "4.5",
        "The value of the type property MUST be one or more terms and/or absolute URL strings.",
        (
            {**WITH_EXAMPLES, "type": ["ExampleDegree", "VerifiableCredential"]},
            {"type": ["VerifiableCredential", "https://example.org/#ADegree"]},
            {"type": ["https://example.org/#ADegree", "VerifiableCredential", "https://example.org/#AThing"]},
        ),
        ({"type": ["VerifiableCredential", 1]}, {"type": ["VerifiableCredential", ""]}, {"type": {}}),
    ),
    Must(
        "4.5",
        "The following table lists the objects that MUST have a type specified: VerifiableCredential.",
        ({"type": ["VerifiableCredential"]},),
        ({**WITH_EXAMPLES, "type": ["ExampleDegree"]},),
    ),
    text("name"),
    text("description"),
    Must(
        "4.7",
        "A verifiable credential MUST have an issuer property.",
        ({"issuer": UNIVERSITY},),
        ({"issuer": LEFT_OUT}, {"issuer": None}),
    ),
    Must(
        "4.7",
        "The value of the issuer property MUST be either a URL or an object containing an id property whose value is a "
        "URL",
        ({"issuer": UNIVERSITY}, {"issuer": {"id": UNIVERSITY}}),
        ({"issuer": "not a url"}, {"issuer": {"name": "x"}}, {"issuer": {"id": 1}}, {"issuer": [UNIVERSITY]}),
    ),
    Must(
        "4.8",
        "A verifiable credential MUST contain a credentialSubject property.",
        ({"credentialSubject": SUBJECT},),
        ({"credentialSubject": LEFT_OUT}, {"credentialSubject": None}, {"credentialSubject": []}),
    ),
    Must(
        "4.8",
        "The value of the credentialSubject property is a set of objects where each object MUST be the subject of one "
        "or more claims",
        ({"credentialSubject": [SUBJECT, {"id": "did:example:other"}]}, {"credentialSubject": {"name": "Somebody"}}),
        ({"credentialSubject": {}}, {"credentialSubject": [SUBJECT, {}]}, {"credentialSubject": "did:example:subject"}),
    ),
    *(
        Must(
            "4.9",
            f"If present, the value of the {member} property MUST be a dateTimeStamp string value",
            ({member: "2020-02-29T24:00:00Z"}, {member: "2020-01-01T00:00:00.123-05:00"}),
            ({member: "2020-01-01"}, {member: "2020-01-01T00:00:00"}, {member: "2020-13-01T00:00:00Z"}, {member: 1}),
        )
        for member in ("validFrom", "validUntil")
    ),
    Must(
        "4.9",
        "If a validUntil value also exists, the validFrom value MUST express a point in time that is temporally the "
        "same or earlier than the point in time expressed by the validUntil value.",
        (
            {"validFrom": "2020-01-01T00:00:00Z", "validUntil": "2020-01-01T00:00:00Z"},
            {"validFrom": "2020-01-01T01:00:00+01:00", "validUntil": "2020-01-01T00:00:00Z"},
        ),
        ({"validFrom": "2020-01-01T00:00:01Z", "validUntil": "2020-01-01T00:00:00Z"},),
    ),
    typed("4.10", "credentialStatus", "The type property of credentialStatus is REQUIRED."),
    Must(
        "4.10",
        "If present, the normative guidance in Section 4.4 Identifiers MUST be followed by credentialStatus.id.",
        ({**WITH_EXAMPLES, "credentialStatus": {"type": "Example"}},),
        (
            {**WITH_EXAMPLES, "credentialStatus": {"type": "Example", "id": "not a url"}},
            {**WITH_EXAMPLES, "credentialStatus": {"type": "Example", "id": ["urn:a:b"]}},
        ),
    ),
    typed(
        "4.11",
        "credentialSchema",
        "Each credentialSchema MUST specify its type and an id property that MUST be a URL identifying the schema "
        "file.",
        id_needed=True,
    ),
    Must(
        "5.3",
        "The value of the relatedResource property MUST be one or more objects",
        ({"relatedResource": ELSEWHERE}, {"relatedResource": [ELSEWHERE, ELSEWHERE | {"id": "urn:a:b"}]}),
        ({"relatedResource": "https://example.org/"}, {"relatedResource": [ELSEWHERE, "https://example.org/"]}),
    ),
    Must(
        "5.3",
        "The identifier for the resource is REQUIRED; the value MUST be unique among the list of related resource "
        "objects.",
        ({"relatedResource": [ELSEWHERE]},),
        (
            {"relatedResource": [{"digestSRI": ELSEWHERE["digestSRI"]}]},
            {"relatedResource": [ELSEWHERE, ELSEWHERE | {"digestSRI": sri(b"x")}]},
            {"relatedResource": [ELSEWHERE | {"id": "not a url"}]},
        ),
    ),
    Must(
        "5.3",
        "Each object associated with relatedResource MUST contain at least a digestSRI or a digestMultibase value.",
        ({"relatedResource": {"id": "urn:a:b", "digestMultibase": "uEiAAAA"}},),
        ({"relatedResource": {"id": "https://example.org/"}}, {"relatedResource": ELSEWHERE | {"digestSRI": 1}}),
    ),
    Must(
        "5.3",
        "If the digest provided by the issuer does not match the digest computed for the retrieved resource, the "
        "conforming verifier implementation MUST produce an error.",
        ({"relatedResource": ELSEWHERE},),
        ({"relatedResource": {"id": V2, "digestSRI": sri(b"another")}},),
    ),
    typed("5.4", "refreshService", "Each refreshService value MUST specify its type."),
    typed("5.5", "termsOfUse", "Each termsOfUse value MUST specify its type"),
    typed("5.6", "evidence", "Each evidence object MUST have a type specified."),
    *(
        typed("5.10", member, f"Implementations MUST specify a type property in the value associated with {member}.")
        for member in ("confidenceMethod", "renderMethod")
    ),
)
KEPT = [(must, document) for must in MUSTS for document in must.kept]
BROKEN = [(must, document) for must in MUSTS for document in must.broken]


def name(case: object) -> str:
    if isinstance(case, Must):
        return f"§{case.section} {case.sentence}"
    return json.dumps(case, default=lambda _: "left out")


def credential(members: dict[str, Any]) -> JsonObject:
    least = {"@context": [V2], "type": ["VerifiableCredential"], "issuer": UNIVERSITY, "credentialSubject": SUBJECT}
    return {member: value for member, value in (least | members).items() if value is not LEFT_OUT}


def issue(contexts: Contexts, document: JsonObject) -> None:
    bringing = Bringing(
        issuer=UNIVERSITY,
        may_sign=MaySign.ANY,
        mechanism="eddsa-rdfc-2022",
        purposes=(),
        id_if_none="urn:uuid:minted",
        public_url="https://credentials.example",
        now=NOW,
    )
    read(contexts, json.dumps({"credential": document}).encode(), bringing)


async def verdict(contexts: Contexts, document: JsonObject) -> Verdict | None:
    """None where no credential can be read in it."""
    try:
        return (await report(contexts, document)).verdict
    except Refused:
        return None


async def report(contexts: Contexts, document: JsonObject) -> VerificationReport:
    """Of a token, which can be signed of anything, whatever it says."""
    key = key_of("EdDSA")
    header = {"alg": "EdDSA", "typ": "vc+jwt", "kid": f"{UNIVERSITY}#key-1"}
    world = World(contexts, answers={UNIVERSITY_DOCUMENT: document_of(key)})
    signed = token(header, document, key).encode()
    return await world.verifier().verify(signed, "application/vc+jwt", now=NOW)


@pytest.mark.parametrize(("must", "members"), KEPT, ids=name)
def test_what_keeps_it_is_issued(contexts: Contexts, must: Must, members: dict[str, Any]) -> None:
    issue(contexts, credential(members))


@pytest.mark.parametrize(("must", "members"), BROKEN, ids=name)
def test_what_breaks_it_is_not_issued(contexts: Contexts, must: Must, members: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        issue(contexts, credential(members))


@pytest.mark.parametrize(("must", "members"), KEPT, ids=name)
async def test_what_keeps_it_is_not_invalid(contexts: Contexts, must: Must, members: dict[str, Any]) -> None:
    assert await verdict(contexts, credential(members)) not in (None, Verdict.INVALID)


@pytest.mark.parametrize(("must", "members"), BROKEN, ids=name)
async def test_what_breaks_it_is_invalid(contexts: Contexts, must: Must, members: dict[str, Any]) -> None:
    assert await verdict(contexts, credential(members)) in (None, Verdict.INVALID)


@pytest.mark.parametrize(
    ("member", "hours", "outcome"),
    [("validFrom", -1, Passed), ("validFrom", 1, Failed), ("validUntil", 1, Passed), ("validUntil", -1, Failed)],
)
async def test_time_values_that_are_incorrectly_serialized_without_an_offset_are_interpreted_as_utc(
    contexts: Contexts, member: str, hours: int, outcome: type[Outcome]
) -> None:
    without_offset = (NOW + timedelta(hours=hours)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    findings = {
        each.check: each.outcome for each in (await report(contexts, credential({member: without_offset}))).findings
    }
    assert isinstance(findings[Check.VALIDITY_PERIOD], outcome)
    # It is no dateTimeStamp for all that (§4.9).
    assert isinstance(findings[Check.DATA_MODEL], Failed)
