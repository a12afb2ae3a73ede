"""The tables of credentials that others composed and had us sign: what is in one is sealed under its own data key."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field

from app.adapters.database.tables import STATE, Instant, Row
from app.issuer.life import State


class BroughtCredentialRow(Row, table=True):
    """From intent to revocation, without an award. Where `data_key` is empty it was destroyed: it is erased.

    `id` is ours; `name_digest` is a keyed digest of what its institution calls it. The same name may be of several,
    issued one after the other.
    """

    __tablename__ = "brought_credential"
    __table_args__ = (
        Index(None, "institution", "name_digest"),
        Index(None, "institution", "intended_at"),
        Index(
            "ix_brought_credential_unfinished",
            "lease_until",
            sqlite_where=text("state = 'intended'"),
            postgresql_where=text("state = 'intended'"),
        ),
    )

    id: str = Field(primary_key=True)
    institution: str = Field(foreign_key="institution.name")
    name_digest: bytes
    data_key: bytes
    mechanism: str
    verification_method: str
    state: State = Field(sa_type=STATE)
    actor: str
    document_sealed: bytes
    signed_sealed: bytes | None = None
    intended_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime | None = Field(default=None, sa_type=Instant)
    lease_until: datetime = Field(sa_type=Instant)


class BroughtStatusEntryRow(Row, table=True):
    """Its place in one list for each purpose; one without is neither revoked nor suspended by us."""

    __tablename__ = "brought_status_entry"
    __table_args__ = (UniqueConstraint("status_list_id", "status_list_index"),)

    credential_id: str = Field(primary_key=True, foreign_key="brought_credential.id")
    purpose: str = Field(primary_key=True)
    status_list_id: str = Field(foreign_key="status_list.id")
    status_list_index: int


class BroughtActRow(Row, table=True):
    """Append-only: who did what to it, and when."""

    __tablename__ = "brought_act"

    credential_id: str = Field(primary_key=True, foreign_key="brought_credential.id")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    act: str
    actor: str
    at: datetime = Field(sa_type=Instant)


class BroughtIdempotencyRow(Row, table=True):
    """Which request a key was used for, as `IdempotencyRow` is for awards, and what that made."""

    __tablename__ = "brought_idempotency"

    institution: str = Field(primary_key=True, foreign_key="institution.name")
    key_digest: bytes = Field(primary_key=True)
    request_digest: bytes
    # It is written before its credential, in the same transaction.
    credential_id: str = Field(
        sa_column=Column(
            ForeignKey("brought_credential.id", deferrable=True, initially="DEFERRED"), nullable=False, index=True
        )
    )
    created: datetime = Field(sa_type=Instant)


class BroughtProofRow(Row, table=True):
    """What a key of ours signed, as a keyed digest, and when that was recorded: see `recorded_proofs`."""

    __tablename__ = "brought_proof"

    digest: bytes = Field(primary_key=True)
    credential_id: str = Field(foreign_key="brought_credential.id", index=True)
    recorded_at: datetime = Field(sa_type=Instant)
