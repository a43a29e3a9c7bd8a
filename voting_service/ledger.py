"""The ledger: the ordered SQL record of every ballot, the only thing that is tallied.

Rows are written by the recorder alone and never changed, save for ``standing``, which follows reasoned decisions.
``RecorderPosition`` is written in the same transaction as the rows: that is what makes recording exactly-once.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base

COUNTED = "counted"
HELD = "held"
VOIDED = "voided"


class LedgerEntry(Base):
    """One recorded ballot. It holds no identity: the voter tag is a keyed hash, different in every campaign."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("ballot_id"),
        UniqueConstraint("campaign_id", "leaf_index"),
        CheckConstraint("standing IN ('counted', 'held', 'voided')", name="standing_is_known"),
        CheckConstraint("seq >= 1", name="seq_begins_at_one"),
        CheckConstraint("length(choices) > 0", name="chooses_someone"),
        CheckConstraint(
            "decided_leaf IS NOT NULL OR standing = (CASE WHEN held THEN 'held' ELSE 'counted' END)",
            name="stands_by_gate_or_decision",
        ),
        # Few ballots are not counted, and the pages tell them apart: never a walk through a million rows.
        Index(
            "ix_ledger_entries_set_aside",
            "campaign_id",
            "standing",
            postgresql_where=text("standing <> 'counted'"),
            sqlite_where=text("standing <> 'counted'"),
        ),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The box's own count of cast ballots, 1, 2, 3 …: a gap is a lost ballot, a repeat a doubled one."""
    leaf_index: Mapped[int]
    ballot_id: Mapped[str]
    voter_tag: Mapped[str]
    channel: Mapped[str]
    choices: Mapped[str]
    """Candidate numbers, ascending, ``3;7;12``."""
    cast_at: Mapped[datetime]
    held: Mapped[bool]
    """Whether the gate set it aside when it was cast; never changes."""
    standing: Mapped[str]
    """How it stands now: counted, held or voided, by the latest decision."""
    decided_leaf: Mapped[int | None]
    """The log's entry of that decision; None as long as there is none and the gate's word holds."""


class LedgerRow(NamedTuple):
    """A ledger entry as plain values, for reading a million of them."""

    seq: int
    leaf_index: int
    ballot_id: str
    voter_tag: str
    channel: str
    choices: tuple[int, ...]
    cast_at: datetime
    held: bool
    standing: str


class RecorderPosition(Base):
    """How far a campaign's stream is recorded. Whoever moves it on has recorded what lies before it."""

    __tablename__ = "recorder_positions"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    box_epoch: Mapped[int]
    """Which box: it grows by one whenever the box is rebuilt, and a box of another epoch is refused."""
    stream_id: Mapped[str]
    seq: Mapped[int]
    holder: Mapped[str | None]
    lease_until: Mapped[datetime | None]


def choices_of(text: str) -> tuple[int, ...]:
    """The candidate numbers of a ledger row."""
    return tuple(map(int, text.split(";")))
