"""What other hosts publish is asked for once, however many ask us."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from app.adapters.cached_fetch import CachedFetch
from app.core.problems import INVALID_CONTROLLED_IDENTIFIER_DOCUMENT, STATUS_RETRIEVAL_ERROR, Refused
from app.ports import Fetched
from tests.https_server import HttpsServer, answering, https_server, silent


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[HttpsServer]:
    async with https_server(tmp_path) as running:
        yield running


def cached(server: HttpsServer, **limits: float) -> CachedFetch:
    settings: dict[str, float] = {"fetch_timeout_seconds": 2.0, "usual_age_seconds": 60.0, "max_age_seconds": 600.0}
    settings |= limits
    return CachedFetch(server.fetch(), **settings)  # type: ignore[arg-type]


async def ask(
    fetch: CachedFetch,
    url: str,
    *,
    seconds: float = 3.0,
    otherwise: str = STATUS_RETRIEVAL_ERROR,
    at_most_seconds_old: float | None = None,
) -> Fetched:
    deadline = asyncio.get_running_loop().time() + seconds
    return await fetch(
        url,
        accept="application/json",
        deadline=deadline,
        otherwise=otherwise,
        at_most_seconds_old=at_most_seconds_old,
    )


async def test_a_thousand_checks_within_its_age_fetch_a_list_once(server: HttpsServer) -> None:
    server.paths["/list"] = answering(b"list")
    fetch = cached(server)
    answers = await asyncio.gather(*(ask(fetch, server.url("/list")) for _ in range(500)))
    answers += [await ask(fetch, server.url("/list")) for _ in range(500)]
    assert ({each.content for each in answers}, len(server.requests)) == ({b"list"}, 1)


async def test_a_list_past_its_age_is_fetched_again(server: HttpsServer) -> None:
    server.paths["/list"] = answering(b"list")
    fetch = cached(server, usual_age_seconds=0.05)
    await ask(fetch, server.url("/list"))
    await asyncio.sleep(0.06)
    await ask(fetch, server.url("/list"))
    assert len(server.requests) == 2


async def test_a_refusal_is_kept_for_a_moment_only(server: HttpsServer) -> None:
    fetch = cached(server, failure_seconds=0.05)
    for _ in range(3):
        with pytest.raises(Refused):
            await ask(fetch, server.url("/list"))
    assert len(server.requests) == 1
    await asyncio.sleep(0.06)
    server.paths["/list"] = answering(b"list")
    assert (await ask(fetch, server.url("/list"))).content == b"list"


async def test_a_kept_refusal_has_the_type_that_each_caller_asked_for(server: HttpsServer) -> None:
    fetch = cached(server)
    with pytest.raises(Refused):
        await ask(fetch, server.url("/did.json"))
    with pytest.raises(Refused) as caught:
        await ask(fetch, server.url("/did.json"), otherwise=INVALID_CONTROLLED_IDENTIFIER_DOCUMENT)
    assert caught.value.problems[0].type == INVALID_CONTROLLED_IDENTIFIER_DOCUMENT


async def test_who_comes_with_little_time_does_not_spoil_it_for_the_others(server: HttpsServer) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await answering(b"list")(writer)

    server.paths["/list"] = slow
    fetch = cached(server)
    hasty, patient = await asyncio.gather(
        ask(fetch, server.url("/list"), seconds=0.05), ask(fetch, server.url("/list")), return_exceptions=True
    )
    assert isinstance(hasty, Refused)
    assert isinstance(patient, Fetched)


async def test_a_caller_that_is_cancelled_leaves_the_fetch_to_the_others(server: HttpsServer) -> None:
    server.paths["/list"] = answering(b"list")
    fetch = cached(server)
    first = asyncio.create_task(ask(fetch, server.url("/list")))
    second = asyncio.create_task(ask(fetch, server.url("/list")))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).content == b"list"


async def test_the_memory_holds_so_many_entries_and_no_more(server: HttpsServer) -> None:
    fetch = cached(server, max_entries=2)
    for name in ("a", "b", "c", "a"):
        server.paths[f"/{name}"] = answering(name.encode())
        await ask(fetch, server.url(f"/{name}"))
    assert len(server.requests) == 4


async def test_the_memory_holds_so_many_bytes_and_no_more(server: HttpsServer) -> None:
    fetch = cached(server, max_bytes=1_500)
    for name in ("a", "b", "a"):
        server.paths[f"/{name}"] = answering(bytes(1_000))
        await ask(fetch, server.url(f"/{name}"))
    assert len(server.requests) == 3


async def test_what_is_larger_than_the_memory_is_answered_and_not_kept(server: HttpsServer) -> None:
    server.paths["/a"] = answering(bytes(1_000))
    fetch = cached(server, max_bytes=500)
    assert [len((await ask(fetch, server.url("/a"))).content) for _ in range(2)] == [1_000, 1_000]


async def test_a_copy_that_is_too_old_for_this_question_is_fetched_again(server: HttpsServer) -> None:
    server.paths["/a"] = answering(b"old")
    fetch = cached(server)
    await ask(fetch, server.url("/a"))
    server.paths["/a"] = answering(b"new")
    assert (await ask(fetch, server.url("/a"), at_most_seconds_old=60)).content == b"old"
    assert (await ask(fetch, server.url("/a"), at_most_seconds_old=0)).content == b"new"
    assert (await ask(fetch, server.url("/a"))).content == b"new"


async def test_a_copy_that_was_fetched_again_counts_once(server: HttpsServer) -> None:
    server.paths["/a"] = answering(bytes(1_000))
    fetch = cached(server, max_bytes=1_500)
    for _ in range(3):
        await ask(fetch, server.url("/a"), at_most_seconds_old=0)
    await ask(fetch, server.url("/a"))
    assert len(server.requests) == 3


async def test_closing_ends_what_is_under_way(server: HttpsServer) -> None:
    server.paths["/a"] = silent
    fetch = cached(server)
    asking = asyncio.create_task(ask(fetch, server.url("/a")))
    await asyncio.sleep(0.1)
    await fetch.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
