"""Is there an arrangement for the years that windows now reach into? For ``doctor``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ..findings import Finding
from ..text import Text, _
from .calendar import Calendar
from .override_file import TABLE_FILE, CalendarUnreadable

NOVEMBER = 11
"""From this month on the State Council has, as a rule, published the next year's arrangement."""


def examine_workdays(read: Callable[[], Calendar], today: date) -> list[Finding]:
    """One finding for this year and, from November on, one for the next; or what is wrong with our own table."""
    if wrong := examine_table(read):
        return wrong
    calendar = read()
    years = [today.year, today.year + 1] if today.month >= NOVEMBER else [today.year]
    return [_year(calendar, year) for year in years]


def examine_table(read: Callable[[], Calendar]) -> list[Finding]:
    """What is wrong with our own table, and where in it; nothing where it can be read. The desk's first page asks too."""
    try:
        read()
    except CalendarUnreadable as found:
        return [
            Finding("error", "workdays_table", _("%(where)s：%(what)s", where=problem.where, what=problem.sentence),
                    problem.remedy or _("请改正数据目录中的 %(file)s。", file=TABLE_FILE))
            for problem in found.problems
        ]  # fmt: skip
    return []


def _year(calendar: Calendar, year: int) -> Finding:
    if source := calendar.source(year):
        return Finding(
            "ok", "workdays", _("工作日：%(year)s 年的放假安排已有（%(origin)s）。", year=year, origin=source)
        )
    return Finding(
        "warning",
        "workdays_provisional",
        _("工作日：还没有 %(year)s 年的放假安排，这一年的公示期只能是暂定的。", year=year),
        how_to_know(year),
    )


def how_to_know(year: int) -> Text:
    """How a year becomes known."""
    return _(
        "国务院办公厅公布后，运行 voting-service workdays import %(year)s.json（holiday-cn 格式），或升级 chinesecalendar。",
        year=year,
    )
