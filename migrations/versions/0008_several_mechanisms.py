"""One award, several credentials: the place of each among them, and the mechanisms that an institution asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credential", sa.Column("number", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("institution", sa.Column("mechanisms", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("institution", "mechanisms")
    op.drop_column("credential", "number")
