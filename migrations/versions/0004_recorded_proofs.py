"""What our keys signed, and when it was recorded."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recorded_proof",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["credential_id"], ["credential.id"], name="fk_recorded_proof_credential_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_recorded_proof"),
    )
    op.create_index("ix_recorded_proof_credential_id", "recorded_proof", ["credential_id"])


def downgrade() -> None:
    op.drop_table("recorded_proof")
