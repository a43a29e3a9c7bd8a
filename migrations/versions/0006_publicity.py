"""Officials, attachments, notices, dockets, substitutions, departures of candidates"""

import sqlalchemy as sa
from alembic import op

from voting_service.append_only import freeze, unfreeze

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FROZEN = {
    # Table: what may never change. Left out is what a new key seals anew, or what is filled in later, once.
    "docket_entries": ("objection_id", "seq", "at", "party", "official_id", "act", "shown_to_objector",
                       "form_digest"),
    "docket_attachments": ("attachment_id", "objection_id", "seq"),
    "objections": ("id", "docket_number", "notice_id", "submission_digest", "passcode_digest", "received_at",
                   "came_by", "postmarked_on", "kind", "worth", "phone_index", "decide_by", "reply_by"),
    "notice_events": ("notice_id", "seq", "at", "official_id", "act", "reason", "log_name", "document",
                      "document_sha256"),
}  # fmt: skip

LASTING = {"docket_entries": ("body_sealed",)}
"""What may be sealed anew, and neither taken away nor put where nothing was."""

KEYS = {
    "docket_entries": (("objection_id", "seq"), ("form_digest",)),
    "docket_attachments": (("attachment_id",),),
    "objections": (("id",), ("docket_number",), ("submission_digest",)),
    "notice_events": (("notice_id", "seq"), ("notice_id", "log_name")),
}
"""By what SQLite's INSERT OR REPLACE finds a row to replace: it deletes that row, and asks no trigger for deletions."""


def upgrade() -> None:
    make_tables()
    for table, columns in FROZEN.items():
        freeze(op, table, columns, KEYS[table], LASTING.get(table, ()))


