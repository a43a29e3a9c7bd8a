"""The assessment as rows: the round of scoring, drafts and handed-in sheets, recusals, reopenings, figures, the group's
opinions, closed worksheets. Where two people are needed, the row itself refuses one who is both."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from ..two_people import TwoPeople, by_two_people

LIFTED = "lifted"
"""A recusal that the judge took back before handing in."""


class ScoreRound(Base):
    """One campaign's scoring. Nobody sees a score before it is closed; a sheet that is reopened opens it again."""

    __tablename__ = "score_rounds"
    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_someone"),
        CheckConstraint("(closed_at IS NULL) = (counted_json IS NULL)", name="closed_with_sheets"),
        CheckConstraint("(due_at IS NULL) = (due_reason IS NULL)", name="extended_for_a_reason"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    due_at: Mapped[datetime | None]
    """Where an operator has set another deadline than the campaign's own."""
    due_reason: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    counted_json: Mapped[str | None]
    """Which sheets count: ``{"sheets": [[judge id, version], …], "absent": [judge id, …], "reason": "…"}``."""


class ScoreDraft(Base):
    """What a judge has typed so far; kept beside the sheet that is handed in, to go on from when it is reopened."""

    __tablename__ = "score_drafts"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    judge_id: Mapped[int] = mapped_column(ForeignKey("officials.id"), primary_key=True)
    scores_json: Mapped[str]
    """Candidate number → criterion → points as decimal text; what is not scored yet is absent."""
    saved_at: Mapped[datetime]


class ScoreSheet(Base):
    """One judge's scores as handed in; never changed. A later version exists only where this one was reopened."""

    __tablename__ = "score_sheets"
    __table_args__ = (CheckConstraint("version >= 1", name="version_begins_at_one"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    judge_id: Mapped[int] = mapped_column(ForeignKey("officials.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str]
    """Canonical JSON; it does not say whose it is, since worksheets quote its hash."""
    sha256: Mapped[str]
    submitted_at: Mapped[datetime]


class ScoreReopening(TwoPeople, Base):
    """A sheet that was handed in is given back: an operator and a committee member agree, with a reason."""

    __tablename__ = "score_reopenings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "judge_id", "version"],
            ["score_sheets.campaign_id", "score_sheets.judge_id", "score_sheets.version"],
            name="fk_score_reopenings_sheet",
        ),
        Index("uq_score_reopenings_sheet", "campaign_id", "judge_id", "version", unique=True,
              sqlite_where=text("state <> 'dropped'"), postgresql_where=text("state <> 'dropped'")),
        CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        CheckConstraint("proposed_by <> judge_id", name="not_proposed_by_the_judge"),
        CheckConstraint("confirmed_by <> judge_id", name="not_confirmed_by_the_judge"),
        *by_two_people(),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int]
    judge_id: Mapped[int]
    version: Mapped[int]
    reason: Mapped[str]


class Recusal(TwoPeople, Base):
    """A judge does not score one candidate: by their own word, or by order of two committee members."""

    __tablename__ = "recusals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "candidate"], ["candidates.campaign_id", "candidates.number"],
            name="fk_recusals_candidate",
        ),
        Index("uq_recusals_judge_and_candidate", "campaign_id", "judge_id", "candidate", unique=True,
              sqlite_where=text("state IN ('proposed', 'confirmed')"),
              postgresql_where=text("state IN ('proposed', 'confirmed')")),
        CheckConstraint("state IN ('proposed', 'confirmed', 'dropped', 'lifted')", name="state_is_known"),
        CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        CheckConstraint("ordered OR proposed_by = judge_id", name="ones_own_by_oneself"),
        CheckConstraint("NOT ordered OR proposed_by <> judge_id", name="ordered_by_others"),
        CheckConstraint("NOT ordered OR confirmed_by <> judge_id", name="order_confirmed_by_others"),
        CheckConstraint("NOT ordered OR confirmed_by <> proposed_by", name="order_confirmed_by_another_person"),
        CheckConstraint("(state IN ('confirmed', 'lifted')) = (confirmed_by IS NOT NULL)", name="confirmed_by_someone"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_at_some_time"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int]
    judge_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    candidate: Mapped[int]
    """The candidate's number."""
    reason: Mapped[str]
    ordered: Mapped[bool]


class AssessmentFigures(TwoPeople, Base):
    """One criterion's figures for all candidates, with where they come from: entered by one, confirmed by another. Those
    confirmed last hold."""

    __tablename__ = "assessment_figures"
    __table_args__ = (
        UniqueConstraint("campaign_id", "criterion", "version"),
        CheckConstraint("length(source) > 0", name="gives_a_source"),
        *by_two_people(),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    criterion: Mapped[str]
    version: Mapped[int]
    """1, 2, 3 … of this criterion."""
    source: Mapped[str]
    values_json: Mapped[str]
    """Candidate number → figure as decimal text."""
    sha256: Mapped[str]
    """Of source and values: what is confirmed is what was looked at."""


class GroupOpinion(TwoPeople, Base):
    """What the committee said together (集体评议意见), of one candidate or of all; beside the scores, never in them."""

    __tablename__ = "group_opinions"
    __table_args__ = (
        CheckConstraint("length(opinion) > 0", name="says_something"),
        *by_two_people(),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    candidate: Mapped[int | None]
    """A candidate's number; none: of all."""
    opinion: Mapped[str]


class Worksheet(TwoPeople, Base):
    """A worksheet (测算表) that an operator proposed to close, and that a committee member closed."""

    __tablename__ = "worksheets"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("(state = 'confirmed') = (number IS NOT NULL)", name="numbered_once_it_is_closed"),
        CheckConstraint("number >= 1", name="number_begins_at_one"),
        *by_two_people(),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int | None]
    """1, 2, 3 … in the order of closing; shown as ``A-0001``."""
    document: Mapped[str]
    """Canonical JSON, as ``worksheet.document`` makes it."""
    sha256: Mapped[str]

    @property
    def name(self) -> str:
        """``A-0001``."""
        return f"A-{self.number:04d}"
