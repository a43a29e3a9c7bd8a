"""A candidate's leaving and what followed, as a row: each step by a person, the second never the one who proposed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from voting_service.database import Base
from voting_service.two_people import TwoPeople, by_two_people

from ..notices.models import DRAFT, Notice

CAUSES = ("disqualified", "withdrawn", "deceased")

PROPOSED, LEFT, FILLED, VACANT, DROPPED = "proposed", "left", "filled", "vacant", "dropped"
STATES = (PROPOSED, LEFT, FILLED, VACANT, DROPPED)
NOTICED = "noticed"
"""Not stored: what a substitution is once the supplementary notice that tells of it has been published."""


class Substitution(Base):
    """One candidate leaves a notice's list. Proposed → left → filled or vacant; or dropped before it was confirmed."""

    __tablename__ = "substitutions"
    __table_args__ = (
        # One that was dropped stays, and does not keep anybody from proposing anew.
        Index("uq_substitutions_notice_id_leaver", "notice_id", "leaver", unique=True,
              sqlite_where=text("state <> 'dropped'"), postgresql_where=text("state <> 'dropped'")),
        CheckConstraint("cause IN ('disqualified', 'withdrawn', 'deceased')", name="cause_is_known"),
        CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        CheckConstraint("state IN ('proposed', 'left', 'filled', 'vacant', 'dropped')", name="state_is_known"),
        CheckConstraint("confirmed_by <> proposed_by", name="confirmed_by_another_person"),
        CheckConstraint("(state IN ('proposed', 'dropped')) = (confirmed_at IS NULL)", name="confirmed_if_left"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_someone"),
        CheckConstraint("(state = 'filled') = (successor IS NOT NULL)", name="filled_by_a_candidate"),
        CheckConstraint("(state IN ('filled', 'vacant')) = (filled_by IS NOT NULL)", name="filled_by_an_official"),
        CheckConstraint("(filled_at IS NULL) = (filled_by IS NULL)", name="filled_at_some_time"),
        CheckConstraint("successor <> leaver", name="filled_by_another_candidate"),
        CheckConstraint("coalesce(successor, 0) = coalesce(next_in_line, 0) OR filling_proposed_by IS NOT NULL",
                        name="filled_in_turn_or_by_two"),
        CheckConstraint("filled_by <> filling_proposed_by", name="filled_by_another_official"),
        CheckConstraint("filled_by IS NOT NULL OR (filling_proposed_by IS NULL AND next_in_line IS NULL)",
                        name="filled_if_proposed"),
        CheckConstraint("state IN ('filled', 'vacant') OR supplementary_id IS NULL", name="noticed_once_it_is_settled"),
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
    next_in_line: Mapped[int | None]
    """Who was, when it was settled; None where nobody was."""
    filling_proposed_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    """Whoever proposed to fill it out of turn: then ``filled_by`` is the second person."""
    filled_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    filled_at: Mapped[datetime | None]
    supplementary_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    """The notice that tells of it, from its draft on."""

    notice: Mapped[Notice] = relationship(foreign_keys=[notice_id])
    supplementary: Mapped[Notice | None] = relationship(foreign_keys=[supplementary_id], lazy="selectin")

    @property
    def stage(self) -> str:
        """Its state, or ``noticed``: the notices room publishes, and this row need not be told."""
        told = self.supplementary is not None and self.supplementary.state != DRAFT
        return NOTICED if told else self.state


class OutOfTurn(TwoPeople, Base):
    """A place is to be filled out of turn: by another than the next in line, or by nobody although somebody is. Proposed by one
    of the committee; confirmed by another, then the substitution is filled or vacant; or dropped before."""

    __tablename__ = "fillings_out_of_turn"
    __table_args__ = (
        Index("uq_fillings_out_of_turn_substitution_id", "substitution_id", unique=True,
              sqlite_where=text("state <> 'dropped'"), postgresql_where=text("state <> 'dropped'")),
        CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        CheckConstraint("coalesce(successor, 0) <> coalesce(next_in_line, 0)", name="is_out_of_turn"),
        *by_two_people(),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    substitution_id: Mapped[int] = mapped_column(ForeignKey("substitutions.id"))
    successor: Mapped[int | None]
    """The candidate's number; None leaves the place empty."""
    next_in_line: Mapped[int | None]
    """Who was next when it was proposed."""
    reason: Mapped[str]
    """Public."""
