"""The log, as rows: its head, its leaves and its tiles.

Only the tiles of the largest tree are kept; a smaller tree's partial tile is a prefix of the stored one.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class Log(Base):
    """One campaign's log: who signs it, how long it is, and what has been signed."""

    __tablename__ = "logs"
    __table_args__ = (CheckConstraint("signed_size <= size", name="signs_what_it_has"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    origin: Mapped[str] = mapped_column(unique=True)
    verifier_key: Mapped[str]
    signing_key: Mapped[bytes] = mapped_column(LargeBinary)
    """Sealed; see ``encryption.Keyring``."""
    size: Mapped[int] = mapped_column(default=0)
    """Leaves recorded."""
    signed_size: Mapped[int] = mapped_column(default=0)
    """Leaves that the checkpoint covers: these are published."""
    checkpoint: Mapped[str | None]
    signed_at: Mapped[datetime | None]
    shown_size: Mapped[int | None]
    """Entry bundles are shown up to here; None shows all. Tiles and checkpoints are never withheld."""


class LogLeaf(Base):
    """One entry, in its canonical bytes."""

    __tablename__ = "log_leaves"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("logs.campaign_id"), primary_key=True)
    leaf_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[bytes] = mapped_column(LargeBinary)


class LogTile(Base):
    """Up to 256 hashes of one tile, side by side."""

    __tablename__ = "log_tiles"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("logs.campaign_id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tile_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
