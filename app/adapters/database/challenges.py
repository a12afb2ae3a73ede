"""Challenges that say themselves when they end, under a keyed digest: only one that was answered is written down."""

import base64
import binascii
import hmac
import secrets
from datetime import datetime, timedelta

from sqlmodel import Field, col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.database.engine import Transactions
from app.adapters.database.tables import Instant, Row
from app.core.personal import Personal
from app.ports import Vault

_RANDOM_BYTES = 16
_TIME_BYTES = 5
_DIGEST_BYTES = 16
_HEAD_BYTES = _RANDOM_BYTES + _TIME_BYTES


class UsedChallengeRow(Row, table=True):
    """A challenge that was answered, until it would have ended anyway."""

    __tablename__ = "used_challenge"

    digest: bytes = Field(primary_key=True)
    ends: datetime = Field(sa_type=Instant, index=True)


class DatabaseChallenges:
    """Implements `Challenges`, over all processes of a deployment."""

    def __init__(self, transactions: Transactions, *, vault: Vault, lifetime: timedelta) -> None:
        self._transactions = transactions
        self._vault = vault
        self._lifetime = lifetime

    async def give(self, *, now: datetime) -> str:
        ends = int((now + self._lifetime).timestamp())
        head = secrets.token_bytes(_RANDOM_BYTES) + ends.to_bytes(_TIME_BYTES)
        return base64.urlsafe_b64encode(head + self._digest(head)[:_DIGEST_BYTES]).rstrip(b"=").decode()

    async def use(self, challenge: str, *, now: datetime) -> bool:
        head = self._head(challenge)
        if head is None:
            return False
        ends = int.from_bytes(head[_RANDOM_BYTES:])
        if ends <= now.timestamp():
            return False
        async with self._transactions.writing() as session:
            await self._forget_ended(session, now=now)
            row = UsedChallengeRow(digest=self._digest(head), ends=datetime.fromtimestamp(ends, now.tzinfo))
            return await self._transactions.add_unless_there(session, row)

    async def _forget_ended(self, session: AsyncSession, *, now: datetime) -> None:
        # One that ended is refused for that: no other process waits for its row.
        await session.exec(delete(UsedChallengeRow).where(col(UsedChallengeRow.ends) < now - self._lifetime))

    def _head(self, challenge: str) -> bytes | None:
        """What stands before the digest; None where it is not one of ours."""
        try:
            raw = base64.b64decode(challenge + "=" * (-len(challenge) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        head, digest = raw[:_HEAD_BYTES], raw[_HEAD_BYTES:]
        ours = hmac.compare_digest(digest, self._digest(head)[:_DIGEST_BYTES])
        # base64url has one form of the same bytes alone: another one would be a second challenge.
        canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == challenge
        return head if ours and canonical and len(head) == _HEAD_BYTES else None

    def _digest(self, head: bytes) -> bytes:
        return self._vault.digest(Personal(head.hex()), kind="challenge")
