"""The pinned documents from their folder, every byte of them checked against the index."""

import hashlib
import json
from pathlib import Path

from app.core.json_ld import Contexts
from app.core.problems import PARSING_ERROR, Problem, Refused

INDEX = "index.json"


def load_contexts(directory: Path) -> Contexts:
    """All that `index.json` lists. Raises Refused for a missing file, a changed byte, and a file that is not listed."""
    entries = _read_index(directory)
    problems = [
        Problem(PARSING_ERROR, detail=f"{name} is not listed in {INDEX}") for name in _unlisted(directory, entries)
    ]
    documents = {}
    for url, (name, sha256) in entries.items():
        try:
            content = (directory / name).read_bytes()
        except OSError as error:
            problems.append(_problem(f"{name}, the pinned copy of {url}: {error.strerror}"))
            continue
        if hashlib.sha256(content).hexdigest() != sha256:
            problems.append(
                Problem(PARSING_ERROR, detail=f"{name} is not the pinned copy of {url}: its digest differs")
            )
        documents[url] = content
    if problems:
        raise Refused(*problems)
    return Contexts(documents)


def _read_index(directory: Path) -> dict[str, tuple[str, str]]:
    """URL → file and SHA-256."""
    index = directory / INDEX
    try:
        listed = json.loads(index.read_bytes())
        entries = {entry["url"]: (entry["file"], entry["sha256"]) for entry in listed}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise Refused(
            Problem(PARSING_ERROR, detail=f"{index} can't be read as the index of pinned documents")
        ) from error
    if len(entries) != len(listed):
        raise Refused(_problem(f"{index} lists a URL twice"))
    return entries


def _unlisted(directory: Path, entries: dict[str, tuple[str, str]]) -> list[str]:
    listed = {INDEX, *(name for name, _ in entries.values())}
    present = {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}
    return sorted(present - listed)


def _problem(detail: str) -> Problem:
    return Problem(PARSING_ERROR, detail=detail)