def make_tables() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('picture', 'pdf', 'sound')", name=op.f("ck_attachments_kind_is_known")),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachments_holds_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_table(
        "officials",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("passphrase_hash", sa.String(), nullable=True),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_officials_has_a_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officials")),
        sa.UniqueConstraint("name_key", name=op.f("uq_officials_name_key")),
    )
    op.create_table(
        "invitations",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_invitations_official_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_invitations")),
    )
    op.create_table(
        "notices",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("supplements", BIG, nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("draft_json", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("drafted_by", BIG, nullable=False),
        sa.Column("drafted_at", sa.BigInteger(), nullable=False),
        sa.Column("published_by", BIG, nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("accepted_until", sa.Date(), nullable=True),
        sa.Column("accepts_until", sa.BigInteger(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=True),
        sa.Column("closed_by", BIG, nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_notices_closed_at_if_closed")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_by IS NOT NULL)", name=op.f("ck_notices_closed_by_if_closed")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_notices_outcome_if_closed")
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (accepted_until IS NULL)",
            name=op.f("ck_notices_accepted_until_if_published"),
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (accepts_until IS NULL)", name=op.f("ck_notices_accepts_until_if_published")
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (first_day IS NULL)", name=op.f("ck_notices_first_day_if_published")
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (last_day IS NULL)", name=op.f("ck_notices_last_day_if_published")
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (provisional IS NULL)", name=op.f("ck_notices_provisional_if_published")
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (published_at IS NULL)", name=op.f("ck_notices_published_at_if_published")
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (published_by IS NULL)", name=op.f("ck_notices_published_by_if_published")
        ),
        sa.CheckConstraint("level IN ('unit', 'district', 'city')", name=op.f("ck_notices_level_is_known")),
        sa.CheckConstraint(
            "outcome IN ('no_objection', 'objections_ruled', 'changed')",
            name=op.f("ck_notices_outcome_is_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'closed')", name=op.f("ck_notices_state_is_known")
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_notices_window_has_a_day")),
        sa.CheckConstraint(
            "last_day <= accepted_until", name=op.f("ck_notices_accepts_while_the_window_lasts")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_notices_number_begins_at_one")),
        sa.CheckConstraint("supplements < id", name=op.f("ck_notices_supplements_an_earlier_one")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_notices_campaign_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["officials.id"], name=op.f("fk_notices_closed_by")),
        sa.ForeignKeyConstraint(["drafted_by"], ["officials.id"], name=op.f("fk_notices_drafted_by")),
        sa.ForeignKeyConstraint(["published_by"], ["officials.id"], name=op.f("fk_notices_published_by")),
        sa.ForeignKeyConstraint(["supplements"], ["notices.id"], name=op.f("fk_notices_supplements")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_notices_campaign_id_number")),
    )
    op.create_table(
        "official_roles",
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("campaign_slug", sa.String(), nullable=False),
        sa.CheckConstraint(
            "role IN ('admin', 'operator', 'committee', 'handler', 'supervisor')",
            name=op.f("ck_official_roles_role_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_official_roles_official_id")
        ),
        sa.PrimaryKeyConstraint("official_id", "role", "campaign_slug", name=op.f("pk_official_roles")),
    )
    op.create_table(
        "official_sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("born_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_official_sessions_official_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_official_sessions")),
    )
    op.create_table(
        "notice_events",
        sa.Column("notice_id", BIG, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("log_name", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("leaf_index", BIG, nullable=True),
        sa.CheckConstraint(
            "act <> 'extended' OR length(reason) > 0", name=op.f("ck_notice_events_extended_with_a_reason")
        ),
        sa.CheckConstraint(
            "act IN ('published', 'extended', 'dates_confirmed', 'closed')",
            name=op.f("ck_notice_events_act_is_known"),
        ),
        sa.CheckConstraint("length(document_sha256) = 64", name=op.f("ck_notice_events_has_a_hash")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_events_notice_id")),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_notice_events_official_id")),
        sa.PrimaryKeyConstraint("notice_id", "seq", name=op.f("pk_notice_events")),
        sa.UniqueConstraint("notice_id", "log_name", name=op.f("uq_notice_events_notice_id_log_name")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "objections",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("docket_number", sa.String(), nullable=False),
        sa.Column("notice_id", BIG, nullable=False),
        sa.Column("submission_digest", sa.LargeBinary(), nullable=False),
        sa.Column("passcode_digest", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("came_by", sa.String(), nullable=False),
        sa.Column("postmarked_on", sa.Date(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("worth", sa.String(), nullable=False),
        sa.Column("heading_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("matter_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("identity_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decide_by", sa.Date(), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=False),
        sa.Column("taken_up_at", sa.BigInteger(), nullable=True),
        sa.Column("decline_class", sa.String(), nullable=True),
        sa.Column("ruled_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'declined') = (decline_class IS NOT NULL)",
            name=op.f("ck_objections_declined_for_a_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name=op.f("ck_objections_withdrawn_at_some_time"),
        ),
        sa.CheckConstraint(
            "(state IN ('upheld', 'dismissed')) = (ruled_at IS NOT NULL)",
            name=op.f("ck_objections_ruled_if_ruled_upon"),
        ),
        sa.CheckConstraint(
            "kind <> 'anonymous' OR identity_sealed IS NULL",
            name=op.f("ck_objections_nobody_known_if_anonymous"),
        ),
        sa.CheckConstraint(
            "kind = 'anonymous' OR identity_sealed IS NOT NULL",
            name=op.f("ck_objections_somebody_known_if_not"),
        ),
        sa.CheckConstraint(
            "came_by IN ('online', 'letter', 'call', 'visit', 'referred')",
            name=op.f("ck_objections_came_by_is_known"),
        ),
        sa.CheckConstraint(
            "(came_by = 'letter') = (postmarked_on IS NOT NULL)",
            name=op.f("ck_objections_letters_have_a_postmark"),
        ),
        sa.CheckConstraint(
            "kind IN ('named', 'unit', 'anonymous')", name=op.f("ck_objections_kind_is_known")
        ),
        sa.CheckConstraint(
            "state <> 'received' OR taken_up_at IS NULL", name=op.f("ck_objections_not_taken_up_if_received")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'accepted', 'declined', 'upheld', 'dismissed', 'withdrawn')",
            name=op.f("ck_objections_state_is_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'declined', 'upheld', 'dismissed') OR taken_up_at IS NOT NULL",
            name=op.f("ck_objections_looked_at_before_it_is_handled"),
        ),
        sa.CheckConstraint("worth IN ('answered', 'examined')", name=op.f("ck_objections_worth_is_known")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_objections_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint("docket_number", name=op.f("uq_objections_docket_number")),
        sa.UniqueConstraint("submission_digest", name=op.f("uq_objections_submission_digest")),
    )
    with op.batch_alter_table("objections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objections_phone_index"), ["phone_index"], unique=False)
    op.create_table(
        "substitutions",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("notice_id", BIG, nullable=False),
        sa.Column("leaver", BIG, nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("docket_number", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", BIG, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", BIG, nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("successor", BIG, nullable=True),
        sa.Column("successor_reason", sa.String(), nullable=True),
        sa.Column("filled_by", BIG, nullable=True),
        sa.Column("filled_at", sa.BigInteger(), nullable=True),
        sa.Column("supplementary_id", BIG, nullable=True),
        sa.CheckConstraint(
            "state IN ('filled', 'vacant') OR supplementary_id IS NULL",
            name=op.f("ck_substitutions_noticed_once_it_is_settled"),
        ),
        sa.CheckConstraint(
            "(state IN ('proposed', 'dropped')) = (confirmed_at IS NULL)",
            name=op.f("ck_substitutions_confirmed_if_left"),
        ),
        sa.CheckConstraint(
            "cause IN ('disqualified', 'withdrawn', 'deceased')", name=op.f("ck_substitutions_cause_is_known")
        ),
        sa.CheckConstraint(
            "(state = 'filled') = (successor IS NOT NULL)",
            name=op.f("ck_substitutions_filled_by_a_candidate"),
        ),
        sa.CheckConstraint(
            "(state IN ('filled', 'vacant')) = (filled_by IS NOT NULL)",
            name=op.f("ck_substitutions_filled_by_an_official"),
        ),
        sa.CheckConstraint(
            "(filled_at IS NULL) = (filled_by IS NULL)", name=op.f("ck_substitutions_filled_at_some_time")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'left', 'filled', 'vacant', 'dropped')",
            name=op.f("ck_substitutions_state_is_known"),
        ),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)",
            name=op.f("ck_substitutions_confirmed_by_someone"),
        ),
        sa.CheckConstraint(
            "confirmed_by <> proposed_by", name=op.f("ck_substitutions_confirmed_by_another_person")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_substitutions_gives_a_reason")),
        sa.CheckConstraint("successor <> leaver", name=op.f("ck_substitutions_filled_by_another_candidate")),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["officials.id"], name=op.f("fk_substitutions_confirmed_by")
        ),
        sa.ForeignKeyConstraint(["filled_by"], ["officials.id"], name=op.f("fk_substitutions_filled_by")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_substitutions_notice_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["officials.id"], name=op.f("fk_substitutions_proposed_by")),
        sa.ForeignKeyConstraint(
            ["supplementary_id"], ["notices.id"], name=op.f("fk_substitutions_supplementary_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitutions")),
    )
    with op.batch_alter_table("substitutions", schema=None) as batch_op:
        batch_op.create_index(
            "uq_substitutions_notice_id_leaver",
            ["notice_id", "leaver"],
            unique=True,
            sqlite_where=sa.text("state <> 'dropped'"),
            postgresql_where=sa.text("state <> 'dropped'"),
        )
    op.create_table(
        "assignments",
        sa.Column("objection_id", BIG, nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("assigned_by", BIG, nullable=False),
        sa.Column("assigned_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("recused", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "NOT (recused AND ended_at IS NULL)", name=op.f("ck_assignments_ended_if_recused")
        ),
        sa.ForeignKeyConstraint(["assigned_by"], ["officials.id"], name=op.f("fk_assignments_assigned_by")),
        sa.ForeignKeyConstraint(
            ["objection_id"], ["objections.id"], name=op.f("fk_assignments_objection_id")
        ),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_assignments_official_id")),
        sa.PrimaryKeyConstraint("objection_id", "official_id", name=op.f("pk_assignments")),
    )
    op.create_table(
        "departures",
        sa.Column("candidate_id", BIG, nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("voting_began", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('disqualified', 'withdrawn', 'deceased')", name=op.f("ck_departures_cause_is_known")
        ),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_departures_candidate_id")),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_departures")),
    )
    op.create_table(
        "docket_entries",
        sa.Column("objection_id", BIG, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("official_id", BIG, nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("shown_to_objector", sa.Boolean(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("form_digest", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(party = 'official') = (official_id IS NOT NULL)",
            name=op.f("ck_docket_entries_officials_give_their_name"),
        ),
        sa.CheckConstraint(
            "act IN ('lodged', 'added', 'answered', 'withdrawn', 'accepted', 'declined', "
            "'assigned', 'released', 'recused', 'asked', 'found', 'proposed', 'returned', 'ruled', 'replied')",
            name=op.f("ck_docket_entries_act_is_known"),
        ),
        sa.CheckConstraint(
            "party IN ('objector', 'official')", name=op.f("ck_docket_entries_party_is_known")
        ),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_docket_entries_seq_begins_at_one")),
        sa.ForeignKeyConstraint(
            ["objection_id"], ["objections.id"], name=op.f("fk_docket_entries_objection_id")
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name=op.f("fk_docket_entries_official_id")
        ),
        sa.PrimaryKeyConstraint("objection_id", "seq", name=op.f("pk_docket_entries")),
        sa.UniqueConstraint("form_digest", name=op.f("uq_docket_entries_form_digest")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rulings",
        sa.Column("objection_id", BIG, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reasons_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", BIG, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_rulings_decided_at_some_time")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by IS NULL)", name=op.f("ck_rulings_decided_by_someone")
        ),
        sa.CheckConstraint("outcome IN ('upheld', 'dismissed')", name=op.f("ck_rulings_outcome_is_known")),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'returned')", name=op.f("ck_rulings_state_is_known")
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_rulings_decided_by_another_person")),
        sa.ForeignKeyConstraint(["decided_by"], ["officials.id"], name=op.f("fk_rulings_decided_by")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_rulings_objection_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["officials.id"], name=op.f("fk_rulings_proposed_by")),
        sa.PrimaryKeyConstraint("objection_id", "number", name=op.f("pk_rulings")),
    )
    op.create_table(
        "docket_attachments",
        sa.Column("attachment_id", sa.String(), nullable=False),
        sa.Column("objection_id", BIG, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_docket_attachments_attachment_id")
        ),
        sa.ForeignKeyConstraint(
            ["objection_id", "seq"],
            ["docket_entries.objection_id", "docket_entries.seq"],
            name=op.f("fk_docket_attachments_objection_id_seq"),
        ),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_docket_attachments")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in (
        "docket_attachments",
        "rulings",
        "docket_entries",
        "departures",
        "assignments",
        "substitutions",
        "objections",
        "notice_events",
        "official_sessions",
        "official_roles",
        "notices",
        "invitations",
        "officials",
        "attachments",
    ):
        op.drop_table(table)
    for table in FROZEN:
        unfreeze(op, table)
