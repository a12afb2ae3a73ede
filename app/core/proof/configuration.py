"""The canonical form of proof options, worked out once for all that differ in `created` alone.

https://www.w3.org/TR/vc-di-eddsa/#proof-configuration-eddsa-rdfc-2022. An issuer signs by one method under the same
contexts, again and again. Only the time differs: one literal, on a line whose place its predicate alone decides.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from cachetools import LRUCache

from app.core.json_ld import Contexts, canonicalize
from app.core.problems import JsonObject

MAX_REMEMBERED_BYTES = 1_048_576
_MAX_CHARACTERS = 2_000
# Where it is written like this, it is written in N-Quads as it is.
_PLAIN_TIME = re.compile(r"[0-9TZ:.+\-]{1,64}", re.ASCII)

# What the canonical form depends on, but for the time: the hash, the contexts, the other members in their order.
Key: TypeAlias = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]
# What stands before the time, and behind it.
Around: TypeAlias = tuple[bytes, bytes]


class Configurations:
    """What was worked out, of one set of pinned documents; bounded."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts
        self._around: LRUCache[Key, Around] = LRUCache(MAX_REMEMBERED_BYTES, getsizeof=_weight)

    def canonicalize(self, options: JsonObject, *, aliases: Mapping[str, str], hash_algorithm: str) -> bytes:
        """As `canonicalize` does it, and refuses."""
        key = None if aliases else _key(options, hash_algorithm)
        if key is None:
            return canonicalize(self._contexts, options, aliases=aliases, hash_algorithm=hash_algorithm)
        time = f'"{options["created"]}"'.encode()
        around = self._around.get(key)
        if around is None:
            canonical = canonicalize(self._contexts, options, hash_algorithm=hash_algorithm)
            around = _around(canonical, time)
            if around is not None:
                self._around[key] = around
            return canonical
        return around[0] + time + around[1]


def _key(options: JsonObject, hash_algorithm: str) -> Key | None:
    """None where more can differ than the time."""
    match options:
        case {"@context": [*listed], "created": str(created), **members} if _PLAIN_TIME.fullmatch(created):
            parts: list[Any] = [*listed, *members.values()]
        case _:
            return None
    if not all(part.__class__ is str for part in parts) or sum(map(len, parts)) > _MAX_CHARACTERS:
        return None
    return hash_algorithm, tuple(listed), tuple(members.items())


def _around(canonical: bytes, time: bytes) -> Around | None:
    """None where another time could stand on another line, or change the name of an object."""
    before, _, after = canonical.partition(time)
    predicate = before.rpartition(b"\n")[2]
    alone = canonical.count(time) == 1 and canonical.count(predicate) == 1
    return (before, after) if alone and b"_:c14n1" not in canonical else None


def _weight(around: Around) -> int:
    return _MAX_CHARACTERS + len(around[0]) + len(around[1])
