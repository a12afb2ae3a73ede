"""The issuer's keys: out of the identifier, out of our own documents, or from the issuer's host, and nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.contexts import load_contexts
from app.adapters.cpu_pool import InlineCompute
from app.adapters.database import Database
from app.adapters.fetch import Offline
from app.core.did.document import ControlledIdentifierDocument
from app.core.json_ld import Contexts
from app.core.problems import (
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT,
    INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID,
    UNSUPPORTED_MECHANISM,
    JsonObject,
)
from app.issuer.publish import NothingPublished
from app.ports import Fetch, Publications
from app.verifier.policy import VerificationPolicy
from app.verifier.report import Failed, Undetermined
from app.verifier.resolve import resolve
from tests.conftest import ROOT
from tests.databases import take_away
from tests.https_server import Answer, HttpsServer, answering, dripping, https_server, silent
from tests.issuing import Office
from tests.verifying import KEY, UNIVERSITY, UNIVERSITY_DOCUMENT, World, controlled_identifier_document

COMPUTE = InlineCompute(load_contexts(ROOT / "contexts"))
Resolved = ControlledIdentifierDocument | Failed | Undetermined


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[HttpsServer]:
    async with https_server(tmp_path) as running:
        yield running


def did_web(server: HttpsServer, path: str = "") -> str:
    return f"did:web:issuer.example%3A{server.port}{path}"


def serving(document: JsonObject) -> Answer:
    return answering(json.dumps(document).encode())


async def resolved(
    identifier: str,
    *,
    fetch: Fetch,
    publications: Publications | None = None,
    seconds: float = 3.0,
    policy: VerificationPolicy | None = None,
) -> Resolved:
    return await resolve(
        identifier,
        keys=frozenset(),
        publications=publications or NothingPublished(),
        fetch=fetch,
        compute=COMPUTE,
        deadline=asyncio.get_running_loop().time() + seconds,
        policy=policy or VerificationPolicy(),
    )


def type_of(outcome: Resolved) -> str:
    assert isinstance(outcome, Failed | Undetermined), outcome
    (problem,) = outcome.problems
    return problem.type


# ── where it is found ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_did_key_is_its_own_document_and_nobody_is_asked() -> None:
    found = await resolved(KEY.did, fetch=Offline())
    assert isinstance(found, ControlledIdentifierDocument)
    assert [method.id for method in found.verification_methods] == [KEY.did_method]


@pytest.mark.parametrize(
    ("identify", "path"),
    [
        (lambda server: did_web(server), "/.well-known/did.json"),
        (lambda server: did_web(server, ":issuers:law"), "/issuers/law/did.json"),
        (lambda server: server.url("/keys"), "/keys"),
    ],
    ids=["a host", "a path of a host", "an address"],
)
async def test_the_issuers_host_gives_its_document_and_is_asked_once(
    server: HttpsServer, identify: Callable[[HttpsServer], str], path: str
) -> None:
    identifier = identify(server)
    server.paths[path] = serving(controlled_identifier_document(identifier))
    found = await resolved(identifier, fetch=server.fetch())
    assert isinstance(found, ControlledIdentifierDocument)
    assert found.id == identifier
    assert len(server.requests) == 1


async def test_our_own_document_is_asked_of_nobody(database: Database, contexts: Contexts, tmp_path: Path) -> None:
    office = await Office.opened(database, contexts, tmp_path / "keys", public_url="https://uni.example")
    found = await resolved(office.institution.did, fetch=Offline(), publications=office.publisher())
    assert isinstance(found, ControlledIdentifierDocument)
    named = {method.id for method in found.verification_methods}
    assert named >= {key.verification_method for key in office.institution.keys}


async def test_anothers_host_is_asked_though_our_database_is_away(
    database: Database, contexts: Contexts, server: HttpsServer, tmp_path: Path
) -> None:
    office = await Office.opened(database, contexts, tmp_path / "keys")
    await take_away(database)
    identifier = did_web(server)
    server.paths["/.well-known/did.json"] = serving(controlled_identifier_document(identifier))
    found = await resolved(identifier, fetch=server.fetch(), publications=office.publisher())
    assert isinstance(found, ControlledIdentifierDocument)


# ── where it cannot be told ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("identifier", ["did:example:123", "urn:uuid:8c1dd9a0-91a8-4f0b-a0f1-1a3a2c1f8f11", "", "key"])
async def test_a_kind_of_identifier_that_we_do_not_know_says_nothing_against_it(identifier: str) -> None:
    outcome = await resolved(identifier, fetch=Offline())
    assert isinstance(outcome, Undetermined)
    assert type_of(outcome) == UNSUPPORTED_MECHANISM


@pytest.mark.parametrize("accepted", [frozenset(), frozenset({"did:key:"})])
async def test_a_kind_that_the_policy_leaves_out_is_not_asked_for(
    server: HttpsServer, accepted: frozenset[str]
) -> None:
    policy = VerificationPolicy(did_prefixes=accepted)
    outcome = await resolved(did_web(server), fetch=server.fetch(), policy=policy)
    assert (type_of(outcome), server.requests) == (UNSUPPORTED_MECHANISM, [])


@pytest.mark.parametrize(
    "answer",
    [
        answering(status="404 Not Found"),
        answering(status="302 Found", Location="https://elsewhere.example/did.json"),
        silent,
        dripping(seconds=0.05),
        answering(b"<!doctype html><title>Our university</title>", media_type="text/html"),
        answering(b"[]"),
        answering(b'{"id": 1, "id": 2}'),
        answering(b"\xff\xfe"),
        answering(b""),
    ],
    ids=["none", "a redirect", "silence", "a drip", "a page", "an array", "two ids", "no UTF-8", "nothing"],
)
async def test_a_host_that_gives_no_document_leaves_it_open(server: HttpsServer, answer: Answer) -> None:
    server.paths["/.well-known/did.json"] = answer
    outcome = await resolved(did_web(server), fetch=server.fetch(), seconds=0.5)
    assert isinstance(outcome, Undetermined)
    assert type_of(outcome) == INVALID_CONTROLLED_IDENTIFIER_DOCUMENT


# ── where there can be none ──────────────────────────────────────────────────────────────────────────────────────────


async def test_another_ones_document_is_not_the_issuers(server: HttpsServer) -> None:
    server.paths["/.well-known/did.json"] = serving(controlled_identifier_document("did:web:attacker.example"))
    outcome = await resolved(did_web(server), fetch=server.fetch())
    assert isinstance(outcome, Failed)
    assert type_of(outcome) == INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID


@pytest.mark.parametrize(
    "change",
    [
        {"verificationMethod": "key-1"},
        {"verificationMethod": [7]},
        {"assertionMethod": [7]},
        {"verificationMethod": [{}]},
    ],
    ids=str,
)
async def test_a_malformed_document_is_the_issuers_own_mistake(server: HttpsServer, change: JsonObject) -> None:
    identifier = did_web(server)
    server.paths["/.well-known/did.json"] = serving(controlled_identifier_document(identifier) | change)
    outcome = await resolved(identifier, fetch=server.fetch())
    assert isinstance(outcome, Failed)
    assert outcome.problems[0].at


@pytest.mark.parametrize(
    "identifier",
    ["did:web:10.0.0.1", "did:web:user%40evil.example", "did:web:localhost", "did:web:", "did:key:z6Mk/.."],
)
async def test_an_identifier_that_can_have_no_document_is_asked_of_nobody(identifier: str, contexts: Contexts) -> None:
    world = World(contexts)
    assert isinstance(await resolved(identifier, fetch=world), Failed)
    assert world.asked == []


# ── whatever comes back ──────────────────────────────────────────────────────────────────────────────────────────────


@given(
    st.binary() | st.recursive(st.none() | st.text(), lambda inner: st.dictionaries(st.text(), inner)).map(json.dumps)
)
def test_any_answer_is_a_document_or_an_outcome(contexts: Contexts, answer: bytes | str) -> None:
    world = World(contexts, answers={UNIVERSITY_DOCUMENT: answer if isinstance(answer, bytes) else answer.encode()})
    outcome = asyncio.run(resolved(UNIVERSITY, fetch=world))
    assert isinstance(outcome, ControlledIdentifierDocument | Failed | Undetermined)


@given(
    st.sampled_from(["id", "verificationMethod", "assertionMethod", "controller"]),
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "type", "controller", "revoked", "publicKeyMultibase"]), inner)
        ),
    ),
)
def test_any_member_is_read_or_refused(contexts: Contexts, member: str, value: object) -> None:
    document = controlled_identifier_document() | {member: value}
    outcome = asyncio.run(resolved(UNIVERSITY, fetch=World(contexts, answers={UNIVERSITY_DOCUMENT: document})))
    assert isinstance(outcome, ControlledIdentifierDocument | Failed | Undetermined)


@given(
    st.text() | st.sampled_from(["did:web:", "did:key:", "https://"]).flatmap(lambda kind: st.text().map(kind.__add__))
)
def test_any_identifier_is_resolved_or_an_outcome(contexts: Contexts, identifier: str) -> None:
    outcome = asyncio.run(resolved(identifier, fetch=World(contexts)))
    assert isinstance(outcome, ControlledIdentifierDocument | Failed | Undetermined)
