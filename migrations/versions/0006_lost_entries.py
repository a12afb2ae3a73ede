"""Entries of a status list whose awards a restored backup did not have."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lost_entry",
        sa.Column("status_list_id", sa.String(), nullable=False),
        sa.Column("status_list_index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["status_list_id"], ["status_list.id"], name="fk_lost_entry_status_list_id"),
        sa.PrimaryKeyConstraint("status_list_id", "status_list_index", name="pk_lost_entry"),
    )


def downgrade() -> None:
    op.drop_table("lost_entry")
