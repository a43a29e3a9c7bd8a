"""What may be done with a notice at a moment: pure questions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from .models import CLOSED, DRAFT, Notice

Acceptance = Literal["draft", "open", "over", "closed"]


def acceptance(notice: Notice, now: datetime) -> Acceptance:
    """Whether objections are taken. ``over``: the last day has ended; ``closed``: the notice is. Where the dates are
    provisional nothing ends by itself."""
    if notice.state == DRAFT:
        return "draft"
    if notice.state == CLOSED:
        return "closed"
    over = not notice.provisional and notice.accepts_until is not None and now >= notice.accepts_until
    return "over" if over else "open"
