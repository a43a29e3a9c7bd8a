"""The journal of what people and schedules did: append-only, one entry per act, in the act's own transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base


class JournalEntry(Base):
    """Who did what to what, and when."""

    __tablename__ = "journal_entries"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    act: Mapped[str]
    subject: Mapped[str]
    details: Mapped[str]


def journal(
    session: Session,
    *,
    at: datetime,
    actor: str,
    act: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append one entry; it is kept if and only if the act itself is."""
    text = json.dumps(details or {}, ensure_ascii=False, sort_keys=True)
    session.add(JournalEntry(at=at, actor=actor, act=act, subject=subject, details=text))
