"""How many credentials an institution had signed in the last minute, found without reading the others."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NAME = "ix_brought_credential_institution_intended_at"


def upgrade() -> None:
    op.create_index(_NAME, "brought_credential", ["institution", "intended_at"])


def downgrade() -> None:
    op.drop_index(_NAME, "brought_credential")
