"""Credentials that others composed and had us sign, what may be signed so, and challenges that were answered."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "used_challenge",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_used_challenge"),
    )
    op.create_index("ix_used_challenge_ends", "used_challenge", ["ends"])
    op.add_column("institution", sa.Column("signing", sa.JSON(), nullable=True))
    op.add_column("client", sa.Column("mechanism", sa.String(), nullable=True))
    op.create_table(
        "brought_credential",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("name_digest", sa.LargeBinary(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("verification_method", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("signed_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["institution"], ["institution.name"], name="fk_brought_credential_institution"),
        sa.PrimaryKeyConstraint("id", name="pk_brought_credential"),
    )
    op.create_index(
        "ix_brought_credential_institution_name_digest", "brought_credential", ["institution", "name_digest"]
    )
    op.create_index(
        "ix_brought_credential_unfinished",
        "brought_credential",
        ["lease_until"],
        sqlite_where=sa.text("state = 'intended'"),
        postgresql_where=sa.text("state = 'intended'"),
    )
    op.create_table(
        "brought_status_entry",
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("status_list_id", sa.String(), nullable=False),
        sa.Column("status_list_index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["brought_credential.id"], name="fk_brought_status_entry_credential_id"
        ),
        sa.ForeignKeyConstraint(["status_list_id"], ["status_list.id"], name="fk_brought_status_entry_status_list_id"),
        sa.PrimaryKeyConstraint("credential_id", "purpose", name="pk_brought_status_entry"),
        sa.UniqueConstraint(
            "status_list_id", "status_list_index", name="uq_brought_status_entry_status_list_id_status_list_index"
        ),
    )
    op.create_table(
        "brought_act",
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["credential_id"], ["brought_credential.id"], name="fk_brought_act_credential_id"),
        sa.PrimaryKeyConstraint("credential_id", "number", name="pk_brought_act"),
    )
    op.create_table(
        "brought_proof",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["credential_id"], ["brought_credential.id"], name="fk_brought_proof_credential_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_brought_proof"),
    )
    op.create_index("ix_brought_proof_credential_id", "brought_proof", ["credential_id"])


def downgrade() -> None:
    for table in (
        "brought_proof",
        "brought_act",
        "brought_status_entry",
        "brought_credential",
        "used_challenge",
    ):
        op.drop_table(table)
    # By SQLite itself: a table that is made anew would lose those that refer to it.
    op.execute("ALTER TABLE client DROP COLUMN mechanism")
    op.execute("ALTER TABLE institution DROP COLUMN signing")
