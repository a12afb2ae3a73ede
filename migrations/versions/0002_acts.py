"""What follows an award: the learner's address, superseding, the outbox. Adds, and changes nothing that is there."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("award", sa.Column("learner_email_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("award", sa.Column("superseded_by", sa.String(), nullable=True))
    op.add_column("award", sa.Column("supersedes", sa.String(), nullable=True))
    op.create_index("ix_award_superseded_by", "award", ["superseded_by"])
    op.create_index(
        "ix_award_institution_achievement_id_created_id", "award", ["institution", "achievement_id", "created", "id"]
    )
    op.create_table(
        "message",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name="fk_message_award_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
    )
    op.create_index("ix_message_award_id", "message", ["award_id"])
    op.create_index("ix_message_next_attempt", "message", ["next_attempt"])


def downgrade() -> None:
    op.drop_table("message")
    op.drop_index("ix_award_institution_achievement_id_created_id", "award")
    op.drop_index("ix_award_superseded_by", "award")
    for column in ("supersedes", "superseded_by", "learner_email_sealed"):
        op.drop_column("award", column)
