"""What the verdict rests on: each status list once and on its own proof, who is known; nothing that is unproven."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.cpu_pool import InlineCompute
from app.adapters.database import Database
from app.adapters.fetch import Offline
from app.adapters.known_issuers import ListedIssuers, OwnAndListedIssuers
from app.core.did.document import read
from app.core.json_ld import Contexts
from app.core.problems import (
    MISSING_PROOF,
    NOT_LOOKED_UP,
    STATUS_RETRIEVAL_ERROR,
    STATUS_VERIFICATION_ERROR,
    JsonObject,
    Problem,
    Refused,
)
from app.issuer.publish import NothingPublished
from app.ports import Fetch, KnownIssuer, KnownIssuers, Publications
from app.verifier.gather import Gathered, gather, list_urls, verify_status_list
from app.verifier.parse import parse
from app.verifier.policy import VerificationPolicy
from app.verifier.prove import NOT_JUDGED, Unproven, prove
from app.verifier.report import Undetermined
from app.verifier.verify_proofs import VerifiedCredential
from tests.databases import take_away
from tests.https_server import HttpsServer, answering, https_server, silent
from tests.issuing import Office, request
from tests.verifying import (
    NOW,
    STATUS_LIST,
    STRANGER,
    UNIVERSITY,
    badge,
    controlled_identifier_document,
    sign,
    status_entry,
    status_list,
)

CONTROLLER = read(controlled_identifier_document(), identifier=UNIVERSITY)
POLICY = VerificationPolicy()


def entry(url: str, index: int = 7, **members: Any) -> JsonObject:
    return status_entry(index) | {"id": f"{url}#{index}", "statusListCredential": url} | members


@dataclass
class Desk:
    """Where a proven credential lies, and what is at hand to look up what it points to."""

    contexts: Contexts
    fetch: Fetch
    publications: Publications = field(default_factory=NothingPublished)
    known_issuers: KnownIssuers = field(default_factory=lambda: ListedIssuers({}))

    async def gathered(self, *entries: JsonObject, seconds: float = 3.0) -> Gathered:
        members = {"credentialStatus": list(entries)} if entries else {}
        received = parse(self.contexts, json.dumps(sign(self.contexts, badge(**members))).encode(), "application/vc")
        proven = prove(self.contexts, received, CONTROLLER, recorded={}, now=NOW, policy=POLICY)
        assert isinstance(proven, VerifiedCredential), proven
        return await gather(
            received,
            proven,
            CONTROLLER,
            fetch=self.fetch,
            publications=self.publications,
            known_issuers=self.known_issuers,
            compute=InlineCompute(self.contexts),
            policy=POLICY,
            deadline=asyncio.get_running_loop().time() + seconds,
            now=NOW,
        )


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[HttpsServer]:
    async with https_server(tmp_path) as running:
        yield running


@pytest.fixture
def desk(contexts: Contexts, server: HttpsServer) -> Desk:
    return Desk(contexts, server.fetch())


def publish(contexts: Contexts, server: HttpsServer, path: str = "/list", **members: Any) -> str:
    """The university's list on the server, and its URL."""
    url = server.url(path)
    signed = status_list(contexts, **({"id": url} | members))
    server.paths[path] = answering(json.dumps(signed).encode())
    return url


def problem_of(gathered: Gathered, url: str) -> tuple[str, str]:
    outcome = dict(gathered.status_lists)[url]
    assert isinstance(outcome, Undetermined), outcome
    (problem,) = outcome.problems
    return problem.type, problem.detail


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_credential_without_a_status_asks_nobody(contexts: Contexts) -> None:
    gathered = await Desk(contexts, Offline()).gathered()
    assert gathered.status_lists == ()


async def test_a_list_is_found_where_the_credential_says(desk: Desk, server: HttpsServer) -> None:
    url = publish(desk.contexts, server)
    ((found_at, found),) = (await desk.gathered(entry(url))).status_lists
    assert found_at == url
    assert isinstance(found, VerifiedCredential)
    assert found.document["id"] == url


