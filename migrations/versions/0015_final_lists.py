"""Final lists, what a notice was drafted from; who works on the front line"""

import sqlalchemy as sa
from alembic import op

from voting_service.append_only import freeze, unfreeze

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_PROPOSAL = ("campaign_id", "number", "document", "document_sha256", "proposed_by", "proposed_at")
FROZEN = {
    # Table: what may never change; left out is what the second person fills in.
    "final_lists": ("id", *_PROPOSAL),
}
KEYS = {
    "final_lists": (("id",), ("campaign_id", "number")),
}


def upgrade() -> None:
    op.add_column("candidates", sa.Column("front_line", sa.Boolean(), nullable=True))
    make_final_lists()
    for table, columns in FROZEN.items():
        freeze(op, table, columns, KEYS[table])


def downgrade() -> None:
    for table in ("notice_origins", "final_lists"):
        op.drop_table(table)
    for table in FROZEN:
        unfreeze(op, table)
    op.drop_column("candidates", "front_line")


def person(table: str, column: str, *, required: bool = False) -> list:
    """Who did it, and the key that leads to them."""
    return [
        sa.Column(column, BIG, nullable=not required),
        sa.ForeignKeyConstraint([column], ["officials.id"], name=op.f(f"fk_{table}_{column}")),
    ]


def moment(column: str, *, required: bool = False) -> sa.Column:
    return sa.Column(column, sa.BigInteger(), nullable=not required)


def checks(table: str, **sentences: str) -> list:
    return [
        sa.CheckConstraint(sentence, name=op.f(f"ck_{table}_{name}")) for name, sentence in sentences.items()
    ]


def campaign(table: str) -> list:
    return [
        sa.Column("campaign_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f(f"fk_{table}_campaign_id")),
    ]


def make_final_lists() -> None:
    table = "final_lists"
    op.create_table(
        table,
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        *campaign(table),
        sa.Column("number", BIG, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *person(table, "proposed_by", required=True),
        moment("proposed_at", required=True),
        sa.Column("motion", BIG, nullable=True),
        *person(table, "confirmed_by"),
        moment("confirmed_at"),
        sa.Column("withdrawal_reason", sa.String(), nullable=True),
        *person(table, "withdrawal_asked_by"),
        moment("withdrawal_asked_at"),
        *person(table, "withdrawn_by"),
        moment("withdrawn_at"),
        *checks(
            table,
            number_begins_at_one="number >= 1",
            state_is_known="state IN ('proposed', 'final', 'withdrawn')",
            has_a_hash="length(document_sha256) = 64",
            confirmed_by_another_person="confirmed_by <> proposed_by",
            confirmed_by_someone="(confirmed_at IS NULL) = (confirmed_by IS NULL)",
            not_confirmed_while_proposed="state <> 'proposed' OR confirmed_at IS NULL",
            confirmed_if_final="state <> 'final' OR confirmed_at IS NOT NULL",
            withdrawn_by_someone="(state = 'withdrawn') = (withdrawn_by IS NOT NULL)",
            withdrawn_at_some_time="(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            withdrawn_for_a_reason="withdrawn_by IS NULL OR length(withdrawal_reason) > 0",
            asked_at_some_time="(withdrawal_asked_by IS NULL) = (withdrawal_asked_at IS NULL)",
            asked_for_a_reason="(withdrawal_asked_by IS NULL) = (withdrawal_reason IS NULL)",
            final_withdrawn_by_two=(
                "withdrawn_by IS NULL OR confirmed_at IS NULL OR withdrawn_by <> withdrawal_asked_by"
            ),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_final_lists")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_final_lists_campaign_id_number")),
    )
    in_force = sa.text("state <> 'withdrawn'")
    op.create_index(
        "uq_final_lists_campaign_id_in_force",
        table,
        ["campaign_id"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
    op.create_table(
        "notice_origins",
        sa.Column("notice_id", BIG, nullable=False),
        sa.Column("final_list_id", BIG, nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        *checks("notice_origins", has_a_hash="length(document_sha256) = 64"),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_origins_notice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["final_list_id"], ["final_lists.id"], name=op.f("fk_notice_origins_final_list_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice_origins")),
    )
