"""Which days are worked, and windows of working days. Our own table first, then the package, then the days of the week.

A day that no arrangement covers is taken by its day of the week and marked as not known; a window over such a day is
provisional (暂定), and whoever closes something by it must ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from . import state_council
from .overrides import NO_OVERRIDES, Overrides, SpecialDay, arrangement_year

SATURDAY = 5


@dataclass(frozen=True)
class Day:
    """One day as the calendar has it."""

    date: date
    works: bool
    known: bool
    """False where there is no arrangement and the day of the week was taken."""
    name: str = ""
    """The holiday or occasion; empty on a day that is as its day of the week."""
    source: str = ""

    @property
    def weekend(self) -> bool:
        """Whether it is a Saturday or Sunday."""
        return self.date.weekday() >= SATURDAY


@dataclass(frozen=True)
class Window:
    """A number of working days in a row, and every day that was looked at to find them."""

    looked_at: tuple[Day, ...]
    """In order. The last is a working day; the first need not be one."""

    @property
    def days(self) -> tuple[date, ...]:
        """The working days."""
        return tuple(day.date for day in self.looked_at if day.works)

    @property
    def first(self) -> date:
        """The first working day."""
        return self.days[0]

    @property
    def last(self) -> date:
        """The last working day."""
        return self.looked_at[-1].date

    @property
    def unknown_years(self) -> tuple[int, ...]:
        """The years whose arrangement is missing."""
        return tuple(sorted({arrangement_year(day.date) for day in self.looked_at if not day.known}))

    @property
    def provisional(self) -> bool:
        """Whether any of its days was only assumed to be worked, or not to be."""
        return bool(self.unknown_years)


class Calendar:
    """The State Council's calendar with our own table before it."""

    def __init__(self, overrides: Overrides = NO_OVERRIDES) -> None:
        self.overrides = overrides

    def day(self, day: date) -> Day:
        """One day. Raises TypeError on a datetime, which would match no day of any table."""
        if isinstance(day, datetime):
            raise TypeError(f"a date is wanted, not the moment {day}")
        year = arrangement_year(day)
        special = self.overrides.on(day)
        # An arrangement of ours is whole: what it leaves out, the package's older wording must not bring back.
        if special is None and year not in self.overrides.arrangements:
            special = state_council.special_day(day)
        if special is None:
            return Day(day, day.weekday() < SATURDAY, self.knows(year))
        return Day(day, special.works, self._known(special, year), special.name, special.source)

    def _known(self, special: SpecialDay, year: int) -> bool:
        return special.date in self.overrides.by_hand or self.knows(year)

    def is_workday(self, day: date) -> bool:
        """Whether people work on a day; by the day of the week where that is not known."""
        return self.day(day).works

    def knows(self, year: int) -> bool:
        """Whether there is an arrangement for a year, 25 December of the year before to 24 December."""
        return year in self.overrides.arrangements or year in state_council.YEARS

    def source(self, year: int) -> str:
        """Where a year's arrangement comes from; empty where there is none."""
        if arrangement := self.overrides.arrangements.get(year):
            return arrangement.source
        return state_council.SOURCE if year in state_council.YEARS else ""

    def window(self, first: date, days: int, *, count_first: bool = True) -> Window:
        """``days`` working days from ``first`` on, or from the day after it. A first day that is not worked never counts.

        Raises ValueError on fewer than one day, OverflowError at the end of the year 9999.
        """
        if days < 1:
            raise ValueError("a window has one day or more")
        looked_at: list[Day] = []
        left = days
        for step in count(0 if count_first else 1):
            day = self.day(first + timedelta(step))
            looked_at.append(day)
            left -= day.works
            if not left:
                break
        return Window(tuple(looked_at))

    def add(self, day: date, days: int) -> Window:
        """The working days after a day, the last of which is when something is due."""
        return self.window(day, days, count_first=False)

    def special_days(self, year: int) -> Iterator[Day]:
        """The days of a calendar year that an arrangement or a hand names, in order."""
        day = date(year, 1, 1)
        while day.year == year:
            if (found := self.day(day)).name:
                yield found
            day += timedelta(1)
