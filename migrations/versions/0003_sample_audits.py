"""Sample audits after closing"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# SQLite's INTEGER is 64 bits wide too, and only that type gives it a rowid key.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sample_audits",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("dice", sa.String(), nullable=True),
        sa.Column("sample_size", BIG, nullable=False),
        sa.Column("drawn_by", sa.String(), nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("document_sha256", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=True),
        sa.Column("recorded_by_key", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_by_key", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_sample_audits_number_begins_at_one")),
        sa.CheckConstraint("sample_size >= 1", name=op.f("ck_sample_audits_draws_something")),
        *(
            sa.CheckConstraint(
                f"(document IS NOT NULL) = ({column} IS NOT NULL)",
                name=op.f(f"ck_sample_audits_{column}_if_recorded"),
            )
            for column in ("document_sha256", "recorded_by", "recorded_by_key", "recorded_at")
        ),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR document IS NOT NULL",
            name=op.f("ck_sample_audits_recorded_if_confirmed"),
        ),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)",
            name=op.f("ck_sample_audits_confirmed_by_someone"),
        ),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_key IS NULL)",
            name=op.f("ck_sample_audits_confirmed_by_a_name"),
        ),
        sa.CheckConstraint(
            "confirmed_by_key <> recorded_by_key", name=op.f("ck_sample_audits_confirmed_by_another_person")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_sample_audits_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_sample_audits")),
    )


def downgrade() -> None:
    op.drop_table("sample_audits")
