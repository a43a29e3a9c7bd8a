"""A check of the books is asked for at the desk and made by the watch"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "books_checks",
        sa.Column("campaign_id", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("asked_by", BIG, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("percent", BIG, nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("problems", sa.String(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("log_size", BIG, nullable=True),
        sa.Column("checkpoint", sa.String(), nullable=True),
        sa.Column("decisions", BIG, nullable=True),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_books_checks_percent_is_one")),
        sa.CheckConstraint(
            "(document IS NULL) = (sha256 IS NULL) AND (document IS NULL) = (log_size IS NULL) "
            "AND (document IS NULL) = (checkpoint IS NULL) AND (document IS NULL) = (decisions IS NULL)",
            name=op.f("ck_books_checks_found_whole"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NOT NULL) = (document IS NOT NULL OR problems IS NOT NULL)",
            name=op.f("ck_books_checks_ends_with_a_finding"),
        ),
        sa.CheckConstraint("document IS NULL OR problems IS NULL", name=op.f("ck_books_checks_good_or_not")),
        sa.ForeignKeyConstraint(["asked_by"], ["officials.id"], name=op.f("fk_books_checks_asked_by")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_books_checks_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_books_checks")),
    )


def downgrade() -> None:
    op.drop_table("books_checks")
