"""Batches of voting codes, codes and the members' roll"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "code_batches",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("identity IN ('code', 'member')", name=op.f("ck_code_batches_identity_is_known")),
        sa.CheckConstraint("size > 0", name=op.f("ck_code_batches_holds_a_code")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_code_batches_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_batches")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_code_batches_campaign_id_number")),
    )
    op.create_table(
        "members",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_members_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("campaign_id", "digest", name=op.f("uq_members_campaign_id_digest")),
    )
    op.create_table(
        "voter_codes",
        sa.Column("batch_id", BIG, nullable=False),
        sa.Column("serial", BIG, autoincrement=False, nullable=False),
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", BIG, nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["code_batches.id"], name=op.f("fk_voter_codes_batch_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_voter_codes_campaign_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_voter_codes_member_id")),
        sa.PrimaryKeyConstraint("batch_id", "serial", name=op.f("pk_voter_codes")),
        sa.UniqueConstraint("campaign_id", "digest", name=op.f("uq_voter_codes_campaign_id_digest")),
    )
    op.create_index("ix_voter_codes_member_id", "voter_codes", ["member_id"])


def downgrade() -> None:
    for table in ("voter_codes", "members", "code_batches"):
        op.drop_table(table)
