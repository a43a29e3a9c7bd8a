"""What the log says around and after the end of voting: where it is closed, its root hash there, and its notices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..ledger import LedgerEntry
from . import entries, log, tiles
from .models import LogLeaf

_SHORT = 1000
"""``closed`` and notices are shorter; a decision on many ballots need not be read to see that it is neither."""

SAMPLE_AUDIT = "sample-audit-"
"""How the id of a sample audit's notice begins; its number follows, and its document lies under this name."""
SAMPLE_DRAW = "sample-draw-"
"""The same of the notice that a draw leaves at once, before anybody knows what will be found."""


@dataclass(frozen=True)
class FinalCheckpoint:
    """The log's first ``size`` leaves, of which the last is ``closed``."""

    size: int
    root_hash: bytes


def final_checkpoint(session: Session, campaign_id: int) -> FinalCheckpoint | None:
    """The checkpoint that ends with ``closed``; None as long as there is none. Whatever follows cannot change it."""
    for leaf, entry in _after_the_ballots(session, campaign_id):
        if entry["type"] == "closed":
            read_tile = log.tile_reader(session, campaign_id)
            return FinalCheckpoint(leaf + 1, tiles.root_at(leaf + 1, read_tile))
    return None


def notices_after_voting(session: Session, campaign_id: int) -> list[dict[str, Any]]:
    """Notices behind the last ballot, in order: ``id`` and ``sha256`` of each."""
    return [entry for _leaf, entry in _after_the_ballots(session, campaign_id) if entry["type"] == "notice"]


def _after_the_ballots(session: Session, campaign_id: int) -> Iterator[tuple[int, dict[str, Any]]]:
    last = session.scalar(
        select(func.max(LedgerEntry.leaf_index)).where(LedgerEntry.campaign_id == campaign_id)
    )
    rows = session.execute(
        select(LogLeaf.leaf_index, LogLeaf.entry)
        .where(LogLeaf.campaign_id == campaign_id, LogLeaf.leaf_index > (last or 0))
        .where(func.length(LogLeaf.entry) < _SHORT)
        .order_by(LogLeaf.leaf_index)
    )
    for leaf, entry in rows:
        yield leaf, entries.decode(entry)
