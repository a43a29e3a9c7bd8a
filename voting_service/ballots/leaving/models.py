"""A candidate's leaving outside of a notice, as a row."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base
from ...two_people import TwoPeople, by_two_people


class DepartureProposal(TwoPeople, Base):
    """Proposed → confirmed (then there is a ``Departure``), or dropped before."""

    __tablename__ = "departure_proposals"
    __table_args__ = (
        Index("uq_departure_proposals_campaign_id_number", "campaign_id", "number", unique=True,
              sqlite_where=text("state <> 'dropped'"), postgresql_where=text("state <> 'dropped'")),
        CheckConstraint("cause IN ('disqualified', 'withdrawn', 'deceased')", name="cause_is_known"),
        CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        *by_two_people(),
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
