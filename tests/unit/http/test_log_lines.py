"""What a log record becomes: our words, its place and its number, and nothing that anybody else said."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.http.log_lines import FORMATS, JsonLines, TextLines, reference
from tests.http_server import running
from tests.unit.http.application import application


def record(
    name: str, message: str, *args: object, exception: BaseException | None = None, **extra: object
) -> logging.LogRecord:
    exc_info = (type(exception), exception, exception.__traceback__) if exception else None
    made = logging.LogRecord(name, logging.WARNING, "/app/place.py", 7, message, args, exc_info)
    made.__dict__.update(extra)
    return made


def raised() -> KeyError:
    """A fault whose message quotes a word."""
    try:
        {"": ""}["canary"]
    except KeyError as caught:
        return caught
    raise AssertionError


@contextmanager
def numbered(number: str) -> Iterator[None]:
    token = reference.set(number)
    try:
        yield
    finally:
        reference.reset(token)


@pytest.mark.parametrize("log_format", FORMATS)
def test_what_a_library_says_is_not_written(log_format: str) -> None:
    said = record("python_multipart.multipart", "no boundary in %r", b"canary", status="canary", trace=["canary"])
    line = FORMATS[log_format]().format(said)
    assert ("canary" in line, "/app/place.py:7" in line) == (False, True)


@pytest.mark.parametrize("log_format", FORMATS)
def test_what_an_exception_says_is_not_written(log_format: str) -> None:
    line = FORMATS[log_format]().format(record("testamur.x", "failed", exception=raised()))
    assert ("canary" in line, "builtins.KeyError" in line) == (False, True)


@pytest.mark.parametrize("log_format", FORMATS)
def test_a_field_that_is_not_named_is_not_written(log_format: str) -> None:
    assert "canary" not in FORMATS[log_format]().format(record("testamur.x", "voided", credential_id="canary"))


@pytest.mark.parametrize("log_format", FORMATS)
def test_a_line_has_the_number_of_its_request(log_format: str) -> None:
    with numbered("4d1c0e9a"):
        assert "4d1c0e9a" in FORMATS[log_format]().format(record("testamur.issuer", "voided"))


def test_a_line_for_people_is_one_line_and_its_trace_below() -> None:
    lines = TextLines().format(record("testamur.x", "failed", exception=raised())).splitlines()
    assert [line.startswith("    ") for line in lines] == [False, True, True]


@given(st.text(max_size=40))
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    said = record("testamur.x", "%s", text, route=text)
    assert len(TextLines().format(said).splitlines()) == 1
    assert json.loads(JsonLines().format(said))["event"] == text


def test_a_fault_and_the_line_of_its_request_share_a_number(caplog: pytest.LogCaptureFixture) -> None:
    lines = JsonLines()
    numbers: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            numbers.append(json.loads(lines.format(record))["request"])

    keeping = Keeping()
    logger = logging.getLogger("testamur")
    logger.addHandler(keeping)
    try:
        with caplog.at_level(logging.INFO, logger="testamur"), running(application()) as server:
            instance = json.loads(server.get("/raise/bug").body)["instance"]
    finally:
        logger.removeHandler(keeping)
    assert numbers == [instance.removeprefix("urn:uuid:")] * 2
