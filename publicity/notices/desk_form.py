"""The desk's form of a draft: what its fields hold, and what was typed read back into a text. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from voting_service.errors import Problem, ProblemsFound
from voting_service.legible import is_no_sign
from voting_service.text import Text, _, enumerated

from .drafting import NoticeText, Office, Person
from .models import Notice
from .publishing import MOST_WORKDAYS

OFFICE_FIELDS: dict[str, Text] = {
    "department": _("部门"), "accepts": _("受理内容"), "name": _("联系人"), "phone": _("电话"),
    "email": _("电子邮箱"), "address": _("地址"), "postcode": _("邮编"),
}  # fmt: skip
MOST_OFFICES = 10
MOST_PEOPLE = 1000
_RANGE = re.compile(r"(\d{1,6})(?:[\-~至](\d{1,6}))?")


@dataclass(frozen=True)
class DraftForm:
    """A draft as its form shows it: every field as text."""

    title: str
    level: str
    people: str
    reserve: str
    lead: str
    closing: str
    deeds: Mapping[int, str]
    offices: tuple[Office, ...]

    @classmethod
    def of(cls, notice: Notice, text: NoticeText) -> DraftForm:
        """Of a draft as it is kept."""
        return cls(
            notice.title, notice.level, shown_numbers(one.number for one in text.people), shown_numbers(text.reserve),
            "\n".join(text.lead), "\n".join(text.closing), {one.number: one.deeds for one in text.people}, text.offices,
        )  # fmt: skip

    @classmethod
    def typed(cls, fields: Mapping[str, str]) -> DraftForm:
        """As somebody has typed it, less what no document can hold."""
        fields = {name: _legible(value) for name, value in fields.items()}
        get = fields.get
        deeds = {
            int(name[6:]): " ".join(value.split())
            for name, value in fields.items()
            if name.startswith("deeds-") and name[6:].isdecimal() and len(name) < 13
        }
        offices = (
            Office(**{key: get(f"office-{place}-{key}", "").strip()[:200] for key in OFFICE_FIELDS})
            for place in range(1, MOST_OFFICES + 1)
        )
        return cls(
            get("title", ""), get("level", ""), get("people", ""), get("reserve", ""), get("lead", ""), get("closing", ""),
            deeds, tuple(office for office in offices if office != Office("")),
        )  # fmt: skip

    def reserve_names(self, names: Mapping[int, str]) -> Text | None:
        """The reserve list as it is typed, by number and name; without what cannot be read."""
        numbers, _wrong = read_numbers(self.reserve, "reserve")
        return enumerated(
            _("%(number)s 号 %(name)s", number=number, name=names[number])
            for number in numbers
            if number in names
        )

    def numbers(self, notice: Notice, before: NoticeText) -> tuple[list[int], list[int], list[Problem]]:
        """List and reserve. A supplement's list is whom the committee has decided on, whatever is sent. With
        what could not be read."""
        if notice.supplements is not None:
            return before.successors, [], []
        people, wrong = read_numbers(self.people, "people")
        reserve, also_wrong = read_numbers(self.reserve, "reserve")
        return people, reserve, [*wrong, *also_wrong]

    def fields(self, people: Iterable[Person]) -> list[str]:
        """The names of its fields, where problems can lead."""
        offices = (
            f"office-{place}-{key}" for place in range(1, len(self.offices) + 2) for key in OFFICE_FIELDS
        )
        deeds = (f"deeds-{one.number}" for one in people)
        return ["title", "level", "people", "reserve", "lead", "closing", *offices, *deeds]

    def text(self, people: Sequence[Person], reserve: Sequence[int], before: NoticeText) -> NoticeText:
        """The text that it makes, with these people from the roster; changes stay as they were."""
        return replace(
            before,
            lead=_paragraphs(self.lead),
            people=tuple(
                replace(one, deeds=self.deeds[one.number]) if one.number in self.deeds else one
                for one in people
            ),
            offices=self.offices,
            closing=_paragraphs(self.closing),
            reserve=tuple(reserve),
        )


def read_numbers(typed: str, where: str) -> tuple[list[int], list[Problem]]:
    """Candidates' numbers in the order typed: ``3、1 5-8``; and what could not be read."""
    numbers: list[int] = []
    problems: list[Problem] = []
    plain = unicodedata.normalize("NFKC", typed).replace("号", " ")
    for part in re.split(r"[\s,、;。]+", plain.strip()):
        found = _RANGE.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if first > last or last - first >= MOST_PEOPLE:
            if part:
                problems.append(
                    Problem(
                        where,
                        _("看不懂“%(part)s”。", part=part[:20]),
                        _("请填编号，用顿号或空格隔开，例如 3、1、5-8。"),
                    )
                )
            continue
        numbers += range(first, last + 1)
    return numbers[:MOST_PEOPLE], problems


