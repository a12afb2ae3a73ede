"""Forms: what a browser sends, and what an attacker does."""

import tracemalloc
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from app.core.problems import PARSING_ERROR, Refused
from app.http.forms import Form, FormPart, read_form
from app.http.negotiation import HttpRefused, Refusal

BOUNDARY = "multipart/form-data; boundary=xYz"


async def read(body: bytes, content_type: str = BOUNDARY, *, max_bytes: int = 100_000, piece: int = 1_000) -> Form:
    pieces = [body[at : at + piece] for at in range(0, len(body), piece)]

    async def arriving() -> AsyncIterator[Message]:
        for each in pieces:
            yield {"type": "http.request", "body": each, "more_body": True}
        yield {"type": "http.request", "body": b"", "more_body": False}

    messages = arriving()
    scope = {"type": "http", "headers": [(b"content-type", content_type.encode("utf-8", "replace"))]}
    return await read_form(Request(scope, receive=lambda: anext(messages)), max_bytes=max_bytes)


def part(name: str, content: bytes, *, filename: str | None = None, extra: str = "") -> bytes:
    file = "" if filename is None else f'; filename="{filename}"\r\nContent-Type: application/json'
    return f'--xYz\r\nContent-Disposition: form-data; name="{name}"{file}{extra}\r\n\r\n'.encode() + content + b"\r\n"


END = b"--xYz--\r\n"


async def refusal(body: bytes, content_type: str = BOUNDARY) -> str:
    with pytest.raises(Refused) as caught:
        await read(body, content_type)
    assert caught.value.problems[0].type == PARSING_ERROR
    return caught.value.problems[0].detail


@pytest.mark.parametrize("piece", [1, 7, 100_000])
async def test_a_file_comes_as_it_was_sent(piece: int) -> None:
    content = bytes(range(256)) + b"\r\n--xY\r\n"
    form = await read(part("file", content, filename="a.json") + END, piece=piece)
    assert form.file("file") == FormPart("file", content, "a.json", "application/json")


async def test_a_field_beside_a_file_is_read() -> None:
    form = await read(part("text", "ÿ €".encode()) + part("file", b"x", filename="a") + END)
    assert form.text("text") == "ÿ €"


async def test_a_file_control_left_empty_is_no_file() -> None:
    assert (await read(part("file", b"", filename="") + END)).file("file") is None


async def test_a_field_is_no_file() -> None:
    assert (await read(part("file", b"x") + END)).file("file") is None


@pytest.mark.parametrize("piece", [1, 5, 1_000])
async def test_an_urlencoded_form_is_decoded(piece: int) -> None:
    form = await read(b"text=%7B%22a%22%3A+1%7D&lang=de", "application/x-www-form-urlencoded", piece=piece)
    assert (form.text("text"), form.text("lang"), form.text("none")) == ('{"a": 1}', "de", None)


async def test_a_name_given_twice_is_refused() -> None:
    assert "given twice" in await refusal(b"a=1&a=2", "application/x-www-form-urlencoded")


async def test_a_field_that_is_not_utf_8_is_refused() -> None:
    form = await read(b"a=%ff", "application/x-www-form-urlencoded")
    with pytest.raises(Refused, match="not UTF-8"):
        form.text("a")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (part("a", b"x"), "breaks off"),
        (b"", "breaks off"),
        (b"no boundary at all", "told apart"),
        (b"--xYz\r\nContent-Type: text/plain\r\n\r\nx\r\n" + END, "which field"),
        (part("a", b"x", extra="\r\nX: " + "y" * 2_000) + END, "told apart"),
        (part("a", b"x", extra="\r\nX: y" * 20) + END, "told apart"),
        (part("a", b"x") + part("a", b"y") + END, "given twice"),
    ],
)
async def test_a_multipart_form_that_is_none_is_refused(body: bytes, why: str) -> None:
    assert why in await refusal(body)


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=" + "x" * 71])
async def test_a_boundary_that_is_none_is_refused(content_type: str) -> None:
    assert "boundary" in await refusal(END, content_type)


# Attack P12.
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"".join(part(f"p{each}", b"") for each in range(5_000)) + END, BOUNDARY),
        (b"&".join(b"p%d=" % each for each in range(5_000)), "application/x-www-form-urlencoded"),
    ],
    ids=["multipart", "urlencoded"],
)
async def test_thousands_of_parts_are_too_many(body: bytes, content_type: str) -> None:
    with pytest.raises(HttpRefused) as caught:
        await read(body, content_type, max_bytes=10_000_000)
    assert caught.value.kind is Refusal.TOO_LARGE


async def test_a_form_larger_than_its_limit_is_ended_where_it_passes_it() -> None:
    with pytest.raises(HttpRefused) as caught:
        await read(part("a", bytes(2_000)), max_bytes=1_000)
    assert caught.value.kind is Refusal.TOO_LARGE


async def test_a_form_is_never_written_to_a_file_and_costs_a_few_times_its_size() -> None:
    body = part("file", bytes(1_200_000), filename="a") + END
    tracemalloc.start()
    await read(body, max_bytes=1_310_720, piece=65_536)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000_000


async def test_another_type_is_refused() -> None:
    with pytest.raises(HttpRefused) as caught:
        await read(b"{}", "application/json")
    assert caught.value.kind is Refusal.MEDIA_TYPE


def test_what_a_person_sent_does_not_show_in_a_trace() -> None:
    assert "secret" not in repr(FormPart("a", b"secret"))


@given(
    body=st.binary(max_size=200)
    | st.lists(st.sampled_from([b"--xYz", b"\r\n", b"--", b":", b'name="a"', b"a"])).map(b"".join)
)
async def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    for content_type in (BOUNDARY, "application/x-www-form-urlencoded"):
        with suppress(Refused, HttpRefused):
            assert isinstance(await read(body, content_type), Form)


@given(content_type=st.text())
async def test_any_text_is_a_type_or_refused(content_type: str) -> None:
    for declared in (content_type, "multipart/form-data;" + content_type):
        with suppress(Refused, HttpRefused):
            assert isinstance(await read(END, declared), Form)
