"""Sealed copies of credentials, for the codes on printed certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealed_copy",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name="fk_sealed_copy_award_id"),
        sa.ForeignKeyConstraint(["institution"], ["institution.name"], name="fk_sealed_copy_institution"),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_copy"),
    )
    op.create_index("ix_sealed_copy_award_id", "sealed_copy", ["award_id"])


def downgrade() -> None:
    op.drop_table("sealed_copy")
