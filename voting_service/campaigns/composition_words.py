"""Composition rules in words: what each asks, how many people that is, and how a list stands by it."""

from __future__ import annotations

from collections.abc import Mapping

from ..names import in_quotes
from ..text import Text, _
from .composition import CompositionRule, RuleState

ROUNDING = _(
    "“至少”的比例折算成人数时，有小数就进一；“至多”的，有小数就舍去。都按名单实有人数算。"
    "资料不全的人，不当作符合“至少”，但占用“至多”的名额。"
)
"""How percentages become people, for everyone who reads a list."""


def demand_text(rule: CompositionRule, categories: Mapping[str, str]) -> Text:
    """``女性至少占 40%``. ``categories``: key → name."""
    if rule.max_each is not None:
        group = _("单位") if rule.field == "organisation" else _("组别")
        return _("每个%(group)s至多 %(n)s 人", group=group, n=rule.max_each)
    who = _who(rule, categories)
    least, most = rule.min_percent, rule.max_percent
    if least is None:
        return _("%(who)s至多占 %(most)s%%", who=who, most=_percent(most))
    if most is None:
        return _("%(who)s至少占 %(least)s%%", who=who, least=_percent(least))
    return _("%(who)s占 %(least)s%% 到 %(most)s%%", who=who, least=_percent(least), most=_percent(most))


def people_text(state: RuleState) -> Text:
    """``10 人中至少 4 人``: what it comes to on this list."""
    if state.rule.max_each is not None:
        return _("每个至多 %(n)s 人", n=state.most)
    if state.least and state.most < state.of:
        return _("%(of)s 人中 %(least)s 到 %(most)s 人", of=state.of, least=state.least, most=state.most)
    if state.most < state.of:
        return _("%(of)s 人中至多 %(most)s 人", of=state.of, most=state.most)
    return _("%(of)s 人中至少 %(least)s 人", of=state.of, least=state.least)


def state_text(state: RuleState, names: Mapping[str, str]) -> Text:
    """``现有 3 人，还差 1 人``. ``names``: category key → name, for groups that are too large."""
    if state.rule.max_each is not None:
        return _groups_text(state, names)
    count = _("现有 %(n)s 人", n=state.count)
    if state.unknown:
        count = _("%(count)s，另有 %(n)s 人资料不全", count=count, n=state.unknown)
    if state.missing:
        return _("%(count)s，还差 %(n)s 人", count=count, n=state.missing)
    return _("%(count)s，多了 %(n)s 人", count=count, n=state.excess) if state.excess else count


def _groups_text(state: RuleState, names: Mapping[str, str]) -> Text:
    told: Text | None = None
    for group, size in state.crowded:
        one = _("%(group)s有 %(n)s 人", group=names.get(group, group), n=size)
        told = one if told is None else _("%(rules)s；%(another)s", rules=told, another=one)
    if told is None:
        told = _("最多的一个有 %(n)s 人", n=state.count)
    return _("%(count)s，另有 %(n)s 人资料不全", count=told, n=state.unknown) if state.unknown else told


def _who(rule: CompositionRule, categories: Mapping[str, str]) -> Text | str:
    if rule.field == "gender":
        return _("女性") if rule.equals == "女" else _("男性")
    if rule.field == "category":
        return _("“%(name)s”组", name=in_quotes(categories.get(rule.equals or "", rule.equals or "")))
    if rule.field == "front_line":
        return _("一线职工")
    return _ages(rule)


def _ages(rule: CompositionRule) -> Text:
    day = _(
        "%(year)s年%(month)s月%(day)s日", year=rule.as_of.year, month=rule.as_of.month, day=rule.as_of.day
    )
    if rule.under is not None:
        return _("%(age)s 周岁以下的（按%(day)s算）", age=rule.under, day=day)
    return _("%(age)s 周岁及以上的（按%(day)s算）", age=rule.at_least, day=day)


def _percent(share: object) -> str:
    return f"{float(share):g}"  # type: ignore[arg-type]  # a Fraction of few digits
