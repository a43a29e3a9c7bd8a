"""Evidence, page views, gate policies and what scans found"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ballot_evidence",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("voted_before", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_ballot_evidence_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "seq", name=op.f("pk_ballot_evidence")),
    )
    op.create_table(
        "view_batches",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("views", BIG, nullable=False),
        sa.Column("dropped", BIG, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("views > 0", name=op.f("ck_view_batches_holds_a_view")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_view_batches_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_batches")),
    )
    op.create_index("ix_view_batches_campaign_id", "view_batches", ["campaign_id"])
    op.create_table(
        "evidence_deletions",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=False),
        sa.Column("ballots", BIG, nullable=False),
        sa.Column("views", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_evidence_deletions_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_evidence_deletions")),
    )
    op.create_table(
        "gate_policies",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("version", BIG, autoincrement=False, nullable=False),
        sa.Column("policy_json", sa.String(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_gate_policies_version_begins_at_one")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_gate_policies_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "version", name=op.f("pk_gate_policies")),
    )
    op.create_table(
        "scan_runs",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("up_to_seq", BIG, nullable=False),
        sa.Column("ballots", BIG, nullable=False),
        sa.Column("review", BIG, nullable=False),
        sa.Column("quarantine", BIG, nullable=False),
        sa.Column("clusters", BIG, nullable=False),
        sa.Column("silent", sa.String(), nullable=False),
        sa.Column("parameters_json", sa.String(), nullable=False),
        sa.Column("networks", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_scan_runs_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_runs")),
    )
    op.create_index("ix_scan_runs_campaign_id", "scan_runs", ["campaign_id"])
    op.create_table(
        "scan_clusters",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("cluster", sa.String(), nullable=False),
        sa.Column("run_id", BIG, nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("ballots", BIG, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "finding IN ('review', 'quarantine')", name=op.f("ck_scan_clusters_finding_is_known")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_scan_clusters_campaign_id")),
        sa.ForeignKeyConstraint(["run_id"], ["scan_runs.id"], name=op.f("fk_scan_clusters_run_id")),
        sa.PrimaryKeyConstraint("campaign_id", "cluster", name=op.f("pk_scan_clusters")),
    )


def downgrade() -> None:
    for table in (
        "scan_clusters",
        "scan_runs",
        "gate_policies",
        "evidence_deletions",
        "view_batches",
        "ballot_evidence",
    ):
        op.drop_table(table)
