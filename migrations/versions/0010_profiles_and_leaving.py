"""Versions, corrections and reviews of profiles; leaving outside of a notice; closing early"""

import sqlalchemy as sa
from alembic import op

from voting_service.append_only import freeze, unfreeze

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FROZEN = {
    "profile_versions": (
        ("candidate_id", "version", "document", "sha256", "at", "by", "reason"),
        (("candidate_id", "version"),),
    ),
    "profile_reviews": (
        ("id", "campaign_id", "number", "sha256", "passed", "remarks", "at", "official_id"),
        (("id",),),
    ),
}


def upgrade() -> None:
    make_versions()
    make_reviews()
    make_two_person_acts()
    for table, (columns, keys) in FROZEN.items():
        freeze(op, table, [f'"{name}"' if name == "by" else name for name in columns], keys)


def make_versions() -> None:
    op.create_table(
        "profile_versions",
        sa.Column("candidate_id", BIG, nullable=False),
        sa.Column("version", BIG, autoincrement=False, nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_profile_versions_version_begins_at_one")),
        sa.CheckConstraint(
            "(version = 1) = (reason = '')", name=op.f("ck_profile_versions_corrected_for_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_profile_versions_candidate_id")
        ),
        sa.PrimaryKeyConstraint("candidate_id", "version", name=op.f("pk_profile_versions")),
    )


def make_reviews() -> None:
    op.create_table(
        "profile_reviews",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.CheckConstraint(
            "passed OR length(remarks) > 0", name=op.f("ck_profile_reviews_returned_with_remarks")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_profile_reviews_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_profile_reviews_official_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_reviews")),
    )
    op.create_index(
        op.f("ix_profile_reviews_campaign_id_number"), "profile_reviews", ["campaign_id", "number"]
    )


def make_two_person_acts() -> None:
    make_act(
        "profile_corrections", "candidate_id", "candidates", ("candidate_id",),
        sa.Column("replaces", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
    )  # fmt: skip
    make_act(
        "departure_proposals", "campaign_id", "campaigns", ("campaign_id", "number"),
        sa.Column("number", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('disqualified', 'withdrawn', 'deceased')",
            name=op.f("ck_departure_proposals_cause_is_known"),
        ),
    )  # fmt: skip
    make_act("early_closings", "campaign_id", "campaigns", ("campaign_id",))


def make_act(
    table: str, subject: str, of: str, once: tuple[str, ...], *more: sa.Column | sa.CheckConstraint
) -> None:
    """Proposed by one, confirmed by another; one at a time: one that waits, or one that was not dropped."""
    checks = {
        "state_is_known": "state IN ('proposed', 'confirmed', 'dropped')",
        "gives_a_reason": "length(reason) > 0",
        "confirmed_by_another_person": "confirmed_by <> proposed_by",
        "confirmed_by_someone": "(state = 'confirmed') = (confirmed_by IS NOT NULL)",
        "confirmed_at_some_time": "(confirmed_at IS NULL) = (confirmed_by IS NULL)",
    }
    op.create_table(
        table,
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column(subject, BIG, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", BIG, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", BIG, nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        *more,
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in checks.items()),
        sa.ForeignKeyConstraint([subject], [f"{of}.id"], name=op.f(f"fk_{table}_{subject}")),
        sa.ForeignKeyConstraint(["proposed_by"], ["officials.id"], name=op.f(f"fk_{table}_proposed_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["officials.id"], name=op.f(f"fk_{table}_confirmed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    # A profile may be corrected again; nobody leaves twice, and no voting ends twice.
    where = sa.text("state = 'proposed'" if table == "profile_corrections" else "state <> 'dropped'")
    name = f"uq_{table}_{'_'.join(once)}"
    op.create_index(name, table, list(once), unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for table in ("early_closings", "departure_proposals", "profile_corrections"):
        op.drop_table(table)
    for table in FROZEN:
        op.drop_table(table)
        unfreeze(op, table)
