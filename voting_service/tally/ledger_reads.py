"""Reading a whole ledger or log in one pass, however long: a page at a time, with progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from ..ledger import LedgerEntry, LedgerRow, choices_of
from ..transparency.models import LogLeaf
from .count import StandingBallot, Tally, count
from .decisions.queries import standings_at

PAGE = 10_000
_COLUMNS = [getattr(LedgerEntry, name) for name in LedgerRow._fields]

Progress = Callable[[int, int], None]
"""Called with (done, all)."""


def no_progress(_done: int, _all: int) -> None:
    """For callers that show none."""


def ledger_rows(
    session: Session, campaign_id: int, progress: Progress = no_progress,
    *, before: datetime | None = None, leaves: int | None = None,
) -> Iterator[LedgerRow]:  # fmt: skip
    """Every row in the order of casting; ``before`` stops at a moment, ``leaves`` at a size of the log."""
    chosen = [LedgerEntry.campaign_id == campaign_id]
    if leaves is not None:
        chosen.append(LedgerEntry.leaf_index < leaves)
    if before is not None:
        chosen.append(LedgerEntry.cast_at < before)
    total = session.scalar(select(func.count()).select_from(LedgerEntry).where(*chosen)) or 0
    done = last = 0
    while True:
        # Columns, not objects: the session would keep a million of those alive.
        query = select(*_COLUMNS).where(*chosen, LedgerEntry.seq > last).order_by(LedgerEntry.seq).limit(PAGE)
        page = session.execute(query).all()
        if not page:
            return
        for row in page:
            yield LedgerRow(*row)._replace(choices=choices_of(row.choices))
        last = page[-1].seq
        done += len(page)
        progress(done, total)


def leaf_entries(
    session: Session, campaign_id: int, size: int, progress: Progress = no_progress
) -> Iterator[Row[int, bytes]]:
    """Index and canonical bytes of every leaf below ``size``."""
    for start in range(0, size, PAGE):
        rows = session.execute(
            select(LogLeaf.leaf_index, LogLeaf.entry)
            .where(LogLeaf.campaign_id == campaign_id, LogLeaf.leaf_index >= start)
            .where(LogLeaf.leaf_index < min(start + PAGE, size))
            .order_by(LogLeaf.leaf_index)
        ).all()
        yield from rows
        progress(min(start + PAGE, size), size)


def tally_ledger(
    session: Session, campaign_id: int, numbers: list[int], zone: ZoneInfo, progress: Progress = no_progress,
    *, before: datetime | None = None, leaves: int | None = None,
) -> Tally:  # fmt: skip
    """Count the ledger, or its part before a moment or within a size of the log: then as the ballots stood at that size,
    whatever has been decided since."""
    then = {} if leaves is None else standings_at(session, campaign_id, leaves)
    rows = ledger_rows(session, campaign_id, progress, before=before, leaves=leaves)
    ballots = (
        StandingBallot(row.cast_at, row.choices, row.channel, then.get(row.seq, row.standing)) for row in rows
    )
    return count(ballots, numbers, zone)
