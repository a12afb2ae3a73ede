"""Chance for one signature: 32 random bytes that come in from outside, and as many more as it takes, made of them.

HMAC-SHA-256 as a pseudorandom function, as in https://www.rfc-editor.org/rfc/rfc5869#section-2.3: whoever does not have
the 32 bytes tells none of the others, whichever of them are shown.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

CHANCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Chance:
    """Of the system's randomness, made for one signature and forgotten with it: never stored, never used again."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != CHANCE_BYTES:
            raise ValueError(f"chance is {CHANCE_BYTES} bytes")

    def bytes_for(self, what: str) -> bytes:
        """32 bytes, others for each `what`."""
        return hmac.digest(self.seed, what.encode(), "sha256")

    def each(self, what: str) -> Iterator[bytes]:
        """32 bytes after 32 bytes, without end."""
        return (self.bytes_for(f"{what} {number}") for number in count())
