"""How a log record is written down: our own words and places in the code, never what an exception or a library says.

An exception's message quotes what was read, and so does a library's warning: a learner's name would be logged.
"""

import json
import logging
import logging.config
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

OWN: Final = "testamur"

# What a record may carry beside its words; anything else that it carries is not written.
_FIELDS: Final = ("method", "route", "status", "duration_ms", "request", "trace")

reference: ContextVar[str] = ContextVar("reference", default="")
"""The number of the request that is being answered: in every line about it, and on the page that tells of a fault."""


def trace(exception: BaseException | None) -> list[str]:
    """Where it was raised. An exception's message may quote a person's data: it stays out, and so do source lines."""
    lines: list[str] = []
    while exception is not None and len(lines) < 200:
        lines.append(f"{type(exception).__module__}.{type(exception).__qualname__}")
        frames = traceback.extract_tb(exception.__traceback__, limit=-30)
        lines.extend(f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        exception = exception.__cause__ or (None if exception.__suppress_context__ else exception.__context__)
    return lines


class JsonLines(logging.Formatter):
    """A record as one line of ASCII JSON: a line break or an escape sequence in a value stays a value."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_members(record), default=str)


class TextLines(logging.Formatter):
    """A record as a line for people, its trace below it."""

    def format(self, record: logging.LogRecord) -> str:
        members = _members(record)
        head = " ".join(str(members.pop(name)) for name in ("time", "level", "logger", "event"))
        below = members.pop("trace", [])
        lines = [" ".join((head, *(f"{name}={value}" for name, value in members.items() if value is not None)))]
        if isinstance(below, list):
            lines.extend(f"    {line}" for line in below)
        return "\n".join(_printable(line) for line in lines)


FORMATS: Final[Mapping[str, type[logging.Formatter]]] = {"json": JsonLines, "text": TextLines}


def configure_logging(log_format: str = "json") -> None:
    """Standard error for our own words, and for the place where a library had some."""
    logging.captureWarnings(capture=True)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": {"()": FORMATS[log_format]}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
            "root": {"handlers": ["stderr"], "level": "WARNING"},
            "loggers": {OWN: {"level": "INFO"}},
        }
    )


def _members(record: logging.LogRecord) -> dict[str, object]:
    own = record.name.partition(".")[0] == OWN
    members: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": record.getMessage() if own else f"a message at {record.pathname}:{record.lineno}",
    }
    if number := reference.get():
        members["request"] = number
    if own:
        members.update({name: getattr(record, name) for name in _FIELDS if hasattr(record, name)})
    if record.exc_info and record.exc_info[1] is not None:
        members["trace"] = trace(record.exc_info[1])
    return members


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)
