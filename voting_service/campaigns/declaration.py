"""``campaign.toml`` → a frozen Declaration, or every problem in it at once.

It reads text and makes plain values: no file, no database. The import compares them with what stands.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anti_fraud.policy import FIELDS

from ..errors import Problem
from ..text import _
from .gate_declaration import read_gate
from .plan_declaration import read_plan
from .rules import CHANNELS, MINUTES_A_DAY, BallotRules, CategoryRule, minutes_of
from .toml_table import FILE, TomlTable, did_you_mean, listed, shown

IDENTITIES = tuple(CHANNELS)
UNLIMITED = "unlimited"
MOST_CHOICES = 1000

RESERVED = frozenset({"new"})
"""Slugs that are addresses of the desk's own."""

_SLUG = re.compile(r"(?=.{3,60}\Z)[a-z0-9]+(-[a-z0-9]+)*")
_KEY = re.compile(r"(?=.{1,40}\Z)[a-z0-9]+(-[a-z0-9]+)*")
_CLOCK_TIME = re.compile(r"[0-2][0-9]:[0-5][0-9]")
_LINE = re.compile(r"at line (\d+)")

# Where a key belongs that somebody wrote above the first heading, or below the wrong one.
_HOMES = {
    **dict.fromkeys(
        (
            *("opens_at", "closes_at", "daily_hours", "min_choices", "max_choices", "ballots_per_day"),
            *("ballots_total", "same_candidate_per_day", "identities", "counts"),
        ),
        "[voting]",
    ),
    **dict.fromkeys(("seats", "reserve", "weights", "criteria", "tie_break", "scores_due"), "[assessment]"),
    **dict.fromkeys(
        (
            "workdays",
            "first_day",
            "acceptance_workdays",
            "letters",
            "contact",
            "offices",
            "objections",
            "ballots_of_disqualified",
        ),
        "[publicity]",
    ),
    **dict.fromkeys(("present", "agree"), "[committee]"),
    **dict.fromkeys((*FIELDS, "actions"), "[gate]"),
}


@dataclass(frozen=True)
class Declaration:
    """What one campaign folder declares, checked."""

    slug: str
    title: str
    organiser: str
    description: str
    rules: BallotRules
    plan: dict[str, Any]
    """``assessment``, ``composition``, ``publicity``, and ``gate`` where it is written, as JSON values; dates as
    ``YYYY-MM-DD``."""


@dataclass(frozen=True)
class DeclarationRead:
    """The outcome of reading: a declaration if and only if there is no problem."""

    declaration: Declaration | None
    problems: tuple[Problem, ...]
    categories: tuple[CategoryRule, ...] | None
    """Known even where something else is wrong, so that the roster can be checked against them all the same;
    None where the categories themselves cannot be read."""


def read_declaration(
    text: str, zone_name: str, *, opens_at: datetime | None = None, closes_at: datetime | None = None
) -> DeclarationRead:
    """Read the file's text. Times without an offset are in ``zone_name``. ``opens_at`` and ``closes_at``,
    aware, take the place of the file's own."""
    try:
        values = tomllib.loads(text.removeprefix("\ufeff"))
    # A number of five thousand digits, or a list in a list in a list … is no TOMLDecodeError.
    except (ValueError, RecursionError) as error:
        return DeclarationRead(None, (_not_toml(error),), None)
    return read_values(values, zone_name, opens_at=opens_at, closes_at=closes_at)


def read_values(
    values: Mapping[str, Any], zone_name: str, *, opens_at: datetime | None = None, closes_at: datetime | None = None
) -> DeclarationRead:  # fmt: skip
    """The same from values that are read already, in the file's own form: what a form on the desk holds."""
    problems: list[Problem] = []
    top = TomlTable(values, "", problems)
    slug = _slug(top)
    title = top.text("title", 80, required=True)
    organiser = top.text("organiser", 80, required=True)
    description = top.text("description", 20_000, lines=True)
    voting = top.table("voting", required=True)
    before = len(problems)
    categories = _categories(top)
    known = categories if len(problems) == before else None
    rules = _Voting(voting, zone_name, opens_at, closes_at).rules(categories) if "voting" in values else None
    plan = read_plan(top, categories, zone_name)
    if gate := read_gate(top):
        plan["gate"] = gate
    top.finish(_HOMES)
    if problems or rules is None:
        return DeclarationRead(None, tuple(problems), known)
    return DeclarationRead(Declaration(slug, title, organiser, description, rules, plan), (), known)


