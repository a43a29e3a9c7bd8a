"""Awards and certificates"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "awards",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("notice_id", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("honour", sa.String(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("proposed_by", BIG, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", BIG, nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_awards_number_begins_at_one")),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'withdrawn')", name=op.f("ck_awards_state_is_known")
        ),
        sa.CheckConstraint("length(honour) > 0", name=op.f("ck_awards_has_an_honour")),
        sa.CheckConstraint("length(document_sha256) = 64", name=op.f("ck_awards_has_a_hash")),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_by IS NOT NULL)", name=op.f("ck_awards_confirmed_by_someone")
        ),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_at IS NOT NULL)",
            name=op.f("ck_awards_confirmed_at_some_time"),
        ),
        sa.CheckConstraint("confirmed_by <> proposed_by", name=op.f("ck_awards_confirmed_by_another_person")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_awards_campaign_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_awards_notice_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["officials.id"], name=op.f("fk_awards_proposed_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["officials.id"], name=op.f("fk_awards_confirmed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_awards_campaign_id_number")),
    )
    op.create_index(
        "uq_awards_notice_id",
        "awards",
        ["notice_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "certificates",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("award_id", BIG, nullable=False),
        sa.Column("ordinal", BIG, nullable=False),
        sa.Column("candidate_number", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revoke_reason", sa.String(), nullable=True),
        sa.Column("revoke_proposed_by", BIG, nullable=True),
        sa.Column("revoked_by", BIG, nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('issued', 'revoking', 'revoked')", name=op.f("ck_certificates_state_is_known")
        ),
        sa.CheckConstraint(
            "(state = 'issued') = (revoke_reason IS NULL)",
            name=op.f("ck_certificates_revoked_with_a_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'issued') = (revoke_proposed_by IS NULL)",
            name=op.f("ck_certificates_revocation_proposed_by_someone"),
        ),
        sa.CheckConstraint(
            "(state = 'revoked') = (revoked_by IS NOT NULL)", name=op.f("ck_certificates_revoked_by_someone")
        ),
        sa.CheckConstraint(
            "(state = 'revoked') = (revoked_at IS NOT NULL)",
            name=op.f("ck_certificates_revoked_at_some_time"),
        ),
        sa.CheckConstraint(
            "revoked_by <> revoke_proposed_by", name=op.f("ck_certificates_revoked_by_another_person")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_certificates_campaign_id")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_certificates_award_id")),
        sa.ForeignKeyConstraint(
            ["revoke_proposed_by"], ["officials.id"], name=op.f("fk_certificates_revoke_proposed_by")
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["officials.id"], name=op.f("fk_certificates_revoked_by")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_certificates")),
        sa.UniqueConstraint("campaign_id", "ordinal", name=op.f("uq_certificates_campaign_id_ordinal")),
    )


def downgrade() -> None:
    op.drop_table("certificates")
    op.drop_index("uq_awards_notice_id", "awards")
    op.drop_table("awards")
