"""The guarded fetcher, against a server that lies, drips, floods and redirects."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.fetch import GuardedFetch, Reach
from app.core.problems import NOT_ASKED, STATUS_RETRIEVAL_ERROR, Refused
from app.ports import Fetched
from tests.https_server import HttpsServer, answering, dripping, endless, https_server, silent

# Attacks N01 and N02: each leads somewhere that a stranger must not send us.
NOT_PUBLIC = [
    "127.0.0.1",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001::1",
    "2001:db8::1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "3fff::1",
    "5f00::1",
    "not an address",
]

NEVER_ASKED = [
    "http://issuer.example/did.json",
    "file:///etc/passwd",
    "ftp://issuer.example/",
    "HTTPS://issuer.example/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://localhost/",
    "https://issuer/",
    "https://user@issuer.example/",
    "https://user:pass@issuer.example/",
    "https://issuer.example@evil.example/",
    "https://issuer.example:6379/",
    "https://issuer.example:0/",
    "https://issuer.example:/",
    "https://issuer.example./",
    "https://issuer..example/",
    "https://-issuer.example/",
    "https://іssuer.example/",
    "https://issuer.example\\@evil.example/",
    "https://issuer.example/#fragment",
    "https://issuer.example/ space",
    "https://issuer.example/\r\nHost: evil.example",
    "https://issuer.example/%zz",
    "https://issuer.example\n/",
    "https://" + "a" * 254 + ".example/",
    "https://issuer.example/" + "a" * 2_048,
    "",
]


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[HttpsServer]:
    async with https_server(tmp_path) as running:
        yield running


async def ask(fetch: GuardedFetch, url: str, *, seconds: float = 5.0) -> Fetched:
    deadline = asyncio.get_running_loop().time() + seconds
    return await fetch(url, accept="application/json", deadline=deadline, otherwise=STATUS_RETRIEVAL_ERROR)


async def refused(fetch: GuardedFetch, url: str, *, seconds: float = 5.0) -> str:
    with pytest.raises(Refused) as caught:
        await ask(fetch, url, seconds=seconds)
    assert [problem.type for problem in caught.value.problems] in ([STATUS_RETRIEVAL_ERROR], [NOT_ASKED])
    return caught.value.problems[0].detail


async def test_what_a_host_answers_comes_back_as_it_was_sent(server: HttpsServer) -> None:
    server.paths["/list"] = answering(b'{"a": 1}', media_type="application/vc; charset=utf-8")
    url = server.url("/list")
    assert await ask(server.fetch(), url) == Fetched(url, "application/vc", b'{"a": 1}')


async def test_the_request_says_no_more_than_it_must(server: HttpsServer) -> None:
    server.paths["/list?x=1"] = answering()
    await ask(server.fetch(), server.url("/list?x=1"))
    assert server.requests == [
        "GET /list?x=1 HTTP/1.1\r\n"
        f"Host: issuer.example:{server.port}\r\n"
        "Accept: application/json\r\n"
        "Accept-Encoding: identity\r\n"
        "User-Agent: Testamur\r\n"
        "Connection: close\r\n\r\n"
    ]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_may_not_be_reached(address: str) -> None:
    assert not Reach().allows(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "193.0.6.139", "2a00:1450:4001::1", "2620:fe::fe"])
def test_a_public_address_may_be_reached(address: str) -> None:
    assert Reach().allows(address)


@pytest.mark.parametrize("url", NEVER_ASKED)
async def test_a_url_that_hides_or_misses_its_host_is_refused_before_any_look_up(url: str) -> None:
    looked_up: list[str] = []

    async def resolve(host: str, _port: int) -> tuple[str, ...]:
        looked_up.append(host)
        return ("127.0.0.1",)

    await refused(GuardedFetch(max_bytes=100, resolve=resolve), url)
    assert looked_up == []


@given(url=st.text(max_size=60).map("https://".__add__) | st.text(max_size=80))
async def test_any_text_is_fetched_or_refused(url: str) -> None:
    async def resolve(_host: str, _port: int) -> tuple[str, ...]:
        return ()

    await refused(GuardedFetch(max_bytes=100, resolve=resolve), url)


async def test_a_name_that_leads_to_loopback_is_not_dialled(server: HttpsServer) -> None:
    async def resolve(_host: str, _port: int) -> tuple[str, ...]:
        return ("127.0.0.1",)

    fetch = GuardedFetch(
        max_bytes=100, resolve=resolve, reach=Reach(ports=frozenset({server.port})), ssl_context=server.authority
    )
    assert "not public" in await refused(fetch, server.url())
    assert server.connections == 0


async def test_one_bad_address_among_good_ones_refuses_the_name(server: HttpsServer) -> None:
    assert "not public" in await refused(server.fetch(addresses=("127.0.0.1", "10.0.0.1")), server.url())
    assert server.connections == 0


async def test_a_name_is_looked_up_once_so_that_it_cannot_be_rebound(server: HttpsServer) -> None:
    server.paths["/"] = answering()
    answers = iter([("127.0.0.1",), ("10.0.0.1",)])

    async def resolve(_host: str, _port: int) -> tuple[str, ...]:
        return next(answers)

    reach = Reach(ports=frozenset({server.port}), networks=server.fetch()._reach.networks)
    await ask(GuardedFetch(max_bytes=100, resolve=resolve, reach=reach, ssl_context=server.authority), server.url())
    assert next(answers) == ("10.0.0.1",)


async def test_the_next_address_is_dialled_where_the_first_refuses(server: HttpsServer) -> None:
    server.paths["/"] = answering()
    assert (await ask(server.fetch(addresses=("127.9.9.9", "127.0.0.1")), server.url())).content == b"{}"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_redirect_is_not_followed(server: HttpsServer, status: str) -> None:
    server.paths["/"] = answering(status=status, Location=server.url("/inner"))
    assert "redirect" in await refused(server.fetch(), server.url())
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", ["204 No Content", "206 Partial Content", "404 Not Found", "500 Oh"])
async def test_only_200_is_an_answer(server: HttpsServer, status: str) -> None:
    server.paths["/"] = answering(b"", status=status)
    assert f"answered {status[:3]}" in await refused(server.fetch(), server.url())


async def test_a_compressed_answer_is_refused_unread(server: HttpsServer) -> None:
    server.paths["/"] = answering(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")
    assert "compressed" in await refused(server.fetch(), server.url())


async def test_a_second_content_coding_line_does_not_hide_the_first(server: HttpsServer) -> None:
    server.paths["/"] = answering(Content_Encoding="gzip", content_encoding="identity")
    assert "compressed" in await refused(server.fetch(), server.url())


async def test_a_body_without_end_is_cut_at_the_limit(server: HttpsServer) -> None:
    server.paths["/"] = endless
    assert "more than 1,048,576 bytes" in await refused(server.fetch(), server.url())


async def test_a_body_that_says_it_is_too_large_is_not_read(server: HttpsServer) -> None:
    server.paths["/"] = answering(b"x", length=50_000_000)
    assert "more than" in await refused(server.fetch(), server.url())


async def test_a_body_of_exactly_the_limit_is_taken(server: HttpsServer) -> None:
    server.paths["/"] = answering(b"x" * 1_000)
    assert len((await ask(server.fetch(max_bytes=1_000), server.url())).content) == 1_000


async def test_a_body_shorter_than_it_said_is_refused(server: HttpsServer) -> None:
    server.paths["/"] = answering(b"short", length=500)
    assert "broke off" in await refused(server.fetch(), server.url())


async def test_what_is_not_http_is_refused(server: HttpsServer) -> None:
    async def smtp(writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")

    server.paths["/"] = smtp
    assert "not HTTP" in await refused(server.fetch(), server.url())


async def test_a_head_without_end_is_refused(server: HttpsServer) -> None:
    async def flood(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000)
        await writer.drain()

    server.paths["/"] = flood
    assert "not HTTP" in await refused(server.fetch(), server.url())


@pytest.mark.parametrize("answer", [dripping(seconds=0.05), silent], ids=["drip", "silence"])
async def test_a_drip_and_a_silence_end_at_the_deadline(server: HttpsServer, answer: object) -> None:
    server.paths["/"] = answer  # type: ignore[assignment]
    began = perf_counter()
    assert "in time" in await refused(server.fetch(), server.url(), seconds=0.5)
    assert perf_counter() - began < 1.0


async def test_a_deadline_that_has_passed_dials_nobody(server: HttpsServer) -> None:
    assert "in time" in await refused(server.fetch(), server.url(), seconds=-1)
    assert server.connections == 0


async def test_a_slow_name_server_ends_at_the_deadline() -> None:
    async def resolve(_host: str, _port: int) -> tuple[str, ...]:
        await asyncio.sleep(60)
        return ()

    detail = await refused(GuardedFetch(max_bytes=100, resolve=resolve), "https://issuer.example/", seconds=0.1)
    assert detail == "issuer.example did not answer in time"


async def test_a_certificate_for_another_name_does_not_count(server: HttpsServer) -> None:
    assert "certificate" in await refused(server.fetch(), server.url(host="other.example"))


async def test_a_certificate_of_an_unknown_authority_does_not_count(server: HttpsServer) -> None:
    async def resolve(_host: str, _port: int) -> tuple[str, ...]:
        return ("127.0.0.1",)

    reach = Reach(ports=frozenset({server.port}), networks=server.fetch()._reach.networks)
    fetch = GuardedFetch(max_bytes=100, resolve=resolve, reach=reach)
    assert "certificate" in await refused(fetch, server.url())


async def test_a_port_where_nobody_listens_is_said_so(server: HttpsServer) -> None:
    assert "refuses connections" in await refused(server.fetch(addresses=("127.9.9.9",)), server.url())


async def test_a_proxy_of_the_environment_is_not_used(server: HttpsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    server.paths["/"] = answering()
    assert (await ask(server.fetch(), server.url())).content == b"{}"


async def test_a_host_in_capitals_is_the_same_host(server: HttpsServer) -> None:
    server.paths["/"] = answering()
    assert (await ask(server.fetch(), server.url(host="Issuer.EXAMPLE"))).content == b"{}"
