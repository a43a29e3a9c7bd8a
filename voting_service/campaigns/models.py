"""A campaign and its categories, as rows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import Base
from .rules import BallotRules

DRAFT = "draft"
SCHEDULED = "scheduled"
OPEN = "open"
CLOSED = "closed"


class Campaign(Base):
    """One selection. Its phase only moves on: draft → scheduled → open → closed; but for a scheduled one that is taken
    back before it opens."""

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint("phase IN ('draft', 'scheduled', 'open', 'closed')", name="phase_is_known"),
        CheckConstraint(
            "(phase IN ('open', 'closed')) = (opened_at IS NOT NULL)", name="opened_at_if_opened"
        ),
        CheckConstraint("(phase = 'closed') = (closed_at IS NOT NULL)", name="closed_at_if_closed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    organiser: Mapped[str]
    description: Mapped[str]
    """Markdown, as imported; sanitised when shown."""
    phase: Mapped[str] = mapped_column(default=DRAFT)
    rules_json: Mapped[str]
    plan_json: Mapped[str]
    """What later steps read: assessment, composition, publicity, as the folder declares them."""
    cover_json: Mapped[str | None]
    voter_key: Mapped[bytes] = mapped_column(LargeBinary)
    """Sealed. Makes this campaign's voter tags; it outlives a change of the service's secret."""
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every change that pages show; caches compare it."""
    imported_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    sealed_at: Mapped[datetime | None]
    """When the box was sealed by hand: a box that is lost and rebuilt afterwards stays sealed."""
    closed_at: Mapped[datetime | None]
    counts_json: Mapped[str | None]
    """The counts last published, where the campaign publishes daily: ``{"as_of", "ballots", "counts"}``."""

    categories: Mapped[list[Category]] = relationship(
        order_by="Category.position", cascade="all, delete-orphan", back_populates="campaign"
    )

    @property
    def rules(self) -> BallotRules:
        """The ballot rules; frozen from opening on."""
        return BallotRules.from_json(json.loads(self.rules_json))

    @property
    def plan(self) -> dict[str, Any]:
        """Assessment, composition and publicity as declared."""
        plan: dict[str, Any] = json.loads(self.plan_json)
        return plan

    @property
    def frozen(self) -> bool:
        """Whether voting has frozen the rules and the roster."""
        return self.phase in (OPEN, CLOSED)


class Category(Base):
    """A group of candidates."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("campaign_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    key: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]

    campaign: Mapped[Campaign] = relationship(back_populates="categories")