async def test_a_list_that_several_entries_name_is_asked_for_once(desk: Desk, server: HttpsServer) -> None:
    url = publish(desk.contexts, server)
    gathered = await desk.gathered(entry(url, 1), entry(url, 2), entry(url, 3))
    assert (len(gathered.status_lists), len(server.requests)) == (1, 1)


async def test_lists_are_asked_for_at_the_same_time_and_one_that_is_silent_spoils_no_other(
    desk: Desk, server: HttpsServer
) -> None:
    url = publish(desk.contexts, server)
    quiet = server.url("/quiet")
    server.paths["/quiet"] = silent
    gathered = await desk.gathered(entry(quiet), entry(url), seconds=0.5)
    assert isinstance(dict(gathered.status_lists)[url], VerifiedCredential)
    assert problem_of(gathered, quiet)[0] == STATUS_RETRIEVAL_ERROR


async def test_a_list_that_is_not_there_cannot_be_told(desk: Desk, server: HttpsServer) -> None:
    url = server.url("/none")
    assert problem_of(await desk.gathered(entry(url)), url)[0] == STATUS_RETRIEVAL_ERROR


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"issuer": "did:web:other.example"}, "not of the credential's issuer"),
        ({"id": STATUS_LIST}, "it is another list"),
        ({"validUntil": "2026-11-24T11:59:59Z"}, "not in force now"),
        ({"validFrom": "2026-11-24T12:05:01Z"}, "not in force now"),
        ({"credentialStatus": status_entry()}, "could itself be revoked"),
        ({"key": STRANGER}, "the signature does not fit"),
    ],
    ids=["another issuer", "another list", "ended", "not begun", "revocable", "a stranger's signature"],
)
async def test_a_list_that_cannot_be_relied_on_is_not_read(
    desk: Desk, server: HttpsServer, members: dict[str, Any], why: str
) -> None:
    url = publish(desk.contexts, server, **members)
    problem_type, detail = problem_of(await desk.gathered(entry(url)), url)
    assert problem_type == STATUS_VERIFICATION_ERROR
    assert why in detail


async def test_a_list_by_a_key_that_the_issuer_revoked_is_not_read(contexts: Contexts) -> None:
    revoked = read(controlled_identifier_document(revoked="2026-11-10T00:00:00Z"), identifier=UNIVERSITY)
    with pytest.raises(Refused, match="was revoked"):
        verify_status_list(
            contexts, json.dumps(status_list(contexts)).encode(), STATUS_LIST, revoked, now=NOW, policy=POLICY
        )


async def test_a_list_that_was_signed_while_it_was_asked_for_is_in_force(contexts: Contexts) -> None:
    content = json.dumps(status_list(contexts, validFrom="2026-11-24T12:00:01Z")).encode()
    held = verify_status_list(contexts, content, STATUS_LIST, CONTROLLER, now=NOW, policy=POLICY)
    assert held.document["validFrom"] == "2026-11-24T12:00:01Z"


async def test_a_list_without_an_id_is_the_one_that_was_asked_for(contexts: Contexts) -> None:
    unsigned = {name: value for name, value in status_list(contexts).items() if name not in {"id", "proof"}}
    content = json.dumps(sign(contexts, unsigned)).encode()
    held = verify_status_list(contexts, content, STATUS_LIST, CONTROLLER, now=NOW, policy=POLICY)
    assert "id" not in held.document


