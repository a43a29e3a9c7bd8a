"""Endpoints, what they were told, and how each try went, as rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import Base
from .kinds import KINDS, TEST

WAITING, DELIVERED, GIVEN_UP = "waiting", "delivered", "given_up"
_KINDS = ", ".join(f"'{kind}'" for kind in (*KINDS, TEST))


class WebhookEndpoint(Base):
    """Where another system listens. Never deleted: its deliveries name it."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        CheckConstraint("length(kinds) > 0", name="listens_to_something"),
        CheckConstraint("url LIKE 'https://%' OR url LIKE 'http://%'", name="is_reached_by_http"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(unique=True)
    """What its secret is sealed for."""
    name: Mapped[str]
    url: Mapped[str]
    campaign_slug: Mapped[str]
    """Empty: every campaign."""
    kinds: Mapped[str]
    """In the order of ``KINDS``, with spaces between."""
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class WebhookEvent(Base):
    """What happened: one message, the same for all who listen."""

    __tablename__ = "webhook_events"
    __table_args__ = (CheckConstraint(f"kind IN ({_KINDS})", name="kind_is_known"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    """``webhook-id``: the receiver knows by it what it has had already."""
    kind: Mapped[str]
    campaign_slug: Mapped[str]
    at: Mapped[datetime]
    body: Mapped[str]
    """As it is sent, byte for byte, at every try."""


class WebhookDelivery(Base):
    """One message on its way to one endpoint."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "endpoint_id"),
        CheckConstraint(f"state IN ('{WAITING}', '{DELIVERED}', '{GIVEN_UP}')", name="state_is_known"),
        CheckConstraint(f"(state = '{WAITING}') = (next_at IS NOT NULL)", name="tried_again_if_waiting"),
        Index(None, "state", "next_at"),
        Index(None, "endpoint_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("webhook_events.id"))
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoints.id"))
    state: Mapped[str]
    tries: Mapped[int]
    """Since it was made, or sent again by hand; one that a crash cut short counts."""
    next_at: Mapped[datetime | None]
    """When it is tried next. While a sender is at it, when another may."""
    event: Mapped[WebhookEvent] = relationship()
    endpoint: Mapped[WebhookEndpoint] = relationship()


class WebhookTry(Base):
    """How one try went. Nothing of what the receiver answered is kept but its status."""

    __tablename__ = "webhook_tries"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("webhook_deliveries.id"), index=True)
    at: Mapped[datetime]
    fault: Mapped[str | None]
    """Why it did not succeed; None where it did."""
    status: Mapped[int | None]
    """What the receiver answered; None where it did not."""
    took_ms: Mapped[int]
