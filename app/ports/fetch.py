"""The network, as the verifier asks it: one GET at a time, guarded."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered: 200, no redirect followed, at most the byte limit, identity encoding."""

    url: str
    media_type: str
    content: bytes


class Fetch(Protocol):
    async def __call__(
        self, url: str, *, accept: str, deadline: float, otherwise: str, at_most_seconds_old: float | None = None
    ) -> Fetched:
        """GET `url`. `deadline` is a reading of the event loop's clock, one for all fetches of a verification.

        A copy that is remembered serves too, unless it is older than `at_most_seconds_old`. Raises Refused with one
        problem of type `otherwise` where it may not be asked, did not answer in time, or answered something else than
        200: the detail says which host and why.
        """
        ...

    def keep(self, fetched: Fetched, *, accept: str, ttl_seconds: float | None, until: float | None) -> None:
        """What was fetched proved good, and says itself how long it may be kept: `ttl_seconds` from its fetching (None:
        it does not say), and never past `until`, a reading of the event loop's clock. Who remembers nothing ignores it.
        """
        ...
