"""Work for the pool's tests: functions of a module, so that another process finds them."""

import os
import signal
import time
from pathlib import Path

from app.core.json_ld import Contexts
from app.core.problems import MALFORMED_VALUE_ERROR, PARSING_ERROR, Problem, Refused


def reverse(_contexts: Contexts, data: bytes, *, times: int = 1) -> bytes:
    return data[::-1] * times


def knows_contexts(contexts: Contexts) -> int:
    return len(contexts.document("https://www.w3.org/ns/credentials/v2"))


def refuse(_contexts: Contexts) -> None:
    raise Refused(Problem(PARSING_ERROR, at="/a"), Problem(MALFORMED_VALUE_ERROR, detail="b"))


def break_on(_contexts: Contexts, secret: str) -> None:
    raise KeyError(secret)


def answer_what_cannot_cross(_contexts: Contexts) -> object:
    return lambda: None


def die(_contexts: Contexts) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def spin(_contexts: Contexts, seconds: float) -> int:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(1_000))
    return os.getpid()


def process(_contexts: Contexts) -> int:
    return os.getpid()


def print_noise(_contexts: Contexts) -> str:
    print("noise", flush=True)
    return "heard"


def environment(_contexts: Contexts) -> frozenset[str]:
    return frozenset(os.environ)


def touch_after(_contexts: Contexts, path: Path, seconds: float) -> None:
    spin(_contexts, seconds)
    path.touch()
