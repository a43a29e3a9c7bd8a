"""Days from JSON: a year's file of holiday-cn, and the rows of our own table. Every problem is named with its place.

holiday-cn (github.com/NateScarlet/holiday-cn, MIT) has one file a year:
``{"year", "papers": [addresses], "days": [{"name", "date", "isOffDay"}]}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from ..errors import Problem, ProblemsFound
from ..legible import is_all_seen
from ..text import Text, _
from .overrides import Arrangement, SpecialDay, arrangement_year

FIRST_YEAR, LAST_YEAR = 1950, 2199
LONGEST_NAME, LONGEST_SOURCE = 60, 1000
# In every arrangement since there are any; one that lacks them was cut off or is something else.
_IN_EVERY_YEAR = ((1, 1), (5, 1), (10, 1))


class JsonPart:
    """A value of a JSON file and where it stands. What is wrong goes to a list shared by the whole file."""

    def __init__(self, value: Any, where: str, problems: list[Problem]) -> None:
        self.value = value
        self.where = where
        self.problems = problems

    @classmethod
    def read(cls, data: bytes, file: str, problems: list[Problem]) -> JsonPart:
        """The file's object; an empty one, with the problem told, where it is none."""
        part = cls({}, file, problems)
        try:
            part.value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=part._object)
        except UnicodeDecodeError:
            part.problem(_("不是 UTF-8 编码。"))
        except json.JSONDecodeError as error:
            line, column = error.lineno, error.colno
            part.problem(_("第 %(line)s 行第 %(column)s 列不是正确的 JSON。", line=line, column=column))
        except (RecursionError, ValueError):  # nested a thousand deep, or a number of thousands of digits
            part.problem(_("不是正确的 JSON。"))
        if not isinstance(part.value, dict):
            part.problem(_("最外层应当是一个对象 {…}。"))
            part.value = {}
        return part

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for number, (key, _value) in enumerate(pairs):
            # JSON lets the last of two win: a list that somebody pasted above another would vanish.
            if any(key == other for other, _ in pairs[:number]):
                self.problem(_("同一个对象里 %(key)s 写了两次。", key=key[:40]))
        return dict(pairs)

    def problem(self, sentence: Text, remedy: Text | None = None) -> None:
        """Say what is wrong here."""
        self.problems.append(Problem(self.where, sentence, remedy))

    def get(self, key: str) -> JsonPart:
        """What stands under a key of this object; None where nothing does."""
        return JsonPart(self.value.get(key), f"{self.where} {key}".strip(), self.problems)

    def objects(self, key: str) -> Iterator[JsonPart]:
        """The objects of the list under a key, counted from 1; anything else among them is a problem."""
        part = self.get(key)
        if not isinstance(part.value, list):
            part.problem(_("应当是列表 […]。"))
            return
        for number, value in enumerate(part.value, 1):
            one = JsonPart(value, f"{part.where}[{number}]", self.problems)
            if isinstance(value, dict):
                yield one
            else:
                one.problem(_("应当是一个对象 {…}。"))

    def text(self, key: str, longest: int) -> str:
        """One line of text that must be there."""
        part = self.get(key)
        value = part.value.strip() if isinstance(part.value, str) else ""
        if not value:
            part.problem(_("缺少，应当是用引号括起来的文字。"))
        elif len(value) > longest:
            part.problem(_("有 %(n)s 个字，最多 %(most)s 个字。", n=len(value), most=longest))
        elif not is_all_seen(value):
            part.problem(_("含有换行或不可见的控制字符。"))
        else:
            return value
        return ""

    def year(self) -> int | None:
        """The whole number under ``year``."""
        part = self.get("year")
        value = part.value
        # JSON's true is Python's 1, and holiday-cn's schema allows 2027.0.
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and FIRST_YEAR <= value <= LAST_YEAR and value == int(value):
            return int(value)
        part.problem(
            _("应当是 %(first)s 到 %(last)s 之间的整数，不加引号。", first=FIRST_YEAR, last=LAST_YEAR)
        )
        return None

    def day(self) -> date | None:
        """The date under ``date``."""
        part = self.get("date")
        # fromisoformat alone would also take 20270101 and 2027-W01-1.
        if isinstance(part.value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", part.value):
            try:
                return date.fromisoformat(part.value)
            except ValueError:
                part.problem(_("没有 %(date)s 这一天。", date=part.value))
                return None
        part.problem(_("应当是日期，例如 2026-04-07。"))
        return None

    def only(self, *keys: str) -> None:
        """Whatever else stands here is a problem: a word spelt wrong must not be without effect."""
        for key in self.value:
            if key not in keys:
                JsonPart(None, f"{self.where} {key}".strip(), self.problems).problem(
                    _("没有这一项，这里可以写：%(keys)s。", keys="、".join(keys))
                )


def read_days(part: JsonPart, *, source: str | None = None, year: int | None = None) -> list[SpecialDay]:
    """The rows under ``days``: of one source and year, or by hand, where each row has a source of its own."""
    found: dict[date, SpecialDay] = {}
    places: dict[date, str] = {}
    for row in part.objects("days"):
        off = row.get("isOffDay")
        if not isinstance(off.value, bool):
            off.problem(_("应当是 true（休息）或 false（上班），不加引号。"))
        name = row.text("name", LONGEST_NAME)
        own = row.text("source", LONGEST_SOURCE) if source is None else source
        day = row.day()
        if day is None:
            continue
        if day in places:
            row.problem(_("%(date)s 已经写在 %(place)s。", date=day, place=places[day]))
        elif year is not None and arrangement_year(day) != year:
            row.problem(
                _("%(date)s 不在 %(year)s 年的放假安排之内（上年 12 月 25 日至当年 12 月 24 日）。", date=day, year=year)
            )  # fmt: skip
        places.setdefault(day, row.where)
        found[day] = SpecialDay(day, off.value is not True, name, own)
    return [found[day] for day in sorted(found)]


def read_arrangement(part: JsonPart, source: str) -> Arrangement | None:
    """A year with its days. Refuses one that is not whole, since whoever imports it makes the year known."""
    year = part.year()
    days = read_days(part, source=source, year=year)
    if year is None or not isinstance(part.get("days").value, list):
        return None
    if not part.get("days").value:
        part.get("days").problem(
            _("一天也没有：国务院办公厅可能还没有公布 %(year)s 年的放假安排。", year=year),
            _("公布后重新取得这个文件再导入。"),
        )
        return None
    off = {day.date for day in days if not day.works}
    missing = [day for month, number in _IN_EVERY_YEAR if (day := date(year, month, number)) not in off]
    if missing:
        part.get("days").problem(
            _("其中 %(days)s 不是休息日，不像一份完整的放假安排。", days="、".join(map(str, missing)))
        )
    return Arrangement(year, source, tuple(days))


def read_holiday_cn(data: bytes, file: str, source: str = "") -> Arrangement:
    """One year's file of holiday-cn. Its papers are its source, unless one is given. Raises ProblemsFound."""
    problems: list[Problem] = []
    part = JsonPart.read(data, file, problems)
    arrangement = None
    if not problems:
        papers = part.get("papers")
        if not isinstance(papers.value, list) or not all(isinstance(paper, str) for paper in papers.value):
            papers.problem(_("应当是列表，列出国务院文件的网址。"))
            papers.value = []
        source = (source or " ".join(papers.value)).strip()
        arrangement = read_arrangement(part, source)
        if arrangement is not None and not source:
            papers.problem(
                _("没有写明出自哪份文件。"), _("请加 --source 写明出处，例如国务院文件的网址或文号。")
            )
        elif len(source) > LONGEST_SOURCE:
            papers.problem(_("有 %(n)s 个字，最多 %(most)s 个字。", n=len(source), most=LONGEST_SOURCE))
    if problems or arrangement is None:
        raise ProblemsFound(problems)
    return arrangement
