"""Blind reviews of clusters and decisions; officials ask for a scan"""

import sqlalchemy as sa
from alembic import op

from voting_service.append_only import freeze, unfreeze

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FROZEN = ("id", "campaign_id", "subject", "official_id", "act", "word", "note", "at")


def upgrade() -> None:
    op.create_table(
        "blind_reviews",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("act IN ('judged', 'revealed')", name=op.f("ck_blind_reviews_act_is_known")),
        sa.CheckConstraint(
            "word IN ('one_hand', 'people', 'unsure')", name=op.f("ck_blind_reviews_word_is_known")
        ),
        sa.CheckConstraint(
            "(act = 'judged') = (word IS NOT NULL)", name=op.f("ck_blind_reviews_judges_with_a_word")
        ),
        sa.CheckConstraint("length(subject) > 0", name=op.f("ck_blind_reviews_is_about_something")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_blind_reviews_campaign_id")),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_blind_reviews_official_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blind_reviews")),
        sa.UniqueConstraint(
            "campaign_id",
            "subject",
            "official_id",
            "act",
            name=op.f("uq_blind_reviews_campaign_id_subject_official_id_act"),
        ),
    )
    freeze(op, "blind_reviews", FROZEN, [["id"], ["campaign_id", "subject", "official_id", "act"]])
    op.create_table(
        "scan_requests",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.CheckConstraint("length(asked_by) > 0", name=op.f("ck_scan_requests_asked_by_someone")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_scan_requests_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_scan_requests")),
    )


def downgrade() -> None:
    op.drop_table("scan_requests")
    op.drop_table("blind_reviews")
    unfreeze(op, "blind_reviews")
