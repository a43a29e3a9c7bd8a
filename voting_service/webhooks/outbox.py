"""What is to be told to others, written in the act's own transaction: told if and only if it happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

Kind = Literal["tally.certified", "notice.published", "objection.lodged", "list.final"]
KINDS: tuple[Kind, ...] = ("tally.certified", "notice.published", "objection.lodged", "list.final")


def announce(session: Session, kind: Kind, slug: str, data: Mapping[str, Any], *, at: datetime) -> None:
    """Tell every endpoint that listens. ``data`` is public already, or names nobody. The caller commits."""
    # Nobody listens yet.
