"""Disclosures of an SD-JWT: a salted claim as text, and the digest that stands in its place.

https://www.rfc-editor.org/rfc/rfc9901#section-4.2
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from app.core import strict_json
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Problem, Refused
from app.core.proof import base64url

# Where a claim stands.
Place: TypeAlias = tuple[str | int, ...]
# Where claims stand: None is every element of an array, as in SD-JWT VC's type metadata.
ClaimPath: TypeAlias = tuple[str | int | None, ...]

# The names that carry digests, §4.1: no claim is called so.
DIGESTS = "_sd"
ARRAY_DIGEST = "..."
HASH_ALGORITHM = "_sd_alg"
RESERVED_NAMES = frozenset({DIGESTS, ARRAY_DIGEST, HASH_ALGORITHM})

DEFAULT_HASH_ALGORITHM = "sha-256"

# IANA's names, §4.1.1, of those that are collision resistant; hashlib's beside them.
_HASH_ALGORITHMS: Mapping[str, str] = MappingProxyType({"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"})


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosure. `name` is None for an element of an array; `text` is what is hashed, as it came."""

    text: str
    name: str | None = field(repr=False)
    value: object = field(repr=False)


def read(text: str) -> Disclosure:
    """Raises Refused (MALFORMED_VALUE_ERROR, or what `strict_json` refuses) where it is no disclosure (§4.2)."""
    match strict_json.read(base64url.read(text)):
        case [str(), str() as name, value]:
            # §7.1, step 3.c.ii.2; and `_sd_alg` stands at the top, where nobody discloses it (§4.1.1).
            if name in RESERVED_NAMES:
                raise _malformed(f"a disclosed claim can't be called {name!r}")
            return Disclosure(text, name, value)
        case [str(), value]:
            return Disclosure(text, None, value)
        case _:
            raise _malformed("is neither [salt, name, value] nor [salt, value]")


def write(salt: str, name: str | None, value: object) -> Disclosure:
    """A disclosure of our own, in compact JSON."""
    parts = [salt, value] if name is None else [salt, name, value]
    return Disclosure(base64url.write(strict_json.write(parts)), name, value)


def digest(text: str, hash_algorithm: str) -> str:
    """The digest that stands for `text`: of its characters, never of what they say (§4.2.3)."""
    return base64url.write(hashlib.new(_HASH_ALGORITHMS[hash_algorithm], text.encode()).digest())


def hash_algorithm(payload: JsonObject) -> str:
    """`_sd_alg`, or its default (§4.1.1). Raises Refused (MALFORMED_VALUE_ERROR) for any that is not accepted."""
    match payload.get(HASH_ALGORITHM, DEFAULT_HASH_ALGORITHM):
        case str(name) if name in _HASH_ALGORITHMS:
            return name
        case other:
            accepted = ", ".join(_HASH_ALGORITHMS)
            raise _malformed(f"{other!r:.40} is none of the hash algorithms {accepted}", at=f"/{HASH_ALGORITHM}")


def _malformed(detail: str, *, at: str = "") -> Refused:
    return Refused(Problem(MALFORMED_VALUE_ERROR, at=at, detail=detail))
