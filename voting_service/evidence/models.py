"""Evidence and page views, as rows: sealed, beside the ledger and never part of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class BallotEvidence(Base):
    """One ballot's evidence; see ``record.Evidence``. Rows go when the campaign's retention period is over."""

    __tablename__ = "ballot_evidence"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The ballot's number in the ledger."""
    voted_before: Mapped[bool]
    """Whether its voter had cast a ballot in this campaign before."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ViewBatch(Base):
    """Page views as a web process saw them, some seconds' worth to a row; see ``views.PageView``."""

    __tablename__ = "view_batches"
    __table_args__ = (
        CheckConstraint("views > 0", name="holds_a_view"),
        Index("ix_view_batches_campaign_id", "campaign_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    batch: Mapped[str]
    """Random; names the place that it is sealed for."""
    taken_at: Mapped[datetime]
    views: Mapped[int]
    dropped: Mapped[int]
    """Views that came faster than they could be kept."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class EvidenceDeletion(Base):
    """That a campaign's evidence was deleted, and how much of it. The ledger and the log are whole without it."""

    __tablename__ = "evidence_deletions"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    deleted_at: Mapped[datetime]
    ballots: Mapped[int]
    views: Mapped[int]
