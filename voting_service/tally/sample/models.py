"""A sample audit, as a row: drawn, then recorded by one official and confirmed by another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base


class SampleAudit(Base):
    """One draw and what was found. The ballots drawn are not kept: the seed gives them again at any time."""

    __tablename__ = "sample_audits"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_begins_at_one"),
        CheckConstraint("sample_size >= 1", name="draws_something"),
        *(
            CheckConstraint(f"(document IS NOT NULL) = ({column} IS NOT NULL)", name=f"{column}_if_recorded")
            for column in ("document_sha256", "recorded_by", "recorded_by_key", "recorded_at")
        ),
        CheckConstraint("confirmed_at IS NULL OR document IS NOT NULL", name="recorded_if_confirmed"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_someone"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_key IS NULL)", name="confirmed_by_a_name"),
        CheckConstraint("confirmed_by_key <> recorded_by_key", name="confirmed_by_another_person"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 …: a draw that was never reported leaves a gap in the log."""
    seed: Mapped[str]
    dice: Mapped[str | None]
    sample_size: Mapped[int]
    drawn_by: Mapped[str]
    drawn_at: Mapped[datetime]
    document: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The outcome in canonical JSON; public once it is confirmed."""
    document_sha256: Mapped[str | None]
    recorded_by: Mapped[str | None]
    recorded_by_key: Mapped[str | None]
    recorded_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]
    confirmed_by_key: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
