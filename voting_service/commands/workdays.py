"""``voting-service workdays …``: count working days, look at the arrangements, add next year's. Needs no secrets, no
database, no Redis and no network: a clerk with a wall calendar in hand can check any notice."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from ..errors import Problem, ProblemsFound
from ..settings import read_data_dir
from ..text import Text, _
from ..workdays import Arrangement, Calendar, Day, Overrides, Window
from ..workdays.override_file import TABLE_FILE, load_overrides, save_overrides
from ..workdays.readiness import how_to_know
from ..workdays.reading import FIRST_YEAR, LAST_YEAR, read_holiday_cn
from ..workdays.wording import HOLIDAYS, kind, provisional_text, weekday
from .output import print_json, say, writing

MOST_DAYS = 1000
LARGEST_FILE = 1024 * 1024


def _date(_context: click.Context, _option: click.Parameter, given: str | None) -> date | None:
    """``YYYY-MM-DD`` within the years that an arrangement may have."""
    if given is None:
        return None
    try:
        day = datetime.strptime(given, "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        raise click.BadParameter(f"“{given}”不是日期，应写作 2026-04-07。") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise click.BadParameter(f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。")
    return day


@click.group(
    name="workdays",
    invoke_without_command=True,
    help="工作日：从某日起数若干个工作日，法定节假日和调休上班日都按国务院办公厅的安排计算。",
)
@click.option(
    "--from", "first", metavar="YYYY-MM-DD", callback=_date, help="从哪一天起；这一天是工作日的，计入。"
)
@click.option("--days", type=click.IntRange(1, MOST_DAYS), help="几个工作日。")
@click.option("--after", is_flag=True, help="从 --from 的次日起算。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_context
def workdays_group(
    context: click.Context, first: date | None, days: int | None, after: bool, as_json: bool
) -> None:
    """Count working days, or go on to a subcommand."""
    if context.invoked_subcommand is not None:
        if first or days or after or as_json:
            raise click.UsageError(f"选项应写在 {context.invoked_subcommand} 之后；--from 等只用于数工作日。")
        return
    if first is None or days is None:
        raise click.UsageError(
            "请写明 --from 和 --days，例如 --from 2021-04-22 --days 5；或用下列子命令之一。"
        )
    window = Calendar(load_overrides(read_data_dir())).window(first, days, count_first=not after)
    if as_json:
        print_json(
            {
                "days": [day.isoformat() for day in window.days],
                "last": window.last.isoformat(),
                "provisional": window.provisional,
            }
        )
    else:
        _show(window)
    if told := provisional_text(window.unknown_years):
        say(_("提醒：%(sentence)s", sentence=told))
        for year in window.unknown_years:
            say(how_to_know(year))


def _show(window: Window) -> None:
    number = 0
    for day in window.looked_at:
        number += day.works
        place = str(number) if day.works else "–"
        remark = _remark(day)
        click.echo(
            "\t".join([place, str(day.date), str(weekday(day.date)), *([str(remark)] if remark else [])])
        )
    say(_("共 %(n)s 个工作日，最后一天是 %(last)s。", n=number, last=window.last))


def _remark(day: Day) -> Text | None:
    """Why a day counts against expectation, or does not count; None for a plain working day."""
    what = kind(day) if day.known else _("%(kind)s（推算）", kind=kind(day))
    if not day.works:
        return _("%(kind)s，不计入", kind=what)
    return None if day.known and not day.weekend and day.name in ("", *HOLIDAYS) else what


@workdays_group.command(
    name="import",
    help="把一年的放假安排（holiday-cn 的 JSON 文件）导入覆盖表，并列出有哪些变化；重复导入以后一次为准。",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="出处：国务院文件的网址或文号；不写就用文件里的 papers。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def import_command(file: Path, source: str, as_json: bool) -> None:
    """Add a year to the table."""
    data_dir = read_data_dir()
    before = load_overrides(data_dir)
    arrangement = read_holiday_cn(_content(file), file.name, source)
    after = before.with_arrangement(arrangement)
    with writing(data_dir / TABLE_FILE):
        save_overrides(data_dir, after)
    changes = _changes(Calendar(before), Calendar(after), arrangement)
    known = Calendar(before).knows(arrangement.year)
    if as_json:
        print_json(
            {
                "year": arrangement.year,
                "source": arrangement.source,
                "was_known": known,
                "changes": [_plain(day) for _old, day in changes],
            }
        )
        return
    for old, new in changes:
        click.echo(f"{new.date}\t{weekday(new.date)}\t{_short(old)} → {_short(new)}")
    year, n = arrangement.year, len(changes)
    say(_("%(year)s 年的放假安排已导入，出处：%(origin)s", year=year, origin=arrangement.source))
    if not changes:
        say(_("与原有安排一致，没有哪一天的上班或休息有变化。"))
    elif known:
        say(_("与原有安排相比，有 %(n)s 天改变。已经发布的公示不受影响，请核对还没有结束的。", n=n))
    else:
        say(_("此前没有这一年的安排；与按星期推算相比，有 %(n)s 天改变。", n=n))
    for sentence in _kept_by_hand(after, arrangement):
        say(sentence)


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise ProblemsFound([Problem(file.name, _("文件太大，不像一年的放假安排。"))])
        return file.read_bytes()
    except OSError as error:
        raise ProblemsFound([Problem(file.name, _("读不出来：%(why)s。", why=error.strerror))]) from error


def _changes(before: Calendar, after: Calendar, arrangement: Arrangement) -> list[tuple[Day, Day]]:
    """The days that are now worked and were not, or the other way round."""
    first, last = date(arrangement.year - 1, 12, 25), date(arrangement.year, 12, 24)
    days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
    pairs = [(before.day(day), after.day(day)) for day in days]
    return [(old, new) for old, new in pairs if old.works != new.works]


def _kept_by_hand(table: Overrides, arrangement: Arrangement) -> list[Text]:
    """Days by hand that contradict what was imported: they win, and somebody should know."""
    return [
        _("%(date)s：导入的安排与手工填写的不同，仍以手工填写的为准（%(name)s，%(origin)s）。",
          date=day, name=own.name, origin=own.source)
        for day, own in sorted(table.by_hand.items())
        if (told := arrangement.by_date.get(day)) and told.works != own.works
    ]  # fmt: skip


def _short(day: Day) -> str:
    what = _("上班") if day.works else _("休息")
    return str(what if day.known else _("%(kind)s（推算）", kind=what))


@workdays_group.command(
    name="list", help="列出一年中的节假日和调休上班日，各自的出处；不写年份就列出覆盖表。"
)
@click.option("--year", type=click.IntRange(FIRST_YEAR, LAST_YEAR), help="哪一年。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def list_command(year: int | None, as_json: bool) -> None:
    """The days that are not as their day of the week."""
    overrides = load_overrides(read_data_dir())
    calendar = Calendar(overrides)
    if year is None:
        named = {day for one in overrides.arrangements.values() for day in one.by_date} | set(
            overrides.by_hand
        )
        days = [calendar.day(day) for day in sorted(named)]
    else:
        days = list(calendar.special_days(year))
    if as_json:
        print_json([_plain(day) for day in days])
    for day in [] if as_json else days:
        click.echo(f"{day.date}\t{weekday(day.date)}\t{_short(day)}\t{day.name}\t{day.source}")
    if year is None and not days:
        say(_("覆盖表是空的，放假安排全部来自 chinesecalendar。"))
    elif year is not None and not calendar.knows(year):
        say(_("还没有 %(year)s 年的放假安排。", year=year))
        say(how_to_know(year))


def _plain(day: Day) -> dict[str, Any]:
    return {"date": day.date.isoformat(), "works": day.works, "name": day.name, "source": day.source}


COMMANDS = (workdays_group,)
