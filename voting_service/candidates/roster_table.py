"""The candidate table → checked rows of the roster, or every problem in it, each with its row and column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from urllib.parse import urlsplit

from ..campaigns.cells import Row, read_cells
from ..campaigns.declaration import same_word
from ..campaigns.rules import CategoryRule
from ..campaigns.toml_table import did_you_mean, listed, shown
from ..errors import Problem
from ..legible import is_legible
from ..sheets import unguarded
from ..text import Text, _
from .personal_data import personal_data_in

HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("编号", "序号", "号码", "候选人编号", "投票编号", "no", "no."),
    "name": ("姓名", "名字", "名称", "候选人", "候选人姓名"),
    "organisation": ("单位", "工作单位", "所在单位", "单位名称", "organization"),
    "title": ("职务", "岗位", "职位", "工种", "职务/岗位", "职务职称", "职务或岗位"),
    "category": ("组别", "类别", "分组", "行业", "评选类别"),
    "gender": ("性别", "sex"),
    "birth_date": ("出生年月", "出生日期", "生日", "出生年月日", "birthdate", "birthday"),
    "summary": ("简介", "一句话简介", "个人简介", "简要事迹", "事迹简介"),
    "story": ("事迹", "主要事迹", "先进事迹", "事迹材料", "详细事迹"),
    "slogan": ("口号", "宣言", "座右铭", "劳动宣言"),
    "video_url": ("视频", "视频链接", "视频地址", "video"),
    "front_line": ("一线职工", "是否一线职工", "是否一线", "一线"),
}
"""Each field with the headings that mean it, the usual Chinese one first."""

REQUIRED = ("number", "name", "organisation")
LONGEST = {"name": 40, "organisation": 80, "title": 80, "summary": 120, "story": 20_000, "slogan": 60}
"""In characters."""
_PRIVATE = ("身份证", "电话", "手机", "联系方式", "住址", "phone", "mobile")
_YES_NO = {"是": True, "否": False}
_BIRTH = re.compile(r"((?:19|20)\d\d)(?:[-./年](\d{1,2})(?:[-./月](\d{1,2}))?)?[年月日号]?")


@dataclass(frozen=True)
class RosterRow:
    """One candidate as declared. ``category`` is a category's key; texts that were left out are empty."""

    number: int
    name: str
    organisation: str
    title: str = ""
    category: str | None = None
    gender: str | None = None
    birth_date: str | None = None
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``."""
    summary: str = ""
    story: str = ""
    slogan: str = ""
    video_url: str | None = None
    front_line: bool | None = None
    """Whether they work on the front line; None: the table does not say."""


FIELDS = tuple(field.name for field in fields(RosterRow))


def label(field: str) -> str:
    """``出生年月(birth_date)``: a column as both kinds of reader know it."""
    return f"{HEADINGS[field][0]}({field})"


@dataclass(frozen=True)
class RosterRead:
    """The outcome of reading a table, in the table's order."""

    rows: tuple[RosterRow, ...]
    """The rows that nothing is wrong with."""
    problems: tuple[Problem, ...]
    numbers: frozenset[int] | None
    """Every number that the table gives, in faulty rows too; None where they cannot be known."""


def read_roster(name: str, data: bytes, categories: Sequence[CategoryRule] | None) -> RosterRead:
    """Read a table by its name's ending. Categories None: they are not known, so that column is not judged."""
    rows, problems, whole = read_cells(name, data)
    if not rows:
        return RosterRead((), tuple(problems), None)
    table = _Table(name, categories, problems)
    head = _head_of(rows)
    columns = table.columns(rows[head])
    candidates = [table.candidate(row, columns) for row in rows[head + 1 :]]
    if len(rows) == head + 1 and whole:
        problems.append(Problem(name, _("只有标题行，没有候选人。")))
    good = tuple(candidate for candidate in candidates if candidate is not None)
    known = whole and "number" in columns
    return RosterRead(good, tuple(problems), frozenset(table.numbers) if known else None)


