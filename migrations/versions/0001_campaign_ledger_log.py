"""A campaign, its ledger and its log"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite's INTEGER is 64 bits wide too, and only that type gives it a rowid key.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("organiser", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("rules_json", sa.String(), nullable=False),
        sa.Column("plan_json", sa.String(), nullable=False),
        sa.Column("cover_json", sa.String(), nullable=True),
        sa.Column("voter_key", sa.LargeBinary(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("counts_json", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(phase = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_campaigns_closed_at_if_closed")
        ),
        sa.CheckConstraint(
            "(phase IN ('open', 'closed')) = (opened_at IS NOT NULL)",
            name=op.f("ck_campaigns_opened_at_if_opened"),
        ),
        sa.CheckConstraint(
            "phase IN ('draft', 'scheduled', 'open', 'closed')", name=op.f("ck_campaigns_phase_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("slug", name=op.f("uq_campaigns_slug")),
    )
    op.create_table(
        "journal_entries",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
    )
    op.create_table(
        "categories",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_categories_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_categories_campaign_id_key")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("leaf_index", BIG, nullable=False),
        sa.Column("ballot_id", sa.String(), nullable=False),
        sa.Column("voter_tag", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("choices", sa.String(), nullable=False),
        sa.Column("cast_at", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.CheckConstraint(
            "standing IN ('counted', 'held', 'voided')", name=op.f("ck_ledger_entries_standing_is_known")
        ),
        sa.CheckConstraint("length(choices) > 0", name=op.f("ck_ledger_entries_chooses_someone")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_ledger_entries_seq_begins_at_one")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_ledger_entries_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "seq", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("ballot_id", name=op.f("uq_ledger_entries_ballot_id")),
        sa.UniqueConstraint(
            "campaign_id", "leaf_index", name=op.f("uq_ledger_entries_campaign_id_leaf_index")
        ),
    )
    op.create_table(
        "logs",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("verifier_key", sa.String(), nullable=False),
        sa.Column("signing_key", sa.LargeBinary(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("signed_size", BIG, nullable=False),
        sa.Column("checkpoint", sa.String(), nullable=True),
        sa.Column("signed_at", sa.BigInteger(), nullable=True),
        sa.Column("shown_size", BIG, nullable=True),
        sa.CheckConstraint("signed_size <= size", name=op.f("ck_logs_signs_what_it_has")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_logs_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_logs")),
        sa.UniqueConstraint("origin", name=op.f("uq_logs_origin")),
        sa.UniqueConstraint("slug", name=op.f("uq_logs_slug")),
    )
    op.create_table(
        "recorder_positions",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("box_epoch", BIG, nullable=False),
        sa.Column("stream_id", sa.String(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_recorder_positions_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_recorder_positions")),
    )
    op.create_table(
        "candidates",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("category_id", BIG, nullable=True),
        sa.Column("number", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("gender", sa.String(), nullable=True),
        sa.Column("birth_date", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("slogan", sa.String(), nullable=False),
        sa.Column("video_url", sa.String(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_candidates_number_is_positive")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_candidates_campaign_id")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_candidates_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidates")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_candidates_campaign_id_number")),
    )
    op.create_table(
        "log_leaves",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("leaf_index", BIG, autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["logs.campaign_id"], name=op.f("fk_log_leaves_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "leaf_index", name=op.f("pk_log_leaves")),
    )
    op.create_table(
        "log_tiles",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("level", BIG, autoincrement=False, nullable=False),
        sa.Column("tile_index", BIG, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["logs.campaign_id"], name=op.f("fk_log_tiles_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "level", "tile_index", name=op.f("pk_log_tiles")),
    )
    op.create_table(
        "photos",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("candidate_id", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("picture_json", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_photos_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint("candidate_id", "position", name=op.f("uq_photos_candidate_id_position")),
    )


def downgrade() -> None:
    op.drop_table("photos")
    op.drop_table("log_tiles")
    op.drop_table("log_leaves")
    op.drop_table("candidates")
    op.drop_table("recorder_positions")
    op.drop_table("logs")
    op.drop_table("ledger_entries")
    op.drop_table("categories")
    op.drop_table("journal_entries")
    op.drop_table("campaigns")
