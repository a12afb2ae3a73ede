"""JSON Pointers to the part of a document that they select, with all that it takes to read the part.

https://www.w3.org/TR/vc-di-ecdsa/#selectjsonld and https://www.rfc-editor.org/rfc/rfc6901
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.problems import PROOF_GENERATION_ERROR, JsonObject, Problem, Refused, pointer

MAX_PROBLEMS = 20

# What an object is called and what it is goes along with any piece of it, and so do the contexts of its own.
_ALONG = ("@context", "id", "type")
_POINTER = re.compile(r"(?:/(?:[^/~]|~[01])*+)*+", re.DOTALL)
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")


@dataclass(slots=True)
class _Selected:
    """What is selected of one value: all of it, or of its members and items those in `steps`."""

    whole: bool = False
    steps: dict[str, "_Selected"] = field(default_factory=dict)


def select(document: JsonObject, pointers: Sequence[str]) -> JsonObject:
    """The part of `document` at `pointers`, in their order. An array has no gaps: what is left moves up.

    Raises Refused (PROOF_GENERATION_ERROR) with every pointer that leads nowhere; `at` is its place in `pointers`.
    """
    selected = _Selected()
    problems = []
    for place, each in enumerate(pointers):
        if not _mark(selected, document, each):
            detail = f"the pointer {each!r:.200} leads to nothing in the credential"
            problems.append(Problem(PROOF_GENERATION_ERROR, at=pointer(place), detail=detail))
    if problems:
        raise Refused(*problems[:MAX_PROBLEMS])
    part: JsonObject = _part(document, selected)
    return part


def _mark(selected: _Selected, value: Any, json_pointer: str) -> bool:
    """Notes what `json_pointer` selects; False where it leads nowhere. Goes no deeper than the document does."""
    if not _POINTER.fullmatch(json_pointer):
        return False
    for token in json_pointer.split("/")[1:]:
        step = token.replace("~1", "/").replace("~0", "~")
        match value:
            case dict() if step in value:
                value = value[step]
            case list() if _INDEX.fullmatch(step) and int(step) < len(value):
                value = value[int(step)]
            case _:
                return False
        selected = selected.steps.setdefault(step, _Selected())
    selected.whole = True
    return True


def _part(value: Any, selected: _Selected) -> Any:
    match value:
        case dict() if not selected.whole:
            along = {member: value[member] for member in _ALONG if member in value}
            further = {step: _part(value[step], of) for step, of in selected.steps.items() if step not in along}
            return along | further
        case list() if not selected.whole:
            return [_part(value[int(step)], of) for step, of in sorted(selected.steps.items(), key=_position)]
        case _:
            return value


def _position(step: tuple[str, _Selected]) -> int:
    return int(step[0])