def _head_of(rows: Sequence[Row]) -> int:
    """The row of headings: the first, or one soon after it, since many tables begin with a title of their own."""
    for position, row in enumerate(rows[:5]):
        if {"number", "name"} <= {_field(cell) for cell in row.cells}:
            return position
    return 0


def _plain(heading: str) -> str:
    """Without blanks, case, width and remarks in brackets: ``姓 名（必填）`` is 姓名."""
    plain = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"\(.*?\)|[\s_*:-]", "", plain)


_FIELDS = {_plain(word): field for field, words in HEADINGS.items() for word in (field, *words)}


def _field(heading: str) -> str | None:
    return _FIELDS.get(_plain(heading))


class _Table:
    """Checks one table cell by cell; remembers what must occur only once."""

    def __init__(self, file: str, categories: Sequence[CategoryRule] | None, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.categories = categories
        self._category_keys = {
            same_word(word): category.key
            for category in categories or ()
            for word in (category.key, category.name)
        }
        self.numbers: dict[int, int] = {}
        self._people: dict[tuple[str, str], int] = {}

    def columns(self, head: Row) -> dict[str, int]:
        """Which field stands in which column."""
        columns: dict[str, int] = {}
        for position, heading in enumerate(head.cells):
            field = _field(heading)
            where = f"{self.file} 第 {head.number} 行 {shown(heading)}" if heading else ""
            if field is None:
                if heading:
                    self.problems.append(Problem(where, _("不认识这个标题。"), _remedy_for(heading)))
            elif field in columns:
                self.problems.append(Problem(where, _("有两列都是 %(label)s。", label=label(field))))
            else:
                columns[field] = position
        for field in REQUIRED:
            if field not in columns:
                where = f"{self.file} 第 {head.number} 行"
                self.problems.append(Problem(where, _("缺少 %(label)s 这一列。", label=label(field))))
        return columns

    def candidate(self, row: Row, columns: dict[str, int]) -> RosterRow | None:
        """One row; None where something in it is wrong."""
        before = len(self.problems)
        self._guard(row, columns)
        texts = {
            field: unguarded(row.cells[columns[field]]).strip()
            if field in columns and columns[field] < len(row.cells)
            else ""
            for field in FIELDS
        }
        number = self._number(row, texts["number"]) if "number" in columns else None
        short = {field: self._text(row, field, texts[field], columns) for field in LONGEST}
        candidate = RosterRow(
            number or 0,
            **short,
            category=self._category(row, texts["category"], "category" in columns),
            gender=self._gender(row, texts["gender"]),
            birth_date=self._birth_date(row, texts["birth_date"]),
            front_line=self._front_line(row, texts["front_line"]),
            video_url=self._video_url(row, texts["video_url"]),
        )
        self._only_once(row, candidate)
        return candidate if len(self.problems) == before and number is not None else None

    def _problem(self, row: Row, field: str, sentence: Text, remedy: Text | None = None) -> None:
        self.problems.append(Problem(f"{self.file} 第 {row.number} 行 {label(field)}", sentence, remedy))

    def _guard(self, row: Row, columns: dict[str, int]) -> None:
        """No cell may hold personal data, in a column that we read or not; the number is not repeated."""
        labels = {position: label(field) for field, position in columns.items()}
        for position, cell in enumerate(row.cells):
            found = personal_data_in(cell)
            if found is not None:
                column = labels.get(position, f"第 {position + 1} 列")
                remedy = _("候选人资料会公开，请删去。")
                self.problems.append(Problem(f"{self.file} 第 {row.number} 行 {column}", found, remedy))

    def _number(self, row: Row, text: str) -> int | None:
        match = re.fullmatch(r"0*([1-9]\d{0,5})(?:\.0+)?", unicodedata.normalize("NFKC", text))
        if match is None:
            self._problem(row, "number", _("应当是 1、2、3 这样的正整数。") if text else _("不能为空。"))
            return None
        number = int(match[1])
        first = self.numbers.setdefault(number, row.number)
        if first != row.number:
            self._problem(
                row, "number", _("编号 %(number)s 在第 %(first)s 行已经用过。", number=number, first=first)
            )
        return number

    def _text(self, row: Row, field: str, text: str, columns: dict[str, int]) -> str:
        text = text if field == "story" else " ".join(text.split())
        if field == "name":
            # 张　三: names of two characters are often spaced to the width of three.
            text = re.sub(r"^([\u3400-\u9fff]) ([\u3400-\u9fff])$", r"\1\2", text)
        if not text and field in REQUIRED and field in columns:
            self._problem(row, field, _("不能为空。"))
        if len(text) > LONGEST[field]:
            self._problem(
                row, field, _("有 %(n)s 个字，最多 %(most)s 个字。", n=len(text), most=LONGEST[field])
            )
        if not is_legible(text, "\n\t"):
            self._problem(row, field, _("含有不可见的控制字符。"))
        return text

    def _category(self, row: Row, text: str, present: bool) -> str | None:
        if self.categories is None:
            return None
        key = self._category_keys.get(same_word(text))
        if key is not None or (not text and not self.categories):
            return key
        if not self.categories:
            self._problem(
                row, "category", _("campaign.toml 里没有声明组别。"), _("请声明 [[category]]，或删去这一列。")
            )
        else:
            names = listed([f"{category.name}（{category.key}）" for category in self.categories])
            sentence = _("没有 %(text)s 这个组别。", text=shown(text)) if text else _("没有写明组别。")
            known = list(self._category_keys)
            remedy = did_you_mean(text, known) if text else None
            self._problem(row, "category", sentence, remedy or _("可选：%(names)s。", names=names))
        return None

    def _gender(self, row: Row, text: str) -> str | None:
        if text and text not in ("男", "女"):
            self._problem(row, "gender", _("只能是“男”“女”，或者空着。"))
        return text or None

    def _birth_date(self, row: Row, text: str) -> str | None:
        if not text:
            return None
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
        # 1985.10 typed into a sheet is kept as the number 1985.1: January or October, nobody can tell.
        if re.fullmatch(r"\d{4}\.1", plain):
            year = plain[:4]
            remedy = _("请写成 %(year)s-01 或 %(year)s-10。", year=year)
            self._problem(row, "birth_date", _("%(text)s 可能是 1 月，也可能是 10 月。", text=plain), remedy)
            return None
        match = _BIRTH.fullmatch(plain)
        parts = [int(part) for part in match.groups() if part] if match else []
        if not parts or not _is_date(parts):
            example = _("例如 1985、1985-03、1985-03-07 或 1985年3月。")
            self._problem(row, "birth_date", _("不是一个日期：%(text)s。", text=shown(text)), example)
            return None
        return "-".join([str(parts[0]), *(f"{part:02d}" for part in parts[1:])])

    def _front_line(self, row: Row, text: str) -> bool | None:
        if text and text not in _YES_NO:
            self._problem(row, "front_line", _("只能是“是”“否”，或者空着。"))
        return _YES_NO.get(text)

    def _video_url(self, row: Row, text: str) -> str | None:
        if text and not _is_https(text):
            self._problem(row, "video_url", _("应当是 https:// 开头的网址。"))
        return text or None

    def _only_once(self, row: Row, candidate: RosterRow) -> None:
        person = (candidate.name, candidate.organisation)
        if not all(person):
            return
        first = self._people.setdefault(person, row.number)
        if first != row.number:
            self._problem(row, "name", _("和第 %(first)s 行的姓名、单位都相同。", first=first))


def _remedy_for(heading: str) -> Text | None:
    if any(word in heading.lower() for word in _PRIVATE):
        return _("候选人表会公开，请删去这一列。")
    nearest = did_you_mean(_plain(heading), sorted(_FIELDS))
    return nearest or _("可用的标题：%(labels)s。", labels=listed([words[0] for words in HEADINGS.values()]))


def _is_date(parts: Sequence[int]) -> bool:
    year, month, day = (*parts, 1, 1)[:3]
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_https(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = len(text) <= 500 and text.isprintable() and not re.search(r"[\s\"'<>\\]", text)
    return plain and parts.scheme == "https" and bool(parts.hostname) and parts.username is None
