"""Which request an Idempotency-Key was used for to have a credential signed that its institution composed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brought_idempotency",
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["brought_credential.id"],
            name="fk_brought_idempotency_credential_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["institution"], ["institution.name"], name="fk_brought_idempotency_institution"),
        sa.PrimaryKeyConstraint("institution", "key_digest", name="pk_brought_idempotency"),
    )
    op.create_index("ix_brought_idempotency_credential_id", "brought_idempotency", ["credential_id"])


def downgrade() -> None:
    op.drop_table("brought_idempotency")
