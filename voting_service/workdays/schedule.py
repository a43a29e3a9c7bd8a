"""When a publicity window begins and ends, and until when objections are taken: the campaign's terms meet the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from .calendar import Calendar, Window


class FirstDay(StrEnum):
    """Whether the day of publication counts, where it is a working day."""

    BY_HOUR = "by_hour"
    """It does when the notice was published before the working day's start: then people have all of that day."""
    COUNTED = "counted"
    NEXT = "next"


class Letters(StrEnum):
    """Which postmark must not be later than the last day on which objections are taken."""

    SENT = "sent"
    ARRIVED = "arrived"


@dataclass(frozen=True)
class WindowTerms:
    """What a campaign decides about its window."""

    workdays: int = 5
    first_day: FirstDay = FirstDay.BY_HOUR
    acceptance_workdays: int | None = None
    """Working days from the same first day on which objections are taken; None: as long as the window lasts."""
    letters: Letters | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where objections would be refused while the window is open."""
        if self.acceptance_workdays is not None and self.acceptance_workdays < self.workdays:
            raise ValueError("objections are taken at least as long as the window lasts")

    @classmethod
    def from_plan(cls, publicity: Mapping[str, Any]) -> WindowTerms:
        """From ``publicity`` of a campaign's plan, as its declaration was checked and stored."""
        letters = publicity.get("letters")
        return cls(
            workdays=publicity.get("workdays") or cls.workdays,
            first_day=FirstDay(publicity.get("first_day", cls.first_day)),
            acceptance_workdays=publicity.get("acceptance_workdays"),
            letters=Letters(letters) if letters else None,
        )


@dataclass(frozen=True)
class Schedule:
    """The dates of one notice, and what they were decided by."""

    published: datetime
    """Local time."""
    workday_starts: time
    terms: WindowTerms
    published_on_workday: bool
    window: Window
    acceptance: Window
    """The days on which objections are taken: those of the window, and maybe more."""

    @property
    def first_counted(self) -> bool:
        """Whether the day of publication is the window's first."""
        return self.window.first == self.published.date()

    @property
    def accepted_until(self) -> date:
        """The last day on which objections are taken."""
        return self.acceptance.last

    @property
    def provisional(self) -> bool:
        """Whether either end may still move."""
        return self.window.provisional or self.acceptance.provisional


def schedule(calendar: Calendar, terms: WindowTerms, published: datetime, workday_starts: time) -> Schedule:
    """The dates of a notice published at a local moment. Published at the very minute of the start, it is not before it."""
    day = published.date()
    counted = terms.first_day is FirstDay.COUNTED or (
        terms.first_day is FirstDay.BY_HOUR and published.time() < workday_starts
    )
    return Schedule(
        published=published,
        workday_starts=workday_starts,
        terms=terms,
        published_on_workday=calendar.is_workday(day),
        window=calendar.window(day, terms.workdays, count_first=counted),
        acceptance=calendar.window(day, terms.acceptance_workdays or terms.workdays, count_first=counted),
    )
