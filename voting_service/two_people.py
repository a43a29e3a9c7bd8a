"""Rows of acts that take two people: one proposes, another confirms, or it is let go. The row itself refuses one who is both."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

PROPOSED, CONFIRMED, DROPPED = "proposed", "confirmed", "dropped"
"""An act of two people: waits for the second, has its effect, or was let go."""


class TwoPeople:
    """The columns of such a row, beside its own."""

    state: Mapped[str] = mapped_column(default=PROPOSED)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    confirmed_at: Mapped[datetime | None]


def by_two_people() -> tuple[CheckConstraint, ...]:
    """What holds of every such row whose states are these three."""
    return (
        CheckConstraint("state IN ('proposed', 'confirmed', 'dropped')", name="state_is_known"),
        CheckConstraint("confirmed_by <> proposed_by", name="confirmed_by_another_person"),
        CheckConstraint("(state = 'confirmed') = (confirmed_by IS NOT NULL)", name="confirmed_by_someone"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_at_some_time"),
    )
