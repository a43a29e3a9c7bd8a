"""Final lists, what a notice was drafted from, award lists with their texts, certificates; who works on the front line"""

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
    "award_lists": ("id", "notice_id", "final_list_id", *_PROPOSAL),
    "certificates": ("id", "campaign_id", "award_list_id", "candidate", "number", "serial", "code", "document", "issued_at"),
}  # fmt: skip
KEYS = {
    "final_lists": (("id",), ("campaign_id", "number")),
    "award_lists": (("id",), ("campaign_id", "number")),
    "certificates": (("id",), ("campaign_id", "number"), ("award_list_id", "candidate"), ("code",)),
}


def upgrade() -> None:
    op.add_column("candidates", sa.Column("front_line", sa.Boolean(), nullable=True))
    make_final_lists()
    make_award_lists()
    make_certificates()
    for table, columns in FROZEN.items():
        freeze(op, table, columns, KEYS[table])


def downgrade() -> None:
    for table in ("certificates", "award_texts", "award_lists", "notice_origins", "final_lists"):
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
    in_force("final_lists", "campaign_id", "state <> 'withdrawn'")
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


def in_force(table: str, column: str, when: str) -> None:
    op.create_index(
        f"uq_{table}_{column}_in_force",
        table,
        [column],
        unique=True,
        sqlite_where=sa.text(when),
        postgresql_where=sa.text(when),
    )


def make_award_lists() -> None:
    table = "award_lists"
    op.create_table(
        table,
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        *campaign(table),
        sa.Column("number", BIG, nullable=False),
        sa.Column("notice_id", BIG, nullable=False),
        sa.Column("final_list_id", BIG, nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *person(table, "proposed_by", required=True),
        moment("proposed_at", required=True),
        *person(table, "confirmed_by"),
        moment("confirmed_at"),
        *checks(
            table,
            number_begins_at_one="number >= 1",
            state_is_known="state IN ('proposed', 'confirmed', 'dropped')",
            has_a_hash="length(document_sha256) = 64",
            confirmed_by_another_person="confirmed_by <> proposed_by",
            confirmed_by_someone="(state = 'confirmed') = (confirmed_by IS NOT NULL)",
            confirmed_at_some_time="(confirmed_at IS NULL) = (confirmed_by IS NULL)",
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_award_lists_notice_id")),
        sa.ForeignKeyConstraint(
            ["final_list_id"], ["final_lists.id"], name=op.f("fk_award_lists_final_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_lists")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_award_lists_campaign_id_number")),
    )
    in_force("award_lists", "notice_id", "state <> 'dropped'")
    table = "award_texts"
    op.create_table(
        table,
        sa.Column("award_list_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text_json", sa.String(), nullable=False),
        *person(table, "changed_by", required=True),
        moment("changed_at", required=True),
        *checks(table, kind_is_known="kind IN ('decision', 'thanks')"),
        sa.ForeignKeyConstraint(
            ["award_list_id"], ["award_lists.id"], name=op.f("fk_award_texts_award_list_id")
        ),
        sa.PrimaryKeyConstraint("award_list_id", "kind", name=op.f("pk_award_texts")),
    )


def make_certificates() -> None:
    table = "certificates"
    op.create_table(
        table,
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        *campaign(table),
        sa.Column("award_list_id", BIG, nullable=False),
        sa.Column("candidate", BIG, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("serial", BIG, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        moment("issued_at", required=True),
        sa.Column("revocation_reason", sa.String(), nullable=True),
        *person(table, "revocation_asked_by"),
        moment("revocation_asked_at"),
        *person(table, "revoked_by"),
        moment("revoked_at"),
        *checks(
            table,
            serial_begins_at_one="serial >= 1",
            code_is_long="length(code) >= 20",
            revoked_for_a_reason="(revocation_reason IS NULL) = (revocation_asked_by IS NULL)",
            asked_at_some_time="(revocation_asked_at IS NULL) = (revocation_asked_by IS NULL)",
            revoked_by_another_person="revoked_by <> revocation_asked_by",
            revoked_by_two="revoked_by IS NULL OR revocation_asked_by IS NOT NULL",
            revoked_at_some_time="(revoked_at IS NULL) = (revoked_by IS NULL)",
        ),
        sa.ForeignKeyConstraint(
            ["award_list_id"], ["award_lists.id"], name=op.f("fk_certificates_award_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_certificates_campaign_id_number")),
        sa.UniqueConstraint("award_list_id", "candidate", name=op.f("uq_certificates_award_list_id_candidate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificates_code")),
    )
