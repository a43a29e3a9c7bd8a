"""What the package ``chinesecalendar`` knows of the State Council's arrangements. It raises on a year that it does not know;
we ask its tables, so that the calendar can say so instead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chinese_calendar import Holiday, __version__, holidays, workdays

from .overrides import SpecialDay

SOURCE = f"chinesecalendar {__version__}"
_IN_FULL = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def arranged_years(named: Iterable[date]) -> frozenset[int]:
    """The years whose arrangement is among these days off. Each has National Day; a few days of January alone are none."""
    return frozenset(day.year for day in named if (day.month, day.day) == (10, 1))


YEARS = arranged_years(holidays)
"""The years that the package knows."""


def special_day(day: date) -> SpecialDay | None:
    """What the package says of a day, if it names it."""
    holiday = workdays.get(day) or holidays.get(day)
    if holiday is None:
        return None
    name = Holiday(holiday).chinese
    return SpecialDay(day, day in workdays, _IN_FULL.get(name, name), SOURCE)
