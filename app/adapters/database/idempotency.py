"""Idempotency keys: which request of an institution a key was used for, and what that made.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hmac
from typing import Generic, TypeVar

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.database.brought_tables import BroughtIdempotencyRow
from app.adapters.database.tables import IdempotencyRow
from app.core.personal import Personal
from app.core.problems import IDEMPOTENCY_IN_FLIGHT, IDEMPOTENCY_KEY_REUSED, Problem, Refused
from app.ports import Idempotency, Vault

Used = TypeVar("Used", IdempotencyRow, BroughtIdempotencyRow)


class IdempotencyKeys(Generic[Used]):
    """The keys of one table. Only keyed digests are kept: a client's key or a guessable request tells nothing."""

    def __init__(self, table: type[Used], vault: Vault) -> None:
        self._table: type[Used] = table
        self._vault = vault

    async def used(
        self, session: AsyncSession, idempotency: Idempotency, *, institution: str, to_change: bool
    ) -> Used | None:
        """What the key was used for; None where it was not. Raises Refused where it was for another request."""
        statement = select(self._table).where(
            self._table.institution == institution,
            self._table.key_digest == self.key_digest(idempotency),
        )
        row = (await session.exec(statement.with_for_update() if to_change else statement)).first()
        if row and not hmac.compare_digest(row.request_digest, self.request_digest(idempotency)):
            raise Refused(
                Problem(
                    IDEMPOTENCY_KEY_REUSED,
                    detail="this Idempotency-Key was used for another request",
                    remedy="Send a new request under a new key; send the same request to get its answer again.",
                )
            )
        return row

    def key_digest(self, idempotency: Idempotency) -> bytes:
        return self._vault.digest(Personal(idempotency.key), kind="idempotency key")

    def request_digest(self, idempotency: Idempotency) -> bytes:
        return self._vault.digest(Personal(idempotency.request_digest.hex()), kind="idempotent request")


def in_flight() -> Refused:
    return Refused(
        Problem(
            IDEMPOTENCY_IN_FLIGHT,
            detail="the first request with this Idempotency-Key is still being answered",
            remedy="Send it again in a few seconds.",
        )
    )
