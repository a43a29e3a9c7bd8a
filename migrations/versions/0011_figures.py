"""Prepared figures"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tally_figures",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("decisions", BIG, nullable=False),
        sa.Column("log_size", BIG, nullable=False),
        sa.Column("checkpoint", sa.String(), nullable=False),
        sa.Column("tally_json", sa.String(), nullable=False),
        sa.Column("reach_json", sa.String(), nullable=False),
        sa.Column("computed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("seq >= 0 AND decisions >= 0", name=op.f("ck_tally_figures_counts_from_nothing")),
        sa.CheckConstraint("length(checkpoint) > 0", name=op.f("ck_tally_figures_is_bound_to_a_checkpoint")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_tally_figures_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_tally_figures")),
    )
    op.create_table(
        "figures_progress",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("decisions", BIG, nullable=False),
        sa.Column("decision_seq", BIG, nullable=False),
        sa.Column("reach_seq", BIG, nullable=False),
        sa.Column("tally_json", sa.String(), nullable=False),
        sa.Column("reach_json", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_figures_progress_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_figures_progress")),
    )
    op.create_table(
        "minute_figures",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("minute", BIG, autoincrement=False, nullable=False),
        sa.Column("ballots", BIG, nullable=False),
        sa.Column("held", BIG, nullable=False),
        sa.Column("challenged", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_minute_figures_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "minute", name=op.f("pk_minute_figures")),
    )


def downgrade() -> None:
    op.drop_table("minute_figures")
    op.drop_table("figures_progress")
    op.drop_table("tally_figures")
