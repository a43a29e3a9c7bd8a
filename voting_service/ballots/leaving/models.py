"""A candidate's leaving outside of a notice, as a row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base

PROPOSED, CONFIRMED, DROPPED = "proposed", "confirmed", "dropped"


class DepartureProposal(Base):
    """Proposed → confirmed (then there is a ``Departure``), or dropped before."""

    __tablename__ = "departure_proposals"
    __table_args__ = (
        Index("uq_departure_proposals_campaign_id_number", "campaign_id", "number", unique=True,
              sqlite_where=text("state <> 'dropped'"), postgresql_where=text("state <> 'dropped'")),
        CheckConstraint("state IN ('proposed', 'confirmed', 'dropped')", name="state_is_known"),
        CheckConstraint("cause IN ('disqualified', 'withdrawn', 'deceased')", name="cause_is_known"),
        CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        CheckConstraint("confirmed_by <> proposed_by", name="confirmed_by_another_person"),
        CheckConstraint("(state = 'confirmed') = (confirmed_by IS NOT NULL)", name="confirmed_by_someone"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_at_some_time"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    """The candidate's: a draft's roster may still lose its rows."""
    name: Mapped[str]
    """Whom it was: the number of a draft may come to be another's."""
    cause: Mapped[str]
    reason: Mapped[str]
    """For the officials and the journal; pages say the cause alone."""
    state: Mapped[str] = mapped_column(default=PROPOSED)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    confirmed_at: Mapped[datetime | None]
