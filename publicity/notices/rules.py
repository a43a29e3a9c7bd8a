"""What may be done with a notice at a moment: pure questions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from .models import CLOSED, DRAFT, Notice

Acceptance = Literal["draft", "open", "over", "closed"]
Standing = Literal["draft", "announced", "open", "extended", "provisional", "accepting", "over", "closed"]


def acceptance(notice: Notice, now: datetime) -> Acceptance:
    """Whether objections are taken. ``over``: the last day has ended; ``closed``: the notice is. Where the dates are
    provisional nothing ends by itself."""
    if notice.state == DRAFT:
        return "draft"
    if notice.state == CLOSED:
        return "closed"
    over = not notice.provisional and notice.accepts_until is not None and now >= notice.accepts_until
    return "over" if over else "open"


def standing(notice: Notice, now: datetime, zone: ZoneInfo, *, extended: bool) -> Standing:
    """Where a notice stands, as pages say it. ``announced``: published, the window has not begun; objections are taken
    already. ``accepting``: the window has ended, objections are still taken."""
    taken = acceptance(notice, now)
    if taken != "open":
        return taken
    today = now.astimezone(zone).date()
    if notice.first_day is not None and today < notice.first_day:
        return "announced"
    if notice.provisional:
        return "provisional"
    if notice.last_day is not None and today > notice.last_day:
        return "accepting"
    return "extended" if extended else "open"
