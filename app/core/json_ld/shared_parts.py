"""Parts of documents that many documents share, their statements and hashes remembered, within bounds.

An issuer and its achievement stand in every award of it. Either has an `id`, and whatever is nameless in it is named
from nowhere else: what it says, and how its nameless objects are hashed, depends on itself and on where it stands, and
on nothing else in the document. Nothing personal is kept: a learner stands in neither.
"""

import marshal
from itertools import chain, count
from typing import TypeAlias

from app.core.json_ld.rdfc10 import Closed
from app.core.problems import JsonObject

# The terms under which what is shared stands.
SHARED_TERMS = frozenset({"issuer", "achievement"})
# A badge's achievement takes some 30 KB, of which the half is for finding it again.
MAX_REMEMBERED_BYTES = 8 * 1_048_576
# One part may take a quarter.
MAX_PART_BYTES = MAX_REMEMBERED_BYTES // 4

# How many are told apart that were met, and are not kept yet.
MAX_MET = 4_096

# What marshal writes in this version is the same for the same value, and differs for any other: 1, 1.0 and true, 0.0
# and -0.0, members in another order.
_MARSHAL_VERSION = 2
# A statement's own objects, besides its letters.
_STATEMENT_BYTES = 300

# All that a part's statements depend on: the identity of its place, how deep it is, and the part itself.
Key: TypeAlias = tuple[object, int, bytes]
# A part's term, its statements, and how many values it holds.
Part: TypeAlias = tuple[str, Closed, int]


class SharedParts:
    """What is remembered. Its bound is in bytes, and so in number: a part takes some hundreds at least."""

    def __init__(self, *, max_bytes: int = MAX_REMEMBERED_BYTES) -> None:
        self._max_bytes = max_bytes
        # In the order in which they were used last.
        self._parts: dict[Key, Part] = {}
        self._bytes = 0
        self._met: set[int] = set()
        self._serial = count()

    def find(self, key: Key) -> Part | None:
        part = self._parts.pop(key, None)
        if part is not None:
            self._parts[key] = part
        return part

    def is_met_again(self, key: Key) -> bool:
        """Whether it is worth keeping: nearly always, it was met before. One that is met once costs little more."""
        met = hash(key)
        if met in self._met:
            return True
        if len(self._met) == MAX_MET:
            self._met.clear()
        self._met.add(met)
        return False

    def keep(self, key: Key, part: Part) -> None:
        """`find` did not find it."""
        weight = _weight(key, part)
        if weight > min(MAX_PART_BYTES, self._max_bytes):
            return
        self._parts[key] = part
        self._bytes += weight
        while self._bytes > self._max_bytes:
            oldest = next(iter(self._parts))
            self._bytes -= _weight(oldest, self._parts.pop(oldest))

    def blank_node_prefix(self) -> str:
        """What the names of a part's nameless objects begin with: of no other part, and of nothing outside of parts."""
        return f"_:p{next(self._serial)}n"

    @property
    def bytes(self) -> int:
        """How much is remembered."""
        return self._bytes


def _weight(key: Key, part: Part) -> int:
    _, said, _ = part
    letters = sum(map(len, chain.from_iterable(said.quads)))
    return len(key[2]) + 2 * letters + _STATEMENT_BYTES * (1 + len(said.quads))


def key(place: object, depth: int, node: JsonObject) -> Key | None:
    """None for what is no JSON."""
    try:
        return place, depth, marshal.dumps(node, _MARSHAL_VERSION)
    except ValueError:
        return None
