"""Motions, who sat on them, the urn, and minutes, as rows.

The urn is a few numbers: how many papers say what. There is no row for a paper, and each cast writes all numbers of the
urn at once, so that neither a row's id nor its place nor the transaction it was last written by belongs to anybody.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import Base

DRAFT, DISCARDED, OPEN, VOTING, CLOSED = "draft", "discarded", "open", "voting", "closed"
QUESTION, LIST = "question", "list"
PASSED, REJECTED, DECIDED, NO_QUORUM, WITHDRAWN = "passed", "rejected", "decided", "no_quorum", "withdrawn"
WITH_RESULT = (PASSED, REJECTED, DECIDED)
MOTION, CERTIFICATION = "motion", "certification"

WITHOUT_ROWID = {"sqlite_with_rowid": False}
"""Without SQLite's hidden row number there is no order of writing, and no second name by which REPLACE could find a row."""

_OPENED = ("opened_by", "opened_at", "present_rule", "agree_rule")


class Motion(Base):
    """One question, or one list of candidates, that the committee votes on. Its state only moves on:
    draft → (discarded | open → (voting →) closed)."""

    __tablename__ = "motions"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("number >= 1", name="number_begins_at_one"),
        CheckConstraint("kind IN ('question', 'list')", name="kind_is_known"),
        CheckConstraint("(kind = 'list') = (most IS NOT NULL)", name="most_if_list"),
        CheckConstraint("most >= 1", name="most_at_least_one"),
        CheckConstraint("length(title) > 0", name="has_a_title"),
        CheckConstraint("state IN ('draft', 'discarded', 'open', 'voting', 'closed')", name="state_is_known"),
        *(
            CheckConstraint(
                f"(state IN ('open', 'voting', 'closed')) = ({column} IS NOT NULL)",
                name=f"{column}_if_opened",
            )
            for column in _OPENED
        ),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at_if_closed"),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="outcome_if_closed"),
        CheckConstraint(
            "outcome IN ('passed', 'rejected', 'decided', 'no_quorum', 'withdrawn')", name="outcome_is_known"
        ),
        CheckConstraint(
            "voting_at IS NULL OR state = 'voting' OR outcome <> 'withdrawn'",
            name="not_withdrawn_once_voting",
        ),
        CheckConstraint("state <> 'voting' OR voting_at IS NOT NULL", name="voting_at_if_voting"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    """1, 2, 3 … in the campaign; shown as ``M-0001``."""
    kind: Mapped[str]
    title: Mapped[str]
    question: Mapped[str]
    subject: Mapped[str | None]
    """What it is about, for whoever acts upon the result: ``final-list-1``."""
    most: Mapped[int | None]
    """Of a list: so many may be chosen at most."""
    state: Mapped[str] = mapped_column(default=DRAFT)
    drafted_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    drafted_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    """Who presides."""
    opened_at: Mapped[datetime | None]
    present_rule: Mapped[str | None]
    agree_rule: Mapped[str | None]
    """As the campaign declared them when the motion was opened: ``2/3``, ``1/2``."""
    voting_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    """None where it closed by itself, with the last paper."""
    outcome: Mapped[str | None]
    end_reason: Mapped[str | None]
    """Why it was ended before voting."""

    members: Mapped[list[MotionMember]] = relationship(order_by="MotionMember.official_id")
    options: Mapped[list[MotionOption]] = relationship(order_by="MotionOption.place")


class MotionMember(Base):
    """One member as the list was fixed when the motion was opened. It says that they voted, never what or when."""

    __tablename__ = "motion_members"
    __table_args__ = (
        CheckConstraint("(recused_at IS NULL) = (recused_by IS NULL)", name="recused_by_someone"),
        CheckConstraint("(recused_at IS NULL) = (recused_reason IS NULL)", name="recused_for_a_reason"),
        CheckConstraint("recused_at IS NULL OR present_at IS NULL", name="recused_is_not_present"),
        CheckConstraint("NOT has_voted OR present_at IS NOT NULL", name="voted_if_present"),
        WITHOUT_ROWID,
    )

    motion_id: Mapped[int] = mapped_column(ForeignKey("motions.id"), primary_key=True)
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"), primary_key=True)
    name: Mapped[str]
    recused_at: Mapped[datetime | None]
    recused_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    recused_reason: Mapped[str | None]
    present_at: Mapped[datetime | None]
    has_voted: Mapped[bool] = mapped_column(default=False)


class MotionOption(Base):
    """One choice on the paper, and how many papers in the urn have it. Not to be shown before the motion is closed."""

    __tablename__ = "motion_options"
    __table_args__ = (
        UniqueConstraint("motion_id", "place"),
        CheckConstraint("papers >= 0", name="papers_are_counted"),
        WITHOUT_ROWID,
    )

    motion_id: Mapped[int] = mapped_column(ForeignKey("motions.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """``agree``, ``disagree``, ``abstain``; of a list the candidate's number, and ``abstain`` for a blank paper."""
    place: Mapped[int]
    label: Mapped[str]
    """Of a list: the candidate as the paper names them."""
    papers: Mapped[int] = mapped_column(default=0)


class Minutes(Base):
    """Minutes as they were frozen: canonical JSON with the whole text in it."""

    __tablename__ = "minutes"
    __table_args__ = (
        CheckConstraint("kind IN ('motion', 'certification')", name="kind_is_known"),
        WITHOUT_ROWID,
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of the motion or the certification."""
    document: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    needed: Mapped[int]
    """So many confirmations complete them."""
    made_at: Mapped[datetime]


class MinutesSigner(Base):
    """Who may confirm minutes: those who were there."""

    __tablename__ = "minutes_signers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "kind", "number"], ["minutes.campaign_id", "minutes.kind", "minutes.number"]
        ),
        WITHOUT_ROWID,
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"), primary_key=True)
    name: Mapped[str]


class MinutesConfirmation(Base):
    """One of them has confirmed the minutes with this hash; a remark stands beside the text and changes nothing in it."""

    __tablename__ = "minutes_confirmations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "kind", "number", "official_id"],
            [
                "minutes_signers.campaign_id",
                "minutes_signers.kind",
                "minutes_signers.number",
                "minutes_signers.official_id",
            ],
            # The rule's own name would be longer than PostgreSQL keeps.
            name="fk_minutes_confirmations_signer",
        ),
        WITHOUT_ROWID,
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    official_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    sha256: Mapped[str]
    remark: Mapped[str]
