"""The decision to end voting before its time, as a row."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base
from ...two_people import TwoPeople, by_two_people


class EarlyClosing(TwoPeople, Base):
    """Proposed → confirmed, from which moment the recorder seals the box if nobody has; or dropped before."""

    __tablename__ = "early_closings"
    __table_args__ = (
        Index("uq_early_closings_campaign_id", "campaign_id", unique=True,
              sqlite_where=text("state <> 'dropped'"), postgresql_where=text("state <> 'dropped'")),
        CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        *by_two_people(),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    reason: Mapped[str]
