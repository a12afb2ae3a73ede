"""The tables. What is about a person is sealed under its award's data key, or a keyed digest."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Enum, ForeignKey, Index, MetaData, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import JSON, DateTime, TypeDecorator
from sqlmodel import Field, SQLModel

from app.issuer.life import State


class Instant(TypeDecorator[datetime]):
    """A point in time, kept and given back in UTC by both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant has a time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        match value:
            case None:
                return None
            case datetime(tzinfo=None):
                return value.replace(tzinfo=UTC)
            case _:
                return value.astimezone(UTC)


# Text, not a type of the database's own: a new state is a row of `issuer/life.py` and no migration.
STATE = Enum(State, native_enum=False, length=16, values_callable=lambda states: [state.value for state in states])

_LIST_OR_NULL = JSON(none_as_null=True)


class Row(SQLModel):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


# ── the directory ────────────────────────────────────────────────────────────────────────────────────────────────────


class DeploymentRow(Row, table=True):
    """One row at most: two processes that set up at once can't both insert it."""

    __tablename__ = "deployment"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    public_url: str


class InstitutionRow(Row, table=True):
    __tablename__ = "institution"

    name: str = Field(primary_key=True)
    did: str = Field(unique=True)
    profile: dict[str, Any] = Field(sa_type=JSON)
    time_zone: str
    languages: Sequence[str] = Field(sa_type=JSON)
    contact: str
    demo: bool
    accent: str | None = None
    mechanisms: Sequence[str] | None = Field(default=None, sa_type=_LIST_OR_NULL)
    # What it may have signed that it composed itself; None: micro-credentials alone.
    signing: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class InstitutionKeyRow(Row, table=True):
    __tablename__ = "institution_key"
    __table_args__ = (UniqueConstraint("institution", "number"),)

    institution: str = Field(primary_key=True, foreign_key="institution.name")
    verification_method: str = Field(primary_key=True)
    number: int
    public_key_multibase: str
    purposes: Sequence[str] = Field(sa_type=JSON)
    uri: str
    created: datetime = Field(sa_type=Instant)
    retired: datetime | None = Field(default=None, sa_type=Instant)
    revoked: datetime | None = Field(default=None, sa_type=Instant)


class ClientRow(Row, table=True):
    __tablename__ = "client"

    id: str = Field(primary_key=True)
    institution: str = Field(foreign_key="institution.name", index=True)
    secret_sha256: bytes
    scopes: Sequence[str] = Field(sa_type=JSON)
    mechanism: str | None = None
    revoked: datetime | None = Field(default=None, sa_type=Instant)


# ── status lists ─────────────────────────────────────────────────────────────────────────────────────────────────────


class StatusListRow(Row, table=True):
    """`taken` counts the entries given out; the next index is `index_at(taken)`. `version` counts changes of bits."""

    __tablename__ = "status_list"
    __table_args__ = (
        UniqueConstraint("institution", "purpose", "number"),
        CheckConstraint("taken >= 0 AND taken <= length", name="taken"),
    )

    id: str = Field(primary_key=True)
    institution: str = Field(foreign_key="institution.name")
    purpose: str
    number: int
    length: int
    taken: int = 0
    permutation_key: bytes
    version: int = 1


class PublishedListRow(Row, table=True):
    __tablename__ = "published_list"

    list_id: str = Field(primary_key=True, foreign_key="status_list.id")
    version: int
    published: datetime = Field(sa_type=Instant)
    content: bytes


class LostEntryRow(Row, table=True):
    """An entry whose bit is set, of an award that a restored backup did not have."""

    __tablename__ = "lost_entry"

    status_list_id: str = Field(primary_key=True, foreign_key="status_list.id")
    status_list_index: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


# ── the register ─────────────────────────────────────────────────────────────────────────────────────────────────────


class AwardRow(Row, table=True):
    """Where `data_key` is empty it was destroyed, and with it all that was sealed: the award is erased."""

    __tablename__ = "award"
    __table_args__ = (
        Index(None, "institution", "created", "id"),
        Index(None, "institution", "achievement_id", "created", "id"),
    )

    id: str = Field(primary_key=True)
    institution: str = Field(foreign_key="institution.name")
    state: State = Field(sa_type=STATE)
    title: str
    data_key: bytes
    learner_name_sealed: bytes
    learner_email_sealed: bytes | None = None
    achievement_id: str
    awarded_date: str
    created: datetime = Field(sa_type=Instant)
    claim_generation: int = 1
    claim_expires: datetime = Field(sa_type=Instant)
    # The award that takes this one's place, from when it is intended; this one is superseded when that is recorded.
    superseded_by: str | None = Field(default=None, index=True)
    supersedes: str | None = None


