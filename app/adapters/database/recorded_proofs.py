"""What our institutions' keys signed, and when it was recorded: the one word on time that a stolen key can't forge.

A row is written in the transaction that records the credential. Its digest is keyed, so that it tells nothing of whom
the credential is about, and it stays when the credential is erased: the learner's own copy is owed it.
"""

from datetime import datetime

from sqlmodel import Field, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.adapters.database.brought_tables import BroughtCredentialRow, BroughtProofRow
from app.adapters.database.engine import Transactions
from app.adapters.database.tables import CredentialRow, Instant, Row
from app.core.personal import Personal
from app.ports import Vault


class RecordedProofRow(Row, table=True):
    __tablename__ = "recorded_proof"

    digest: bytes = Field(primary_key=True)
    credential_id: str = Field(foreign_key="credential.id", index=True)
    recorded_at: datetime = Field(sa_type=Instant)


class DatabaseRecordedProofs:
    """Implements `RecordedProofs`."""

    def __init__(self, transactions: Transactions, *, vault: Vault) -> None:
        self._transactions = transactions
        self._vault = vault

    async def recorded(self, signed_data: bytes) -> datetime | None:
        async with self._transactions.reading(few_rows=True) as session:
            digest = self._digest(signed_data)
            awarded = await session.get(RecordedProofRow, digest)
            if awarded:
                return awarded.recorded_at
            brought = await session.get(BroughtProofRow, digest)
            return brought.recorded_at if brought else None

    async def keep(self, session: AsyncSession, credential_id: str, signed_data: bytes, *, now: datetime) -> None:
        """Within the transaction that records the credential."""
        row = RecordedProofRow(digest=self._digest(signed_data), credential_id=credential_id, recorded_at=now)
        await self._transactions.add(session, row)

    async def keep_brought(
        self, session: AsyncSession, credential_id: str, signed_data: bytes, *, now: datetime
    ) -> None:
        """The same of a credential that its institution composed."""
        row = BroughtProofRow(digest=self._digest(signed_data), credential_id=credential_id, recorded_at=now)
        # Two that say the same were signed at the same moment: the first record of it counts.
        await self._transactions.add_unless_there(session, row)

    async def count(self, verification_method: str, *, before: datetime) -> tuple[int, int]:
        """How many credentials that this key signed were recorded before that moment, and how many since."""
        counted = {True: 0, False: 0}
        async with self._transactions.reading() as session:
            for proof, credential in ((RecordedProofRow, CredentialRow), (BroughtProofRow, BroughtCredentialRow)):
                early = col(proof.recorded_at) < before
                found = await session.exec(
                    select(early, func.count())
                    .join(credential, col(credential.id) == col(proof.credential_id))
                    .where(credential.verification_method == verification_method)
                    .group_by(early)
                )
                for is_early, number in found:
                    counted[bool(is_early)] += number
        return counted[True], counted[False]

    def _digest(self, signed_data: bytes) -> bytes:
        return self._vault.digest(Personal(signed_data.hex()), kind="signed-data")
