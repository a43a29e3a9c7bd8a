"""API tokens as rows. The token itself is kept nowhere, only what checks one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base

LONGEST_MS = 366 * 24 * 3600 * 1000


class ApiToken(Base):
    """One token. Never deleted: the journal names it."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="has_a_name"),
        CheckConstraint("length(scopes) > 0", name="has_a_scope"),
        CheckConstraint(
            f"expires_at > made_at AND expires_at <= made_at + {LONGEST_MS}", name="ends_within_a_year"
        ),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),
        CheckConstraint("vouched_at IS NULL OR vouched_by IS NOT NULL", name="taken_over_by_an_official"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """SHA-256 of the token."""
    name: Mapped[str]
    """Which system has it, and what for."""
    campaign_slug: Mapped[str]
    """Empty: every campaign."""
    scopes: Mapped[str]
    """In the order of ``SCOPES``, with spaces between, as OAuth writes them."""
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    """The name under which it was made, at the desk or at the command line."""
    vouched_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    """The official whose role it stands on, its maker or whoever took it over: without the role it is good no more. None: it
    was made at the command line, by whoever has the server."""
    vouched_at: Mapped[datetime | None]
    """When it was taken over; None while it is its maker's."""
    expires_at: Mapped[datetime]
    last_used_on: Mapped[date | None]
    """In the service's zone. The day alone: a token in use does not cost a write at every request."""
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