def shown_numbers(numbers: Iterable[int]) -> str:
    """Numbers as the form shows them."""
    return "、".join(map(str, numbers))


def extension_typed(typed: Mapping[str, str]) -> dict[str, Any]:
    """What an extension's form holds. Raises ProblemsFound for a number or a day that is none."""
    workdays, last_day = typed.get("workdays", "").strip(), typed.get("last_day", "").strip()
    problems = []
    day = None
    if workdays and not (workdays.isdecimal() and len(workdays) < 4):
        problems.append(Problem("workdays", _("请填 1 到 %(most)s 之间的整数。", most=MOST_WORKDAYS)))
    try:
        day = date.fromisoformat(last_day) if last_day else None
    except ValueError:
        problems.append(Problem("last_day", _("请按 2026-04-30 这样填写日期。")))
    if problems:
        raise ProblemsFound(problems)
    return {
        "reason": typed.get("reason", ""),
        "workdays": int(workdays) if workdays else None,
        "last_day": day,
    }


def by_field(problems: Iterable[Problem]) -> list[Problem]:
    """The same problems, each at the field of the form where it is mended."""
    return [replace(one, where=_field(one.where)) for one in problems]


def in_words(problems: Iterable[Problem], text: NoticeText, say: Callable[[Text], str]) -> list[Problem]:
    """The same problems with their places as people call them: ``正文第 1 段``, ``3 号石望川``. ``say``: in whose language."""
    names = {str(one.number): one.name for one in text.people}
    return [replace(one, where=say(_place(one.where, names))) for one in problems]


def _field(where: str) -> str:
    kind, _dash, rest = where.partition("-")
    if kind in ("name", "organisation", "title") and rest:
        return "people"
    if kind == "office" and rest:
        return where if "-" in rest else f"office-{rest}-department"
    if kind == "offices":
        return "office-1-department"
    return kind if kind in ("lead", "closing") else where


def _place(where: str, names: Mapping[str, str]) -> Text:
    kind, _dash, rest = where.partition("-")
    if kind in ("name", "organisation", "title", "deeds") and rest in names:
        return _("%(number)s 号%(name)s", number=rest, name=names[rest])
    words: dict[str, Any] = {
        "title": _("标题"), "level": _("公示层级"), "people": _("公示名单"), "reserve": _("递补名单"),
        "lead": _("正文第 %(n)s 段", n=rest) if rest else _("正文"),
        "closing": _("结尾第 %(n)s 段", n=rest) if rest else _("结尾"),
        "office": _("第 %(n)s 个受理部门", n=rest.partition("-")[0]), "offices": _("受理部门"), "supplements": _("补充公示"),
        "changes": _("名单变动"), "change": _("名单变动"),
    }  # fmt: skip
    found: Text = words.get(kind, _("公告"))
    return found


def _legible(typed: str) -> str:
    """Without control characters but line ends and tabs, and without code points that are none: XML refuses both."""
    return "".join(sign for sign in typed if sign in "\n\r\t" or not is_no_sign(sign))


def _paragraphs(typed: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in typed.splitlines() if line.strip())
