"""Reads one table of ``campaign.toml`` key by key: values are typed and bounded, each slip is a Problem.

A key that nobody asked for is a problem too: a limit that is spelt wrong must not be silently without effect.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import Problem
from ..legible import is_legible
from ..text import Text, _

FILE = "campaign.toml"


class TomlTable:
    """One table and where it stands in the file. A method that reads a key reports what is wrong with it
    and then returns the default, so that reading goes on and finds the rest."""

    def __init__(self, values: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
        self.values = values
        self.path = path
        self.problems = problems
        self._asked: set[str] = set()

    def where(self, key: str) -> str:
        """``campaign.toml voting.max_choices``."""
        return f"{FILE} {self.path}.{key}" if self.path else f"{FILE} {key}"

    def problem(self, key: str, sentence: Text, remedy: Text | None = None) -> None:
        """Report something that is wrong with a key."""
        self.problems.append(Problem(self.where(key), sentence, remedy))

    def get(self, key: str, *, required: bool = False) -> Any:
        """The raw value, or None where there is none."""
        self._asked.add(key)
        value = self.values.get(key)
        if value is None and required:
            self.problem(key, _("缺少这一项。"))
        return value

    def text(self, key: str, longest: int, *, required: bool = False, lines: bool = False) -> str:
        """A string without its outer blanks; of one line unless ``lines``."""
        value = self.get(key, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.problem(key, _("应当是用引号括起来的文字。"))
            return ""
        value = value.strip()
        allowed = "\n\t\r" if lines else ""
        if required and not value:
            self.problem(key, _("不能为空。"))
        elif len(value) > longest:
            self.problem(key, _("有 %(n)s 个字，最多 %(most)s 个字。", n=len(value), most=longest))
        elif not is_legible(value, allowed):
            self.problem(key, _("含有换行或不可见的控制字符。"))
        return str(value)

    def integer(
        self, key: str, low: int, high: int, *, default: int | None = None, required: bool = False
    ) -> int | None:
        """A whole number within bounds, both included."""
        value = self.get(key, required=required)
        if value is None:
            return default
        # TOML's true is Python's 1: it must not pass for a number.
        if not isinstance(value, int) or isinstance(value, bool):
            self.problem(key, _("应当是整数，不加引号。"))
            return default
        if not low <= value <= high:
            self.problem(
                key, _("是 %(value)s，应当在 %(low)s 到 %(high)s 之间。", value=value, low=low, high=high)
            )
            return default
        return value

    def moment(self, key: str, zone_name: str, *, required: bool = False) -> datetime | None:
        """A moment in UTC; local to the zone where it has no offset. A date alone is refused: whether its day still counts
        is what people dispute."""
        value = self.get(key, required=required)
        # Quoted times are the commonest slip, and mean the same.
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value.strip()) if len(value.strip()) > 10 else date.min
            except ValueError:
                value = False
        # Years far away overflow on the way to UTC, and are slips anyway.
        if isinstance(value, datetime) and 2000 <= value.year <= 2200:
            return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone_name))).astimezone(UTC)
        if value is not None:
            self.problem(key, _("应当是日期和钟点，例如 2026-04-07T09:00:00+08:00，不加引号。"))
        return None

    def one_of(self, key: str, choices: Sequence[str], *, required: bool = False) -> str | None:
        """A string out of a known few."""
        value = self.get(key, required=required)
        if value is None or value in choices:
            return None if value is None else str(value)
        self.problem(
            key,
            _("不能是 %(value)s，可选：%(choices)s。", value=shown(value), choices=listed(choices)),
            did_you_mean(value, choices),
        )
        return None

    def table(self, key: str, *, required: bool = False) -> TomlTable:
        """A table within this one; empty where it is missing or something else."""
        value = self.get(key, required=required)
        if value is not None and not isinstance(value, dict):
            self.problem(key, _("应当是一节，写作 [%(path)s]。", path=self._inner(key)))
            value = None
        return TomlTable(value or {}, self._inner(key), self.problems)

    def tables(self, key: str) -> list[TomlTable]:
        """Every ``[[key]]``, in order; paths count from 1."""
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.problem(key, _("应当写作 [[%(path)s]]，每组一节。", path=self._inner(key)))
            return []
        return [
            TomlTable(item, f"{self._inner(key)}[{position}]", self.problems)
            for position, item in enumerate(value, 1)
        ]

    def finish(self, elsewhere: Mapping[str, str] | None = None) -> None:
        """Report each key that nobody asked for; ``elsewhere`` says in which table a key belongs."""
        for key in self.values:
            if key in self._asked:
                continue
            home = (elsewhere or {}).get(key)
            remedy = (
                _("它应当写在 %(home)s 一节里。", home=home)
                if home
                else did_you_mean(key, sorted(self._asked))
                or _("这里可以写：%(keys)s。", keys=listed(sorted(self._asked)))
            )
            self.problem(key, _("没有这一项。"), remedy)

    def _inner(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def did_you_mean(given: object, known: Sequence[str]) -> Text | None:
    """A remedy that names the nearest known word, if one is near."""
    nearest = difflib.get_close_matches(str(given).lower(), known, n=1, cutoff=0.6)
    return _("您要写的是不是 %(nearest)s？", nearest=nearest[0]) if nearest else None


def listed(words: Sequence[str]) -> str:
    """Words as a Chinese list."""
    return "、".join(words)


def shown(value: object) -> str:
    """A value as a sentence quotes it: short, on one line."""
    text = " ".join(str(value).split())
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"
