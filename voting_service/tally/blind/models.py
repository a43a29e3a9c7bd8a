"""What an official said of a cluster or a decision before seeing whom it concerns, and that they looked, as rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base

JUDGED, REVEALED = "judged", "revealed"


class BlindReview(Base):
    """One step of one official: a judgement, or that candidates were shown to them. Append-only, so that what was said
    before looking stays what was said."""

    __tablename__ = "blind_reviews"
    __table_args__ = (
        UniqueConstraint("campaign_id", "subject", "official_id", "act"),
        CheckConstraint("act IN ('judged', 'revealed')", name="act_is_known"),
        CheckConstraint("word IN ('one_hand', 'people', 'unsure')", name="word_is_known"),
        CheckConstraint("(act = 'judged') = (word IS NOT NULL)", name="judges_with_a_word"),
        CheckConstraint("length(subject) > 0", name="is_about_something"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    subject: Mapped[str]
    """``cluster 150de2c37d`` or ``decision 3``; a cluster's name is the hash of its ballots, the same in every scan."""
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    act: Mapped[str]
    word: Mapped[str | None]
    note: Mapped[str]
    """Why, in their own words; may be empty. Not public."""
    at: Mapped[datetime]
