"""Idempotency keys: which request of an institution a key was used for, and which award that made.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hmac
from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.database.tables import IdempotencyRow
from app.core.personal import Personal
from app.core.problems import IDEMPOTENCY_IN_FLIGHT, IDEMPOTENCY_KEY_REUSED, Problem, Refused
from app.ports import Idempotency, Vault


class IdempotencyKeys:
    """Only keyed digests are kept: a client's key or a guessable request tells nothing."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def row(self, idempotency: Idempotency, *, institution: str, award_id: str, now: datetime) -> IdempotencyRow:
        return IdempotencyRow(
            institution=institution,
            key_digest=self._key_digest(idempotency),
            request_digest=self._request_digest(idempotency),
            award_id=award_id,
            created=now,
        )

    async def used(
        self, session: AsyncSession, idempotency: Idempotency, *, institution: str, to_change: bool
    ) -> IdempotencyRow | None:
        """What the key was used for; None where it was not. Raises Refused where it was for another request."""
        statement = select(IdempotencyRow).where(
            IdempotencyRow.institution == institution,
            IdempotencyRow.key_digest == self._key_digest(idempotency),
        )
        row = (await session.exec(statement.with_for_update() if to_change else statement)).first()
        if row and not hmac.compare_digest(row.request_digest, self._request_digest(idempotency)):
            raise Refused(
                Problem(
                    IDEMPOTENCY_KEY_REUSED,
                    detail="this Idempotency-Key was used for another request",
                    remedy="Send a new request under a new key; send the same request to get its answer again.",
                )
            )
        return row

    def _key_digest(self, idempotency: Idempotency) -> bytes:
        return self._vault.digest(Personal(idempotency.key), kind="idempotency key")

    def _request_digest(self, idempotency: Idempotency) -> bytes:
        return self._vault.digest(Personal(idempotency.request_digest.hex()), kind="idempotent request")


def in_flight() -> Refused:
    return Refused(
        Problem(
            IDEMPOTENCY_IN_FLIGHT,
            detail="the first request with this Idempotency-Key is still being answered",
            remedy="Send it again in a few seconds.",
        )
    )
