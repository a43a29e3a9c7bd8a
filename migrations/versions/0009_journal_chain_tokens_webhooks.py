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
    make_webhooks()


def downgrade() -> None:
    for table in ("webhook_tries", "webhook_deliveries", "webhook_events", "webhook_endpoints"):
        op.drop_table(table)
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


def make_webhooks() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("campaign_slug", sa.String(), nullable=False),
        sa.Column("kinds", sa.String(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("length(kinds) > 0", name=op.f("ck_webhook_endpoints_listens_to_something")),
        sa.CheckConstraint(
            "url LIKE 'https://%' OR url LIKE 'http://%'",
            name=op.f("ck_webhook_endpoints_is_reached_by_http"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
        sa.UniqueConstraint("key", name=op.f("uq_webhook_endpoints_key")),
    )
    op.create_table(
        "webhook_events",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("campaign_slug", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('tally.certified', 'notice.published', 'objection.lodged', 'list.final', 'webhook.test')",
            name=op.f("ck_webhook_events_kind_is_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
        sa.UniqueConstraint("message_id", name=op.f("uq_webhook_events_message_id")),
    )
    make_deliveries()


def make_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("endpoint_id", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'given_up')", name=op.f("ck_webhook_deliveries_state_is_known")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (next_at IS NOT NULL)",
            name=op.f("ck_webhook_deliveries_tried_again_if_waiting"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["webhook_events.id"], name=op.f("fk_webhook_deliveries_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoints.id"], name=op.f("fk_webhook_deliveries_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint(
            "event_id", "endpoint_id", name=op.f("uq_webhook_deliveries_event_id_endpoint_id")
        ),
    )
    op.create_index("ix_webhook_deliveries_state_next_at", "webhook_deliveries", ["state", "next_at"])
    op.create_index("ix_webhook_deliveries_endpoint_id_id", "webhook_deliveries", ["endpoint_id", "id"])
    op.create_table(
        "webhook_tries",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("delivery_id", BIG, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("status", BIG, nullable=True),
        sa.Column("took_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["webhook_deliveries.id"], name=op.f("fk_webhook_tries_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_tries")),
    )
    op.create_index("ix_webhook_tries_delivery_id", "webhook_tries", ["delivery_id"])
