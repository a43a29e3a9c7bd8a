"""The criteria of ``[assessment]``: what is scored by whom, what it weighs, how votes and figures become points.

``weights = {deeds, social_response, online_votes}`` is the short form, read in ``plan_declaration``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ..clock import rfc3339
from ..errors import Problem
from ..text import _
from .toml_table import FILE, TomlTable, listed, shown

SOURCES = ("judges", "votes", "figure")
NORMALISATIONS = ("share_of_top", "rank_points", "capped_log")
MOST_CRITERIA = 12
MOST_POINTS = 1000
MOST_TRIMMED = 10
MOST_CAP = 1_000_000_000
HEAVY_VOTES = 40
"""In per cent; votes that weigh more are warned of."""

_KEY = re.compile(r"(?=.{1,40}\Z)[a-z][a-z0-9]*(_[a-z0-9]+)*")
_SHORT_KEYS = ("deeds", "social_response", "online_votes")


def read_scoring(table: TomlTable, zone_name: str) -> dict[str, Any]:
    """``criteria``, ``tie_break`` and ``scores_due`` as far as they are written, as JSON values; a time is RFC 3339 in UTC."""
    found: dict[str, Any] = {}
    criteria = [_criterion(one) for one in table.tables("criteria")]
    if criteria:
        found["criteria"] = criteria
        _check_together(table, criteria)
    keys = [one["key"] for one in criteria] or list(_SHORT_KEYS)
    if tie_break := _tie_break(table, keys):
        found["tie_break"] = tie_break
    if (due := table.moment("scores_due", zone_name)) is not None:
        found["scores_due"] = rfc3339(due)
    return found


def _criterion(table: TomlTable) -> dict[str, Any]:
    key = table.text("key", 40, required=True)
    if key and not _KEY.fullmatch(key):
        table.problem("key", _("要用小写字母、数字和下划线，以字母开头；中文写在 name 里。"))
    source = table.one_of("source", SOURCES, required=True)
    one: dict[str, Any] = {
        "key": key,
        "name": table.text("name", 20, required=True),
        "weight": _weight(table),
        "source": source,
    }
    one |= _judged(table, source) | _counted(table, source)
    table.finish()
    return one


def _weight(table: TomlTable) -> int | float:
    value = table.get("weight", required=True)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 100:
        table.problem("weight", _("应当是大于 0、不超过 100 的数，不加引号和百分号。"))
        return 0
    if (Fraction(str(value)) * 100).denominator != 1:
        table.problem("weight", _("最多写两位小数。"))
    return value


def _judged(table: TomlTable, source: str | None) -> dict[str, int]:
    bounds = {"highest": (1, MOST_POINTS), "trim": (0, MOST_TRIMMED)}
    found = {key: table.integer(key, low, high) for key, (low, high) in bounds.items()}
    given = {key: number for key, number in found.items() if number is not None}
    if source in ("votes", "figure"):
        for key in given:
            table.problem(key, _('只有评委打分（source = "judges"）的一项才写。'))
    return given


def _counted(table: TomlTable, source: str | None) -> dict[str, Any]:
    way = table.one_of("normalisation", NORMALISATIONS)
    cap = table.integer("cap", 1, MOST_CAP)
    if source == "judges":
        for key, value in (("normalisation", way), ("cap", cap)):
            if value is not None:
                table.problem(key, _("评委打分的一项不用折算，不写这个。"))
        return {}
    if way == "capped_log" and table.get("cap") is None:
        table.problem("cap", _("封顶对数（capped_log）要写封顶数，例如 cap = 10000。"))
    if way != "capped_log" and cap is not None:
        table.problem("cap", _("只有封顶对数（capped_log）才写封顶数。"))
    return {"normalisation": way or NORMALISATIONS[0]} | ({} if cap is None else {"cap": cap})


def _check_together(table: TomlTable, criteria: list[dict[str, Any]]) -> None:
    if len(criteria) > MOST_CRITERIA:
        table.problem("criteria", _("最多 %(most)s 项。", most=MOST_CRITERIA))
    if table.get("weights") is not None:
        table.problem("weights", _("写了 [[assessment.criteria]] 就不再写 [assessment.weights]。"))
    for field in ("key", "name"):
        words = [one[field] for one in criteria if one[field]]
        for word in sorted({word for word in words if words.count(word) > 1}):
            table.problem("criteria", _("%(word)s 用了不止一次。", word=shown(word)))
    if [one["source"] for one in criteria].count("votes") > 1:
        table.problem("criteria", _('网络投票（source = "votes"）只能有一项。'))
    total = sum((Fraction(str(one["weight"])) for one in criteria), Fraction(0))
    if total != 100 and all(one["weight"] for one in criteria):
        table.problem("criteria", _("各项合计是 %(total)s%%，必须是 100%%。", total=f"{float(total):g}"))


def _tie_break(table: TomlTable, keys: list[str]) -> list[str]:
    value = table.get("tie_break")
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        table.problem("tie_break", _('应当是一个列表，例如 ["deeds", "online_votes"]。'))
        return []
    for item in value:
        if item not in keys:
            table.problem(
                "tie_break", _("没有 %(item)s 这一项，可选 %(keys)s。", item=shown(item), keys=listed(keys))
            )
    if len(set(value)) < len(value):
        table.problem("tie_break", _("同一项写了两次。"))
    return value


def vote_weight(plan: Mapping[str, Any]) -> Fraction:
    """What online votes weigh in the composite score, in per cent."""
    declared = plan.get("assessment", {})
    if "criteria" in declared:
        weights = [one["weight"] for one in declared["criteria"] if one["source"] == "votes"]
    else:
        weights = [declared.get("weights", {}).get("online_votes", 0)]
    return sum((Fraction(str(weight)) for weight in weights), Fraction(0))


def assessment_cautions(plan: Mapping[str, Any]) -> list[Problem]:
    """What is allowed and had better be thought over; for the import, the desk's set-up and the worksheet."""
    weight = vote_weight(plan)
    if weight <= HEAVY_VOTES:
        return []
    return [
        Problem(
            f"{FILE} assessment",
            _("网络投票占 %(weight)s%%，超过 %(most)s%%：拉票、刷票对结果的影响会很大。",
              weight=f"{float(weight):g}", most=HEAVY_VOTES),
            _("网络投票一般作为参考，建议不超过 %(most)s%%。", most=HEAVY_VOTES),
        )
    ]  # fmt: skip
