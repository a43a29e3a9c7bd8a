"""A campaign's terms for media, its partners, and what was counted of their embeds, as rows."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base


class MediaSettings(Base):
    """What an operator has decided for one campaign; without a row, what is usual."""

    __tablename__ = "media_settings"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaigns.id"), primary_key=True, autoincrement=False
    )
    only_partners: Mapped[bool]
    """Whether frames on other sites are for partners alone."""
    kit_public: Mapped[bool]
    """Whether anybody may take the media kit."""
    credit: Mapped[str]
    """Credit and licence line of the photos; empty for the usual one."""


class MediaPartner(Base):
    """One partner. It stays when its key is revoked, with what was counted."""

    __tablename__ = "media_partners"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("length(key) = 16", name="has_a_key"),
        CheckConstraint("length(name) > 0", name="has_a_name"),
        CheckConstraint("length(origins) > 0", name="has_an_origin"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_someone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    key: Mapped[str]
    """Stands in the partner's pages for everyone to read: it names them, and opens nothing."""
    name: Mapped[str]
    origins: Mapped[str]
    """Parted by spaces, as browsers write them."""
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]


class EmbedCount(Base):
    """How often the embeds with one key were seen and followed on one day. Nobody who did is in it."""

    __tablename__ = "embed_counts"
    __table_args__ = (CheckConstraint("views >= 0 AND clicks >= 0", name="counts_something"),)

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaigns.id"), primary_key=True, autoincrement=False
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    """A partner's; empty for embeds without one."""
    day: Mapped[date] = mapped_column(primary_key=True)
    """By the campaign's own time zone."""
    views: Mapped[int]
    clicks: Mapped[int]
