"""Our own table of days, which comes before the package: whole years' arrangements, and single days entered by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property


def arrangement_year(day: date) -> int:
    """The year whose arrangement (放假安排) settles whether people work on a day.

    The last week of December belongs to the next year's: New Year's Day of 2019 made Saturday 29 December 2018 a
    working day and Monday the 31st a day off. None has ever reached further back than 29 December.
    """
    return day.year + 1 if (day.month, day.day) >= (12, 25) else day.year


@dataclass(frozen=True)
class SpecialDay:
    """A day on which an arrangement, or somebody by hand, says whether people work."""

    date: date
    works: bool
    name: str
    """The holiday that it belongs to, also where it is worked in lieu; by hand: the occasion."""
    source: str
    """Text or address of the document that says so."""


@dataclass(frozen=True)
class Arrangement:
    """One year's arrangement, whole: a day that it does not name follows the days of the week."""

    year: int
    source: str
    days: tuple[SpecialDay, ...]

    @cached_property
    def by_date(self) -> Mapping[date, SpecialDay]:
        """Its days by date."""
        return {day.date: day for day in self.days}


@dataclass(frozen=True)
class Overrides:
    """The table: arrangements by year, and days by hand, which come before them."""

    arrangements: Mapping[int, Arrangement] = field(default_factory=dict)
    by_hand: Mapping[date, SpecialDay] = field(default_factory=dict)

    @classmethod
    def of(cls, arrangements: Iterable[Arrangement] = (), by_hand: Iterable[SpecialDay] = ()) -> Overrides:
        """A table of these."""
        return cls({one.year: one for one in arrangements}, {day.date: day for day in by_hand})

    def on(self, day: date) -> SpecialDay | None:
        """What the table says of a day, if it names it."""
        arrangement = self.arrangements.get(arrangement_year(day))
        return self.by_hand.get(day) or (arrangement.by_date.get(day) if arrangement else None)

    def with_arrangement(self, arrangement: Arrangement) -> Overrides:
        """The same with one year's arrangement in place of an earlier one; days by hand stay."""
        return Overrides({**self.arrangements, arrangement.year: arrangement}, self.by_hand)


NO_OVERRIDES = Overrides()
