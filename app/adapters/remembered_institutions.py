"""Our institutions as they last stood, while the database is away: what they signed is verified all the same."""

import asyncio
from collections.abc import Awaitable, Callable

from app.ports import Institution, Institutions, Unavailable


class RememberedInstitutions:
    """Port `Institutions`, over another, which is asked each time. Only where it does not answer does the last answer
    serve, for `ttl_seconds`: a key that is revoked meanwhile is trusted no longer than that. That somebody is none of
    ours is not remembered.
    """

    def __init__(self, institutions: Institutions, *, ttl_seconds: float) -> None:
        self._institutions = institutions
        self._ttl_seconds = ttl_seconds
        # Names and DIDs are never the same, and only what was found is kept: at most two entries for each of ours.
        self._last: dict[str, tuple[float, Institution]] = {}

    async def institution(self, name: str) -> Institution | None:
        return await self._asked(self._institutions.institution, name)

    async def institution_by_did(self, did: str) -> Institution | None:
        return await self._asked(self._institutions.institution_by_did, did)

    async def _asked(self, ask: Callable[[str], Awaitable[Institution | None]], key: str) -> Institution | None:
        now = asyncio.get_running_loop().time()
        try:
            found = await ask(key)
        except Unavailable:
            match self._last.get(key):
                case (seen, last) if now - seen <= self._ttl_seconds:
                    return last
            raise
        if found is None:
            self._last.pop(key, None)
        else:
            self._last[key] = (now, found)
        return found