def _not_toml(error: Exception) -> Problem:
    line = _LINE.search(str(error))
    return Problem(
        f"{FILE} 第 {line[1]} 行" if line else FILE,
        _("不合 TOML 语法，读不下去：%(reason)s。", reason=str(error)),
        _("请检查引号、等号和方括号；中文引号和全角符号在这里不起作用。"),
    )


def _slug(top: TomlTable) -> str:
    slug = top.text("slug", 200, required=True)
    if slug and not _SLUG.fullmatch(slug):
        top.problem(
            "slug",
            _("不能是 %(slug)s：要用 3 到 60 个小写字母、数字和连字符，首尾不是连字符。", slug=shown(slug)),
        )
    elif slug in RESERVED:
        top.problem("slug", _("不能是 %(slug)s：工作台自己要用这个网址。", slug=shown(slug)))
    return slug


def same_word(text: str) -> str:
    """As a category's key or name is looked up: width, case and blanks do not count."""
    return unicodedata.normalize("NFKC", " ".join(text.split())).lower()


def _categories(top: TomlTable) -> tuple[CategoryRule, ...]:
    categories: list[CategoryRule] = []
    taken: dict[str, str] = {}
    for table in top.tables("category"):
        key = table.text("key", 40, required=True)
        name = table.text("name", 40, required=True)
        if key and not _KEY.fullmatch(key):
            table.problem("key", _("要用小写字母、数字和连字符，首尾不是连字符；中文写在 name 里。"))
        # The roster may say key or name: one word must not mean two categories.
        for field, word in (("key", key), ("name", name)):
            if word and (first := taken.setdefault(same_word(word), table.path)) != table.path:
                table.problem(field, _("%(word)s 已经用在 %(other)s。", word=shown(word), other=first))
        low = table.integer("min_choices", 0, MOST_CHOICES)
        high = table.integer("max_choices", 1, MOST_CHOICES)
        if low is not None and high is not None and low > high:
            table.problem("max_choices", _("不能小于 min_choices（%(low)s）。", low=low))
        table.finish()
        categories.append(CategoryRule(key, name, low, high))
    return tuple(categories)


