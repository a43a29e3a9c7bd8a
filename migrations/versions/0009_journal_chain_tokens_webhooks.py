"""The journal as a chain that is only added to; API tokens; webhooks"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from voting_service.append_only import freeze, unfreeze

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


JOURNAL = ("id", "at", "actor", "act", "subject", "details", "sha256")


def upgrade() -> None:
    chain_journal()
    make_tokens()


def downgrade() -> None:
    op.drop_table("api_tokens")
    unchain_journal()


def chain_journal() -> None:
    """Numbers follow each other from now on, and come from the chain: what was there gets them in its order."""
    op.rename_table("journal_entries", "journal_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_journal_entries RENAME TO pk_journal_before")
    made = op.create_table(
        "journal_entries",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        *journal_columns(),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_journal_entries_is_chained")),
        sa.CheckConstraint("id > 0", name=op.f("ck_journal_entries_is_numbered_from_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
    )
    for rows in chained():
        op.bulk_insert(made, rows)
    op.create_index("ix_journal_entries_at", "journal_entries", ["at"])
    op.drop_table("journal_before")
    freeze(op, "journal_entries", JOURNAL, [("id",)])


def chained() -> Iterator[list[dict[str, Any]]]:
    """What was there, in batches. The hash is spelled out here, as it was when this was written."""
    number, last, previous = 0, -1, "0" * 64
    query = sa.text("SELECT * FROM journal_before WHERE id > :last ORDER BY id LIMIT 1000")
    while rows := op.get_bind().execute(query, {"last": last}).mappings().all():
        batch = []
        for row in rows:
            number, last = number + 1, row["id"]
            seconds, rest = divmod(row["at"], 1000)
            at = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest:03}Z"
            kept = {name: row[name] for name in ("actor", "act", "subject", "details")}
            link = {**kept, "at": at, "number": number, "previous": previous}
            line = json.dumps(link, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            previous = hashlib.sha256(line.encode()).hexdigest()
            batch.append({**kept, "id": number, "at": row["at"], "sha256": previous})
        yield batch


def unchain_journal() -> None:
    op.rename_table("journal_entries", "journal_chained")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_journal_entries RENAME TO pk_journal_chained")
    op.create_table(
        "journal_entries",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        *journal_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
    )
    op.execute(
        "INSERT INTO journal_entries (id, at, actor, act, subject, details) "
        "SELECT id, at, actor, act, subject, details FROM journal_chained ORDER BY id"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('journal_entries', 'id'), "
            "(SELECT coalesce(max(id), 0) + 1 FROM journal_entries), false)"
        )
    op.drop_table("journal_chained")
    unfreeze(op, "journal_entries")


def journal_columns() -> list[sa.Column]:
    return [
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("actor", "act", "subject", "details")),
    ]


def make_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("campaign_slug", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_api_tokens_has_a_name")),
        sa.CheckConstraint("length(scopes) > 0", name=op.f("ck_api_tokens_has_a_scope")),
        sa.CheckConstraint(
            "expires_at > made_at AND expires_at <= made_at + 31622400000",
            name=op.f("ck_api_tokens_ends_within_a_year"),
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_api_tokens_revoked_by_somebody")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_tokens_digest")),
    )
