"""The committee's motions, minutes and certifications"""

import sqlalchemy as sa
from alembic import op

from voting_service.append_only import freeze, unfreeze

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FROZEN = {
    "minutes": ("campaign_id", "kind", "number", "document", "sha256", "needed", "made_at"),
    "minutes_signers": ("campaign_id", "kind", "number", "official_id", "name"),
    "minutes_confirmations": ("campaign_id", "kind", "number", "official_id", "at", "sha256", "remark"),
    # What was put to the members; its state alone moves on.
    "certifications": (
        "campaign_id",
        "number",
        "log_size",
        "checkpoint",
        "decisions",
        "document",
        "sha256",
        "held",
        "held_acknowledged",
        "members",
        "needed",
        "present_rule",
        "proposed_by",
        "proposed_at",
    ),
    "certification_members": ("campaign_id", "number", "official_id", "name"),
    "certification_signatures": ("campaign_id", "number", "official_id", "at", "sha256"),
}
KEYS = {
    "minutes": [("campaign_id", "kind", "number")],
    "minutes_signers": [("campaign_id", "kind", "number", "official_id")],
    "minutes_confirmations": [("campaign_id", "kind", "number", "official_id")],
    "certifications": [("campaign_id", "number")],
    "certification_members": [("campaign_id", "number", "official_id")],
    "certification_signatures": [("campaign_id", "number", "official_id")],
}


def upgrade() -> None:
    make_tables()
    for table, columns in FROZEN.items():
        freeze(op, table, columns, KEYS[table])


