"""A proposal to certify, the members it was put to, and their signatures, as rows. What was put to them never changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from ...committee.models import WITHOUT_ROWID
from ...database import Base

PROPOSED, CERTIFIED, WITHDRAWN, SUPERSEDED = "proposed", "certified", "withdrawn", "superseded"


class Certification(Base):
    """One tally put to the committee: certified by a quorum, withdrawn, or superseded where the ballots were decided upon
    meanwhile. A campaign has one certified tally at most, and one proposal at a time."""

    __tablename__ = "certifications"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_begins_at_one"),
        CheckConstraint(
            "state IN ('proposed', 'certified', 'withdrawn', 'superseded')", name="state_is_known"
        ),
        CheckConstraint("needed >= 2", name="never_by_one_alone"),
        CheckConstraint("needed <= members", name="can_be_reached"),
        CheckConstraint("held = 0 OR held_acknowledged", name="held_ballots_are_acknowledged"),
        CheckConstraint(
            "(state = 'certified') = (certified_at IS NOT NULL)", name="certified_at_if_certified"
        ),
        CheckConstraint("(state = 'certified') = (leaf_index IS NOT NULL)", name="in_the_log_if_certified"),
        CheckConstraint("leaf_index >= log_size", name="certified_after_what_was_counted"),
        CheckConstraint(
            "(state IN ('withdrawn', 'superseded')) = (ended_at IS NOT NULL)", name="ended_at_if_ended"
        ),
        Index(
            "uq_certifications_certified",
            "campaign_id",
            unique=True,
            postgresql_where=text("state = 'certified'"),
            sqlite_where=text("state = 'certified'"),
        ),
        Index(
            "uq_certifications_proposed",
            "campaign_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
            sqlite_where=text("state = 'proposed'"),
        ),
        WITHOUT_ROWID,
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 … in the campaign; shown as ``C-0001``."""
    state: Mapped[str] = mapped_column(default=PROPOSED)
    log_size: Mapped[int]
    """So many entries of the log were counted."""
    checkpoint: Mapped[str]
    """The signed note of exactly this size."""
    decisions: Mapped[int]
    """So many decisions on ballots were confirmed then; one more, and the proposal is stale."""
    document: Mapped[bytes] = mapped_column(LargeBinary)
    """The tally in canonical JSON."""
    sha256: Mapped[str]
    held: Mapped[int]
    """Ballots that nobody has decided upon: they do not count."""
    held_acknowledged: Mapped[bool]
    members: Mapped[int]
    needed: Mapped[int]
    present_rule: Mapped[str]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    proposed_at: Mapped[datetime]
    certified_at: Mapped[datetime | None]
    leaf_index: Mapped[int | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    end_reason: Mapped[str | None]


class BooksCheck(Base):
    """The latest check of a campaign's books: asked for at the desk, made by the watch, and what it found. A new one takes the
    place of the last; the journal has who asked for each."""

    __tablename__ = "books_checks"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_is_one"),
        CheckConstraint(
            "(document IS NULL) = (sha256 IS NULL) AND (document IS NULL) = (log_size IS NULL) "
            "AND (document IS NULL) = (checkpoint IS NULL) AND (document IS NULL) = (decisions IS NULL)",
            name="found_whole",
        ),
        CheckConstraint(
            "(ended_at IS NOT NULL) = (document IS NOT NULL OR problems IS NOT NULL)",
            name="ends_with_a_finding",
        ),
        CheckConstraint("document IS NULL OR problems IS NULL", name="good_or_not"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    number: Mapped[int]
    """1, 2, 3 … in the campaign: whoever still works at an earlier one has nothing to say of this one."""
    asked_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    asked_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    """So many times it was begun: whoever made it may have died of it."""
    percent: Mapped[int] = mapped_column(default=0)
    """How much is done."""
    seen_at: Mapped[datetime | None]
    """The latest sign of life of whoever makes it; None as long as nobody has begun."""
    ended_at: Mapped[datetime | None]
    problems: Mapped[str | None]
    """What keeps the tally from being put to the members, as JSON: ``[[where, sentence, remedy], …]``, each to be
    translated when it is read."""
    document: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The tally in canonical JSON, where everything agreed; what follows belongs to it."""
    sha256: Mapped[str | None]
    log_size: Mapped[int | None]
    checkpoint: Mapped[str | None]
    decisions: Mapped[int | None]


class CertificationMember(Base):
    """One member as the list was fixed when the tally was proposed."""

    __tablename__ = "certification_members"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "number"], ["certifications.campaign_id", "certifications.number"]
        ),
        WITHOUT_ROWID,
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"), primary_key=True)
    name: Mapped[str]


class CertificationSignature(Base):
    """A member has confirmed that they saw the tally with this hash, and certifies it."""

    __tablename__ = "certification_signatures"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "number", "official_id"],
            [
                "certification_members.campaign_id",
                "certification_members.number",
                "certification_members.official_id",
            ],
            # The rule's own name would be longer than PostgreSQL keeps.
            name="fk_certification_signatures_member",
        ),
        WITHOUT_ROWID,
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    official_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    sha256: Mapped[str]
