"""A notice and what happened to it, as rows. What is public is the events' documents; their hashes stand in the log."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from voting_service.assessment.final_list.models import FinalList
from voting_service.campaigns.models import Campaign
from voting_service.database import Base

DRAFT = "draft"
PUBLISHED = "published"
CLOSED = "closed"

LEVELS = ("unit", "district", "city")
OUTCOMES = ("no_objection", "objections_ruled", "changed")

APPEND_ONLY = {"sqlite_with_rowid": False}
"""For tables that are only ever added to: without SQLite's hidden row number there is no second name by which REPLACE could
find a row. What keeps their rows as they are is in the migration."""

_DATES = (
    "published_at",
    "published_by",
    "first_day",
    "last_day",
    "accepted_until",
    "accepts_until",
    "provisional",
)


class Notice(Base):
    """One notice. Its state only moves on: draft → published → closed."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("number >= 1", name="number_begins_at_one"),
        CheckConstraint("level IN ('unit', 'district', 'city')", name="level_is_known"),
        CheckConstraint("state IN ('draft', 'published', 'closed')", name="state_is_known"),
        *(
            CheckConstraint(f"(state = 'draft') = ({column} IS NULL)", name=f"{column}_if_published")
            for column in _DATES
        ),
        CheckConstraint("first_day <= last_day", name="window_has_a_day"),
        CheckConstraint("last_day <= accepted_until", name="accepts_while_the_window_lasts"),
        *(
            CheckConstraint(f"(state = 'closed') = ({column} IS NOT NULL)", name=f"{column}_if_closed")
            for column in ("closed_at", "closed_by", "outcome")
        ),
        CheckConstraint(
            "outcome IN ('no_objection', 'objections_ruled', 'changed')", name="outcome_is_known"
        ),
        CheckConstraint("supplements < id", name="supplements_an_earlier_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    """1, 2, 3 … within the campaign: its id in ``/c/<slug>/notices/<id>``."""
    supplements: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    """The notice that this one follows up (补充公示)."""
    level: Mapped[str]
    title: Mapped[str]
    draft_json: Mapped[str]
    """``drafting.NoticeText`` with the reserve list; the public form is the first event's document."""
    state: Mapped[str] = mapped_column(default=DRAFT)
    drafted_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    drafted_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    published_at: Mapped[datetime | None]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    """The window's last working day."""
    accepted_until: Mapped[date | None]
    """The last day on which objections are taken."""
    accepts_until: Mapped[datetime | None]
    """The moment at which that day ends: before it an objection is taken, from it on none is."""
    provisional: Mapped[bool | None]
    """Whether a year's arrangement is missing: then nothing ends by itself, ``accepts_until`` included."""
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]

    campaign: Mapped[Campaign] = relationship()
    events: Mapped[list[NoticeEvent]] = relationship(
        order_by="NoticeEvent.seq", back_populates="notice", cascade="save-update, merge"
    )

    @property
    def name(self) -> str:
        """What the log calls it: ``notice-1``."""
        return f"notice-{self.number}"


class NoticeEvent(Base):
    """One public step of a notice, with the document that was published and its place in the log."""

    __tablename__ = "notice_events"
    __table_args__ = (
        CheckConstraint("act IN ('published', 'extended', 'dates_confirmed', 'closed')", name="act_is_known"),
        CheckConstraint("act <> 'extended' OR length(reason) > 0", name="extended_with_a_reason"),
        CheckConstraint("length(document_sha256) = 64", name="has_a_hash"),
        UniqueConstraint("notice_id", "log_name"),
        APPEND_ONLY,
    )

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    act: Mapped[str]
    reason: Mapped[str]
    """Public; empty where none is due."""
    log_name: Mapped[str]
    """The entry's id in the log: ``notice-1``, ``notice-1-extended-2``, ``notice-1-closed``."""
    document: Mapped[bytes] = mapped_column(LargeBinary)
    """Canonical JSON, public from this moment on at ``/log/<slug>/<log_name>.json``."""
    document_sha256: Mapped[str]
    leaf_index: Mapped[int | None]
    """Its place in the log; None until the campaign has a log, which begins with voting."""

    notice: Mapped[Notice] = relationship(back_populates="events")


class NoticeOrigin(Base):
    """The final list from which a notice was drafted, as it was then."""

    __tablename__ = "notice_origins"
    __table_args__ = (CheckConstraint("length(document_sha256) = 64", name="has_a_hash"),)

    # A draft that is thrown away takes its origin along.
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True)
    final_list_id: Mapped[int] = mapped_column(ForeignKey("final_lists.id"))
    document_sha256: Mapped[str]

    final_list: Mapped[FinalList] = relationship()
