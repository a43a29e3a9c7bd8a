"""The journal as the database has it: its chain in order, its head, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..clock import rfc3339
from ..database import Database
from ..findings import Finding
from ..text import _
from .chain import GENESIS, Broken, Link, first_broken
from .entries import JournalEntry

BATCH = 1000
LOOKED_AT = 200
"""So many of the latest entries ``doctor`` recomputes."""


def chain_of(session: Session, since: int = 1) -> Iterator[Link]:
    """The entries from this number on, in order, read in batches."""
    previous = _hash_before(session, since)
    while True:
        rows = session.scalars(
            select(JournalEntry).where(JournalEntry.id >= since).order_by(JournalEntry.id).limit(BATCH)
        ).all()
        for row in rows:
            yield link_of(row, previous)
            previous, since = row.sha256, row.id + 1
        session.expunge_all()
        if len(rows) < BATCH:
            return


def link_of(row: JournalEntry, previous: str) -> Link:
    """One row as a link."""
    return Link(row.id, rfc3339(row.at), row.actor, row.act, row.subject, row.details, previous, row.sha256)


def hash_of(session: Session, number: int) -> str | None:
    """The hash of one entry; None where there is no such entry."""
    return session.scalar(select(JournalEntry.sha256).where(JournalEntry.id == number))


def head_of(session: Session) -> tuple[int, str]:
    """Number and hash of the last entry; 0 and ``GENESIS`` where there is none. Whoever has written both down knows later
    whether what was before has been changed."""
    row = session.execute(
        select(JournalEntry.id, JournalEntry.sha256).order_by(JournalEntry.id.desc()).limit(1)
    ).first()
    return (row.id, row.sha256) if row else (0, GENESIS)


def check_head(session: Session) -> Broken | None:
    """Whether the latest entries hold, and as many are there as their numbers say. One count, and a few rows."""
    last, _hash = head_of(session)
    if session.scalar(select(func.count()).select_from(JournalEntry)) != last:
        return first_broken(chain_of(session)) or Broken(last, "number")
    return first_broken(islice(chain_of(session, max(1, last - LOOKED_AT + 1)), LOOKED_AT))


def examine_journal(database: Database) -> Finding:
    """What ``doctor`` says of it."""
    with database.read() as session:
        broken, (last, _hash) = check_head(session), head_of(session)
    if broken is None:
        return Finding("ok", "journal", _("工作日志共 %(count)s 条，最近的记录首尾相连。", count=last))
    return Finding(
        "error", "journal_broken", _("工作日志从第 %(number)s 条起对不上：有人改动过数据库。", number=broken.number),
        _("请保留现场，用 voting-service journal check 全部核对，并与此前导出的文件比较。"),
    )  # fmt: skip


def _hash_before(session: Session, number: int) -> str:
    return (hash_of(session, number - 1) or GENESIS) if number > 1 else GENESIS
