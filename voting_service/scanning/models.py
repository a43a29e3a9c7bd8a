"""What a scan found, as rows: each run's figures, and the clusters of the latest run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, false
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class ScanRun(Base):
    """One scan of one campaign. Figures only; they stay when the evidence goes."""

    __tablename__ = "scan_runs"
    __table_args__ = (Index("ix_scan_runs_campaign_id", "campaign_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    at: Mapped[datetime]
    up_to_seq: Mapped[int]
    """The last ballot of the ledger that it saw."""
    ballots: Mapped[int]
    """Ballots that it judged; those voided before are left out."""
    review: Mapped[int]
    quarantine: Mapped[int]
    clusters: Mapped[int]
    silent: Mapped[str]
    """Questions that no column could answer, separated by spaces."""
    parameters_json: Mapped[str]
    networks: Mapped[str]
    """The version of the network table; empty where there was none."""


class ScanCluster(Base):
    """One cluster of a campaign's latest scan, or an earlier one's that is kept: what ``clusters.json`` says of it, sealed, as it
    quotes evidence."""

    __tablename__ = "scan_clusters"
    __table_args__ = (CheckConstraint("finding IN ('review', 'quarantine')", name="finding_is_known"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    cluster: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("scan_runs.id"))
    finding: Mapped[str]
    ballots: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kept: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A proposal waits for somebody who has yet to judge it: later scans leave it here, beside what they find."""


class ScanRequest(Base):
    """An official wants a campaign scanned before its turn. The watch answers it: it is done when a run is later."""

    __tablename__ = "scan_requests"
    __table_args__ = (CheckConstraint("length(asked_by) > 0", name="asked_by_someone"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
