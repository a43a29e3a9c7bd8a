"""What the package ``chinesecalendar`` knows of the State Council's arrangements. It raises on a year that it does not know;
we ask its tables, so that the calendar can say so instead."""

from __future__ import annotations

from datetime import date

from chinese_calendar import Holiday, __version__, holidays, workdays

from .overrides import SpecialDay

SOURCE = f"chinesecalendar {__version__}"
YEARS = frozenset(day.year for day in holidays if (day.month, day.day) == (10, 1))
"""The years whose arrangement it holds. Each arrangement has National Day; a few days of January alone are none."""

_IN_FULL = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def special_day(day: date) -> SpecialDay | None:
    """What the package says of a day, if it names it."""
    holiday = workdays.get(day) or holidays.get(day)
    if holiday is None:
        return None
    name = Holiday(holiday).chinese
    return SpecialDay(day, day in workdays, _IN_FULL.get(name, name), SOURCE)
