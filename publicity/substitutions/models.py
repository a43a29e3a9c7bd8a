"""A candidate's leaving and what followed, as a row: each step by a person, the second never the one who proposed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from voting_service.database import Base

from ..notices.models import Notice

CAUSES = ("disqualified", "withdrawn", "deceased")


class Substitution(Base):
    """One candidate leaves a notice's list. Proposed → left → filled or vacant → noticed."""

    __tablename__ = "substitutions"
    __table_args__ = (
        UniqueConstraint("notice_id", "leaver"),
        CheckConstraint("cause IN ('disqualified', 'withdrawn', 'deceased')", name="cause_is_known"),
        CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        CheckConstraint(
            "state IN ('proposed', 'left', 'filled', 'vacant', 'noticed', 'dropped')", name="state_is_known"
        ),
        CheckConstraint("confirmed_by <> proposed_by", name="confirmed_by_another_person"),
        CheckConstraint("(state IN ('proposed', 'dropped')) = (confirmed_at IS NULL)", name="confirmed_if_left"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_someone"),
        CheckConstraint("state <> 'filled' OR successor IS NOT NULL", name="filled_by_someone"),
        CheckConstraint("state <> 'vacant' OR successor IS NULL", name="vacant_if_nobody_follows"),
        CheckConstraint("successor <> leaver", name="filled_by_another_candidate"),
        CheckConstraint("(state = 'noticed') = (supplementary_id IS NOT NULL)", name="noticed_by_a_notice"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    leaver: Mapped[int]
    """The candidate's number."""
    cause: Mapped[str]
    reason: Mapped[str]
    """Public: it stands in the supplementary notice."""
    docket_number: Mapped[str | None]
    """The objection that was upheld, where that is the cause. Not public."""
    state: Mapped[str] = mapped_column(default="proposed")
    proposed_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    confirmed_at: Mapped[datetime | None]
    successor: Mapped[int | None]
    """The number of the candidate who takes the place."""
    successor_reason: Mapped[str | None]
    """Why this one, where it is not the first whom the rules allow."""
    filled_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    filled_at: Mapped[datetime | None]
    supplementary_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))

    notice: Mapped[Notice] = relationship(foreign_keys=[notice_id])