class _Voting:
    """Reads ``[voting]``."""

    def __init__(
        self, table: TomlTable, zone_name: str, opens_at: datetime | None, closes_at: datetime | None
    ) -> None:
        self.table = table
        self.zone_name = zone_name
        self.given = {"opens_at": opens_at, "closes_at": closes_at}

    def rules(self, categories: tuple[CategoryRule, ...]) -> BallotRules | None:
        """The rules, or None where a problem was reported; all keys are looked at either way."""
        table, before = self.table, len(self.table.problems)
        opens_at, closes_at = self._moment("opens_at"), self._moment("closes_at")
        hours = self._daily_hours()
        low = table.integer("min_choices", 1, MOST_CHOICES, default=1)
        high = table.integer("max_choices", 1, MOST_CHOICES, required=True)
        per_day = self._limit("ballots_per_day", default=1)
        total = self._limit("ballots_total")
        same = self._limit("same_candidate_per_day")
        identities, counts = self._identities(), self._counts()
        table.finish(_HOMES)
        self._check_choices(low, high, categories)
        self._check_limits(per_day, total, same)
        if opens_at is None or closes_at is None or low is None or high is None:
            return None
        rules = BallotRules(
            opens_at,
            closes_at,
            timezone=self.zone_name,
            daily_hours=hours,
            min_choices=low,
            max_choices=high,
            ballots_per_day=per_day,
            ballots_total=total,
            same_candidate_per_day=same,
            identities=identities,
            counts=counts,
            categories=categories,
        )
        self._check_window(rules)
        return rules if len(table.problems) == before else None

    def _moment(self, key: str) -> datetime | None:
        """A moment in UTC. A date alone is refused: whether its day still counts is what people dispute."""
        given = self.given[key]
        if given is not None:
            self.table.get(key)
            return given.astimezone(UTC)
        return self.table.moment(key, self.zone_name, required=True)

    def _daily_hours(self) -> tuple[str, str] | None:
        value = self.table.get("daily_hours")
        if value is None:
            return None
        if not (isinstance(value, list) and len(value) == 2 and all(_is_time_of_day(item) for item in value)):
            self.table.problem("daily_hours", _('应当是一天里的两个钟点，例如 ["06:00", "24:00"]。'))
            return None
        first, last = value
        if minutes_of(first) >= minutes_of(last):
            self.table.problem(
                "daily_hours",
                _("开始（%(first)s）必须早于结束（%(last)s）。", first=first, last=last),
                _("当天结束写作 24:00；不能跨过半夜。"),
            )
            return None
        # The whole day has one form, so that two ways of writing it are not a change of rules.
        return None if (minutes_of(first), minutes_of(last)) == (0, MINUTES_A_DAY) else (first, last)

    def _limit(self, key: str, *, default: int | None = None) -> int | None:
        """A number of times, or None for no limit: TOML has no word for nothing, hence ``"unlimited"``."""
        if self.table.get(key) == UNLIMITED:
            return None
        return self.table.integer(key, 1, 1000, default=default)

    def _identities(self) -> tuple[str, ...]:
        value = self.table.get("identities", required=True)
        if value is None:
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            self.table.problem("identities", _('应当是一个列表，例如 ["wechat", "device"]。'))
            return ()
        for item in value:
            if item not in IDENTITIES:
                self.table.problem(
                    "identities",
                    _("没有 %(item)s 这种身份，可选 %(known)s。", item=shown(item), known=listed(IDENTITIES)),
                    did_you_mean(item, IDENTITIES),
                )
        # In one order, so that writing them the other way round is not a change of rules.
        return tuple(known for known in IDENTITIES if known in value)

    def _counts(self) -> str:
        value = self.table.get("counts")
        words = value.split() if isinstance(value, str) else []
        if value is None or words == ["live"]:
            return "live"
        if words == ["hidden"]:
            return "hidden"
        if len(words) == 2 and words[0] == "daily" and _is_time_of_day(words[1]) and words[1] != "24:00":
            return " ".join(words)
        self.table.problem("counts", _('应当是 "live"、"hidden" 或 "daily 18:00" 这样的写法。'))
        return "live"

    def _check_choices(self, low: int | None, high: int | None, categories: tuple[CategoryRule, ...]) -> None:
        if low is None or high is None:
            return
        if low > high:
            self.table.problem("max_choices", _("不能小于 min_choices（%(low)s）。", low=low))
        needed = sum(category.min_choices or 0 for category in categories)
        if needed > high:
            self.table.problem(
                "max_choices",
                _("各组别至少要选 %(needed)s 人，超过了 %(high)s 人。", needed=needed, high=high),
            )
        limits = [category.max_choices for category in categories]
        room = sum(limit for limit in limits if limit is not None)
        if limits and None not in limits and room < low:
            self.table.problem(
                "min_choices", _("各组别最多只能选 %(room)s 人，不到 %(low)s 人。", room=room, low=low)
            )

    def _check_limits(self, per_day: int | None, total: int | None, same: int | None) -> None:
        if per_day is not None and total is not None and per_day > total:
            self.table.problem("ballots_per_day", _("不能大于 ballots_total（%(total)s）。", total=total))
        if per_day is not None and same is not None and same > per_day:
            self.table.problem(
                "same_candidate_per_day", _("不能大于 ballots_per_day（%(per_day)s）。", per_day=per_day)
            )

    def _check_window(self, rules: BallotRules) -> None:
        if rules.closes_at <= rules.opens_at:
            self.table.problem("closes_at", _("必须晚于 opens_at。"))
        elif rules.next_opening(rules.opens_at) is None:
            self.table.problem("daily_hours", _("投票期间没有一刻在这个时段里。"))


def _is_time_of_day(value: object) -> bool:
    return isinstance(value, str) and bool(_CLOCK_TIME.fullmatch(value)) and value <= "24:00"
