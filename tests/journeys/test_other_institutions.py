"""Other institutions on did:web, over real TLS: what each does, the verdict on what it signed, and the words for it."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.adapters.cached_fetch import CachedFetch
from app.adapters.cpu_pool import InlineCompute
from app.adapters.fetch import GuardedFetch, Reach
from app.adapters.known_issuers import ListedIssuers
from app.core.json_ld import Contexts
from app.core.problems import JsonObject
from app.core.status import bitstring_status_list
from app.issuer.publish import NothingPublished
from app.ports import Fetch, KnownIssuer
from app.verifier.report import Verdict, VerificationReport
from app.verifier.verifier import Verifier
from app.web.languages import choose
from app.web.plain_text import report_lines
from tests.https_server import LOOPBACK, Answer, HttpsServer, answering, dripping, endless, https_server, silent
from tests.verifying import KEY, NOW, STRANGER, Key, badge, sign

HOST = "college.example"
NEW = Key.of("the college's second key")
SECONDS = 1.0

GENUINE = "Genuine, and in force."
UNKNOWN = "Signed and unchanged, but we do not know the issuer."
NOT_CHECKED = "We could not check the signature."
NOT_SIGNED = "This is not what the issuer signed."
OTHER_KEY = "The key that it names is not one that the issuer uses. Ask for the original file before you judge anyone."


@dataclass
class College:
    """An institution with a server of its own. `path` is its part of the host, as in did:web:host%3Aport:path."""

    server: HttpsServer
    contexts: Contexts
    path: tuple[str, ...] = ()
    keys: dict[str, tuple[Key, dict[str, Any]]] = field(default_factory=lambda: {"key-1": (KEY, {})})

    @property
    def did(self) -> str:
        return ":".join((f"did:web:{HOST}%3A{self.server.port}", *self.path))

    @property
    def silent(self) -> str:
        return f"{HOST}:{self.server.port} did not answer; nothing below is confirmed."

    @property
    def place(self) -> str:
        return "/" + "/".join([*(self.path or (".well-known",)), "did.json"])

    def document(self, **members: Any) -> JsonObject:
        methods = [
            {
                "id": f"{self.did}#{name}",
                "type": "Multikey",
                "controller": self.did,
                "publicKeyMultibase": key.multibase,
                **more,
            }
            for name, (key, more) in self.keys.items()
        ]
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": self.did,
            "verificationMethod": methods,
            "assertionMethod": [method["id"] for method in methods],
            **members,
        }

    def publishes(self, answer: Answer | None = None, **members: Any) -> None:
        self.server.paths[self.place] = answer or answering(json.dumps(self.document(**members)).encode())

    def credential(self, name: str = "key-1", *, key: Key = KEY, **members: Any) -> bytes:
        issuer = {"id": self.did, "type": ["Profile"], "name": "College of Examples"}
        method = f"{self.did}#{name}"
        return json.dumps(
            sign(self.contexts, badge(issuer=issuer, **members), key=key, verification_method=method)
        ).encode()

    def list_at(self, path: str, *, revoked: tuple[int, ...] = (), issuer: str | None = None) -> JsonObject:
        url = self.server.url(path, host=HOST)
        unsigned = bitstring_status_list.credential(
            url=url,
            issuer=issuer or self.did,
            purpose="revocation",
            encoded_list=bitstring_status_list.encode(131_072, revoked),
            valid_from=NOW,
            valid_until=NOW.replace(year=NOW.year + 1),
            ttl_milliseconds=60_000,
        )
        return sign(self.contexts, unsigned, verification_method=f"{self.did}#key-1")

    async def checked(
        self, credential: bytes, *, fetch: Fetch | None = None, known: bool = True
    ) -> tuple[VerificationReport, tuple[str, ...]]:
        """The report, and the words that a person reads."""
        listed = {self.did: KnownIssuer(self.did, "College of Examples", source="a register")} if known else {}
        verifier = Verifier(
            fetch=fetch or self.server.fetch(),
            publications=NothingPublished(),
            known_issuers=ListedIssuers(listed),
            compute=InlineCompute(self.contexts),
            fetch_timeout_seconds=SECONDS,
        )
        report = await verifier.verify(credential, "application/vc", now=NOW)
        english = choose(asked="en", accept_language=None)
        return report, tuple(line.strip() for line in report_lines(report, language=english))


@pytest.fixture
async def college(tmp_path: Path, contexts: Contexts) -> AsyncIterator[College]:
    async with https_server(tmp_path, names=(HOST,)) as server:
        yield College(server, contexts)


# ── as it should be ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_institution_at_the_root_of_its_host(college: College) -> None:
    college.publishes()
    report, words = await college.checked(college.credential())
    assert (report.verdict, words[0]) == (Verdict.VALID, GENUINE)


async def test_an_institution_on_a_path_of_a_host_that_it_shares(college: College) -> None:
    college.path = ("faculties", "law")
    college.publishes()
    report, words = await college.checked(college.credential())
    assert (report.verdict, words[0]) == (Verdict.VALID, GENUINE)


async def test_an_institution_that_we_do_not_know_is_not_called_genuine(college: College) -> None:
    college.publishes()
    report, words = await college.checked(college.credential(), known=False)
    assert (report.verdict, report.known_issuer, words[0]) == (Verdict.VALID, None, UNKNOWN)


async def test_its_own_list_is_read(college: College) -> None:
    college.publishes()
    college.server.paths["/lists/1"] = answering(json.dumps(college.list_at("/lists/1", revoked=(7,))).encode())
    url = college.server.url("/lists/1", host=HOST)
    entry = bitstring_status_list.entry(status_list_credential=url, index=7, purpose="revocation")
    report, words = await college.checked(college.credential(credentialStatus=entry))
    assert (report.verdict, words[0]) == (Verdict.REVOKED, "Genuine, but revoked by the issuer.")


async def test_a_list_that_does_not_come_is_not_a_list_without_it(college: College) -> None:
    college.publishes()
    college.server.paths["/lists/1"] = silent
    url = college.server.url("/lists/1", host=HOST)
    entry = bitstring_status_list.entry(status_list_credential=url, index=7, purpose="revocation")
    report, words = await college.checked(college.credential(credentialStatus=entry))
    assert report.verdict is Verdict.INDETERMINATE
    assert "The issuer’s list did not answer. Try again in some minutes, or ask the issuer." in " ".join(words)


# ── it does not answer, or not with its keys: nobody is blamed ───────────────────────────────────────────────────────


def redirecting(to: str) -> Answer:
    return answering(status="302 Found", Location=to)


BOMB = gzip.compress(b" " * 100_000_000)
SILENCES: dict[str, tuple[Answer, str]] = {
    "slow": (dripping(seconds=0.2), "did not answer in time"),
    "silent": (silent, "did not answer in time"),
    "huge": (endless, "sent more than 1,048,576 bytes"),
    "redirecting": (redirecting("https://college.example/elsewhere"), "a redirect, and those are not followed"),
    "a gzip bomb": (answering(BOMB, Content_Encoding="gzip"), "sent its answer compressed, which was not asked for"),
    "not there": (answering(status="404 Not Found"), "answered 404, not 200"),
    "out of order": (answering(status="500 Internal Server Error"), "answered 500, not 200"),
    "a page for people": (answering(b"<!doctype html><title>Hello</title>"), "is not a document of keys"),
}


@pytest.mark.parametrize("name", SILENCES)
async def test_without_its_keys_we_can_not_tell(college: College, name: str) -> None:
    answer, why = SILENCES[name]
    college.publishes(answer)
    began = time.monotonic()
    report, words = await college.checked(college.credential())
    assert time.monotonic() - began < SECONDS + 4
    assert (report.verdict, *words[:2]) == (Verdict.INDETERMINATE, NOT_CHECKED, college.silent)
    assert any(why in line for line in words)


async def test_a_redirect_is_not_followed(college: College) -> None:
    college.publishes(redirecting(college.server.url("/elsewhere", host=HOST)))
    college.server.paths["/elsewhere"] = answering(json.dumps(college.document()).encode())
    await college.checked(college.credential())
    assert college.server.connections == 1


async def test_a_certificate_that_ended(tmp_path: Path, contexts: Contexts) -> None:
    async with https_server(tmp_path, names=(HOST,), certificate_ended=True) as server:
        college = College(server, contexts)
        college.publishes()
        report, words = await college.checked(college.credential())
    assert (report.verdict, *words[:2]) == (Verdict.INDETERMINATE, NOT_CHECKED, college.silent)
    assert any("has no certificate that counts: certificate has expired" in line for line in words)


async def test_a_certificate_of_another_host(tmp_path: Path, contexts: Contexts) -> None:
    async with https_server(tmp_path, names=("another.example",)) as server:
        college = College(server, contexts)
        college.publishes()
        report, words = await college.checked(college.credential())
    assert (report.verdict, *words[:2]) == (Verdict.INDETERMINATE, NOT_CHECKED, college.silent)
    assert any("has no certificate that counts: Hostname mismatch" in line for line in words)


async def test_a_certificate_by_an_authority_that_nobody_knows(college: College) -> None:
    college.publishes()
    stranger = GuardedFetch(
        max_bytes=1_048_576,
        reach=Reach(ports=frozenset({college.server.port}), networks=(LOOPBACK,)),
        resolve=resolving("127.0.0.1"),
    )
    report, words = await college.checked(college.credential(), fetch=stranger)
    assert (report.verdict, *words[:2]) == (Verdict.INDETERMINATE, NOT_CHECKED, college.silent)


async def test_plain_http(contexts: Contexts) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with listening:
        college = College(HttpsServer(port=listening.sockets[0].getsockname()[1]), contexts)
        report, words = await college.checked(college.credential())
    assert (report.verdict, *words[:2]) == (Verdict.INDETERMINATE, NOT_CHECKED, college.silent)
    assert any("does not speak TLS as we do" in line for line in words)


# ── its name leads elsewhere ─────────────────────────────────────────────────────────────────────────────────────────


def resolving(*answers: str, each_in_turn: bool = False) -> Callable[[str, int], Awaitable[tuple[str, ...]]]:
    """A name server that gives all addresses at once; or one at a time, the last for ever."""
    asked = 0

    async def resolve(_host: str, _port: int) -> tuple[str, ...]:
        nonlocal asked
        asked += 1
        return (answers[min(asked, len(answers)) - 1],) if each_in_turn else answers

    return resolve


def reaching(server: HttpsServer, resolve: Callable[[str, int], Awaitable[tuple[str, ...]]]) -> GuardedFetch:
    return GuardedFetch(
        max_bytes=1_048_576,
        reach=Reach(ports=frozenset({server.port}), networks=(LOOPBACK,)),
        resolve=resolve,
        ssl_context=server.authority,
    )


async def test_a_name_that_is_rebound_between_looking_up_and_dialling(college: College) -> None:
    """The address that was judged is the one that is dialled: the second answer, an inner one, is never asked for."""
    college.publishes()
    fetch = reaching(college.server, resolving("127.0.0.1", "169.254.169.254", each_in_turn=True))
    report, _ = await college.checked(college.credential(), fetch=fetch)
    assert report.verdict is Verdict.VALID


@pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.5", "::1", "fd00::1", "64:ff9b::a00:5"])
async def test_a_name_that_leads_inside_is_not_asked(college: College, address: str) -> None:
    college.publishes()
    fetch = reaching(college.server, resolving("127.0.0.1", address))
    report, words = await college.checked(college.credential(), fetch=fetch)
    assert (report.verdict, college.server.connections) == (Verdict.INDETERMINATE, 0)
    assert any("leads to an address that is not public, and is not asked" in line for line in words)


# ── it answers, and what it says is not good: it counts against the credential ───────────────────────────────────────


async def test_a_document_that_is_another_institutions(college: College) -> None:
    college.publishes(id="did:web:another.example")
    report, words = await college.checked(college.credential())
    assert (report.verdict, *words[:2]) == (Verdict.INVALID, NOT_SIGNED, OTHER_KEY)
    assert any("says that it is 'did:web:another.example'" in line for line in words)


async def test_a_key_that_another_controls(college: College) -> None:
    college.keys = {"key-1": (KEY, {"controller": "did:web:another.example"})}
    college.publishes()
    report, words = await college.checked(college.credential())
    assert (report.verdict, *words[:2]) == (Verdict.INVALID, NOT_SIGNED, OTHER_KEY)


async def test_a_stranger_who_signs_in_its_name(college: College) -> None:
    college.publishes()
    report, words = await college.checked(college.credential(key=STRANGER))
    assert (report.verdict, words[0]) == (Verdict.INVALID, NOT_SIGNED)


async def test_a_list_that_is_another_institutions(college: College) -> None:
    college.publishes()
    other = college.list_at("/lists/1", issuer="did:web:another.example")
    college.server.paths["/lists/1"] = answering(json.dumps(other).encode())
    url = college.server.url("/lists/1", host=HOST)
    entry = bitstring_status_list.entry(status_list_credential=url, index=7, purpose="revocation")
    report, _ = await college.checked(college.credential(credentialStatus=entry))
    assert report.verdict is Verdict.INDETERMINATE


# ── it changes its keys ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_a_retired_key_signed_stays_good(college: College) -> None:
    credential = college.credential()
    college.keys = {"key-1": (KEY, {}), "key-2": (NEW, {})}
    college.publishes()
    report, words = await college.checked(credential)
    assert (report.verdict, words[0]) == (Verdict.VALID, GENUINE)


async def test_a_key_that_it_removed_is_not_its_own_any_more(college: College) -> None:
    """It was asked, it answered, and the key is not among its keys: that is a no, not a silence."""
    credential = college.credential()
    college.keys = {"key-2": (NEW, {})}
    college.publishes()
    report, words = await college.checked(credential)
    assert (report.verdict, *words[:2]) == (Verdict.INVALID, NOT_SIGNED, OTHER_KEY)


async def test_a_key_that_it_gave_up_counts_no_more(college: College) -> None:
    credential = college.credential()
    college.keys = {"key-1": (KEY, {"revoked": "2026-11-20T00:00:00Z"}), "key-2": (NEW, {})}
    college.publishes()
    report, words = await college.checked(credential)
    assert (report.verdict, words[0]) == (Verdict.INVALID, NOT_SIGNED)
    assert words[1].startswith("The issuer has given up the key that signed this, so anyone may have signed it.")


async def test_a_new_key_is_found_though_an_older_copy_of_its_document_is_remembered(
    college: College, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.verifier.resolve._RECENT_SECONDS", 0.0)
    fetch = CachedFetch(college.server.fetch(), fetch_timeout_seconds=SECONDS, usual_age_seconds=60, max_age_seconds=60)
    college.publishes()
    await college.checked(college.credential(), fetch=fetch)
    college.keys = {"key-1": (KEY, {}), "key-2": (NEW, {})}
    college.publishes()
    report, words = await college.checked(college.credential("key-2", key=NEW), fetch=fetch)
    assert (report.verdict, words[0], college.server.connections) == (Verdict.VALID, GENUINE, 2)


async def test_nobody_has_its_host_asked_again_and_again_by_naming_keys_that_are_not_there(college: College) -> None:
    fetch = CachedFetch(college.server.fetch(), fetch_timeout_seconds=SECONDS, usual_age_seconds=60, max_age_seconds=60)
    college.publishes()
    for number in range(5):
        report, _ = await college.checked(college.credential(f"key-{number + 7}"), fetch=fetch)
        assert report.verdict is Verdict.INVALID
    assert college.server.connections == 1
