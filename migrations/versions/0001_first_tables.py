"""The first tables: directory, status lists, register."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_url", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_deployment_one_row")),
        sa.PrimaryKeyConstraint("id", name="pk_deployment"),
    )
    op.create_table(
        "institution",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("accent", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_institution"),
        sa.UniqueConstraint("did", name="uq_institution_did"),
    )
    op.create_table(
        "award",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("learner_name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("achievement_id", sa.String(), nullable=False),
        sa.Column("awarded_date", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim_generation", sa.Integer(), nullable=False),
        sa.Column("claim_expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["institution"], ["institution.name"], name="fk_award_institution"),
        sa.PrimaryKeyConstraint("id", name="pk_award"),
    )
    op.create_index("ix_award_institution_created_id", "award", ["institution", "created", "id"])

    op.create_table(
        "client",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("revoked", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["institution"], ["institution.name"], name="fk_client_institution"),
        sa.PrimaryKeyConstraint("id", name="pk_client"),
    )
    op.create_index("ix_client_institution", "client", ["institution"])

    op.create_table(
        "institution_key",
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("verification_method", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("public_key_multibase", sa.String(), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("uri", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["institution"], ["institution.name"], name="fk_institution_key_institution"),
        sa.PrimaryKeyConstraint("institution", "verification_method", name="pk_institution_key"),
        sa.UniqueConstraint("institution", "number", name="uq_institution_key_institution_number"),
    )
    op.create_table(
        "status_list",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("permutation_key", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= length", name=op.f("ck_status_list_taken")),
        sa.ForeignKeyConstraint(["institution"], ["institution.name"], name="fk_status_list_institution"),
        sa.PrimaryKeyConstraint("id", name="pk_status_list"),
        sa.UniqueConstraint("institution", "purpose", "number", name="uq_status_list_institution_purpose_number"),
    )
    op.create_table(
        "act",
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name="fk_act_award_id"),
        sa.PrimaryKeyConstraint("award_id", "number", name="pk_act"),
    )
    op.create_table(
        "claim_link",
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name="fk_claim_link_award_id"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_claim_link"),
        sa.UniqueConstraint("award_id", "generation", name="uq_claim_link_award_id_generation"),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("verification_method", sa.String(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("status_list_id", sa.String(), nullable=False),
        sa.Column("status_list_index", sa.Integer(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("signed_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name="fk_credential_award_id"),
        sa.ForeignKeyConstraint(["status_list_id"], ["status_list.id"], name="fk_credential_status_list_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credential"),
        sa.UniqueConstraint(
            "status_list_id", "status_list_index", name="uq_credential_status_list_id_status_list_index"
        ),
    )
    op.create_index("ix_credential_award_id", "credential", ["award_id"])
    op.create_index(
        "ix_credential_unfinished",
        "credential",
        ["lease_until"],
        sqlite_where=sa.text("state = 'intended'"),
        postgresql_where=sa.text("state = 'intended'"),
    )

    op.create_table(
        "idempotency",
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name="fk_idempotency_award_id", initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["institution"], ["institution.name"], name="fk_idempotency_institution"),
        sa.PrimaryKeyConstraint("institution", "key_digest", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_award_id", "idempotency", ["award_id"])

    op.create_table(
        "learner_digest",
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name="fk_learner_digest_award_id"),
        sa.PrimaryKeyConstraint("award_id", "digest", name="pk_learner_digest"),
    )
    op.create_index("ix_learner_digest_digest", "learner_digest", ["digest"])

    op.create_table(
        "published_list",
        sa.Column("list_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["status_list.id"], name="fk_published_list_list_id"),
        sa.PrimaryKeyConstraint("list_id", name="pk_published_list"),
    )


def downgrade() -> None:
    for table in (
        "published_list",
        "learner_digest",
        "idempotency",
        "credential",
        "claim_link",
        "act",
        "status_list",
        "institution_key",
        "client",
        "award",
        "institution",
        "deployment",
    ):
        op.drop_table(table)
