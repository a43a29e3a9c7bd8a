"""A sealed file, as a row. Its bytes are in the store, under its id."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class Attachment(Base):
    """One file as it is kept: a picture encoded anew, what is heard of a recording, or a PDF as it came."""

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint("kind IN ('picture', 'pdf', 'sound')", name="kind_is_known"),
        CheckConstraint("size > 0", name="holds_something"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """22 random letters: the name of its file, saying nothing of its content."""
    kind: Mapped[str]
    media_type: Mapped[str]
    """As sniffed, never as claimed: ``image/jpeg``, ``application/pdf``, ``audio/mpeg`` …"""
    size: Mapped[int]
    """Of what is kept, in bytes, before sealing."""
    is_active: Mapped[bool]
    """Whether a PDF would do something by itself, or has files in it: its readers are told."""
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """What the file was called."""
    stored_at: Mapped[datetime]
