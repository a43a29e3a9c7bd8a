"""Working days in words: why a day counts or does not, and the sentences of a notice about its window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from ..text import Text, _
from .calendar import Day, Window
from .schedule import FirstDay, Letters, Schedule

WEEKDAYS = (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))
HOLIDAYS = {
    "元旦": _("元旦"),
    "春节": _("春节"),
    "清明节": _("清明节"),
    "劳动节": _("劳动节"),
    "端午节": _("端午节"),
    "中秋节": _("中秋节"),
    "国庆节": _("国庆节"),
}


def weekday(day: date) -> Text:
    """The name of its day of the week."""
    return WEEKDAYS[day.weekday()]


def spoken_date(day: date, *, year: bool = False) -> Text:
    """``4月22日``; with its year where that is asked for."""
    spoken = _("%(month)s月%(day)s日", month=day.month, day=day.day)
    return _("%(year)s年%(date)s", year=day.year, date=spoken) if year else spoken


def kind(day: Day) -> Text:
    """What kind of day it is: ``调休上班日``, ``国庆节假期``, ``停电检修休息日``."""
    holiday = _holiday(day.name)
    if day.works:
        if day.name and holiday is None:
            return _("%(occasion)s上班日", occasion=day.name)
        return _("调休上班日") if day.weekend else _("工作日")
    if holiday is not None:
        return _("%(holiday)s假期", holiday=holiday)
    return _("%(occasion)s休息日", occasion=day.name) if day.name else _("休息日")


def window_text(window: Window, *, year: bool = False) -> Text:
    """From when to when, how many days, and which days between count against expectation or do not count. ``year``: named
    even where the window lies within one."""
    several_years = window.first.year != window.last.year
    first = spoken_date(window.first, year=year or several_years)
    last = spoken_date(window.last, year=several_years)
    n = len(window.days)
    period = (
        _("公示期暂定自%(first)s起至%(last)s止，共%(n)s个工作日", first=first, last=last, n=n)
        if window.provisional
        else _("公示期自%(first)s起至%(last)s止，共%(n)s个工作日", first=first, last=last, n=n)
    )
    clauses = list(_clauses(window))
    if not clauses:
        return _("%(period)s。", period=period)
    return _("%(period)s（%(days)s）。", period=period, days=_joined_clauses(clauses))


def first_day_text(schedule: Schedule) -> Text:
    """Whether the day of publication counts, and why."""
    day, first = spoken_date(schedule.published.date()), spoken_date(schedule.window.first)
    if not schedule.published_on_workday:
        return _("发布当日（%(day)s）不是工作日，公示期自下一个工作日%(first)s起计算。", day=day, first=first)
    if schedule.terms.first_day is not FirstDay.BY_HOUR:
        if schedule.first_counted:
            return _("发布当日（%(day)s）计入公示期。", day=day)
        return _("发布当日（%(day)s）不计入，公示期自下一个工作日%(first)s起计算。", day=day, first=first)
    at, starts = f"{schedule.published:%H:%M}", f"{schedule.workday_starts:%H:%M}"
    if schedule.first_counted:
        return _(
            "本公告于%(day)s%(at)s发布，早于当日上班时间%(starts)s，发布当日计入公示期。",
            day=day, at=at, starts=starts,
        )  # fmt: skip
    return _(
        "本公告于%(day)s%(at)s发布，不早于当日上班时间%(starts)s，发布当日不计入，公示期自下一个工作日%(first)s起计算。",
        day=day, at=at, starts=starts, first=first,
    )  # fmt: skip


def acceptance_text(schedule: Schedule) -> Text:
    """Until when objections are taken, and by which postmark letters are judged."""
    year = schedule.window.first.year != schedule.accepted_until.year
    until = spoken_date(schedule.accepted_until, year=year)
    more = len(schedule.acceptance.days) - len(schedule.window.days)
    text = (
        _("异议受理至%(until)s止（公示期满后继续受理%(n)s个工作日）。", until=until, n=more)
        if more
        else _("异议受理至%(until)s止。", until=until)
    )
    if schedule.terms.letters is Letters.SENT:
        return _("%(text)s信函以寄出地邮戳日期为准，不晚于%(until)s的有效。", text=text, until=until)
    if schedule.terms.letters is Letters.ARRIVED:
        return _("%(text)s信函以到达地邮戳日期为准，不晚于%(until)s的有效。", text=text, until=until)
    return text


def provisional_text(years: Sequence[int]) -> Text | None:
    """That the dates may still move, and why; None where no year is unknown."""
    if not years:
        return None
    return _(
        "尚无国务院办公厅%(years)s年的放假安排，上述日期按星期一至星期五上班推算，为暂定日期；安排公布后如有变化，据实更正。",
        years="、".join(map(str, years)),
    )


def schedule_texts(schedule: Schedule, *, year: bool = False) -> list[Text]:
    """Everything that a notice says about its dates, in order; ``year`` as in ``window_text``."""
    years = sorted({*schedule.window.unknown_years, *schedule.acceptance.unknown_years})
    told = provisional_text(years)
    return [
        window_text(schedule.window, year=year),
        first_day_text(schedule),
        acceptance_text(schedule),
        *([told] if told else []),
    ]


def _holiday(name: str) -> Text | None:
    """A statutory holiday's name, or several joined as the arrangement has them; None for anything else."""
    known = [HOLIDAYS.get(part) for part in name.split("、")]
    names = [text for text in known if text is not None]
    return _listed(names) if len(names) == len(known) else None


def _clauses(window: Window) -> Iterator[Text]:
    inside = [day for day in window.looked_at if day.date >= window.first]
    for counted in (True, False):
        kinds: dict[Text, list[date]] = {}
        for day in inside:
            if day.works is counted and (not counted or kind(day) != _("工作日")):
                kinds.setdefault(kind(day), []).append(day.date)
        for what, days in kinds.items():
            dates = _listed(list(_runs(days)))
            if counted:
                yield _("%(days)s为%(kind)s，计入", days=dates, kind=what)
            else:
                yield _("%(days)s为%(kind)s，不计入", days=dates, kind=what)


def _runs(days: Iterable[date]) -> Iterator[Text]:
    """Dates as people write them: three and more in a row are a range."""
    run: list[date] = []
    for day in [*days, None]:
        if day is not None and (not run or day - run[-1] == timedelta(1)):
            run.append(day)
            continue
        if len(run) > 2:
            yield _("%(first)s至%(last)s", first=spoken_date(run[0]), last=spoken_date(run[-1]))
        else:
            yield from map(spoken_date, run)
        run = [day] if day is not None else []


def _listed(texts: Sequence[Text]) -> Text:
    listed, *others = texts
    for another in others:
        listed = _("%(listed)s、%(another)s", listed=listed, another=another)
    return listed


def _joined_clauses(texts: Sequence[Text]) -> Text:
    joined, *others = texts
    for another in others:
        joined = _("%(clauses)s；%(another)s", clauses=joined, another=another)
    return joined
