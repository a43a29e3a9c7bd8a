"""Which official an API token stands on, and who had an invitation made"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("api_tokens") as table:
        table.add_column(sa.Column("vouched_by", BIG, nullable=True))
        table.add_column(sa.Column("vouched_at", sa.BigInteger(), nullable=True))
        table.create_foreign_key(op.f("fk_api_tokens_vouched_by"), "officials", ["vouched_by"], ["id"])
        table.create_check_constraint(
            op.f("ck_api_tokens_taken_over_by_an_official"), "vouched_at IS NULL OR vouched_by IS NOT NULL"
        )
    with op.batch_alter_table("invitations") as table:
        table.add_column(sa.Column("made_by", sa.String(), nullable=True))
    # Journaled in the same transaction, at the same moment.
    op.execute(
        "UPDATE invitations SET made_by = (SELECT min(actor) FROM journal_entries JOIN officials"
        " ON officials.name = journal_entries.subject WHERE act = 'invite_official'"
        " AND at = invitations.made_at AND officials.id = invitations.official_id)"
    )
    # The desk wrote its official's name, the command line whatever was typed. A name that is an official's is taken for
    # theirs: a token that stops can be taken over, one that wrongly goes on is noticed by nobody.
    op.execute(
        "UPDATE api_tokens SET vouched_by = (SELECT id FROM officials WHERE officials.name = api_tokens.made_by)"
    )


def downgrade() -> None:
    with op.batch_alter_table("invitations") as table:
        table.drop_column("made_by")
    with op.batch_alter_table("api_tokens") as table:
        table.drop_constraint(op.f("ck_api_tokens_taken_over_by_an_official"), type_="check")
        table.drop_constraint(op.f("fk_api_tokens_vouched_by"), type_="foreignkey")
        table.drop_column("vouched_at")
        table.drop_column("vouched_by")
