"""Every sealed column is known to `keys reseal`: one that is not would be lost with its key."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import LargeBinary

import wsgi
from tests.stage import Stage
from voting_service.database import Base

PLAIN = {
    "log_leaves.entry": "public",
    "log_tiles.hashes": "public",
    "notice_events.document": "public",
    "certifications.document": "a tally; public once it is certified",
    "books_checks.document": "the same, before it is put to the members",
    "minutes.document": "figures and the names of officials, as the journal has them",
    "awards.document": "who is awarded, and the texts; handed to the public",
    "final_lists.document": "candidates' names and places; public with the notice",
    "sample_audits.document": "public",
    "voter_codes.digest": "a keyed digest",
    "members.digest": "a keyed digest",
    "invitations.digest": "a digest",
    "api_tokens.digest": "a digest",
    "official_sessions.digest": "a digest",
    "recovery_codes.digest": "a digest",
    "objections.submission_digest": "a keyed digest",
    "objections.passcode_digest": "a keyed digest",
    "docket_entries.form_digest": "a keyed digest",
    "objections.phone_index": "a keyed digest",
}
"""Columns of bytes that nobody sealed, and why they need not be."""


def columns_of_bytes() -> set[str]:
    """Every column of bytes in the database."""
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }


def test_every_column_of_bytes_is_sealed_or_known_to_be_plain(stage: Stage) -> None:
    registered = Counter(column.name for column in stage.service.sealed_columns)
    assert set(registered.values()) == {1}
    assert columns_of_bytes() == set(registered) | set(PLAIN)
    assert not set(registered) & set(PLAIN)


def test_what_is_called_sealed_is_registered() -> None:
    registered = {column.name for column in wsgi.SEALED}
    assert {name for name in columns_of_bytes() if name.endswith(("sealed", "_key"))} <= registered
