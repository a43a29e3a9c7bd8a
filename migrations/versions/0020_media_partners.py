"""Media partners and what is counted of their embeds"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "media_settings",
        sa.Column("campaign_id", BIG, autoincrement=False, nullable=False),
        sa.Column("only_partners", sa.Boolean(), nullable=False),
        sa.Column("kit_public", sa.Boolean(), nullable=False),
        sa.Column("credit", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_media_settings_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_media_settings")),
    )
    op.create_table(
        "media_partners",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("origins", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.CheckConstraint("length(key) = 16", name=op.f("ck_media_partners_has_a_key")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_media_partners_has_a_name")),
        sa.CheckConstraint("length(origins) > 0", name=op.f("ck_media_partners_has_an_origin")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_media_partners_revoked_by_someone")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_media_partners_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_partners")),
        sa.UniqueConstraint("key", name=op.f("uq_media_partners_key")),
    )
    op.create_index("ix_media_partners_campaign_id", "media_partners", ["campaign_id"])
    op.create_table(
        "embed_counts",
        sa.Column("campaign_id", BIG, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", BIG, nullable=False),
        sa.Column("clicks", BIG, nullable=False),
        sa.CheckConstraint("views >= 0 AND clicks >= 0", name=op.f("ck_embed_counts_counts_something")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_embed_counts_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "key", "day", name=op.f("pk_embed_counts")),
    )


def downgrade() -> None:
    op.drop_table("embed_counts")
    op.drop_index("ix_media_partners_campaign_id", "media_partners")
    op.drop_table("media_partners")
    op.drop_table("media_settings")