def make_tables() -> None:
    op.create_table(
        "certifications",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("log_size", BIG, nullable=False),
        sa.Column("checkpoint", sa.String(), nullable=False),
        sa.Column("decisions", BIG, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("held", BIG, nullable=False),
        sa.Column("held_acknowledged", sa.Boolean(), nullable=False),
        sa.Column("members", BIG, nullable=False),
        sa.Column("needed", BIG, nullable=False),
        sa.Column("present_rule", sa.String(), nullable=False),
        sa.Column("proposed_by", BIG, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("certified_at", sa.BigInteger(), nullable=True),
        sa.Column("leaf_index", BIG, nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", BIG, nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(state = 'certified') = (certified_at IS NOT NULL)",
            name=op.f("ck_certifications_certified_at_if_certified"),
        ),
        sa.CheckConstraint(
            "(state = 'certified') = (leaf_index IS NOT NULL)",
            name=op.f("ck_certifications_in_the_log_if_certified"),
        ),
        sa.CheckConstraint(
            "(state IN ('withdrawn', 'superseded')) = (ended_at IS NOT NULL)",
            name=op.f("ck_certifications_ended_at_if_ended"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'certified', 'withdrawn', 'superseded')",
            name=op.f("ck_certifications_state_is_known"),
        ),
        sa.CheckConstraint(
            "held = 0 OR held_acknowledged", name=op.f("ck_certifications_held_ballots_are_acknowledged")
        ),
        sa.CheckConstraint(
            "leaf_index >= log_size", name=op.f("ck_certifications_certified_after_what_was_counted")
        ),
        sa.CheckConstraint("needed <= members", name=op.f("ck_certifications_can_be_reached")),
        sa.CheckConstraint("needed >= 2", name=op.f("ck_certifications_never_by_one_alone")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_certifications_number_begins_at_one")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_certifications_campaign_id")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["officials.id"], name=op.f("fk_certifications_ended_by")),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["officials.id"], name=op.f("fk_certifications_proposed_by")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_certifications")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_certifications_certified",
        "certifications",
        ["campaign_id"],
        unique=True,
        postgresql_where=sa.text("state = 'certified'"),
        sqlite_where=sa.text("state = 'certified'"),
    )
    op.create_index(
        "uq_certifications_proposed",
        "certifications",
        ["campaign_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
        sqlite_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "minutes",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("needed", BIG, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('motion', 'certification')", name=op.f("ck_minutes_kind_is_known")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_minutes_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "kind", "number", name=op.f("pk_minutes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "motions",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("most", BIG, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("drafted_by", BIG, nullable=False),
        sa.Column("drafted_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", BIG, nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("present_rule", sa.String(), nullable=True),
        sa.Column("agree_rule", sa.String(), nullable=True),
        sa.Column("voting_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", BIG, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.CheckConstraint("(kind = 'list') = (most IS NOT NULL)", name=op.f("ck_motions_most_if_list")),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_motions_closed_at_if_closed")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_motions_outcome_if_closed")
        ),
        sa.CheckConstraint(
            "(state IN ('open', 'voting', 'closed')) = (agree_rule IS NOT NULL)",
            name=op.f("ck_motions_agree_rule_if_opened"),
        ),
        sa.CheckConstraint(
            "(state IN ('open', 'voting', 'closed')) = (opened_at IS NOT NULL)",
            name=op.f("ck_motions_opened_at_if_opened"),
        ),
        sa.CheckConstraint(
            "(state IN ('open', 'voting', 'closed')) = (opened_by IS NOT NULL)",
            name=op.f("ck_motions_opened_by_if_opened"),
        ),
        sa.CheckConstraint(
            "(state IN ('open', 'voting', 'closed')) = (present_rule IS NOT NULL)",
            name=op.f("ck_motions_present_rule_if_opened"),
        ),
        sa.CheckConstraint("kind IN ('question', 'list')", name=op.f("ck_motions_kind_is_known")),
        sa.CheckConstraint(
            "outcome IN ('passed', 'rejected', 'decided', 'no_quorum', 'withdrawn')",
            name=op.f("ck_motions_outcome_is_known"),
        ),
        sa.CheckConstraint(
            "state <> 'voting' OR voting_at IS NOT NULL", name=op.f("ck_motions_voting_at_if_voting")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'discarded', 'open', 'voting', 'closed')",
            name=op.f("ck_motions_state_is_known"),
        ),
        sa.CheckConstraint(
            "voting_at IS NULL OR state = 'voting' OR outcome <> 'withdrawn'",
            name=op.f("ck_motions_not_withdrawn_once_voting"),
        ),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_motions_has_a_title")),
        sa.CheckConstraint("most >= 1", name=op.f("ck_motions_most_at_least_one")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_motions_number_begins_at_one")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_motions_campaign_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["officials.id"], name=op.f("fk_motions_closed_by")),
        sa.ForeignKeyConstraint(["drafted_by"], ["officials.id"], name=op.f("fk_motions_drafted_by")),
        sa.ForeignKeyConstraint(["opened_by"], ["officials.id"], name=op.f("fk_motions_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motions")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_motions_campaign_id_number")),
    )
    op.create_table(
        "certification_members",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "number"],
            ["certifications.campaign_id", "certifications.number"],
            name=op.f("fk_certification_members_campaign_id_number"),
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_certification_members_official_id")
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "number", "official_id", name=op.f("pk_certification_members")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "minutes_signers",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "kind", "number"],
            ["minutes.campaign_id", "minutes.kind", "minutes.number"],
            name=op.f("fk_minutes_signers_campaign_id_kind_number"),
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_minutes_signers_official_id")
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "kind", "number", "official_id", name=op.f("pk_minutes_signers")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "motion_members",
        sa.Column("motion_id", BIG, nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("recused_at", sa.BigInteger(), nullable=True),
        sa.Column("recused_by", BIG, nullable=True),
        sa.Column("recused_reason", sa.String(), nullable=True),
        sa.Column("present_at", sa.BigInteger(), nullable=True),
        sa.Column("has_voted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(recused_at IS NULL) = (recused_by IS NULL)", name=op.f("ck_motion_members_recused_by_someone")
        ),
        sa.CheckConstraint(
            "(recused_at IS NULL) = (recused_reason IS NULL)",
            name=op.f("ck_motion_members_recused_for_a_reason"),
        ),
        sa.CheckConstraint(
            "NOT has_voted OR present_at IS NOT NULL", name=op.f("ck_motion_members_voted_if_present")
        ),
        sa.CheckConstraint(
            "recused_at IS NULL OR present_at IS NULL", name=op.f("ck_motion_members_recused_is_not_present")
        ),
        sa.ForeignKeyConstraint(["motion_id"], ["motions.id"], name=op.f("fk_motion_members_motion_id")),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_motion_members_official_id")
        ),
        sa.ForeignKeyConstraint(["recused_by"], ["officials.id"], name=op.f("fk_motion_members_recused_by")),
        sa.PrimaryKeyConstraint("motion_id", "official_id", name=op.f("pk_motion_members")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "motion_options",
        sa.Column("motion_id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("papers", BIG, nullable=False),
        sa.CheckConstraint("papers >= 0", name=op.f("ck_motion_options_papers_are_counted")),
        sa.ForeignKeyConstraint(["motion_id"], ["motions.id"], name=op.f("fk_motion_options_motion_id")),
        sa.PrimaryKeyConstraint("motion_id", "key", name=op.f("pk_motion_options")),
        sa.UniqueConstraint("motion_id", "place", name=op.f("uq_motion_options_motion_id_place")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "certification_signatures",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("official_id", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "number", "official_id"],
            [
                "certification_members.campaign_id",
                "certification_members.number",
                "certification_members.official_id",
            ],
            name="fk_certification_signatures_member",
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "number", "official_id", name=op.f("pk_certification_signatures")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "minutes_confirmations",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("official_id", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "kind", "number", "official_id"],
            [
                "minutes_signers.campaign_id",
                "minutes_signers.kind",
                "minutes_signers.number",
                "minutes_signers.official_id",
            ],
            name="fk_minutes_confirmations_signer",
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "kind", "number", "official_id", name=op.f("pk_minutes_confirmations")
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in (
        "minutes_confirmations",
        "certification_signatures",
        "motion_options",
        "motion_members",
        "minutes_signers",
        "certification_members",
        "motions",
        "minutes",
        "certifications",
    ):
        op.drop_table(table)
    for table in FROZEN:
        unfreeze(op, table)
