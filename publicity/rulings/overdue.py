"""What is late on the docket and what waits: pure questions to plain values and the calendar of working days.

A day on which something is due is the last on which it is in time. How late is said in working days, since these are what the
notice promises; past the day it is late all the same, on a Saturday too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from voting_service.text import Text, _
from voting_service.workdays import Calendar

from ..docket.models import ACCEPTED, PENDING, RECEIVED

DueKind = Literal["unassigned", "undecided", "unruled", "unanswered", "decide_soon", "rule_soon"]
LATE: tuple[DueKind, ...] = ("undecided", "unruled")
"""What makes a docket overdue; the others are reminders."""
SOON = 1
"""Working days before something is due at which one is reminded of it."""


@dataclass(frozen=True)
class Today:
    """The day at the desk, by the service's time zone and calendar."""

    now: datetime
    zone: ZoneInfo
    calendar: Calendar

    @property
    def day(self) -> date:
        """The day."""
        return self.on(self.now)

    def on(self, moment: datetime) -> date:
        """The day of a moment."""
        return moment.astimezone(self.zone).date()

    def workdays_after(self, first: date, last: date) -> int:
        """How many working days lie after one day, up to and with another; 0 where it is not later."""
        days = range(1, (last - first).days + 1)
        return sum(self.calendar.is_workday(first + timedelta(step)) for step in days)


@dataclass(frozen=True)
class Standing:
    """Where one docket stands, as far as dates go."""

    state: str
    received: date
    decide_by: date
    reply_by: date
    handled: bool
    """Whether anybody handles it now."""
    asked: date | None = None
    """When the earliest question was put that has no answer yet."""
    taken_up: date | None = None
    ruled: date | None = None


@dataclass(frozen=True)
class Due:
    """One thing that waits or is late."""

    kind: DueKind
    day: date
    """When it was or is due; for what has no due day, since when it waits."""
    workdays: int
    """Working days since that day; until it, where it is still to come."""

    @property
    def late(self) -> bool:
        """Whether a promised day has passed."""
        return self.kind in LATE


def dues(standing: Standing, today: Today) -> tuple[Due, ...]:
    """Everything about one docket that somebody must see to, the most pressing first."""
    if standing.state not in PENDING:
        return ()
    found: list[Due] = []
    if standing.state == RECEIVED:
        found += _due(standing.decide_by, "undecided", "decide_soon", today)
    if standing.state == ACCEPTED:
        found += _due(standing.reply_by, "unruled", "rule_soon", today)
    if not standing.handled:
        found.append(_since("unassigned", standing.received, today))
    if standing.asked is not None:
        found.append(_since("unanswered", standing.asked, today))
    return tuple(found)


def late_by(due: date, done: date, today: Today) -> int | None:
    """How many working days late something was done; None where it was in time."""
    return today.workdays_after(due, done) if done > due else None


def _due(day: date, late: DueKind, soon: DueKind, today: Today) -> Iterable[Due]:
    if today.day > day:
        yield _since(late, day, today)
        return
    left = today.workdays_after(today.day, day)
    if left <= SOON:
        yield Due(soon, day, left)


def _since(kind: DueKind, day: date, today: Today) -> Due:
    return Due(kind, day, today.workdays_after(day, today.day))


def due_text(due: Due) -> Text:
    """In a few words, for a badge."""
    n = due.workdays
    if due.kind == "undecided":
        return _("审查逾期 %(n)s 个工作日", n=n) if n else _("审查已过期限")
    if due.kind == "unruled":
        return _("办结逾期 %(n)s 个工作日", n=n) if n else _("办结已过期限")
    if due.kind == "unassigned":
        return _("未指派，已等 %(n)s 个工作日", n=n) if n else _("未指派")
    if due.kind == "unanswered":
        return _("提问未答，已等 %(n)s 个工作日", n=n) if n else _("提问未答")
    if due.kind == "decide_soon":
        return _("%(n)s 个工作日内须审查", n=n) if n else _("今天须审查")
    return _("%(n)s 个工作日内须办结", n=n) if n else _("今天须办结")


KIND_WORDS: dict[DueKind, Text] = {
    "undecided": _("逾期未审查"),
    "unruled": _("逾期未办结"),
    "unassigned": _("未指派"),
    "unanswered": _("提问未答"),
    "decide_soon": _("即将到审查期限"),
    "rule_soon": _("即将到办结期限"),
}
