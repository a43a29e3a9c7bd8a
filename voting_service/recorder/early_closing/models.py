"""The decision to end voting before its time, as a row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base

PROPOSED, CONFIRMED, DROPPED = "proposed", "confirmed", "dropped"


class EarlyClosing(Base):
    """Proposed → confirmed, from which moment the recorder seals the box if nobody has; or dropped before."""

    __tablename__ = "early_closings"
    __table_args__ = (
        Index("uq_early_closings_campaign_id", "campaign_id", unique=True,
              sqlite_where=text("state <> 'dropped'"), postgresql_where=text("state <> 'dropped'")),
        CheckConstraint("state IN ('proposed', 'confirmed', 'dropped')", name="state_is_known"),
        CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        CheckConstraint("confirmed_by <> proposed_by", name="confirmed_by_another_person"),
        CheckConstraint("(state = 'confirmed') = (confirmed_by IS NOT NULL)", name="confirmed_by_someone"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_at_some_time"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default=PROPOSED)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    confirmed_at: Mapped[datetime | None]
