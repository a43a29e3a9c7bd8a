"""Candidates and their photos, as rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..campaigns.models import Campaign, Category
from ..database import Base


class Candidate(Base):
    """A person (or team) who may be chosen. Frozen from opening on."""

    __tablename__ = "candidates"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("number >= 1", name="number_is_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    number: Mapped[int]
    name: Mapped[str]
    organisation: Mapped[str]
    title: Mapped[str]
    gender: Mapped[str | None]
    birth_date: Mapped[str | None]
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``: as much as the unit gave. Never shown on a page."""
    front_line: Mapped[bool | None]
    """Whether they work on the front line, as the unit said; asked by composition rules alone."""
    summary: Mapped[str]
    story: Mapped[str]
    """Markdown, as imported; sanitised when shown."""
    slogan: Mapped[str]
    video_url: Mapped[str | None]

    campaign: Mapped[Campaign] = relationship()
    category: Mapped[Category | None] = relationship()
    photos: Mapped[list[Photo]] = relationship(
        order_by="Photo.position", cascade="all, delete-orphan", back_populates="candidate"
    )


class Departure(Base):
    """That somebody is no candidate any more. The roster itself stays as voting has frozen it."""

    __tablename__ = "departures"
    __table_args__ = (
        CheckConstraint("cause IN ('disqualified', 'withdrawn', 'deceased')", name="cause_is_known"),
    )

    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidates.id"), primary_key=True)
    cause: Mapped[str]
    at: Mapped[datetime]
    voting_began: Mapped[bool]
    """Whether voting had frozen the roster: ballots may name them then, and the log's roster always does."""


class Photo(Base):
    """One re-encoded photo of a candidate; its files are named by the hash of what was uploaded."""

    __tablename__ = "photos"
    __table_args__ = (UniqueConstraint("candidate_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidates.id"))
    position: Mapped[int]
    picture_json: Mapped[str]
    """``photos.Picture`` in its stored form: name, size and the widths that exist."""

    candidate: Mapped[Candidate] = relationship(back_populates="photos")
