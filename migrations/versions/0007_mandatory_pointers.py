"""What must be shown of a credential of which parts can be."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credential", sa.Column("mandatory_pointers", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("credential", "mandatory_pointers")
