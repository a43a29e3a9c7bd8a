"""Places filled out of turn by two people"""

import sqlalchemy as sa
from alembic import op

from voting_service.append_only import freeze, unfreeze

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FROZEN = ("id", "substitution_id", "successor", "next_in_line", "reason", "proposed_by", "proposed_at")
NOT_DROPPED = sa.text("state <> 'dropped'")
CHECKS = {
    "filled_in_turn_or_by_two": "coalesce(successor, 0) = coalesce(next_in_line, 0) OR filling_proposed_by IS NOT NULL",
    "filled_by_another_official": "filled_by <> filling_proposed_by",
    "filled_if_proposed": "filled_by IS NOT NULL OR (filling_proposed_by IS NULL AND next_in_line IS NULL)",
}


def upgrade() -> None:
    op.drop_index("uq_substitutions_notice_id_leaver", "substitutions")
    op.add_column("substitutions", sa.Column("next_in_line", BIG, nullable=True))
    op.add_column("substitutions", sa.Column("filling_proposed_by", BIG, nullable=True))
    # Nobody can say any more who was next when one person filled a place. Whoever took it stands for that; where it was
    # somebody else, the journal and the reason tell.
    op.execute("UPDATE substitutions SET next_in_line = successor WHERE state = 'filled'")
    with op.batch_alter_table("substitutions") as batch:
        batch.create_foreign_key(
            op.f("fk_substitutions_filling_proposed_by"), "officials", ["filling_proposed_by"], ["id"]
        )
        for name, condition in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_substitutions_{name}"), condition)
    _index()
    make_proposals()
    freeze(op, "fillings_out_of_turn", FROZEN, (("id",),))


def _index() -> None:
    op.create_index(
        "uq_substitutions_notice_id_leaver", "substitutions", ["notice_id", "leaver"], unique=True,
        sqlite_where=NOT_DROPPED, postgresql_where=NOT_DROPPED,
    )  # fmt: skip


def make_proposals() -> None:
    table = "fillings_out_of_turn"
    op.create_table(
        table,
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("substitution_id", BIG, nullable=False),
        sa.Column("successor", BIG, nullable=True),
        sa.Column("next_in_line", BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", BIG, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", BIG, nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("length(reason) > 0", name=op.f(f"ck_{table}_gives_a_reason")),
        sa.CheckConstraint(
            "coalesce(successor, 0) <> coalesce(next_in_line, 0)", name=op.f(f"ck_{table}_is_out_of_turn")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'dropped')", name=op.f(f"ck_{table}_state_is_known")
        ),
        sa.CheckConstraint(
            "confirmed_by <> proposed_by", name=op.f(f"ck_{table}_confirmed_by_another_person")
        ),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_by IS NOT NULL)",
            name=op.f(f"ck_{table}_confirmed_by_someone"),
        ),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f(f"ck_{table}_confirmed_at_some_time")
        ),
        sa.ForeignKeyConstraint(
            ["substitution_id"], ["substitutions.id"], name=op.f(f"fk_{table}_substitution_id")
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["officials.id"], name=op.f(f"fk_{table}_proposed_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["officials.id"], name=op.f(f"fk_{table}_confirmed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(
        f"uq_{table}_substitution_id", table, ["substitution_id"], unique=True,
        sqlite_where=NOT_DROPPED, postgresql_where=NOT_DROPPED,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("fillings_out_of_turn")
    unfreeze(op, "fillings_out_of_turn")
    op.drop_index("uq_substitutions_notice_id_leaver", "substitutions")
    with op.batch_alter_table("substitutions") as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_substitutions_{name}"), type_="check")
        batch.drop_constraint(op.f("fk_substitutions_filling_proposed_by"), type_="foreignkey")
        batch.drop_column("filling_proposed_by")
        batch.drop_column("next_in_line")
    _index()