class LearnerDigestRow(Row, table=True):
    """A keyed digest of what a learner may be looked up by."""

    __tablename__ = "learner_digest"
    __table_args__ = (Index(None, "digest"),)

    award_id: str = Field(primary_key=True, foreign_key="award.id")
    digest: bytes = Field(primary_key=True)


class CredentialRow(Row, table=True):
    """From intent to revocation. `signed_sealed` is written once: the first recorded bytes win."""

    __tablename__ = "credential"
    __table_args__ = (
        UniqueConstraint("status_list_id", "status_list_index"),
        Index(
            "ix_credential_unfinished",
            "lease_until",
            sqlite_where=text("state = 'intended'"),
            postgresql_where=text("state = 'intended'"),
        ),
    )

    id: str = Field(primary_key=True)
    award_id: str = Field(foreign_key="award.id", index=True)
    # Its place among the credentials of its award.
    number: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    mechanism: str
    verification_method: str
    state: State = Field(sa_type=STATE)
    status_list_id: str = Field(foreign_key="status_list.id")
    status_list_index: int
    document_sealed: bytes
    signed_sealed: bytes | None = None
    intended_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime | None = Field(default=None, sa_type=Instant)
    lease_until: datetime = Field(sa_type=Instant)
    # JSON Pointers: none where the mechanism shows no parts, or what is mandatory follows from the document.
    mandatory_pointers: Sequence[str] | None = Field(default=None, sa_type=_LIST_OR_NULL)


class ActRow(Row, table=True):
    """Append-only: who did what to an award, when and why. `number` counts an award's acts."""

    __tablename__ = "act"

    award_id: str = Field(primary_key=True, foreign_key="award.id")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    act: str
    actor: str
    at: datetime = Field(sa_type=Instant)
    reason_sealed: bytes | None = None


class ClaimLinkRow(Row, table=True):
    """A withdrawn link keeps its row: it is gone, which is not the same as unknown."""

    __tablename__ = "claim_link"
    __table_args__ = (UniqueConstraint("award_id", "generation"),)

    token_sha256: bytes = Field(primary_key=True)
    award_id: str = Field(foreign_key="award.id")
    generation: int
    expires: datetime = Field(sa_type=Instant)
    withdrawn: datetime | None = Field(default=None, sa_type=Instant)


class MessageRow(Row, table=True):
    """The outbox: what the learner is to be told, written with the act that it tells of.

    The address is the award's, sealed; the text is made when it is sent. `next_attempt` is empty while there is none:
    the award is still being issued, or the message came to its end.
    """

    __tablename__ = "message"
    __table_args__ = (Index(None, "award_id"), Index(None, "next_attempt"))

    id: str = Field(primary_key=True)
    award_id: str = Field(foreign_key="award.id")
    kind: str
    state: str
    attempts: int = 0
    next_attempt: datetime | None = Field(default=None, sa_type=Instant)
    created: datetime = Field(sa_type=Instant)
    changed: datetime = Field(sa_type=Instant)
    detail: str = ""


class IdempotencyRow(Row, table=True):
    """`key_digest` and `request_digest` are keyed: a client's key or a guessable request tells nothing."""

    __tablename__ = "idempotency"

    institution: str = Field(primary_key=True, foreign_key="institution.name")
    key_digest: bytes = Field(primary_key=True)
    request_digest: bytes
    # It is written before its award, in the same transaction.
    award_id: str = Field(
        sa_column=Column(ForeignKey("award.id", deferrable=True, initially="DEFERRED"), nullable=False, index=True)
    )
    created: datetime = Field(sa_type=Instant)


# ── what paper leads to ──────────────────────────────────────────────────────────────────────────────────────────────


class SealedCopyRow(Row, table=True):
    """A signed credential under a key that stands on its printed certificate alone."""

    __tablename__ = "sealed_copy"

    id: str = Field(primary_key=True)
    award_id: str = Field(foreign_key="award.id", index=True)
    institution: str = Field(foreign_key="institution.name")
    content: bytes
    created: datetime = Field(sa_type=Instant)
