"""Where the published vectors and examples lie, which are not part of the checkout."""

import json
import os
from pathlib import Path

import pytest

from app.core.json_ld import Contexts

ROOT = Path(__file__).resolve().parent.parent
_BESIDE = ROOT.parent / "shared"


def _find() -> Path | None:
    named = os.environ.get("TESTAMUR_SHARED")
    folder = Path(named) if named else _BESIDE
    return folder if folder.is_dir() else None


SHARED: Path | None = _find()


def shared(*parts: str) -> Path:
    """A file or folder of them. Where CI is set it must be there; elsewhere the test is left out, and says so."""
    wanted = "/".join(parts)
    if SHARED is not None and (SHARED / wanted).exists():
        return SHARED / wanted
    message = f"{wanted} was not found: set TESTAMUR_SHARED to the folder that holds it"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def contexts_of_the_vectors() -> Contexts:
    """The pinned documents, and those contexts that only published vectors use: never pinned in the service."""
    folder = ROOT / "contexts"
    documents = {entry["url"]: (folder / entry["file"]).read_bytes() for entry in _read_json(folder / "index.json")}
    beside = shared("vectors", "contexts")
    for entry in _read_json(beside / "contexts.json"):
        documents.setdefault(entry["url"], (beside / entry["file"]).read_bytes())
    return Contexts(documents)


def _read_json(path: Path) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads(path.read_bytes())
    return entries
