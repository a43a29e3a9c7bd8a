"""Prepared figures, as rows: what pages read, how far the work is, and ballots by the minute.

Nothing here is a source of anything: every row can be made anew from ledger, decisions and evidence.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base


class TallyFigures(Base):
    """One campaign's figures as pages show them, always those of one signed checkpoint."""

    __tablename__ = "tally_figures"
    __table_args__ = (
        CheckConstraint("seq >= 0 AND decisions >= 0", name="counts_from_nothing"),
        CheckConstraint("length(checkpoint) > 0", name="is_bound_to_a_checkpoint"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    seq: Mapped[int]
    """The last ballot of the ledger that is in it."""
    decisions: Mapped[int]
    """The sequence number of the last decision that is in it."""
    log_size: Mapped[int]
    checkpoint: Mapped[str]
    """The signed note of exactly this size."""
    tally_json: Mapped[str]
    reach_json: Mapped[str]
    computed_at: Mapped[datetime]


class FiguresProgress(Base):
    """How far the work on one campaign is: sums that may stand in the midst of a page, where no checkpoint stands."""

    __tablename__ = "figures_progress"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    seq: Mapped[int]
    decisions: Mapped[int]
    """Decisions that are in the sums altogether."""
    decision_seq: Mapped[int]
    """The last ballot of the next decision that is in them; 0 where none is."""
    reach_seq: Mapped[int]
    """The last ballot whose way is in the sums. Ahead of ``seq`` where figures are made anew after evidence was
    deleted: what the evidence had said is kept."""
    tally_json: Mapped[str]
    reach_json: Mapped[str]


class MinuteFigures(Base):
    """Ballots cast within one minute."""

    __tablename__ = "minute_figures"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Whole minutes since 1970."""
    ballots: Mapped[int]
    held: Mapped[int]
    """Set aside by the gate."""
    challenged: Mapped[int]
