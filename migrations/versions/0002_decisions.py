"""Decisions on ballots"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite's INTEGER is 64 bits wide too, and only that type gives it a rowid key.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SET_ASIDE = sa.text("standing <> 'counted'")
# SQLite copies the table to add a check, and the copy has only the checks that are named here.
CHECKS_BEFORE = {
    "standing_is_known": "standing IN ('counted', 'held', 'voided')",
    "chooses_someone": "length(choices) > 0",
    "seq_begins_at_one": "seq >= 1",
}


def _checks_before() -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(condition, name=op.f(f"ck_ledger_entries_{name}"))
        for name, condition in CHECKS_BEFORE.items()
    ]


def upgrade() -> None:
    with op.batch_alter_table("ledger_entries", table_args=_checks_before()) as ledger:
        ledger.add_column(sa.Column("decided_leaf", BIG, nullable=True))
        ledger.create_check_constraint(
            op.f("ck_ledger_entries_stands_by_gate_or_decision"),
            "decided_leaf IS NOT NULL OR standing = (CASE WHEN held THEN 'held' ELSE 'counted' END)",
        )
    op.create_index(
        "ix_ledger_entries_set_aside",
        "ledger_entries",
        ["campaign_id", "standing"],
        postgresql_where=SET_ASIDE,
        sqlite_where=SET_ASIDE,
    )
    op.create_table(
        "decisions",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("undoes", BIG, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("effect_sha256", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_by_key", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_by_key", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("sequence", BIG, nullable=True),
        sa.Column("first_leaf", BIG, nullable=True),
        sa.Column("votes_json", sa.String(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_decisions_number_begins_at_one")),
        sa.CheckConstraint("kind IN ('held', 'voided', 'restored')", name=op.f("ck_decisions_kind_is_known")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_decisions_gives_a_reason")),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'withdrawn')", name=op.f("ck_decisions_state_is_known")
        ),
        sa.CheckConstraint("length(proposed_by_key) > 0", name=op.f("ck_decisions_proposed_by_someone")),
        sa.CheckConstraint(
            "confirmed_by_key <> proposed_by_key", name=op.f("ck_decisions_confirmed_by_another_person")
        ),
        sa.CheckConstraint("undoes < number", name=op.f("ck_decisions_undoes_an_earlier_one")),
        *(
            sa.CheckConstraint(
                f"(state = 'confirmed') = ({column} IS NOT NULL)",
                name=op.f(f"ck_decisions_{column}_if_confirmed"),
            )
            for column in (
                "confirmed_by",
                "confirmed_by_key",
                "confirmed_at",
                "sequence",
                "first_leaf",
                "votes_json",
            )
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_by IS NOT NULL)",
            name=op.f("ck_decisions_withdrawn_by_someone"),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name=op.f("ck_decisions_withdrawn_at_some_time"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_decisions_campaign_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "undoes"],
            ["decisions.campaign_id", "decisions.number"],
            name=op.f("fk_decisions_campaign_id_undoes"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_decisions")),
        sa.UniqueConstraint("campaign_id", "sequence", name=op.f("uq_decisions_campaign_id_sequence")),
    )
    op.create_table(
        "decision_ballots",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.CheckConstraint(
            "before IN ('counted', 'held', 'voided') AND after IN ('counted', 'held', 'voided')",
            name=op.f("ck_decision_ballots_standings_are_known"),
        ),
        sa.CheckConstraint("before <> after", name=op.f("ck_decision_ballots_changes_something")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "number"],
            ["decisions.campaign_id", "decisions.number"],
            name=op.f("fk_decision_ballots_campaign_id_number"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "seq"],
            ["ledger_entries.campaign_id", "ledger_entries.seq"],
            name=op.f("fk_decision_ballots_campaign_id_seq"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "number", "seq", name=op.f("pk_decision_ballots")),
    )


def downgrade() -> None:
    op.drop_table("decision_ballots")
    op.drop_table("decisions")
    op.drop_index("ix_ledger_entries_set_aside", "ledger_entries")
    with op.batch_alter_table("ledger_entries", table_args=_checks_before()) as ledger:
        ledger.drop_constraint(op.f("ck_ledger_entries_stands_by_gate_or_decision"), type_="check")
        ledger.drop_column("decided_leaf")
