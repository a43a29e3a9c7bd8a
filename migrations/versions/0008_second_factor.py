"""Second factors, recovery codes, what sessions are called, and acts upon administrators that a second one confirms"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ROLES = "'admin', 'operator', 'reviewer', 'judge', 'committee', 'handler', 'supervisor'"


def upgrade() -> None:
    with op.batch_alter_table("officials") as batch:
        batch.add_column(sa.Column("factor_reset_at", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("factor_reset_by", sa.String(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_officials_reset_by_if_reset"), "(factor_reset_at IS NULL) = (factor_reset_by IS NULL)"
        )
    with op.batch_alter_table("official_sessions") as batch:
        batch.add_column(sa.Column("label", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("official_sessions") as batch:
        batch.alter_column("label", server_default=None)
    op.create_table(
        "second_factors",
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("on_since", sa.BigInteger(), nullable=True),
        sa.Column("last_step", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_second_factors_official_id")
        ),
        sa.PrimaryKeyConstraint("official_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_recovery_codes_official_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_official_id"), "recovery_codes", ["official_id"])
    propose()


def propose() -> None:
    """The table of proposals."""
    op.create_table(
        "official_proposals",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("campaign_slug", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("proposed_by", BIG, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('give', 'take', 'end', 'invite', 'reset')", name=op.f("ck_official_proposals_kind_is_known")
        ),
        sa.CheckConstraint(
            f"role = '' OR role IN ({ROLES})", name=op.f("ck_official_proposals_role_is_known")
        ),
        sa.CheckConstraint(
            "(kind IN ('give', 'take')) = (role <> '')", name=op.f("ck_official_proposals_role_if_given_or_taken")
        ),
        sa.CheckConstraint(
            "outcome IN ('confirmed', 'dropped')", name=op.f("ck_official_proposals_outcome_is_known")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_official_proposals_decided_whole"),
        ),
        sa.CheckConstraint(
            "outcome <> 'confirmed' OR decided_by <> proposed_by",
            name=op.f("ck_official_proposals_two_people_confirm"),
        ),
        *[
            sa.ForeignKeyConstraint([column], ["officials.id"], name=op.f(f"fk_official_proposals_{column}"))
            for column in ("official_id", "proposed_by", "decided_by")
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_proposals")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("official_proposals")
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
    with op.batch_alter_table("official_sessions") as batch:
        batch.drop_column("label")
    with op.batch_alter_table("officials") as batch:
        batch.drop_constraint(op.f("ck_officials_reset_by_if_reset"), type_="check")
        batch.drop_column("factor_reset_by")
        batch.drop_column("factor_reset_at")
