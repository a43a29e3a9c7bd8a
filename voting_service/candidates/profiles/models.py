"""Versions of a profile, proposals to correct one, and reviews, as rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base
from ...two_people import TwoPeople, by_two_people


class ProfileVersion(Base):
    """What a profile said from a moment on. Rows are only added; the highest version is what pages show."""

    __tablename__ = "profile_versions"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version_begins_at_one"),
        CheckConstraint("(version = 1) = (reason = '')", name="corrected_for_a_reason"),
    )

    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidates.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str]
    """The profile in its one encoding (``document.py``)."""
    sha256: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    """Who opened voting, or who confirmed the correction."""
    reason: Mapped[str]
    """Public; empty for the first."""


class ProfileCorrection(TwoPeople, Base):
    """A correction that one official proposes and another confirms: then it is the next version."""

    __tablename__ = "profile_corrections"
    __table_args__ = (
        Index("uq_profile_corrections_candidate_id", "candidate_id", unique=True,
              sqlite_where=text("state = 'proposed'"), postgresql_where=text("state = 'proposed'")),
        CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        *by_two_people(),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidates.id"))
    replaces: Mapped[str]
    """SHA-256 of the version that it was written against."""
    document: Mapped[str]
    sha256: Mapped[str]
    reason: Mapped[str]


class ProfileReview(Base):
    """What a reviewer found of a profile as it was then. Rows are only added; the latest of a candidate speaks. Candidates are
    named by number: a draft's roster may still lose its rows."""

    __tablename__ = "profile_reviews"
    __table_args__ = (
        CheckConstraint("passed OR length(remarks) > 0", name="returned_with_remarks"),
        Index(None, "campaign_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    sha256: Mapped[str]
    """Of the profile that was looked at: a change since makes the review one of another text."""
    passed: Mapped[bool]
    remarks: Mapped[str]
    at: Mapped[datetime]
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
