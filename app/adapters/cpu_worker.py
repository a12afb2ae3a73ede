"""What runs in a process of `cpu_pool`: it reads a piece of work, does it, writes what came of it, and knows no secret.

Each message is eight bytes of length and a pickle. The parent is trusted; what the work is *about* is bytes and frozen
values, never code.
"""

import logging
import os
import pickle
import queue
import signal
import struct
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, BinaryIO, Final

from app.adapters.contexts import load_contexts
from app.core.problems import Refused

LENGTH: Final = struct.Struct(">Q")

# BEGUN is sent once a piece of work is taken up; then how it ended, with its value, its problems, or where it broke.
BEGUN, DONE, REFUSED, BROKE = "begun", "done", "refused", "broke"


def main() -> None:
    """The terminal's signals are the parent's; a worker ends when its parent closes the pipe, by will or by dying."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Whatever prints goes to standard error: standard output is the way back.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    # What a library has to say about the bytes that it reads would quote them.
    logging.captureWarnings(capture=True)
    logging.getLogger().addHandler(logging.NullHandler())
    contexts = load_contexts(Path(sys.argv[1]))
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()
    _send(answers, (DONE, None))
    while True:
        request = requests.get()
        _send(answers, (BEGUN, None))
        _send(answers, _outcome(contexts, request))


def _receive(stream: BinaryIO, requests: "queue.SimpleQueue[bytes]") -> None:
    """Runs beside the work, so that a worker whose parent is gone does not work on."""
    while len(head := stream.read(LENGTH.size)) == LENGTH.size:
        requests.put(stream.read(LENGTH.unpack(head)[0]))
    os._exit(0)


def _outcome(contexts: Any, request: bytes) -> tuple[str, Any]:
    try:
        work, args, kwargs = pickle.loads(request)  # noqa: S301 - written by our own parent
        return DONE, work(contexts, *args, **kwargs)
    except Refused as refused:
        return REFUSED, refused.problems
    except Exception as exception:  # noqa: BLE001 - it is raised again in the parent
        return BROKE, _where(exception)


def _send(stream: BinaryIO, outcome: tuple[str, Any]) -> None:
    try:
        message = pickle.dumps(outcome)
    except Exception as exception:  # noqa: BLE001 - a value that can't cross is a fault of the work
        message = pickle.dumps((BROKE, _where(exception)))
    written = memoryview(LENGTH.pack(len(message)) + message)
    while written:
        written = written[stream.write(written) or 0 :]


def _where(exception: BaseException) -> str:
    """Its kind and where it was raised, without its message, which may quote a person's data."""
    frames = traceback.extract_tb(exception.__traceback__, limit=-10)
    return type(exception).__qualname__ + "".join(f" < {each.filename}:{each.lineno}" for each in reversed(frames))


if __name__ == "__main__":
    main()