@given(
    st.binary()
    | st.builds(gzip.compress, st.binary())
    | st.dictionaries(st.sampled_from(["@context", "id", "type", "proof", "issuer"]), st.text() | st.none()).map(
        lambda document: json.dumps(document).encode()
    )
)
def test_any_bytes_are_a_list_or_a_problem_of_the_status(contexts: Contexts, content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        verify_status_list(contexts, content, STATUS_LIST, CONTROLLER, now=NOW, policy=POLICY)
    assert {problem.type for problem in refused.value.problems} == {STATUS_VERIFICATION_ERROR}


@pytest.mark.parametrize(
    ("entries", "urls"),
    [
        ([], ()),
        ([entry("https://a.example/1"), entry("https://b.example/2")], ("https://a.example/1", "https://b.example/2")),
        ([entry("https://a.example/1", 1), entry("https://a.example/1", 2)], ("https://a.example/1",)),
        ([entry("https://a.example/1", statusPurpose="refresh")], ()),
        ([entry("https://a.example/1", statusPurpose="unheard of")], ()),
        ([entry("https://a.example/1", type="AnotherEntry")], ()),
        ([entry("https://a.example/1", statusListIndex="x")], ()),
    ],
    ids=["none", "two", "one twice", "refresh", "another purpose", "another type", "no index"],
)
def test_only_lists_that_the_verdict_depends_on_are_asked_for(entries: list[JsonObject], urls: tuple[str, ...]) -> None:
    document = badge(credentialStatus=entries) if entries else badge()
    assert list_urls(document, policy=POLICY) == urls


def test_a_policy_that_accepts_no_kind_of_status_asks_nobody() -> None:
    document = badge(credentialStatus=entry("https://a.example/1"))
    assert list_urls(document, policy=VerificationPolicy(status_types=frozenset())) == ()


# ── our own lists, and whom we know ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def office(database: Database, contexts: Contexts, tmp_path: Path) -> Office:
    return await Office.opened(database, contexts, tmp_path / "keys", public_url="https://uni.example")


async def own_list(office: Office) -> str:
    receipt = await office.issuer().award(
        request(), institution=office.institution, actor="a test", idempotency_key=None, now=NOW
    )
    url: str = json.loads(receipt.credential)["credentialStatus"]["statusListCredential"]
    return url


async def test_our_own_list_is_asked_of_no_host(office: Office, contexts: Contexts) -> None:
    url = await own_list(office)
    gathered = await Desk(contexts, Offline(), office.publisher()).gathered(entry(url))
    # It was found, without a request; and it is another issuer's than the university's.
    problem_type, detail = problem_of(gathered, url)
    assert (problem_type, "was not asked" in detail) == (STATUS_VERIFICATION_ERROR, False)


async def test_our_own_list_cannot_be_told_while_the_database_is_away(office: Office, contexts: Contexts) -> None:
    url = await own_list(office)
    await take_away(office.database)
    gathered = await Desk(contexts, Offline(), office.publisher()).gathered(entry(url))
    outcome = dict(gathered.status_lists)[url]
    assert isinstance(outcome, Undetermined)
    assert (outcome.problems[0].type, outcome.problems[0].remedy) == (
        STATUS_RETRIEVAL_ERROR,
        "try again in some minutes",
    )


async def test_an_issuer_that_is_listed_is_known(contexts: Contexts) -> None:
    known = KnownIssuer(UNIVERSITY, "University of Examples", source="a file")
    gathered = await Desk(contexts, Offline(), known_issuers=ListedIssuers({UNIVERSITY: known})).gathered()
    assert gathered.known_issuer == known


async def test_nobody_is_known_where_nobody_is_listed(contexts: Contexts) -> None:
    assert (await Desk(contexts, Offline()).gathered()).known_issuer is None


async def test_who_is_known_cannot_be_told_while_the_database_is_away(office: Office, contexts: Contexts) -> None:
    await take_away(office.database)
    issuers = OwnAndListedIssuers(office.database.directory, {})
    found = (await Desk(contexts, Offline(), known_issuers=issuers).gathered()).known_issuer
    assert isinstance(found, Undetermined)
    assert [problem.type for problem in found.problems] == [NOT_LOOKED_UP]


# ── what the checks read ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_checks_read_what_is_proven(contexts: Contexts) -> None:
    gathered = await Desk(contexts, Offline()).gathered()
    assert "proof" in gathered.received.document
    assert "proof" not in gathered.document


def test_where_nothing_is_proven_they_read_what_was_received(contexts: Contexts) -> None:
    received = parse(contexts, json.dumps(badge()).encode(), "application/vc")
    unproven = Unproven(proof=Undetermined((Problem(MISSING_PROOF),)), controller=NOT_JUDGED)
    assert Gathered(received=received, proven=unproven, now=NOW).document == received.document
