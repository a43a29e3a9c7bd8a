"""The journal is found by campaign, by name and by act without walking through it"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# What stands before the first slash, in words that both databases have.
BELONGS_TO = "substr(subject, 1, length(subject) - length(ltrim(subject, replace(subject, '/', ''))))"
FOUND_BY = ("belongs_to", "actor", "act")


def upgrade() -> None:
    # SQLite adds no column that is kept, PostgreSQL before its 18th has none that is not.
    stored = op.get_bind().dialect.name != "sqlite"
    op.add_column(
        "journal_entries", sa.Column("belongs_to", sa.String(), sa.Computed(BELONGS_TO, persisted=stored))
    )
    for column in FOUND_BY:
        op.create_index(f"ix_journal_entries_{column}_id", "journal_entries", [column, "id"])


def downgrade() -> None:
    for column in FOUND_BY:
        op.drop_index(f"ix_journal_entries_{column}_id", "journal_entries")
    op.drop_column("journal_entries", "belongs_to")
