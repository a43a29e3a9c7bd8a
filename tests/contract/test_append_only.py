"""The databases themselves keep the docket as it was written: by no statement is a step changed, replaced or taken out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from publicity.docket.models import DocketEntry, Objection
from tests.desk import Desk
from tests.dockets import acts_of, assigned, lodge, publish_notice
from tests.stage import Stage
from voting_service.attachments.examine import Examined
from voting_service.errors import Unavailable

EVIDENCE = Examined("pdf", "application/pdf", b"%PDF-1.4 evidence", "签字单.pdf")


def docket(stage: Stage) -> str:
    """A docket of two steps and one file; gives its number."""
    stage.draft()
    desk = Desk(stage, "承办", "committee", slug="test")
    publish_notice(stage)
    number = lodge(stage, files=(EVIDENCE,))
    assigned(stage, number, desk, desk)
    return number


def test_a_docket_cannot_be_rewritten(stage_on: Stage) -> None:
    number = docket(stage_on)
    database = stage_on.service.database
    for change in (
        update(DocketEntry).values(act="found"),
        update(DocketEntry).values(at=stage_on.service.clock.now()),
        update(DocketEntry).values(official_id=1, party="official"),
        update(DocketEntry).values(shown_to_objector=False),
        update(DocketEntry).where(DocketEntry.seq > 1).values(body_sealed=None),
        update(DocketEntry).where(DocketEntry.seq == 1).values(body_sealed=b"said afterwards"),
        delete(DocketEntry),
        delete(Objection),
        update(Objection).values(received_at=stage_on.service.clock.now() - timedelta(days=9)),
        update(Objection).values(docket_number="GS-2026-AAAAAA"),
        update(Objection).values(notice_id=Objection.notice_id + 1),
        update(Objection).values(kind="unit"),
        update(Objection).values(came_by="visit"),
        update(Objection).values(reply_by=date(2031, 1, 1)),
    ):
        with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
            session.execute(change)
    assert acts_of(stage_on, number) == ["lodged", "assigned"]
    # A new key seals the bodies anew: that alone is possible.
    with database.write() as session:
        session.execute(
            update(DocketEntry).where(DocketEntry.body_sealed.is_not(None)).values(body_sealed=b"sealed anew")
        )


COLUMNS = [column.name for column in Objection.__table__.columns]
REPLACING = [
    # The same key, another step.
    "INSERT OR REPLACE INTO docket_entries (objection_id, seq, at, party, act, shown_to_objector)"
    " SELECT objection_id, seq, at, 'objector', 'withdrawn', 1 FROM docket_entries WHERE seq = 2",
    # By the row's hidden number, which a table with a primary key of its own has none of.
    "INSERT OR REPLACE INTO docket_entries (rowid, objection_id, seq, at, party, act, shown_to_objector)"
    " SELECT 1, objection_id, 9, at, 'objector', 'withdrawn', 1 FROM docket_entries WHERE seq = 2",
    "UPDATE OR REPLACE docket_entries SET rowid = 1 WHERE seq = 2",
    "UPDATE OR REPLACE objections SET rowid = 77",
    # By any of its keys, the other columns as they were.
    *(
        f"INSERT OR REPLACE INTO objections ({', '.join(COLUMNS)}) SELECT "
        + ", ".join(changed.get(name, name) for name in COLUMNS)
        + " FROM objections"
        for changed in (
            {"received_at": "0"},
            {"id": "77", "docket_number": "'GS-2026-AAAAAA'"},
            {"id": "77", "submission_digest": "x'00'"},
        )
    ),
]


@pytest.mark.parametrize("foreign_keys", ["ON", "OFF"])
@pytest.mark.parametrize(
    "statement", [*REPLACING, "DELETE FROM objections", "DELETE FROM docket_attachments"]
)
def test_nor_by_sqlites_own_ways_of_replacing_a_row(stage: Stage, statement: str, foreign_keys: str) -> None:
    """REPLACE deletes without asking a trigger for deletions, and a program may come without foreign keys."""
    docket(stage)
    path = stage.service.database.engine.url.database
    assert path
    with closing(sqlite3.connect(path)) as connection:

        def kept() -> list[list[object]]:
            tables = ("objections", "docket_entries", "docket_attachments")
            return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]

        before = kept()
        connection.execute(f"PRAGMA foreign_keys = {foreign_keys}")
        with pytest.raises(sqlite3.Error, match=r"append-only|no column named rowid|no such column: rowid"):
            connection.execute(statement)
        assert kept() == before


def test_nor_by_emptying_the_table(stage_on: Stage) -> None:
    """PostgreSQL's TRUNCATE asks no trigger for rows; SQLite knows no such word."""
    number = docket(stage_on)
    refusals = (DBAPIError, Unavailable)  # an unknown word is, to our adapter, a database that cannot be used
    for table in ("docket_entries", "objections", "notice_events"):
        with pytest.raises(refusals), stage_on.service.database.write() as session:
            session.execute(text(f"TRUNCATE {table} CASCADE"))
    assert acts_of(stage_on, number) == ["lodged", "assigned"]
